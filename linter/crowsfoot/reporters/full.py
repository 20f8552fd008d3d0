"""A report as code frames for people: what is wrong, where, and what else has to do with it."""

from collections.abc import Iterator

from crowsfoot.finding import Confidence, Diagnostic, Finding, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.framing import frames
from crowsfoot.reporters.marked_line import Mark, rows
from crowsfoot.reporters.places import at
from crowsfoot.reporters.words import fix_line, plural, summary
from crowsfoot.source import Source

_SHOWN_GAP = 1  # so many lines between two marked ones are shown; more are elided ("...")
_MOST_RELATED = 8  # more related places than that are only counted
_LEAST_CODE = 30  # columns that are left to code and labels on a narrow terminal


def render(view: View) -> str:
    blocks = [_block(view, it) for it in view.report.kept]
    if view.summary:
        blocks.append(_summary(view))
    return "\n".join(blocks)


def _summary(view: View) -> str:
    color = t.SEVERITY[max(it.severity for it in view.report.kept)] if view.report.kept else t.GREEN
    return t.paint(summary(view.report), color, view.color) + "\n"


def _block(view: View, diagnostic: Diagnostic) -> str:
    finding = diagnostic.finding
    shown = list(frames(view, finding, _MOST_RELATED))
    digits = max((len(str(marks[-1].line)) for _, marks in shown if marks), default=1)
    gutter = " " * digits
    lines = [_header(view, diagnostic)]
    for number, (span, marks) in enumerate(shown):
        arrow = "-->" if number == 0 else ":::"
        lines.append(f"{gutter}{t.paint(arrow, t.BLUE, view.color)} {t.visible(at(view, span))}")
        if marks:
            lines.extend(_frame(view, view.sources[span.path], marks, digits, diagnostic.severity))
        else:  # the source is unknown: say at least what the place has to do with it
            lines.extend(
                _note(view, gutter, it.message) for it in finding.related[:_MOST_RELATED] if it.span == span
            )
    notes = list(_notes(view, finding, gutter))
    if shown[-1][1] and not notes:
        lines.pop()  # the bar that leads from the last frame to the notes
    lines.extend(notes)
    return "\n".join(lines) + "\n"


def _header(view: View, diagnostic: Diagnostic) -> str:
    severity = diagnostic.severity.name.lower()
    rule = t.visible(diagnostic.rule)
    indent = " " * 4
    first = view.width - len(severity) - t.width(rule) - 4
    message = t.wrap(t.visible(diagnostic.finding.message), first, view.width - len(indent))
    painted = [t.paint(it, t.BOLD, view.color) for it in message]
    head = t.paint(f"{severity}[{rule}]", t.SEVERITY[diagnostic.severity], view.color)
    return f"{head}: " + f"\n{indent}".join(painted)


def _notes(view: View, finding: Finding, gutter: str) -> Iterator[str]:
    equals = f"{gutter} {t.paint('=', t.BLUE, view.color)} "
    if more := finding.related[_MOST_RELATED:]:
        yield equals + f"and {plural(len(more), 'more place')}"
    if finding.fix is not None:
        kind = t.paint("fix" if finding.fix.edits else "help", t.GREEN, view.color)
        indent = " " * (len(gutter) + 8)
        room = view.width - len(indent)
        yield equals + f"{kind}: " + f"\n{indent}".join(t.wrap(t.visible(fix_line(finding.fix)), room, room))
        # Not wrapped, and without a gutter: it is there to be copied.
        yield from (f"{indent}{t.visible(line)}".rstrip() for line in finding.fix.snippet.splitlines())
    if finding.confidence is not Confidence.CERTAIN:
        yield equals + f"confidence: {finding.confidence.name.lower()}"


def _note(view: View, gutter: str, message: str) -> str:
    return f"{gutter} {t.paint('|', t.BLUE, view.color)} {t.visible(message)}"


def _frame(view: View, source: Source, marks: list[Mark], digits: int, severity: Severity) -> Iterator[str]:
    bar = t.paint("|", t.BLUE, view.color)
    empty = f"{' ' * digits} {bar}"
    room = max(view.width - digits - 3, _LEAST_CODE)
    yield empty
    previous = None
    for line in dict.fromkeys(mark.line for mark in marks):
        if previous is not None and line - previous - 1 > _SHOWN_GAP:
            yield t.paint("...", t.BLUE, view.color)
        elif previous is not None:
            for between in range(previous + 1, line):
                yield _code(view, between, digits, bar, next(rows(source.line(between), (), room, "", False)))
        here = [mark for mark in marks if mark.line == line]
        code, *below = rows(source.line(line), here, room, t.SEVERITY[severity], view.color)
        yield _code(view, line, digits, bar, code)
        yield from (f"{empty} {row}" for row in below)
        previous = line
    yield empty


def _code(view: View, line: int, digits: int, bar: str, text: str) -> str:
    number = t.paint(f"{line:>{digits}}", t.BLUE, view.color)
    return f"{number} {bar} {text}".rstrip()
