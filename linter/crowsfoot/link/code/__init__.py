"""The code of a project, joined: what it asks of its databases, and what of that once per row."""
