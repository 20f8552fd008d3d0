"""Text of the user's repository to text that may be shown: no secrets, nothing that a screen would obey."""

from crowsfoot.reporters.terminal import visible
from crowsfoot.secrets import masked


def shown(text: str) -> str:
    """The text on one line. It is not escaped: whoever makes HTML of it does that."""
    return visible(masked(text))
