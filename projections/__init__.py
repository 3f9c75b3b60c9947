"""What people read: rebuilt from facts, never deciding."""
