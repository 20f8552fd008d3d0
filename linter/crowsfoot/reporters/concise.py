"""A report with a line per finding: path:line:column: severity rule message."""

from crowsfoot.finding import Diagnostic
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.places import at
from crowsfoot.reporters.words import summary


def render(view: View) -> str:
    lines = [_line(view, it) for it in view.report.kept]
    if view.summary:
        lines.append(summary(view.report))
    return "".join(f"{it}\n" for it in lines)


def _line(view: View, diagnostic: Diagnostic) -> str:
    place = t.visible(at(view, diagnostic.finding.span))
    severity = t.paint(diagnostic.severity.name.lower(), t.SEVERITY[diagnostic.severity], view.color)
    rule = t.paint(t.visible(diagnostic.rule), t.BOLD, view.color)
    return f"{place}: {severity} {rule} {t.visible(diagnostic.finding.message)}"
