"""The version of the program, as it stands on every extraction."""

VERSION = "0.1.0"
