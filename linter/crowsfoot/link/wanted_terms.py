"""A SELECT of the migrations -> what it asks of each table that it reads; a policy's condition -> the same.

- asked_of(reading, catalog): every table of a SELECT, at any depth, with what is asked of it.
- asked_by(term, table, catalog): what a condition on the rows of one table asks.

Where tables are joined, one is searched by what is known of it, and the others are looked up by the columns
that join them. Which one that is, the database decides by its statistics: what is told of a join is a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from crowsfoot.facts.terms import Reading, Source, Term
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where, any_of
from crowsfoot.libraries.where import constant as as_sql
from crowsfoot.link.catalog import model as held
from crowsfoot.link.security.terms import (
    conjuncts,
    constant,
    disjuncts,
    parts,
    readings_of,
    table_of,
    terms_of,
)

_DEEPEST: Final = 10
_RANGES: Final = frozenset({"<", ">", "<=", ">="})
_OTHER_WAY: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
# Between these a cast changes nothing that an index would notice.
_SAME: Final = frozenset({"text", "varchar", "character varying", "bpchar"})
# Of PostgreSQL's own functions, those that are worked out for each row.
_VOLATILE: Final = frozenset(
    {"random", "clock_timestamp", "timeofday", "gen_random_uuid", "uuid_generate_v4", "nextval", "setval"}
)


class Asked(NamedTuple):
    """What a SELECT asks of a table. sure is False where another table may be searched first."""

    table: held.Table
    where: Where[str]
    sure: bool


def asked_by(term: Term, table: held.Table, catalog: held.Catalog) -> Where[str]:
    """What a condition on rows of the table asks that is worked out beside what a query asks.

    There x IN (SELECT ...) is no join: each row is looked up in a hash of what the SELECT gives.
    """

    def whose(column: Term) -> str:
        own = column.qualifier in (None, table.name) and column.name in table.columns
        return table.name if own else ""

    return _Reader(catalog, whose, table.name, joins=False).read(term)


def asked_of(reading: Reading, catalog: held.Catalog, depth: int = 0) -> Iterator[Asked]:
    """What a SELECT asks of each table that it reads."""
    if depth > _DEEPEST:
        return
    tables = {it.alias: found for it in reading.sources if (found := table_of(it, catalog)) is not None}
    yield from _of_sources(reading, tables, catalog)
    for inner in readings_of(reading):
        yield from asked_of(inner, catalog, depth + 1)
    for term in terms_of(reading):
        for it in parts(term):
            if it.reading is not None:
                yield from asked_of(it.reading, catalog, depth + 1)


def _of_sources(reading: Reading, tables: dict[str, held.Table], catalog: held.Catalog) -> Iterator[Asked]:
    def whose(column: Term) -> str:
        if column.qualifier is not None:
            return column.qualifier
        holders = [alias for alias, table in tables.items() if column.name in table.columns]
        # A parameter of a function looks like a column, and a subquery speaks of the tables around it.
        return holders[0] if len(holders) == 1 else "" if not holders else "?"

    conditions = conjuncts(reading.where) if reading.where is not None else ()
    alone = len(reading.sources) == 1
    own: dict[str, Where[str]] = {}
    joins: dict[str, set[tuple[str, str]]] = {}
    for alias in tables:
        reader = _Reader(catalog, whose, alias, frozenset(it.alias for it in reading.sources))
        found = NOTHING if reading.complete else SOMETHING
        for it in conditions:
            found = found.and_(reader.read(it))
        own[alias], joins[alias] = found, reader.joined
    searched = [alias for alias, it in own.items() if it.equal or it.among]
    for alias, table in tables.items():
        where = own[alias]
        beside = {other for _, other in joins[alias]}
        if alone or searched == [alias]:
            yield Asked(table, where, alone)
        elif alias not in searched and len(beside) == 1 and not _is_outer(reading.sources, alias):
            yield Asked(table, where.with_("equal", sorted({it for it, _ in joins[alias]})), sure=False)
        else:
            also = tuple(sorted({it for it, _ in joins[alias]}))
            yield Asked(table, where.and_(Where(others=also, whole=False)), sure=False)


def _is_outer(sources: tuple[Source, ...], alias: str) -> bool:
    """Whether by which columns it is joined is not told, as those of an outer join."""
    return any(it.outer for it in sources if it.alias == alias)


class _Reader:
    """Reads conditions for what they ask of one table; joined are its columns that equal those of another."""

    def __init__(
        self,
        catalog: held.Catalog,
        whose: Callable[[Term], str],
        alias: str,
        beside: frozenset[str] = frozenset(),
        *,
        joins: bool = True,
    ) -> None:
        self._catalog = catalog
        self._whose = whose
        self._alias = alias
        self._beside = beside - {alias}
        self._joins = joins
        self.joined: set[tuple[str, str]] = set()

    def read(self, term: Term) -> Where[str]:
        if term.kind == "and":
            found: Where[str] = NOTHING
            for it in conjuncts(term):
                found = found.and_(self.read(it))
            return found
        if term.kind == "or":
            joined = set(self.joined)
            found = any_of(self.read(it) for it in disjuncts(term))
            self.joined = joined
            return found
        if term.kind == "not":
            inner = self._plain(term.of[0])
            if inner is not None:
                return Where(equal=(inner,), constants=((inner, "false"),))
            return self.read(term.of[0]).negated()
        column = self._plain(term)
        if column is not None:
            return Where(equal=(column,), constants=((column, "true"),))
        return self._compared(term) or self._others(term)

    def _compared(self, term: Term) -> Where[str] | None:
        """A comparison of a column with something that is the same for all rows; None for all else."""
        if term.kind == "operator" and len(term.of) == 2:
            return self._operator(term.name, *term.of) or self._operator(
                _OTHER_WAY.get(term.name, term.name), *reversed(term.of)
            )
        if not term.of or (column := self._plain(term.of[0])) is None:
            return None
        rest = term.of[1:]
        if term.kind == "is":
            return _is(column, term.name)
        if term.kind == "any query" and term.name == "=":
            return Where(among=(column,)) if self._joins else None
        if term.kind == "any" and term.name == "=" and all(map(self._is_value, rest)):
            return Where(among=(column,))
        if term.kind == "in" and all(map(self._is_value, rest)):
            return Where(among=(column,))
        return None

    def _operator(self, operator: str, beside: Term, against: Term) -> Where[str] | None:
        column = self._plain(beside)
        if column is None:
            return self._of_function(operator, beside, against)
        if not self._is_value(against):
            return None
        if operator == "=":
            others = {self._whose(it) for it in parts(against) if it.kind == "column"} & self._beside
            if others:
                self.joined.update((column, it) for it in others)
                return NOTHING
            said = constant(against)
            word = as_sql(said) if said not in ("true", "false") else said
            return Where(equal=(column,), constants=((column, word),) if word and said is not None else ())
        if operator in _RANGES:
            return Where(ranges=(column,))
        if operator == "~~*":
            return Where(others=(column,), functions=((column, "ilike"),))
        return None

    def _of_function(self, operator: str, beside: Term, against: Term) -> Where[str] | None:
        """lower(email) = ..."""
        column = self._plain(beside.of[0]) if beside.kind == "call" and len(beside.of) == 1 else None
        if column is None or not self._is_value(against) or operator not in _RANGES | {"="}:
            return None
        return Where(others=(column,), functions=((column, beside.name),))

    def _plain(self, term: Term) -> str | None:
        """The column of the table that the term is."""
        while term.kind == "cast" and term.name in _SAME:
            term = term.of[0]
        return term.name if term.kind == "column" and self._whose(term) == self._alias else None

    def _is_value(self, term: Term) -> bool:
        """Whether it is the same for all rows of the table, or a column of another one."""
        for it in parts(term):
            if it.kind == "unknown" or (it.kind == "column" and self._whose(it) in (self._alias, "?")):
                return False
            if it.kind == "call" and self._is_volatile(it):
                return False
        return True

    def _is_volatile(self, call: Term) -> bool:
        schemas = (call.qualifier,) if call.qualifier is not None else self._catalog.search_path
        own = [it for schema in schemas for it in self._catalog.functions.get((schema, call.name), ())]
        return any(it.volatility == "volatile" for it in own) if own else call.name in _VOLATILE

    def _others(self, term: Term) -> Where[str]:
        """The columns of what no index of a column serves."""
        found = [it for it in parts(term) if it.kind == "column"]
        own = tuple(dict.fromkeys(it.name for it in found if self._whose(it) == self._alias))
        unsure = any(self._whose(it) == "?" for it in found)
        asks = any(it.reading is not None or it.kind == "unknown" for it in parts(term))
        return Where(others=own, whole=not (asks or unsure))


def _is(column: str, what: str) -> Where[str]:
    match what:
        case "null":
            return Where(null=(column,))
        case "not null":
            return Where(ranges=(column,))
        case "true" | "false":
            return Where(equal=(column,), constants=((column, what),))
    return Where(others=(column,))
