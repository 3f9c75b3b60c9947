"""Value that moves between accounts, and between units of one account."""
