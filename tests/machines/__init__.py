"""Tests that look for the story that breaks the ledger."""
