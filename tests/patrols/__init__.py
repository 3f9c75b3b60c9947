"""Tests of the room of patrols."""
