"""A project -> the changes to the indexes of its tables that pay, each with its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from crowsfoot.advice.deletions import deletions
from crowsfoot.advice.measured import NOTHING, measured
from crowsfoot.advice.model import Plan, TablePlan
from crowsfoot.advice.of_table import Known, plan_table, rank
from crowsfoot.advice.statistics import Statistics
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Project, Table
from crowsfoot.link.wanted import queried


def plan(
    project: Project,
    *,
    least: Confidence = Confidence.LIKELY,
    only: Sequence[str] = (),
    statistics: Statistics | None = None,
) -> Plan:
    """The plan for the tables of a project, or those of them that are named."""
    every = queried(project)
    seen = NOTHING
    if statistics is not None:
        seen = measured(statistics, project, (shape for it in every for shape in it.shapes))
    shapes = {it.table: it.shapes for it in every}
    deleted = deletions(project, every)

    def wanted(table: Table) -> bool:
        return not only or _named(table, only)

    tables = [it for it in project.tables() if _is_planned(it) and wanted(it)]
    found: list[TablePlan] = []
    unsure = 0
    for table in tables:
        known = Known(deleted, seen, project.directives)
        whole = plan_table(table, shapes.get(table, ()), Confidence.POSSIBLE, known)
        sure = (
            whole if least is Confidence.POSSIBLE else plan_table(table, shapes.get(table, ()), least, known)
        )
        unsure += max(len(whole.changes) - len(sure.changes), 0)
        if sure.changes:
            found.append(sure)
    found.sort(key=lambda it: max(map(rank, it.changes)), reverse=True)
    asked = [it for table in tables for it in shapes.get(table, ())]
    return Plan(
        tuple(found),
        sum(table in shapes for table in tables),
        sum(len(it.places) for it in asked),
        unsure,
        seen,
        tuple(it for it in project.tables() if not it.complete and it.kind == "table" and wanted(it)),
        tuple(_shared(project, wanted)),
        sum(it.database.provider == "mongodb" and wanted(it) for it in project.tables()),
    )


def _shared(project: Project, wanted: Callable[[Table], bool]) -> Iterator[str]:
    """The names that the code asks for, and that are those of several tables."""
    accesses = project.code.accesses if project.code is not None else ()
    asked = {it.query.table for it in accesses if it.role == "application"}
    named = Counter(it.name for it in project.tables() if it.name in asked and wanted(it))
    yield from sorted(name for name, count in named.items() if count > 1)


def _is_planned(table: Table) -> bool:
    return table.kind == "table" and not table.ignored and table.database.provider != "mongodb"


def _named(table: Table, names: Sequence[str]) -> bool:
    return any(it.lower() in (table.model.lower(), table.name.lower()) for it in names)
