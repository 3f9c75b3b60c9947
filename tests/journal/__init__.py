"""Twins of the storage half of ledger/journal."""
