"""A .env file or alembic.ini to the variables that say who connects to a database.

Grammar: https://github.com/theskumar/python-dotenv#file-format, which is that of dotenv and of compose too.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from crowsfoot.facts.common import Comment, Name, Problem
from crowsfoot.facts.environment import Environment, Variable
from crowsfoot.frontends import directives
from crowsfoot.frontends.logins import variable
from crowsfoot.source import Range

_LINE: Final = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>'[^'\n]*'|[^\s=\#'"]+)[ \t]*=[ \t]*
    (?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|`(?P<tick>[^`]*)`|(?P<plain>[^\n]*))""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
_COMMENT: Final = re.compile(r"(?:^|(?<=[ \t]))#[^\n]*", re.MULTILINE)
_BEHIND: Final = re.compile(r"\s+#.*|^#.*")
_OPTION: Final = re.compile(r"^(?P<name>[\w.]+)[ \t]*[=:][ \t]*(?P<plain>[^\n]*)", re.MULTILINE)


class _Assignment(NamedTuple):
    name: Name
    value: str
    at: int


def read_dotenv(text: str) -> Environment:
    return Environment("dotenv", *_read(text, _assignments(text)))


def read_alembic(text: str) -> Environment:
    """alembic.ini: sqlalchemy.url, of each section."""
    found = (
        _Assignment(Name(it["name"], Range(*it.span("name"))), it["plain"].strip(), it.start("plain"))
        for it in _OPTION.finditer(text)
        if it["name"].endswith("url")
    )
    return Environment("ini", *_read(text, found))


def _read(
    text: str, assignments: Iterator[_Assignment]
) -> tuple[tuple[Variable, ...], tuple[Comment, ...], tuple[Problem, ...]]:
    found: list[Variable] = []
    known: dict[str, str] = {}
    for it in assignments:
        kept = variable(it.name, it.value, it.at, known)
        known[it.name.text] = it.value
        if kept is not None:
            found.append(kept)
    if directives.WORD not in text:
        return tuple(found), (), ()
    comments, problems = directives.read(text, [Range(*it.span()) for it in _COMMENT.finditer(text)], "#")
    return tuple(found), comments, problems


def _assignments(text: str) -> Iterator[_Assignment]:
    for it in _LINE.finditer(text):
        name = Name(it["name"].strip("'"), Range(*it.span("name")))
        for kind in ("single", "double", "tick"):
            if it[kind] is not None:
                # With an escape in it the places behind would be others; no login has one.
                yield _Assignment(name, it[kind], it.start(kind))
                break
        else:
            yield _Assignment(name, _BEHIND.sub("", it["plain"]).rstrip(), it.start("plain"))
