"""Monitors: a threshold on an account's value that makes a fact each time it is crossed."""
