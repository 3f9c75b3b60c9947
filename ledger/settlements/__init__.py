"""Settlements: what a merchant has to come for a closed period, drafted, checked and paid by three people."""
