"""The plan for somebody at a terminal: table by table, what to change and who asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crowsfoot.advice import View
from crowsfoot.advice.model import Change, TablePlan
from crowsfoot.advice.words import counts, left_out, looked_at, reasons, size, title
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.words import plural

_MOST_PLACES: Final = 3  # for each reason; the JSON has all of them

_STYLES: Final = {"add": t.GREEN, "replace": t.BLUE, "drop": "\x1b[1;31m"}


def render(view: View) -> str:
    blocks = ["\n".join(_table(view, it)) for it in view.plan.tables]
    return "\n\n".join([*blocks, "\n".join(_summary(view))]) + "\n"


def _table(view: View, it: TablePlan) -> Iterator[str]:
    name = t.paint(t.visible(str(it.table)), t.BOLD, view.page.color)
    yield f"{name}  {size(it)}  {t.visible(view.at(it.table.name_span))}"
    for change in it.changes:
        yield from _change(view, change)
    for note in it.notes:
        yield f"  note: {t.visible(note)}"


def _change(view: View, change: Change) -> Iterator[str]:
    kind = t.paint(f"{change.kind:8}", _STYLES[change.kind], view.page.color)
    yield f"  {kind} {t.visible(title(change))}  [{change.confidence.name.lower()}]"
    for reason in reasons(change):
        yield from _wrapped(view, reason.said)
        for place in reason.places[:_MOST_PLACES]:
            yield t.visible(f"             {view.at(place.span)}: {place.said}")
        if more := reason.places[_MOST_PLACES:]:
            yield f"             and {plural(len(more), 'more place')}"


def _wrapped(view: View, text: str) -> Iterator[str]:
    room = max(view.page.width - 11, 40)
    for line in t.wrap(t.visible(text), room, room):
        yield f"           {line}"


def _summary(view: View) -> Iterator[str]:
    yield f"{counts(view.plan)}, {looked_at(view.plan)}"
    for said in left_out(view.plan):
        yield t.visible(said)
    if view.plan.unsure:
        yield f"{view.plan.unsure} more would help perhaps: --min-confidence possible shows them"
