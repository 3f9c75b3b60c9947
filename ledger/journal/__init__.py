"""The journal: facts in order, their keys and the book, in one database transaction a turn."""
