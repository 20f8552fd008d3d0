"""Terms taken apart: what they are made of, and whose columns they name.

- parts(term), everything(term), in_reading(reading): all terms in it, without and with those of subqueries.
- conjuncts(term), disjuncts(term): what AND and OR take together.
- constant(term): the text of a constant.
- columns(term, table, catalog): every column that it names, and whose it is: own, of the table that a policy
  is on, qualified or not, at any depth of subqueries.
- own_columns(term, table, catalog): the names of those that are the table's own.
- captured(term, table, catalog): columns of a subquery that are compared with themselves.
- form(term): equal for two terms that say the same.
- says(term): the term as SQL, to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from crowsfoot.facts.terms import Reading, Source, Term
from crowsfoot.link.catalog import model as held


def constant(term: Term) -> str | None:
    """The text of a constant, casts aside."""
    while term.kind == "cast":
        term = term.of[0]
    return term.name if term.kind == "constant" else None


def bare(term: Term) -> Term:
    """The term without casts, and without a (SELECT ...) that only gives it."""
    while True:
        reading = term.reading
        if term.kind == "cast":
            term = term.of[0]
        elif term.kind == "scalar" and reading is not None and is_wrapper(reading):
            term = reading.gives[0]
        else:
            return term


def is_wrapper(reading: Reading) -> bool:
    """Whether it is SELECT of one expression, from nothing."""
    return (
        not reading.sources
        and not reading.branches
        and reading.where is None
        and reading.complete
        and len(reading.gives) == 1
    )


def conjuncts(term: Term) -> tuple[Term, ...]:
    """What has to hold, all of it."""
    return tuple(_flat(term, "and"))


def disjuncts(term: Term) -> tuple[Term, ...]:
    """Each suffices."""
    return tuple(_flat(term, "or"))


def _flat(term: Term, kind: str) -> Iterator[Term]:
    if term.kind == kind:
        for it in term.of:
            yield from _flat(it, kind)
    else:
        yield term


def parts(term: Term) -> Iterator[Term]:
    """The term and all that it is made of; what its subqueries hold is not among them."""
    waiting = [term]
    while waiting:
        it = waiting.pop()
        yield it
        waiting += reversed(it.of)


def everything(term: Term) -> Iterator[Term]:
    """The term and all that it is made of, at any depth of subqueries."""
    for it in parts(term):
        yield it
        if it.reading is not None:
            yield from in_reading(it.reading)


def in_reading(reading: Reading) -> Iterator[Term]:
    """All terms of a SELECT, at any depth."""
    for it in terms_of(reading):
        yield from everything(it)
    for inner in readings_of(reading):
        yield from in_reading(inner)


def terms_of(reading: Reading) -> Iterator[Term]:
    """The terms of a SELECT itself: what it gives, its conditions, functions in FROM."""
    yield from reading.gives
    if reading.where is not None:
        yield reading.where
    for source in reading.sources:
        if source.call is not None:
            yield source.call


def readings_of(reading: Reading) -> Iterator[Reading]:
    """The SELECTs that stand beside or below it: CTEs, branches of UNION, subqueries in FROM."""
    for _, cte in reading.ctes:
        yield cte
    yield from reading.branches
    for source in reading.sources:
        if source.reading is not None:
            yield source.reading


# --- columns ---


class Use(NamedTuple):
    """A column that a term names."""

    term: Term
    table: held.Table | None  # whose it is; None where that is not known, or no table
    own: bool  # it belongs to the row that the policy is asked about
    source: Source | None = None  # what brings it, in a subquery


class _Scope(NamedTuple):
    """What one SELECT has in FROM, and the table of each where it is one."""

    sources: tuple[tuple[Source, held.Table | None], ...]
    complete: bool


def columns(term: Term, table: held.Table, catalog: held.Catalog) -> Iterator[Use]:
    """Every column in the term of a policy on the table, with whose it is.

    A name means the innermost FROM that has it.
    Source: https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-SUBQUERIES
    """
    return _columns(term, table, catalog, ())


def own_columns(term: Term, table: held.Table, catalog: held.Catalog) -> tuple[str, ...]:
    """The names of the columns of the policy's own row, each once; those in subqueries come last."""
    return tuple(dict.fromkeys([it.term.name for it in columns(term, table, catalog) if it.own]))


def _columns(
    term: Term, table: held.Table, catalog: held.Catalog, scopes: tuple[_Scope, ...]
) -> Iterator[Use]:
    inside: list[Reading] = []
    for it in parts(term):
        if it.kind == "column":
            yield _whose(it, table, scopes)
        elif it.reading is not None:
            inside.append(it.reading)
    for reading in inside:
        yield from _in_reading(reading, table, catalog, scopes)


def _in_reading(
    reading: Reading, table: held.Table, catalog: held.Catalog, scopes: tuple[_Scope, ...]
) -> Iterator[Use]:
    scope = _Scope(
        tuple([(it, table_of(it, catalog)) for it in reading.sources]),
        reading.complete,
    )
    inner = (*scopes, scope)
    for it in terms_of(reading):
        yield from _columns(it, table, catalog, inner)
    for _, cte in reading.ctes:
        yield from _in_reading(cte, table, catalog, scopes)
    for branch in reading.branches:
        yield from _in_reading(branch, table, catalog, scopes)
    for source in reading.sources:
        if source.reading is not None:
            yield from _in_reading(source.reading, table, catalog, scopes)


