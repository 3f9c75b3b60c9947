"""Accounts that stand by themselves: opening, bounds and closing."""
