"""Limits and budgets: counters in the book, drawn on by facts, never a query."""
