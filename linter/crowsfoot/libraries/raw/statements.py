"""The text of one SQL statement -> what it asks: its table, and which columns it compares, by how.

It reads words and brackets, and knows no grammar: texts in programs have holes and a driver's placeholders,
and what is asked here is the same in every dialect. A HOLE is what is only known when the program runs.
"""

import re
from functools import lru_cache
from typing import Final, Literal

import msgspec

from crowsfoot.libraries.query import Operation
from crowsfoot.libraries.raw.conditions import Conditions
from crowsfoot.libraries.raw.tokens import (
    CLAUSES,
    HOLE,
    ROW_VERBS,
    Tokens,
    is_placeholder,
    tokens_of,
    verb_of,
)
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where

Direction = Literal["asc", "desc"]
NOT_A_COLUMN: Final = "?"  # in an order, by the name that no column has


class Statement(msgspec.Struct, frozen=True):
    """What a statement asks; columns of other tables than its own have theirs before a dot."""

    verb: str  # in lower case; "" where the text is no statement
    operation: Operation = "execute"
    table: str | None = None
    table_unknown: bool = False  # a hole stands where the table should, or in its name
    reads_rows: bool = False  # it asks for rows of a table of the program, or changes them
    parameters: bool = False  # it has placeholders or holes
    where: Where[str] = NOTHING
    order: tuple[tuple[str, Direction], ...] = ()  # "?" for what is no column
    nulls: tuple[tuple[str, Literal["first", "last"]], ...] = ()
    limit: int | bool = False
    # Of those that are equal, what is compared with what the program gives.
    given: tuple[str, ...] = ()
    given_by: tuple[str, ...] = ()  # the placeholder of each, as Tokens.placeholders() says
    besides: tuple[str, ...] = ()  # all other placeholders: of SET, of what is compared by something else
    target: tuple[str, ...] = ()  # of ON CONFLICT
    target_where: str | None = None


@lru_cache(maxsize=4096)
def read(text: str) -> Statement:
    """What the statement asks; of several, the first."""
    verb = verb_of(text)
    if verb not in ROW_VERBS:
        return Statement(verb)
    return _Reader(tokens_of(text)).statement(verb)


_JOINS: Final = frozenset(("join", "left", "right", "inner", "outer", "full", "cross", "natural", "lateral"))
_NO_ALIAS: Final = CLAUSES | _JOINS | frozenset(("as", "when", "then", "and", "or", "not", "default", "only"))
# No rows of the program's own: what the database knows of itself grows with its tables.
_CATALOGS: Final = (
    *("information_schema", "pg_catalog", "pg_", "sqlite_", "sys.", "mysql.", "performance_schema"),
    *("ag_catalog", "crdb_internal", "duckdb_", "dual"),
)
# What is kept of the migrations that have been applied: once per migration is once.
_OF_MIGRATIONS: Final = re.compile(r"(?:^|_)migrations?(?:_history|_log|s)?$|schema_version|alembic_version")
_OF_SESSIONS: Final = (
    *("pg_", "set_config", "setval", "current_", "version", "now", "last_insert", "get_lock", "release_"),
    "load_extension",
)
_MOST_WITHIN: Final = 20  # brackets in brackets
_INSERTS: Final = frozenset(("insert", "replace", "merge", "upsert"))
_PARTS: Final = ("from", "join", "on", "where", "group", "having")
_AGGREGATES: Final = frozenset(("sum", "avg", "min", "max", "array_agg", "string_agg", "group_concat"))


