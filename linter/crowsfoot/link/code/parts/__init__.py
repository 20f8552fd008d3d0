"""A program in parts: evaluated on all cores, and kept for the next run."""
