"""Export: what stands in a ledger, as files that other programs read."""
