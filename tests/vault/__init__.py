"""Twins of ledger/vault, on both databases."""
