"""A small archive of films on Django: an application of its own, which is run and counted."""
