"""Programs that attack a running service and measure whether it keeps the promises of `docs/reliability.md`."""
