"""The house test: what the project says of itself in several places must agree."""
