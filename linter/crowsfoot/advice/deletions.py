"""A project -> the tables that its code deletes rows of, by itself or by what cascades, and where.

Such a delete looks for rows that refer to the one that goes, in every table that does so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crowsfoot.link.project import Project, Table
from crowsfoot.link.wanted import Place, Queried


def deletions(project: Project, asked: Iterable[Queried]) -> Mapping[Table, Place] | None:
    """By table, the first place that deletes of it; None where the project has no code that tells."""
    if project.code is None or not project.code.accesses:
        return None
    found: dict[Table, Place] = {}
    for it in asked:
        places = [place for shape in it.shapes for place in shape.places if place.operation == "delete"]
        if places:
            found[it.table] = min(places, key=lambda place: (not place.likely, place.span))
    waiting = list(found)
    while waiting:
        table = waiting.pop()
        for fk in table.referenced_by:
            if fk.on_delete == "Cascade" and fk.table not in found:
                found[fk.table] = found[table]
                waiting.append(fk.table)
    return found
