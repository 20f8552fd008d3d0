"""Strings within the braces of f-strings -> the same text, with quotes that a Python before 3.12 reads there.

https://peps.python.org/pep-0701/ lets them have the quotes of the f-string itself, and backslashes. What is
written instead is as long, so that everything stays where it is.
"""

import re
from typing import Final

# Where a string begins, with its prefix, or a comment.
_START: Final = re.compile(r"(?P<prefix>(?<!\w)[A-Za-z]{1,2}|)(?P<quote>\"{3}|'{3}|\"|')|#[^\n]*")
_UNREADABLE: Final = re.compile(r"[\\#\n\"']")
# One of the braces of a string that is written on one line.
_NEW_LINE: Final = re.compile(r"(?<!\\)\n")
_CHARACTER: Final = re.compile(r"[^\n]")


class _EndlessError(Exception):
    """A string that does not end: the text is not Python of any version."""


def requoted(text: str) -> str:
    """The text, with all strings of braces in the other quotes than those around them."""
    said: list[str] = []
    done = at = 0
    try:
        while match := _START.search(text, at):
            at = match.end()
            if match["quote"] is None:
                continue
            nested: list[tuple[int, int]] = []
            at = _end(text, match, nested)
            if len(match["quote"]) == 1 and _NEW_LINE.search(text, match.end(), at):
                said += (text[done : match.start()], _over_lines(text[match.start() : at]))
                done = at
                continue
            outer = match["quote"][0]
            for start, end in nested:
                said += (text[done:start], _as_other(text[start:end], outer))
                done = end
    except _EndlessError:
        return text
    return "".join((*said, text[done:]))


def _end(text: str, start: re.Match[str], nested: list[tuple[int, int]], depth: int = 0) -> int:
    """Where a string ends; nested: the strings in its braces."""
    prefix, quote = start["prefix"].lower(), start["quote"]
    if depth > _DEEPEST:
        raise _EndlessError
    formatted, at = "f" in prefix or "t" in prefix, start.end()
    while at < len(text):
        it = text[at]
        if text.startswith(quote, at):
            return at + len(quote)
        if it == "\\":
            at += 2
        elif formatted and it == "{" and not text.startswith("{{", at):
            at = _braces(text, at + 1, nested, depth)
        elif formatted and it == "{":
            at += 2
        elif it == "\n" and len(quote) == 1:
            break
        else:
            at += 1
    raise _EndlessError


def _braces(text: str, at: int, nested: list[tuple[int, int]], depth: int) -> int:
    """Where the braces end that have begun before; what follows a colon is text again, and may have more."""
    brackets = 0
    while at < len(text):
        it = text[at]
        if it == "}" and brackets <= 0:
            return at + 1
        if it in "([{":
            brackets += 1
        elif it in ")]}":
            brackets -= 1
        elif it.isalpha() or it in "\"'":
            match = _START.match(text, at)
            if match is not None and match["quote"] is not None:
                end = _end(text, match, [], depth + 1)
                nested.append((at, end))
                at = end
                continue
            word = _WORD.match(text, at)
            at = word.end() if word is not None else at + 1
            continue
        at += 1
    raise _EndlessError


def _over_lines(string: str) -> str:
    """Something else that has as many lines, for no older Python has a string like it."""
    return "(0" + _CHARACTER.sub(" ", string[2:-1]) + ")"


def _as_other(string: str, outer: str) -> str:
    match = _START.match(string)
    assert match is not None
    quote = "'" if outer == '"' else '"'
    within = string[match.end() : -len(match["quote"])]
    if outer not in string and "\\" not in string:
        return string
    if len(match["quote"]) == 3 or ("{" in within and _UNREADABLE.search(within)):
        return "0".ljust(len(string))
    return match["prefix"] + quote + _UNREADABLE.sub("_", within) + quote


_WORD: Final = re.compile(r"\w+")
_DEEPEST: Final = 8
