"""Movements taken back, in part or whole, one or a whole group of them."""
