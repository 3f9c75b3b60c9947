"""Jifen's books: facts, rules and the journal that keeps them. Knows nobody above it."""
