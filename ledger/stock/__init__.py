"""Stock: the shelf, counted in whole pieces."""
