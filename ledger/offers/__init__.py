"""Offers: goods and tickets at a price that a fund makes low, first come first served, so many a member."""
