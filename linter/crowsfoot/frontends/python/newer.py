"""Python that is newer than the one that runs -> the same text, as an older Python reads it.

Only what says nothing of what is computed is taken away: types of exceptions, and parameters of types. Blanks
take its place, so that everything else stays where it is. Strings in f-strings get other quotes.
"""

import re
from typing import Final

from crowsfoot.frontends.python.nested_strings import requoted

# Python 3.14: `except A, B:`, https://peps.python.org/pep-0758/. Python 2 binds the exception so, to a name
# that has no capital.
_EXCEPT: Final = re.compile(
    r"^(?P<before>[ \t]*except\*?[ \t]+[\w.]+)(?P<blank>(?:[ \t]*,[ \t]*(?=[\w.]*[A-Z.])[\w.]+)+)(?=[ \t]*:)",
    re.MULTILINE,
)
# Python 3.12: `def first[T](of: list[T])`, `class Page[T]:`, https://peps.python.org/pep-0695/
_GENERIC: Final = re.compile(
    r"^(?P<before>[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+\w+[ \t]*)"
    r"(?P<blank>\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\])(?P<after>[ \t]*[(:])",
    re.MULTILINE,
)
_CHARACTER: Final = re.compile(r"[^\n]")
# And `type Names = list[str]`
_ALIAS: Final = re.compile(
    r"^(?P<indent>[ \t]*)type(?P<space>[ \t]+)(?P<name>\w+)"
    r"(?P<of>\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\])?(?=[ \t]*=(?!=))",
    re.MULTILINE,
)
# Python 3.14: t"...", which holds what an f-string holds, https://peps.python.org/pep-0750/
_TEMPLATE: Final = re.compile(r"(?<![\w\"'])[tT](?=[rR]?[\"'])|(?<![\w\"'])(?<=[rR])[tT](?=[\"'])")


def as_older(text: str) -> str | None:
    """The text without what only a later Python reads; None where there is nothing of that."""
    older = _EXCEPT.sub(_blanked, text)
    older = _GENERIC.sub(_plain, older)
    older = _ALIAS.sub(_assigned, older)
    older = requoted(_TEMPLATE.sub("f", older))
    return older if older != text else None


def _blanked(match: re.Match[str]) -> str:
    return match["before"] + " " * len(match["blank"])


def _plain(match: re.Match[str]) -> str:
    """The name without parameters of types; over several lines, with the brackets that let a line end."""
    before, blank, after = match["before"], match["blank"], match["after"]
    if "\n" not in blank:
        return before + " " * len(blank) + after
    within = before + "(" + _CHARACTER.sub(" ", blank[1:-1])
    return within + " " * (1 + len(after)) if after.endswith("(") else within + ")" + after


def _assigned(match: re.Match[str]) -> str:
    return match["indent"] + match["name"].ljust(len(match[0]) - len(match["indent"]))
