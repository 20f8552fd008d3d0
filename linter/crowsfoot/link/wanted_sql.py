"""What the migrations leave -> what views, functions and policies ask of tables, as queries of the code are.

Whoever reads a view adds to what it asks, and every statement to what a policy asks: these never say all that
is asked of their table. Of statements in functions, all but SELECT are told by the columns that they name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec.structs import asdict

from crowsfoot.libraries.query import Query
from crowsfoot.libraries.where import SOMETHING, Where
from crowsfoot.link.project import Project
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.facts import sql as facts
    from crowsfoot.facts.terms import Reading
    from crowsfoot.link.catalog import model as held

Origin = Literal["view", "function", "policy"]


class Said(NamedTuple):
    """What something in the database asks of one table."""

    table: str
    schema: str
    query: Query
    span: Span
    source: Origin


def asked_in_sql(project: Project) -> Iterator[Said]:
    """All that views, functions and policies ask, history by history."""
    for history in project.histories:
        if history.dialect == "postgresql":
            yield from _of_catalog(history.final)


def _of_catalog(catalog: held.Catalog) -> Iterator[Said]:
    for table in catalog.tables_in_order():
        if table.query is not None:
            searched = table.kind == "materialized view"
            yield from _of_query(table.query, catalog, f"view {table}", "view", table.span, searched)
        for policy in table.policies.values():
            yield from _of_policy(policy, table, catalog)
    functions = [it for overloads in catalog.functions.values() for it in overloads]
    for function in sorted(functions, key=lambda it: it.span):
        for query in function.body:
            yield from _of_query(
                query, catalog, f"function {function.name}()", "function", function.span, True
            )


def _of_query(
    query: facts.Query, catalog: held.Catalog, said: str, source: Origin, span: Span, whole: bool
) -> Iterator[Said]:
    """whole: nobody adds to what it asks."""
    told: set[int] = set()
    if query.reading is not None:
        from crowsfoot.link.wanted_terms import asked_of

        for it in asked_of(query.reading, catalog):
            # A join narrows what is looked up, whatever is asked besides.
            where = it.where if whole or not it.sure else it.where.and_(SOMETHING)
            yield _said(it.table, where, said, source, span, it.sure)
            if it.where.whole:
                told.add(it.table.number)
    for name in query.tables:
        table = catalog.table(name)
        if table is not None and table.number not in told:
            told.add(table.number)
            named = tuple(dict.fromkeys(it.name for it in query.columns if it.name in table.columns))
            yield _said(table, Where(others=named, whole=False), said, source, span, sure=False)


def _of_policy(policy: held.Policy, table: held.Table, catalog: held.Catalog) -> Iterator[Said]:
    said = f'policy "{policy.name}"'
    using = policy.using
    if using is None or policy.command == "insert":
        return
    if using.term is None:
        named = tuple(it for it in using.columns if it in table.columns)
        yield _said(table, Where(others=named, whole=False), said, "policy", policy.span, sure=False)
        return
    from crowsfoot.link.wanted_terms import asked_by, asked_of

    where = asked_by(using.term, table, catalog)
    if where.all:
        yield _said(table, where.and_(SOMETHING), said, "policy", policy.span)
    for reading in _readings(using):
        for it in asked_of(reading, catalog):
            yield _said(it.table, it.where, said, "policy", policy.span, it.sure)


def _readings(expression: facts.Expression) -> Iterator[Reading]:
    from crowsfoot.link.security.terms import parts

    if expression.term is not None:
        for it in parts(expression.term):
            if it.reading is not None:
                yield it.reading


def _said(
    table: held.Table, where: Where[str], said: str, source: Origin, span: Span, sure: bool = True
) -> Said:
    query = Query("sql", said, "select", table=table.name, likely=sure, **asdict(where))
    return Said(table.name, table.schema, query, span, source)
