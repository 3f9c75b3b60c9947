"""Reviews of patrols."""
