"""SQL that somebody sends from the first statement to the last -> what it sets of its session.

A page shows what an application is to send, or a person at a prompt: the claims, the role, the query. Nobody
knows in which connection it goes, so what only that decides is left open.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, Literal, NamedTuple

from crowsfoot.facts.sql import SqlFile
from crowsfoot.libraries.query import Operation, Query
from crowsfoot.link.project import File
from crowsfoot.link.security.said_settings import ALL, Said, said
from crowsfoot.link.security.settings import ContextSetting, Sent

_OPERATIONS: Final[dict[str, Operation]] = {
    "SELECT": "select",
    "WITH": "select",
    "INSERT": "insert",
    "UPDATE": "update",
    "DELETE": "delete",
}
# Functions and policies may speak of settings as well: those are not of this session.
_SPEAKS: Final = frozenset(
    (*_OPERATIONS, "SET", "RESET", "DISCARD", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT")
)
_READS: Final = re.compile(r"\b(?:from|into|update)\b", re.IGNORECASE)
# psql: \\connect database user
_CONNECTS: Final = re.compile(r"^[ \t]*\\c(?:onnect)?\b", re.MULTILINE)
_MOST: Final = 300  # statements of one example
_ROLES: Final = frozenset(("role", "session_authorization"))


class _Line(NamedTuple):
    """One statement, and the number of the transaction that it is in; None outside of any that is written."""

    says: tuple[Said, ...]
    sent: Sent
    transaction: int | None


def settings_of_script(file: File, text: str) -> tuple[ContextSetting, ...]:
    """What the statements of the file set, or take back. text is the text of the file."""
    assert isinstance(file.facts, SqlFile)
    if _CONNECTS.search(text):
        return ()  # as whom, the page says elsewhere
    lines = list(islice(_lines(file, file.facts, text), _MOST))
    return tuple(_settings(lines)) if any(it.says for it in lines) else ()


def _lines(file: File, facts: SqlFile, text: str) -> Iterator[_Line]:
    begun = 0
    transaction: int | None = None
    for statement in facts.statements:
        verb = statement.verb.partition(" ")[0]
        if verb not in _SPEAKS:
            continue
        sql = text[statement.range.start : statement.range.end]
        says = said(sql)
        actions = {it.action for it in says}
        if "begin" in actions:
            begun += 1
            transaction = begun
        query = Query("sql", verb, _OPERATIONS.get(verb, "execute"), sql=sql)
        yield _Line(says, Sent(file.span(statement.range), query), transaction)
        if "end" in actions:
            transaction = None


def _settings(lines: Sequence[_Line]) -> Iterator[ContextSetting]:
    for number, line in enumerate(lines):
        for it in line.says:
            if it.action in ("set", "reset"):
                yield _setting(lines, number, it)


def _setting(lines: Sequence[_Line], number: int, it: Said) -> ContextSetting:
    line = lines[number]
    together = [each for each in lines if it.local is False or each.transaction == line.transaction]
    later = [
        each for each in lines[number + 1 :] if it.local is False or each.transaction == line.transaction
    ]
    back = next((each.sent.span for each in later if any(_undoes(one, it) for one in each.says)), None)
    after = tuple(each.sent for each in later if _asks(each))
    inside: Literal["block", "unknown"] = "unknown" if line.transaction is None else "block"
    return ContextSetting(
        action="set" if it.action == "set" else "reset",
        name=it.name,
        value=it.value,
        how=it.how,
        local=it.local,
        query=line.sent.query,
        span=line.sent.span,
        function="",
        role="application",
        library="sql",
        pooled=None,
        cleans=False,
        transaction=inside,
        callers=(),
        handed=False,
        taken_back=back,
        taken_back_surely=back is not None,
        taken_back_elsewhere=False,
        event="",
        after=after,
        elsewhere=(),
        lost=(),
        # Claims of the platform's own services are meant to pass.
        set_role="service_role" in it.value
        or any(one.action == "set" and one.name in _ROLES for each in together for one in each.says),
        goes_on=False,
        reads=it.reads,
        checked=False,
        own=False,
        in_middleware=False,
        role_elsewhere=not after,  # what it is for is not shown, and may set one
    )


def _asks(line: _Line) -> bool:
    """Whether it is about rows, and not about the session."""
    query = line.sent.query
    return not line.says and query.operation != "execute" and _READS.search(query.sql or "") is not None


def _undoes(one: Said, it: Said) -> bool:
    return one.action == "reset" and (one.name == it.name or (one.name == ALL and it.name not in _ROLES))
