"""Pages for people at the site: rendered here, in Chinese and English, with nothing fetched from elsewhere."""
