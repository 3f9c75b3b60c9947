"""Entitlements: policies, vouchers, sessions, and what they serve by configuration alone."""
