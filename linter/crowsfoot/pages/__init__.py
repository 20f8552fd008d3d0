"""A checked project to one HTML page, for a pull request or an archive."""
