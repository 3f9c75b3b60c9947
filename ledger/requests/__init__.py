"""Requests: the causes that have paid, and the refusals that are final."""
