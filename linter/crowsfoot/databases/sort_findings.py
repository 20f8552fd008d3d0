"""A verdict, and what is wrong in words -> the finding: queries, the index as it is, and as it should be."""

from crowsfoot.databases.index_writing import declaration, fix
from crowsfoot.databases.sort_service import Verdict
from crowsfoot.finding import Finding, Related
from crowsfoot.link.project import Table

_MOST_PLACES = 6


def queries(verdict: Verdict) -> str:
    """The first of the queries as the code says it, and how many there are."""
    places = verdict.places
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return f"`{places[0]}`{more}"


def fields(verdict: Verdict, names: frozenset[str]) -> list[str]:
    """What the user calls the columns: in the order of the index, then in that of the table."""
    held = list(verdict.index.columns) if verdict.index is not None else []
    columns = dict.fromkeys([*held, *_table(verdict).columns.values()])
    return [it.field for it in columns if it.name in names]


def sorted_by(verdict: Verdict) -> list[str]:
    """What the user calls the columns that rows are sorted by."""
    asked = verdict.shapes[0].asked
    called = {it.name: it.field for it in _table(verdict).columns.values()}
    return [called.get(it.column or "", "?") for it in asked.order if it.column not in asked.equal]


def of_index(verdict: Verdict, wrong: str, instead: str = "") -> Finding:
    """The finding at the index, or at a query where nothing but migrations declares the index.

    instead is what could be done without another index.
    """
    index = verdict.index
    if index is None or not index.declared:
        return of_query(verdict, wrong, instead)
    return Finding(
        index.span,
        f"{wrong}; {_way_out(verdict, instead, '' if instead else 'it')}",
        subject=f"{index}",
        related=tuple(Related(it.span, f"this query: `{it}`") for it in verdict.places[:_MOST_PLACES]),
        fix=fix(verdict.proposal),
        confidence=verdict.confidence,
    )


def of_query(verdict: Verdict, wrong: str, instead: str = "") -> Finding:
    """The finding at the first of the queries."""
    first, *others = verdict.places
    table, index = _table(verdict), verdict.index
    names = ", ".join(it.column or "?" for it in verdict.proposal.keys)
    there = (
        Related(index.span, "this index finds the rows, and has them in another order")
        if index is not None
        else Related(table.name_span, f"{table} has no index that begins so")
    )
    return Finding(
        first.span,
        f"{wrong}; {_way_out(verdict, instead)}",
        subject=f"{table}({names})",
        related=(
            there,
            *(Related(it.span, f"this query, too: `{it}`") for it in others[: _MOST_PLACES - 1]),
        ),
        fix=fix(verdict.proposal),
        confidence=verdict.confidence,
    )


def _way_out(verdict: Verdict, instead: str, it: str = "") -> str:
    """What to do; it is what the index to replace is called where that has been named just before."""
    old = verdict.proposal.replaces
    verb = "add" if old is None else f"replace {it or old.declaration} by"
    return f"{f'{instead}, or ' if instead else ''}{verb} {declaration(verdict.proposal)}"


def _table(verdict: Verdict) -> Table:
    return verdict.proposal.table
