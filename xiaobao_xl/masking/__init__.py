"""Personal data: what counts as such in columns and texts, what each audience may see, and the search for what survived."""
