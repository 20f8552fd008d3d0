"""The plan for a pull request: one table of changes, and below it who asks for each.

Names and code are taken for text: whatever they hold, Markdown shows it and does not read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crowsfoot.advice import View
from crowsfoot.advice.model import Change, TablePlan
from crowsfoot.advice.words import counts, left_out, looked_at, reasons, title
from crowsfoot.reporters.markdown import LIMIT, code, text
from crowsfoot.reporters.words import plural

_MOST_PLACES: Final = 10  # for each reason
_SIGNS: Final = {"add": "🟢 add", "replace": "🔵 replace", "drop": "🔴 drop"}


def render(view: View) -> str:
    head = ["## Indexes", "", f"{text(counts(view.plan))}, {text(looked_at(view.plan))}.", ""]
    for said in left_out(view.plan):
        head += [f"{text(said[0].upper() + said[1:])}.", ""]
    if not view.plan.tables:
        return "\n".join(head)
    rows = ["| Table | Indexes | Change | | Why |", "| --- | --- | --- | --- | --- |"]
    size = 0
    for number, it in enumerate(view.plan.tables):
        block = [*_rows(view, it)]
        size += sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in block)
        if size > LIMIT:
            rows += ["", f"… and {plural(len(view.plan.tables) - number, 'more table')}."]
            break
        rows += block
    return "\n".join([*head, *rows, ""])


def _rows(view: View, it: TablePlan) -> Iterator[str]:
    for number, change in enumerate(it.changes):
        name, size = (code(str(it.table)), f"{it.before} → {it.after}") if not number else ("", "")
        why = "<br>".join(_why(view, change))
        yield (
            f"| {name} | {size} | {_SIGNS[change.kind]} {code(title(change))} "
            f"| {change.confidence.name.lower()} | {why} |"
        )
    for note in it.notes:
        yield f"| | | | | {text(note)} |"


def _why(view: View, change: Change) -> Iterator[str]:
    for reason in reasons(change):
        yield text(reason.said)
        places = reason.places
        shown = [f"{code(view.at(it.span))} {code(it.said)}" for it in places[:_MOST_PLACES]]
        if more := places[_MOST_PLACES:]:
            shown.append(f"and {plural(len(more), 'more place')}")
        if shown:
            yield f"<details><summary>{plural(len(places), 'place')}</summary>{'<br>'.join(shown)}</details>"
