"""Tests of crews: regions, changes, mergers and who is a member."""
