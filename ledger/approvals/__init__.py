"""Approvals: what one person wishes and another allows."""