class _Reader:
    """The tokens of one statement, and what has been understood of them."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.table: str | None = None
        self.table_unknown = False
        self.names: dict[str, str] = {}  # alias or name of a table -> "" for the statement's own, or its name
        self.conditions = Conditions(tokens, self.names)

    def statement(self, verb: str) -> Statement:
        start, floor = self._main(verb)
        verb = self.tokens.items[start].text if start < len(self.tokens.items) else verb
        within = start + 3
        if [it.text for it in self.tokens.items[start:within]] == ["select", "exists", "("]:
            end = self.tokens.closing.get(within - 1)
            inner = _Reader(Tokens(self.tokens.items[within:end]))
            return msgspec.structs.replace(inner.plain("select"), operation="exists")
        return self.plain(verb, start, floor)

    def plain(self, verb: str, start: int = 0, floor: int = 0) -> Statement:
        clauses = self._clauses(start, floor)
        function = self._tables(verb, start, floor, clauses)
        where, conditions = NOTHING, self.conditions
        if verb not in _INSERTS:  # those are conditions of other tables, and of the rows in the way
            for clause in ("where", "on") if verb == "select" else ("where",):
                for first, last in clauses.get(clause, ()):
                    where = where.and_(conditions.read(first, last))
            if any(conditions.has_parts(first, last) for it in _PARTS for first, last in clauses.get(it, ())):
                where = where.and_(SOMETHING)
        parameters = any(it.kind == "hole" or is_placeholder(it) for it in self.tokens.items)
        target, target_where = self._target(start) if verb in _INSERTS else ((), None)
        order = self._order(clauses)
        given: dict[str, int] = {}
        for column, at in conditions.given:
            given.setdefault(column, at)
        placeholders = dict(self.tokens.placeholders()) if given else {}
        return Statement(
            verb,
            self._operation(verb, start, clauses),
            self.table,
            self.table_unknown,
            reads_rows=self._reads_rows(verb, start, parameters, function),
            parameters=parameters,
            where=where,
            order=tuple([(column, direction) for column, direction, _ in order]),
            nulls=tuple([(column, nulls) for column, _, nulls in order if nulls is not None]),
            limit=self._limit(clauses, start),
            given=tuple(given),
            given_by=tuple([placeholders[at] for at in given.values()]),
            besides=tuple(dict.fromkeys(by for at, by in placeholders.items() if at not in given.values())),
            target=target,
            target_where=target_where,
        )

    def _main(self, verb: str) -> tuple[int, int]:
        """Where the statement itself begins, behind its WITH, and how many brackets are open there."""
        tokens = self.tokens.items
        start = next((number for number, it in enumerate(tokens) if it.text == verb), 0)
        floor = self.tokens.depths[start] if start < len(tokens) else 0
        if verb == "with":
            for number in range(start + 1, len(tokens)):
                if (
                    self.tokens.depths[number] == floor
                    and tokens[number].text in ROW_VERBS
                    and tokens[number].kind == "word"
                ):
                    return number, floor
        return start, floor

    def _clauses(self, start: int, floor: int) -> dict[str, list[tuple[int, int]]]:
        """The ranges of tokens that follow each word that begins a clause of the statement itself."""
        found: dict[str, list[tuple[int, int]]] = {}
        opened, since = "", start
        for number in range(start, len(self.tokens.items)):
            it = self.tokens.items[number]
            if self.tokens.depths[number] != floor or it.kind != "word" or it.text not in CLAUSES | {"join"}:
                continue
            if opened:
                found.setdefault(opened, []).append((since, number))
            opened, since = it.text, number + 1
            if it.text in ("union", "intersect", "except"):
                return found
        if opened:
            found.setdefault(opened, []).append((since, len(self.tokens.items)))
        return found

    def _tables(self, verb: str, start: int, floor: int, clauses: dict[str, list[tuple[int, int]]]) -> bool:
        """Find the tables; whether the first of them is a function."""
        tokens = self.tokens.items
        at = -1
        if verb in ("select", "delete"):
            at = clauses["from"][0][0] if "from" in clauses else -1
            if verb == "delete" and at < 0:
                at = start + 1
        elif verb in _INSERTS:
            at = clauses["into"][0][0] if "into" in clauses else start + 1
        elif verb == "update":
            at = start + 1
            if at < len(tokens) and tokens[at].text in ("or", "low_priority"):
                at += 2 if tokens[at].text == "or" else 1
        if at < 0:
            return False
        if at < len(tokens) and tokens[at].text == "only":
            at += 1
        name, end = self.tokens.name(at)
        # No driver puts a table in place of a placeholder: the program does, by "%" or format().
        self.table_unknown = at < len(tokens) and (is_placeholder(tokens[at]) or tokens[at].text == "%")
        function = end < len(tokens) and end > at and tokens[end].text == "(" and verb == "select"
        if verb == "select" and at < len(tokens) and tokens[at].text == "(":
            self.table_unknown = self._is_unknown_within(at)
        if name is not None and not function:
            self.table_unknown = HOLE in name or "{" in name
            self.table = None if self.table_unknown else name
            self._alias(name, end, own=True)
            if verb == "select" and "from" in clauses:
                self._further(end, clauses["from"][0][1])
        for word in ("join", "using") if verb != "insert" else ():
            for first, _ in clauses.get(word, ()):
                joined, behind = self.tokens.name(first)
                if joined is not None:
                    self._alias(joined, behind, own=False)
        if verb == "update":
            for first, last in clauses.get("from", ()):
                self._further(first - 1, last, comma=False)
        return function

    def _is_unknown_within(self, at: int) -> bool:
        """Whether nobody knows what is asked in brackets: `FROM ({sql})`, `FROM (SELECT * FROM {table})`."""
        tokens, depths = self.tokens.items, self.tokens.depths
        for _ in range(_MOST_WITHIN):
            if at >= len(tokens) or tokens[at].text != "(":
                break
            end = self.tokens.closing.get(at, len(tokens))
            if at + 1 < end and tokens[at + 1].kind == "hole":
                return True
            within = (it for it in range(at + 1, end) if tokens[it].text == "from")
            at = next((it + 1 for it in within if depths[it] == depths[at + 1]), len(tokens))
        name, _ = self.tokens.name(at)
        return name is not None and (HOLE in name or "{" in name)

    def _further(self, first: int, last: int, comma: bool = True) -> None:
        """The tables behind commas."""
        floor = self.tokens.depths[first] if first < len(self.tokens.items) else 0
        for number in range(first, last):
            if (self.tokens.items[number].text == "," and self.tokens.depths[number] == floor) or (
                not comma and number == first
            ):
                name, end = self.tokens.name(number + 1)
                if name is not None:
                    self._alias(name, end, own=False)

    def _alias(self, name: str, end: int, own: bool) -> None:
        last = name.rpartition(".")[2]
        meant = "" if own else last
        self.names.setdefault(last.lower(), meant)
        if end < len(self.tokens.items) and self.tokens.items[end].text == "as":
            end += 1
        if end < len(self.tokens.items) and self.tokens.items[end].kind in ("word", "name"):
            alias = self.tokens.items[end].text
            if alias not in _NO_ALIAS:
                self.names[alias.lower()] = meant

    def _operation(self, verb: str, start: int, clauses: dict[str, list[tuple[int, int]]]) -> Operation:
        tokens = self.tokens.items
        if verb in _INSERTS:
            words = {it.text for it in tokens if it.kind == "word"}
            # ON CONFLICT of PostgreSQL and SQLite, ON DUPLICATE KEY of MySQL
            return "upsert" if verb != "insert" or words & {"conflict", "duplicate"} else "insert"
        if verb == "update":
            return "update"
        if verb == "delete":
            return "delete"
        if verb != "select":
            return "execute"
        first = tokens[start + 1].text if start + 1 < len(tokens) else ""
        called = start + 2 < len(tokens) and tokens[start + 2].text == "("
        if first == "count" and called:
            return "count"
        if first == "exists" or (first == "1" and "from" in clauses):
            return "exists"
        return "aggregate" if first in _AGGREGATES and called else "select"

    def _reads_rows(self, verb: str, start: int, parameters: bool, function: bool) -> bool:
        if self.table is not None:
            name = self.table.rpartition(".")[2].lower()
            of_catalog = self.table.lower().startswith(_CATALOGS) or name.startswith(("pg_", "sqlite_"))
            return not (of_catalog or _OF_MIGRATIONS.search(name))
        if self.table_unknown:
            return True
        first = next((it.text for it in self.tokens.items[start + 1 : start + 2]), "")
        if verb == "select" and not function:
            return parameters and not first.startswith(_OF_SESSIONS)
        return verb in ("select", "insert", "update", "delete", "replace", "merge", "upsert")

    def _order(
        self, clauses: dict[str, list[tuple[int, int]]]
    ) -> list[tuple[str, Direction, Literal["first", "last"] | None]]:
        tokens = self.tokens.items
        found: list[tuple[str, Direction, Literal["first", "last"] | None]] = []
        for first, last in clauses.get("order", ()):
            at = first + 1  # behind BY
            while at < last:
                column, end = self.conditions.column(at, last)
                if column is None or tokens[end - 1].cast:
                    return [*found, (NOT_A_COLUMN, "asc", None)]
                direction: Direction = "asc"
                nulls: Literal["first", "last"] | None = None
                if end < last and tokens[end].text in ("asc", "desc"):
                    direction = "desc" if tokens[end].text == "desc" else "asc"
                    end += 1
                if end + 1 < last and tokens[end].text == "nulls":
                    nulls = "first" if tokens[end + 1].text == "first" else "last"
                    end += 2
                if end < last and tokens[end].text != ",":
                    return [*found, (NOT_A_COLUMN, "asc", None)]
                found.append((column, direction, nulls))
                at = end + 1
        return found

    def _target(self, start: int) -> tuple[tuple[str, ...], str | None]:
        """The columns of ON CONFLICT (...), and its WHERE."""
        tokens = self.tokens.items
        at = next((it for it in range(start, len(tokens)) if tokens[it].text == "conflict"), -1) + 1
        end = self.tokens.closing.get(at) if at > 0 else None
        if end is None:
            return (), None
        columns = tuple(it.text for it in tokens[at + 1 : end] if it.kind in ("word", "name"))
        if len(columns) * 2 - 1 != end - at - 1:  # an expression, a collation
            return (), None
        do = next((it for it in range(end, len(tokens)) if tokens[it].text == "do"), end)
        if do <= end + 1 or tokens[end + 1].text != "where":
            return columns, None
        return columns, " ".join(it.written for it in tokens[end + 2 : do])

    def _limit(self, clauses: dict[str, list[tuple[int, int]]], start: int) -> int | bool:
        for word, skip in (("limit", 0), ("fetch", 1)):
            for first, last in clauses.get(word, ()):
                at = first + skip
                if at < last:
                    text = self.tokens.items[at].text
                    return int(text) if text.isascii() and text.isdigit() else True
        if start + 2 < len(self.tokens.items) and self.tokens.items[start + 1].text == "top":
            text = self.tokens.items[start + 2].text
            return int(text) if text.isascii() and text.isdigit() else True
        return False
