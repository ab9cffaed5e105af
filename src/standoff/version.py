"""The version of standoff, stated once."""

VERSION = "0.1.0"
