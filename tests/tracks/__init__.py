"""Tracks: read, converted and measured."""
