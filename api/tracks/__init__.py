"""Tracks as they come in: read safely, brought to one datum, kept in the vault and measured. Knows no verdict."""
