"""The version of standoff, stated once."""

VERSION = "0.2.0.dev0"
