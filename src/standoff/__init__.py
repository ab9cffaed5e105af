"""standoff."""
