"""A report as reviewdog's diagnostic format; columns count bytes of UTF-8.

Source: https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto
"""

from crowsfoot.finding import Diagnostic, Edit, Fix, Safety, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters.json import encode
from crowsfoot.reporters.places import Place, place, utf8_bytes
from crowsfoot.reporters.words import fix_lines, related_lines, sentence
from crowsfoot.source import Span

_SEVERITY = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(view: View) -> str:
    source = {"name": "crowsfoot", **({"url": view.homepage} if view.homepage else {})}
    diagnostics = [_diagnostic(view, it) for it in view.report.kept]
    return encode({"source": source, "diagnostics": diagnostics}, indent=2)


def _diagnostic(view: View, diagnostic: Diagnostic) -> dict[str, object]:
    finding = diagnostic.finding
    location: dict[str, object] = {"path": view.path(finding.span.path)}
    where = place(view, finding.span, utf8_bytes)
    if where is not None:
        location["range"] = _range(where)
    # Older readers refuse keys that they do not know, relatedLocations among them: places go into the text.
    message = [sentence(finding.message, finding.subject)]
    message += related_lines(view, finding)
    code: dict[str, object] = {"value": diagnostic.rule}
    if url := view.help_url(diagnostic.rule):
        code["url"] = url
    suggestion = None
    if finding.fix is not None:
        title, *snippet = fix_lines(finding.fix)
        message += [f"Fix: {title}", *snippet]
        suggestion = _suggestion(view, finding.span.path, finding.fix)
    return {
        "message": "\n".join(message),
        "location": location,
        "severity": _SEVERITY[diagnostic.severity],
        "code": code,
        **({"suggestions": [suggestion]} if suggestion else {}),
    }


def _suggestion(view: View, path: str, fix: Fix) -> dict[str, object] | None:
    """One replacement with the effect of all edits: reviewdog offers each suggestion on its own."""
    if not fix.edits or fix.safety is Safety.MANUAL or any(it.span.path != path for it in fix.edits):
        return None
    if path not in view.sources:
        return None
    edit = _joined(view.sources[path].text, path, sorted(fix.edits, key=lambda it: it.span))
    where = place(view, edit.span, utf8_bytes)
    return None if where is None else {"range": _range(where), "text": edit.text}


def _joined(text: str, path: str, edits: list[Edit]) -> Edit:
    pieces = []
    position = edits[0].span.start
    for edit in edits:
        pieces += [text[position : edit.span.start], edit.text]
        position = edit.span.end
    return Edit(Span(path, edits[0].span.start, position), "".join(pieces))


def _range(where: Place) -> dict[str, object]:
    return {
        "start": {"line": where.line, "column": where.column},
        "end": {"line": where.end_line, "column": where.end_column},
    }
