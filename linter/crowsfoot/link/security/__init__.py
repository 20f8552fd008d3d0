"""A replayed catalog -> who may see and change which rows in the end, and by which rule of the database."""
