"""Ratios: what share of its purchases a union spends on aided goods, and how much is missing."""
