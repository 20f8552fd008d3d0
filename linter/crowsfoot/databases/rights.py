"""Text of SQL that cannot be parsed -> the words in it that are about who may do what."""

import re
from typing import Final

_WORDS: Final = re.compile(
    r"\b(?:row\s+level\s+security|policy|security_invoker|search_path|grant|revoke|owner)\b", re.IGNORECASE
)


def rights_in(text: str) -> tuple[str, ...]:
    """Each of them once, in lower case: "policy", "revoke", "row level security"."""
    return tuple(sorted({" ".join(it.lower().split()) for it in _WORDS.findall(text)}))
