"""Funds: money put aside for a purpose, committed before it is promised, never over-issued."""
