"""Holds: value set aside for a while, to be captured in parts, voided, extended, or ended by time."""
