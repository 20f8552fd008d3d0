"""A report as code frames for people: what is wrong, where, and what else has to do with it."""

from collections.abc import Iterator

from crowsfoot.finding import Confidence, Diagnostic, Finding, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.marked_line import Mark, rows
from crowsfoot.reporters.places import at
from crowsfoot.reporters.words import fix_line, plural, summary
from crowsfoot.source import Source, Span

_SHOWN_GAP = 1  # so many lines between two marked ones are shown
_ELIDED_GAP = 20  # so many are elided ("..."); places that are further apart get frames of their own
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
    frames = list(_frames(view, finding))
    digits = max((len(str(marks[-1].line)) for _, marks in frames if marks), default=1)
    gutter = " " * digits
    lines = [_header(view, diagnostic)]
    for number, (span, marks) in enumerate(frames):
        arrow = "-->" if number == 0 else ":::"
        lines.append(f"{gutter}{t.paint(arrow, t.BLUE, view.color)} {t.visible(at(view, span))}")
        if marks:
            lines.extend(_frame(view, view.sources[span.path], marks, digits, diagnostic.severity))
        else:  # the source is unknown: say at least what the place has to do with it
            lines.extend(
                _note(view, gutter, it.message) for it in finding.related[:_MOST_RELATED] if it.span == span
            )
    notes = list(_notes(view, finding, gutter))
    if frames[-1][1] and not notes:
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


def _frames(view: View, finding: Finding) -> Iterator[tuple[Span, list[Mark]]]:
    """The place that heads each frame, and the marks in it by line; no marks where there is no source."""
    places = [
        (finding.span, "", True),
        *((it.span, it.message, False) for it in finding.related[:_MOST_RELATED]),
    ]
    for path in dict.fromkeys(span.path for span, _, _ in places):
        here = [it for it in places if it[0].path == path]
        source = view.sources.get(path)
        if source is None:
            yield from ((span, []) for span in dict.fromkeys(span for span, _, _ in here))
            continue
        groups = list(_near([(it[0], list(_marks(source, *it))) for it in here]))
        # The frame with the primary place comes first: that is where to begin reading.
        groups.sort(key=lambda group: not any(mark.primary for mark in group[1]))
        yield from groups


def _near(places: list[tuple[Span, list[Mark]]]) -> Iterator[tuple[Span, list[Mark]]]:
    """Places of one file that are near each other in one frame, headed by the primary or first of them."""
    places.sort(key=lambda it: (it[1][0].line, it[1][0].start))
    group = places[:1]
    for place in places[1:]:
        if place[1][0].line - max(mark.line for _, marks in group for mark in marks) > _ELIDED_GAP:
            yield _headed(group)
            group = []
        group.append(place)
    yield _headed(group)


def _headed(group: list[tuple[Span, list[Mark]]]) -> tuple[Span, list[Mark]]:
    head = next((span for span, marks in group if marks[0].primary), group[0][0])
    return head, sorted((mark for _, marks in group for mark in marks), key=lambda it: (it.line, it.start))


def _marks(source: Source, span: Span, label: str, primary: bool) -> Iterator[Mark]:
    """The stretches to underline: of several lines, only the first and the last, which has the label."""
    start = min(max(span.start, 0), len(source.text))
    end = min(max(span.end, start), len(source.text))
    line, column = source.position(start)
    last, end_column = source.position(end)
    if last > line and end_column == 1:  # the line end is included, not the next line
        last -= 1
        end_column = len(source.line(last)) + 1
    if last == line:
        yield Mark(line, column - 1, max(end_column, column) - 1, label, primary)
        return
    yield Mark(line, column - 1, len(source.line(line)), "", primary)
    text = source.line(last)
    yield Mark(last, len(text) - len(text.lstrip()), end_column - 1, label, primary)


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
