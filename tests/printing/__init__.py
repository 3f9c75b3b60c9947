"""Twins of api/printing."""
