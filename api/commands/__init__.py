"""The commands of `duban`, one file per group. `api/cli.py` lists them."""
