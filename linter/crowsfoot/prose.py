"""Names -> a phrase of English for a message."""

from collections.abc import Sequence


def series(names: Sequence[str], conjunction: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    *others, last = names
    return f"{', '.join(others)} {conjunction} {last}" if others else last
