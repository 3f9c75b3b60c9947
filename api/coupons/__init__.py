"""Batches of coupons as officers make them: from a list of members to codes for printing."""
