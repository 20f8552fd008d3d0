"""SQL of MySQL, SQLite and SQL Server to what tests compare."""

from typing import TypeVar

from crowsfoot.facts.sql import Dialect, Operation, SqlFile, Statement
from crowsfoot.frontends.sql.generic import read
from crowsfoot.source import Range

T = TypeVar("T", bound=Operation)


def statements(text: str, dialect: Dialect) -> tuple[Statement, ...]:
    """The statements of a text without problems."""
    facts = read(text, dialect)
    assert not facts.problems, facts.problems
    return facts.statements


def operations(text: str, dialect: Dialect) -> list[Operation]:
    return [it for statement in statements(text, dialect) for it in statement.does]


def operation(kind: type[T], text: str, dialect: Dialect) -> T:
    """The one operation of the text, which is of that kind."""
    (it,) = operations(text, dialect)
    assert isinstance(it, kind), it
    return it


def at(text: str, range: Range) -> str:
    return text[range.start : range.end]


def problems(text: str, dialect: Dialect) -> list[tuple[str, str]]:
    """Where something is wrong, as it is written, and what."""
    facts: SqlFile = read(text, dialect)
    return [(at(text, it.range), it.message) for it in facts.problems]
