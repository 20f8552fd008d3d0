"""A report by file: a heading per path, and a line per finding under it."""

from itertools import groupby

from crowsfoot.finding import Diagnostic
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.places import path_at_line_start, place
from crowsfoot.reporters.words import summary


def render(view: View) -> str:
    kept = sorted(view.report.kept, key=lambda it: it.finding.span.path)
    blocks = [
        _group(view, path, list(diagnostics))
        for path, diagnostics in groupby(kept, key=lambda it: it.finding.span.path)
    ]
    if view.summary:
        blocks.append(f"{summary(view.report)}\n")
    return "\n".join(blocks)


def _group(view: View, path: str, diagnostics: list[Diagnostic]) -> str:
    places = [_place(view, it) for it in diagnostics]
    columns = max(map(len, places))
    severities = max(len(it.severity.name) for it in diagnostics)
    rules = max(t.width(t.visible(it.rule)) for it in diagnostics)
    indent = columns + severities + rules + 8
    lines = [t.paint(t.visible(path_at_line_start(view, path)), t.BOLD, view.color)]
    for where, diagnostic in zip(places, diagnostics, strict=True):
        name = diagnostic.severity.name.lower()
        severity = t.paint(name, t.SEVERITY[diagnostic.severity], view.color)
        rule = t.visible(diagnostic.rule)
        message = t.visible(diagnostic.finding.message)
        # The message moves below its head where little room is left beside it.
        beside = view.width - indent
        wrapped = t.wrap(message, beside, beside) if beside >= 40 else ["", *_below(view, message)]
        hanging = " " * (indent if beside >= 40 else 6)
        line = (
            f"  {where:>{columns}}  {severity}{' ' * (severities - len(name))}"
            f"  {t.paint(rule, t.BOLD, view.color)}{' ' * (rules - t.width(rule))}  "
        )
        lines.append((line + f"\n{hanging}".join(wrapped)).replace("  \n", "\n"))
    return "\n".join(lines) + "\n"


def _below(view: View, message: str) -> list[str]:
    return t.wrap(message, view.width - 6, view.width - 6)


def _place(view: View, diagnostic: Diagnostic) -> str:
    where = place(view, diagnostic.finding.span)
    return "" if where is None else f"{where.line}:{where.column}"