def table_of(source: Source, catalog: held.Catalog) -> held.Table | None:
    """The table or view that stands in FROM, where it is one that is known."""
    if source.name is None or source.cte:
        return None
    for schema in (source.schema,) if source.schema is not None else catalog.search_path:
        number = catalog.names.get((schema, source.name))
        if number is not None:
            return catalog.tables[number]
    return None


def _whose(term: Term, table: held.Table, scopes: tuple[_Scope, ...]) -> Use:
    for scope in reversed(scopes):
        for source, found in scope.sources:
            if term.qualifier is not None:
                if term.qualifier == source.alias:
                    return Use(term, found, False, source)
            elif found is not None and found.complete:
                if term.name in found.columns or term.name == source.alias:
                    return Use(term, found, False, source)
            elif not _lacks(source, term.name):
                return Use(term, None, False, source)
        if not scope.complete:
            return Use(term, None, False)
    own = term.qualifier in (None, table.name) and (term.name in table.columns or not table.complete)
    return Use(term, table if own else None, own)


def _lacks(source: Source, name: str) -> bool:
    """Whether a subquery in FROM is certain not to give a column of the name."""
    reading = source.reading
    if reading is None or reading.branches or not reading.complete:
        return False
    return all(it.kind == "column" and it.name not in (name, "*") for it in reading.gives)


def captured(term: Term, table: held.Table, catalog: held.Catalog) -> Iterator[tuple[Term, Use]]:
    """Each comparison of a column with itself in a subquery, where the policy's own was meant.

    In EXISTS (SELECT 1 FROM member m WHERE m.org_id = org_id) the second org_id is m's as well, if it has
    one.
    """
    uses = {id(it.term): it for it in columns(term, table, catalog)}
    for it in everything(term):
        if it.kind == "operator" and it.name == "=" and len(it.of) == 2:
            left, right = (uses.get(id(side)) for side in it.of)
            if (
                left is not None
                and right is not None
                and left.source is not None
                and left.source is right.source
                and left.term.name == right.term.name
                and left.term.name in table.columns
                and None in (left.term.qualifier, right.term.qualifier)
            ):
                yield it, left


def form(term: Term | None) -> object:
    """What it says, wherever it stands: equal for two that say the same."""
    return _form(term)


def _form(it: object) -> object:
    if isinstance(it, Term):
        return (it.kind, it.name, it.qualifier, tuple(map(_form, it.of)), _form(it.reading))
    if isinstance(it, Source):
        return (it.alias, it.name, it.schema, it.cte, it.outer, _form(it.reading), _form(it.call))
    if isinstance(it, Reading):
        return (
            tuple(map(_form, it.sources)),
            _form(it.where),
            tuple(map(_form, it.gives)),
            tuple(map(_form, it.branches)),
            tuple([(name, _form(cte)) for name, cte in it.ctes]),
            it.grouped,
            it.complete,
        )
    return it


# --- text ---

_INFIX: Final = {"and": "AND", "or": "OR"}
_MOST: Final = 120  # characters


def says(term: Term) -> str:
    """The term as SQL, short enough for a message."""
    text = _says(term)
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


def _says(term: Term) -> str:
    match term.kind:
        case "column":
            return f"{term.qualifier}.{term.name}" if term.qualifier else term.name
        case "constant":
            return term.name if term.name in ("true", "false") or term.name.isdigit() else f"'{term.name}'"
        case "null":
            return "NULL"
        case "call":
            name = f"{term.qualifier}.{term.name}" if term.qualifier else term.name
            bare_word = name in ("current_user", "session_user", "user", "current_role")
            return name if bare_word else f"{name}({', '.join(map(_says, term.of))})"
        case "operator" if len(term.of) == 2:
            return f"{_says(term.of[0])} {term.name} {_says(term.of[1])}"
        case "and" | "or":
            return f" {_INFIX[term.kind]} ".join([_inner(it) for it in term.of])
        case "not":
            return f"NOT {_inner(term.of[0])}"
        case "is":
            return f"{_says(term.of[0])} IS {term.name.upper()}"
        case "cast":
            return f"{_inner(term.of[0])}::{term.name}"
        case "distinct":
            return f"{_says(term.of[0])} IS DISTINCT FROM {_says(term.of[1])}"
        case "in":
            return f"{_says(term.of[0])} IN ({', '.join(map(_says, term.of[1:]))})"
        case "scalar" if term.reading is not None and is_wrapper(term.reading):
            return f"(SELECT {_says(term.reading.gives[0])})"
        case "exists":
            return "EXISTS (SELECT ...)"
    return "..."


def _inner(term: Term) -> str:
    text = _says(term)
    return f"({text})" if term.kind in ("and", "or", "operator", "is", "distinct", "in") else text
