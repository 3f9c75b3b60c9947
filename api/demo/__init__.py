"""The demo: one construction site's month, end to end."""
