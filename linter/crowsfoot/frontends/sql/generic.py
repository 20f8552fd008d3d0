"""The text of a SQL file of MySQL, SQLite or SQL Server to facts."""

from typing import Final

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Dialect, SqlFile, Statement
from crowsfoot.frontends.sql.generic_split import Splitter
from crowsfoot.frontends.sql.generic_sqlserver import Batches
from crowsfoot.frontends.sql.generic_statements import Reader
from crowsfoot.frontends.sql.generic_tokens import Token
from crowsfoot.frontends.sql.text import prepare
from crowsfoot.source import Range

_MOST_PROBLEMS: Final = 100


def read(text: str, dialect: Dialect) -> SqlFile:
    """What the text says; dialect is any but "postgresql"."""
    script = prepare(text, dialect)
    splitter = Splitter(script.text, dialect)
    reader = Reader(script.text, dialect)
    batches = Batches(reader)
    statements: list[Statement] = []
    for piece in splitter.pieces():
        known = len(reader.problems)
        cur = reader.cursor(piece.tokens)
        if dialect == "sqlserver":
            if piece.begins_batch:
                batches.begin()
            statements += batches.statements(cur)
        else:
            it = reader.statement(cur, piece.cut)
            if it is not None:
                statements.append(it)
        if len(reader.problems) > known:
            swallower = splitter.recover(piece.tokens)
            if swallower is not None:
                del reader.problems[known:]
                reader.problems.append(_swallowed(swallower))
    return SqlFile(
        dialect,
        tuple(statements),
        warnings=script.warnings,
        warned=script.warned,
        runs_in_transaction=script.runs_in_transaction,
        empty=not statements and not reader.problems and not splitter.unread,
        comments=script.comments,
        problems=_first([*script.problems, *reader.problems, *splitter.unread]),
    )


def _first(problems: list[Problem]) -> tuple[Problem, ...]:
    """The problems in the order of the text; of very many, the first ones and how many more."""
    problems.sort(key=lambda it: it.range)
    rest = len(problems) - _MOST_PROBLEMS
    if rest <= 0:
        return tuple(problems)
    more = Problem(problems[_MOST_PROBLEMS].range, f"{rest} more statements could not be read")
    return (*problems[:_MOST_PROBLEMS], more)


def _swallowed(token: Token) -> Problem:
    what = token.text if token.kind == "open" else token.kind
    return Problem(
        Range(token.start, token.start + 1), f"this {what} is not closed before the next statement begins"
    )
