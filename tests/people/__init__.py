"""Twins of ledger/people."""
