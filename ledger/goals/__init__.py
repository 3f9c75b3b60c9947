"""Goals: what was planned and what is done, in people, person-times and households, which are never the same."""
