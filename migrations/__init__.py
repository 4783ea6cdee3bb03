"""The schema's history. `models.migrate` runs it."""

# The newest revision. It is stated here so that Alembic need not be loaded to know it.
HEAD = "2026_11_26_wider_indexes"
