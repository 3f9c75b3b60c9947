"""Redemptions: points, stock and limits taken in one transaction, all or nothing."""
