"""Periods: whose books a fact stands in, and how a month is closed."""
