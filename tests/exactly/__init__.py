"""Many threads and processes for one last thing: exactly so many succeed."""
