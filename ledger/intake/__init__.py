"""Intake: which files were imported, and what became of their rows."""
