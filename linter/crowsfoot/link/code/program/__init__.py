"""Files of Python as one program: its scopes, what its imports mean, which of its files belong together."""
