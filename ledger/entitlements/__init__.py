"""Entitlements: rights that coins buy or an officer gives: a term's policy, a place to book, a thing to use once."""
