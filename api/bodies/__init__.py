"""What callers send: one strict reader of bytes, and a model a wish."""
