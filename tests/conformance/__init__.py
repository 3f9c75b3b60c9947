"""The eventsourcing library's own test cases, run on our recorder and both databases."""
