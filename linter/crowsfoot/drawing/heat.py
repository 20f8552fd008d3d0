"""A project to where its code asks each table, and whether once per row of something."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from crowsfoot.drawing.places import Place, Places
from crowsfoot.link.project import Project, Table
from crowsfoot.link.wanted import queried
from crowsfoot.reporters.terminal import visible
from crowsfoot.source import Span


class Asked(msgspec.Struct, frozen=True):
    """One place that asks a table: said as the code says it; repeated, where it does so once per row."""

    said: str
    operation: str
    place: Place
    source: str  # "code", "view", "function", "policy"
    repeated: bool


# From how many places on a table is how hot.
LEVELS = (1, 3, 6, 12, 25)


def level(queries: int, loops: int) -> int:
    """0 for a table that nobody asks, 5 for the hottest; a query in a loop counts as five."""
    weight = queries + 4 * loops
    return sum(weight >= it for it in LEVELS)


def asked_by_table(project: Project, tables: Collection[Table], places: Places) -> dict[Table, list[Asked]]:
    """The places that ask each table, by place; those that do so once per row first."""
    found: dict[Table, dict[tuple[Span, str], Asked]] = {}
    by_name: dict[str, list[Table]] = {}
    for table in tables:
        by_name.setdefault(table.name, []).append(table)
    for it in queried(project):
        if it.table not in tables:
            continue
        for shape in it.shapes:
            for place in shape.places:
                asked = Asked(
                    visible(place.said), place.operation, places.of(place.span), place.source, False
                )
                found.setdefault(it.table, {})[place.span, place.said] = asked
    for again in project.code.repeated if project.code is not None else ():
        named = by_name.get(again.query.table or "", [])
        if len(named) == 1 and again.role == "application":
            span = again.way[-1].span if again.way else again.span
            asked = Asked(visible(again.query.api), again.query.operation, places.of(span), "code", True)
            found.setdefault(named[0], {})[span, again.query.api] = asked
    return {
        table: [them[key] for key in sorted(them, key=lambda it: (not them[it].repeated, it))]
        for table, them in found.items()
    }
