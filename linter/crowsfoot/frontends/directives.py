"""Comments to directives: crowsfoot: allow RULE[, RULE] -- reason. Knows no language."""

import re
from collections.abc import Iterable

from crowsfoot.facts.common import Comment, Problem
from crowsfoot.source import Range
from crowsfoot.suggest import closest

WORD = "crowsfoot"  # a comment without it need not be passed on

_VERBS = ("allow", "allow-file")
_DIRECTIVE = re.compile(r"crowsfoot(?P<colon>[ \t]*:)?[ \t]*(?P<verb>[\w-]*)[ \t]*(?P<rest>.*)", re.DOTALL)
_RULE = r"\w+(?:-\w+)*"
_RULES = re.compile(
    rf"(?P<rules>{_RULE}(?:[ \t]*,[ \t]*{_RULE})*)[ \t]*(?P<dashes>--)?[ \t]*(?P<reason>.*)", re.DOTALL
)


def read(text: str, places: Iterable[Range], marker: str) -> tuple[tuple[Comment, ...], tuple[Problem, ...]]:
    """What the line comments at places say, in the order of the text.

    marker is what begins a line comment of the language ("//", "--", "#"); it also begins the
    lines that stand between a directive and the line it covers. A comment is a directive when
    the word follows its marker, so that prose may name the linter.
    """
    comments: list[Comment] = []
    problems: list[Problem] = []
    covered = len(text) + 1, Range(len(text), len(text))
    opening = re.compile(rf"{re.escape(marker)}[ \t]*(?=crowsfoot\b)")
    # From the end, so that a run of comments looks for the line below it only once.
    for place in sorted(places, reverse=True):
        begin = opening.search(text, place.start, place.end)
        if begin is None:
            continue
        said = text[begin.end() : place.end].rstrip()
        where = Range(begin.start(), begin.end() + len(said))
        line_start = text.rfind("\n", 0, place.start) + 1
        if text[line_start : place.start].strip():
            covers = _line(text, line_start)
        else:
            covers = _next_line(text, _after(text, place.end), marker, covered)
            covered = line_start, covers
        read = directive(said, where, covers)
        if isinstance(read, Comment):
            comments.append(read)
        elif read is not None:
            problems.append(read)
    return tuple(reversed(comments)), tuple(reversed(problems))


def directive(said: str, where: Range, covers: Range) -> Comment | Problem | None:
    """What a comment says that reads `said` from the name of the linter on; None where that is prose."""
    match = _DIRECTIVE.fullmatch(said)
    if match is None:
        return None
    verb, rest = match["verb"], match["rest"]
    if match["colon"] is None:
        if verb not in _VERBS:
            return None  # prose: "crowsfoot reads this file"
        return Problem(where, f"expected `crowsfoot: {verb}`, with a colon", "directive")
    if verb not in _VERBS:
        message = f"unknown directive `{verb}`{_suggestion(verb)}" if verb else _EXPECTED
        return Problem(where, message, "directive")
    rules = _RULES.fullmatch(rest)
    if rules is None:
        message = f"`crowsfoot: {verb}` names no rule; write `crowsfoot: {verb} RULE -- reason`"
        return Problem(where, message, "directive")
    if rules["dashes"] is None and rules["reason"]:
        if rules["reason"].startswith(","):
            return Problem(where, "expected a rule after `,`", "directive")
        last = rules["rules"].rpartition(",")[2].strip()
        return Problem(where, f"expected `,` or `-- reason` after `{last}`", "directive")
    return Comment(
        range=where,
        rules=tuple([it.strip() for it in rules["rules"].split(",")]),
        reason=rules["reason"].strip(),
        covers=None if verb == "allow-file" else covers,
    )


_EXPECTED = "expected `allow` or `allow-file` after `crowsfoot:`"


def _suggestion(verb: str) -> str:
    meant = closest(verb, _VERBS)
    return f"; did you mean `{meant}`?" if meant else f"; {_EXPECTED}"


def _next_line(text: str, at: int, marker: str, known: tuple[int, Range]) -> Range:
    """The first line from `at` on that is neither blank nor a comment; known is one found below."""
    while at < len(text):
        if at >= known[0]:
            return known[1]
        line = _line(text, at)
        code = text[line.start : line.end].strip()
        if code and not code.startswith(marker):
            return line
        at = _after(text, line.end)
    return Range(len(text), len(text))


def _line(text: str, start: int) -> Range:
    """The line that begins at start, without its line end."""
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return Range(start, end - 1 if end > start and text[end - 1] == "\r" else end)


def _after(text: str, at: int) -> int:
    """Where the line after the one of `at` begins."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
