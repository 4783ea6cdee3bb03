"""The records of an extraction, and how they are stored."""
