"""The plan for the indexes to what is shown of it: by table, each change with who asks for it, and SQL."""

import msgspec

from crowsfoot.advice.as_sql import files
from crowsfoot.advice.model import Change, Plan, TablePlan
from crowsfoot.advice.words import counts, looked_at, reasons, size, title
from crowsfoot.databases.safe_ddl import Advice
from crowsfoot.pages.shown import shown
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.places import at
from crowsfoot.secrets import masked

_MOST_PLACES = 30  # of one reason


class Reason(msgspec.Struct, frozen=True):
    """What speaks for a change, and where that stands: places with what is said there, and how many more."""

    said: str
    places: tuple[tuple[str, str], ...]
    more: int


class Advised(msgspec.Struct, frozen=True):
    """A change to the indexes of a table: kind is "add", "replace" or "drop"."""

    kind: str
    title: str
    confidence: str
    reasons: tuple[Reason, ...]


class AdvisedTable(msgspec.Struct, frozen=True):
    """What is to change about the indexes of a table; sql is text to paste."""

    name: str
    where: str  # its database's file
    size: str
    changes: tuple[Advised, ...]
    notes: tuple[str, ...]
    sql: tuple[str, ...]


class ShownPlan(msgspec.Struct, frozen=True):
    """The whole plan, what pays most first."""

    summary: str
    tables: tuple[AdvisedTable, ...]

    @property
    def changes(self) -> int:
        return sum(len(it.changes) for it in self.tables)


def shown_plan(plan: Plan, view: View) -> ShownPlan:
    summary = f"{counts(plan)}, {looked_at(plan)}" if plan.places else counts(plan)
    return ShownPlan(shown(summary[:1].upper() + summary[1:]), tuple(_table(it, view) for it in plan.tables))


def _table(it: TablePlan, view: View) -> AdvisedTable:
    scripts = tuple(files(it))
    return AdvisedTable(
        name=t.visible(str(it.table)),
        where=t.visible(it.table.database.path),
        size=size(it),
        changes=tuple(_change(each, view) for each in it.changes),
        notes=tuple(map(shown, it.notes)),
        sql=tuple(map(t.visible, masked(str(Advice(scripts))).splitlines())) if scripts else (),
    )


def _change(it: Change, view: View) -> Advised:
    return Advised(
        kind=it.kind,
        title=shown(title(it)),
        confidence=it.confidence.name.lower(),
        reasons=tuple(
            Reason(
                said=shown(reason.said),
                places=tuple(
                    (t.visible(at(view, place.span)), shown(place.said))
                    for place in reason.places[:_MOST_PLACES]
                ),
                more=max(0, len(reason.places) - _MOST_PLACES),
            )
            for reason in reasons(it)
        ),
    )
