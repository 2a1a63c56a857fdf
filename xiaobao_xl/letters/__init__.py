"""Letters about one complaint: what each needs, what the register knows of it, and which blanks remain."""
