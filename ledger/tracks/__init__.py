"""Tracks: how long the vault keeps where somebody walked, and the record that it does no more."""
