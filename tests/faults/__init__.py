"""Bad days, brought about for real, with the whole ledger on top."""
