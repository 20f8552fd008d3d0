"""What a file says, and the tool that sends it -> what the database makes of it.

Frontends read a file as it lies there, whoever runs it. What only some tools can do with it is told here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from crowsfoot.databases.tools import PLACEHOLDER, Tool, given
from crowsfoot.facts.common import Name, Problem
from crowsfoot.facts.sql import SqlFile, Statement
from crowsfoot.source import Range


def as_sent(facts: SqlFile, tool: Tool, text: str) -> SqlFile:
    """The facts of a file as they are when that tool sends it; text is the whole of it, as it lies there."""
    if tool != "plain" and facts.for_psql:
        facts = _without_psql(facts, tool, text)
    if tool == "flyway" and "${" in text:
        facts = _with_placeholders(facts, text)
    return facts


def unknown_parts(facts: SqlFile, statements: Iterable[Statement]) -> Iterator[tuple[Statement, list[str]]]:
    """Each statement, with the words in it that stand for what nobody knows."""
    for statement in statements:
        start, end = statement.range.start, statement.range.end
        yield statement, [it.text for it in facts.unknown if start <= it.range.start < end]


def _without_psql(facts: SqlFile, tool: Tool, text: str) -> SqlFile:
    """Only psql knows its commands: whoever else sends them has an error of syntax.

    Flyway can send the data of COPY, and nothing else that psql can.
    Source: https://documentation.red-gate.com/fd/postgresql-database-277579325.html
    """
    commands = [it for it in facts.for_psql if tool != "flyway" or text.startswith("\\", it.start)]
    if not commands:
        return facts
    # Of more than one PostgreSQL speaks no more.
    first = commands[0]
    word = _WORD.search(text, first.start, first.end)
    near = word[0] if word else "\\"
    message = f'syntax error at or near "{near}": {_ADVICE}'
    mine = {it.start for it in commands}
    others = [it for it in facts.problems if it.range.start not in mine]
    problems = sorted([*others, Problem(first, message)], key=lambda it: it.range)
    return replace(facts, problems=tuple(problems))


_WORD = re.compile(r"\w+|\S")
_ADVICE = "only psql knows this, and the migrations here are sent without it"


def _with_placeholders(facts: SqlFile, text: str) -> SqlFile:
    """What stands for the placeholders of Flyway; without their values some statements cannot be read."""
    sent = given("flyway", text)
    unknown = tuple(
        Name(sent[it.start() : it.end()], Range(it.start(), it.end())) for it in PLACEHOLDER.finditer(text)
    )
    problems = tuple(_excused(it, sent, unknown) if it.kind == "syntax" else it for it in facts.problems)
    return replace(facts, unknown=unknown, problems=problems)


def _excused(problem: Problem, text: str, unknown: Sequence[Name]) -> Problem:
    """The problem as it is where a placeholder stands in the same statement."""
    start = text.rfind(";", 0, problem.range.start) + 1
    end = text.find(";", problem.range.end)
    inside = [it.range for it in unknown if start <= it.range.start and (it.range.start < end or end < 0)]
    if not inside:
        return problem
    message = "this cannot be read without what Flyway puts in for the placeholder"
    return Problem(inside[0], message, "unsupported")
