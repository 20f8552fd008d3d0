"""A table or column of another name -> the policies that speak of it, by that name.

PostgreSQL keeps what a policy names by number, also in its subqueries and in policies of other tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from crowsfoot.facts.sql import Expression
from crowsfoot.facts.terms import Reading, Source, Term
from crowsfoot.link.catalog.draft import Draft
from crowsfoot.link.catalog.model import MOST, Policy, Table

_Change = Callable[[Table, Expression], Expression]


def rename_column_in_policies(draft: Draft, number: int, old: str, new: str) -> None:
    """Before the column of the table is renamed."""

    def change(table: Table, expression: Expression) -> Expression:
        return _column_renamed(draft, table, expression, number, old, new)

    _change(draft, number, old, change)


def rename_table_in_policies(draft: Draft, number: int, new: str) -> None:
    """Before the table is renamed."""
    old = draft.catalog.tables[number].name

    def change(table: Table, expression: Expression) -> Expression:
        return _table_renamed(draft, table, expression, number, new)

    _change(draft, number, None, change, word=old)


def _change(draft: Draft, number: int, column: str | None, change: _Change, word: str = "") -> None:
    for table in list(_with_policies(draft, number)):
        policies: dict[str, Policy] = {}
        for name, it in table.policies.items():
            clauses: dict[str, Expression] = {}
            for clause in ("using", "check"):
                expression: Expression | None = getattr(it, clause)
                if expression is None or expression.term is None:
                    continue
                if column in expression.columns or (word and word in expression.text):
                    clauses[clause] = change(table, expression)
            policies[name] = replace(it, **clauses) if clauses else it
        if any(policies[name] is not it for name, it in table.policies.items()):
            draft.put(replace(table, policies=policies))


def _with_policies(draft: Draft, number: int) -> Iterator[Table]:
    """The table itself, and others whose policies may read it; of very many, only itself."""
    tables = draft.catalog.tables
    if len(tables) > MOST:
        yield tables[number]
        return
    for it in draft.catalog.tables_in_order():
        if it.policies:
            yield it


def _column_renamed(
    draft: Draft, table: Table, expression: Expression, number: int, old: str, new: str
) -> Expression:
    from crowsfoot.link.security.terms import columns  # few migrations hold policies

    term = expression.term
    assert term is not None
    named = [
        it.term
        for it in columns(term, table, draft.catalog)
        if it.table is not None and it.table.number == number and it.term.name == old
    ]
    if not named:
        return expression
    changed = {id(it): replace(it, name=new) for it in named}
    names = tuple(dict.fromkeys([new if it == old else it for it in expression.columns]))
    others = any(it.name == old and id(it) not in changed for it in _columns(term))
    return replace(
        expression,
        text=_text(expression, named, old, new, alone=not others),
        columns=(*names, old) if others else names,
        term=_replaced(term, changed),
    )


def _table_renamed(draft: Draft, table: Table, expression: Expression, number: int, new: str) -> Expression:
    from crowsfoot.link.security.terms import columns, table_of

    term = expression.term
    assert term is not None
    changed: dict[int, Term] = {}
    if table.number == number:
        for use in columns(term, table, draft.catalog):
            if use.own and use.term.qualifier is not None:
                changed[id(use.term)] = replace(use.term, qualifier=new)

    def source(it: Source) -> Source:
        found = table_of(it, draft.catalog)
        return replace(it, name=new) if found is not None and found.number == number else it

    return replace(expression, term=_replaced(term, changed, source))


def _text(expression: Expression, named: list[Term], old: str, new: str, *, alone: bool) -> str:
    """The text with the columns renamed; alone: no other column in it has the name."""
    start, text = expression.range.start, expression.text
    written = new if re.fullmatch(r"[a-z_][a-z0-9_$]*", new) else f'"{new}"'
    if expression.range.end - start != len(text):
        # A comment is left out, or it was renamed before: the places are other ones now.
        pattern = rf"""'(?:[^']|'')*'|"{re.escape(old)}"|(?<![\w$"]){re.escape(old)}(?![\w$"])"""
        return re.sub(pattern, lambda it: it[0] if it[0][0] == "'" or not alone else written, text)
    for it in sorted(named, key=lambda it: -it.range.start):
        first, last = it.range.start - start, it.range.end - start
        name = text[first:last]
        begin = name.rfind("." if '"' not in name else '."') + 1
        text = f"{text[:first]}{name[:begin]}{written}{text[last:]}"
    return text


def _columns(term: Term) -> Iterator[Term]:
    from crowsfoot.link.security.terms import everything

    return (it for it in everything(term) if it.kind == "column")


def _same(it: Source) -> Source:
    return it


def _replaced(term: Term, changed: Mapping[int, Term], source: Callable[[Source], Source] = _same) -> Term:
    """The term with others in place of some of its columns and sources."""
    if id(term) in changed:
        return changed[id(term)]
    if not term.of and term.reading is None:
        return term
    reading = None if term.reading is None else _reading(term.reading, changed, source)
    return replace(term, of=tuple([_replaced(it, changed, source) for it in term.of]), reading=reading)


def _reading(reading: Reading, changed: Mapping[int, Term], source: Callable[[Source], Source]) -> Reading:
    sources: list[Source] = []
    for it in reading.sources:
        inner = None if it.reading is None else _reading(it.reading, changed, source)
        call = None if it.call is None else _replaced(it.call, changed, source)
        sources.append(replace(source(it), reading=inner, call=call))
    return replace(
        reading,
        sources=tuple(sources),
        where=None if reading.where is None else _replaced(reading.where, changed, source),
        gives=tuple([_replaced(it, changed, source) for it in reading.gives]),
        branches=tuple([_reading(it, changed, source) for it in reading.branches]),
        ctes=tuple([(name, _reading(it, changed, source)) for name, it in reading.ctes]),
    )
