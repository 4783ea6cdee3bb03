"""The schema's history. `models.migrate` runs it."""
