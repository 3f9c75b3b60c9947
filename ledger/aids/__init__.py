"""Aids: what a bill, a need or wages owed come to by the scheme's rule, decided, paid from funds, and paid back."""
