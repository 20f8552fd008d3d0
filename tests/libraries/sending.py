"""What a little program sends: the lines of what is sent once per row, and of everything that is sent at all."""

from typing import NamedTuple

from crowsfoot import frontends
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.access import Repeated
from crowsfoot.link.code.analysis import link_code
from crowsfoot.link.project import Database, File
from crowsfoot.source import Source


class Sent(NamedTuple):
    """repeated: line -> what is sent there once per row; once: line -> all queries there, in loops or not."""

    repeated: dict[int, list[Repeated]]
    queries: dict[int, list[Query]]


def sent(code: str | dict[str, str], *, databases: tuple[Database, ...] = (), path: str = "app.py") -> Sent:
    """What the code sends; of several files (path -> text), lines are those of the file at path."""
    texts = {path: code} if isinstance(code, str) else code
    files = [read_file(name, text) for name, text in texts.items()]
    for file in files:
        assert not file.facts.problems, file.facts.problems
    found = link_code(files, databases)
    source = Source(path, texts[path])
    repeated: dict[int, list[Repeated]] = {}
    queries: dict[int, list[Query]] = {}
    for it in found.repeated:
        if it.span.path == path:
            repeated.setdefault(source.position(it.span.start)[0], []).append(it)
    for access in found.accesses:
        if access.span.path == path:
            queries.setdefault(source.position(access.span.start)[0], []).append(access.query)
    return Sent(repeated, queries)


def read_file(path: str, text: str) -> File:
    """A file of code, or a template."""
    facts = frontends.read(Source(path, text))
    assert facts is not None, path
    return File(path, facts)


def marked(code: str, mark: str) -> set[int]:
    """The lines of the code that bear the mark: `marked(code, "# N")`."""
    return {number for number, line in enumerate(code.split("\n"), start=1) if mark in line}
