"""A report as JSON for scripts, whole or a line per finding.

Lines and columns are 1-based, columns count code points, ends are exclusive; an insertion is an edit whose
start is its end. start and end are null where the text of the file is not known. The shape changes only
with `version`; new keys may be added to it.

    {"version": 1,
     "findings": [
       {"rule": str, "severity": "error" | "warning" | "note",
        "confidence": "certain" | "likely" | "possible", "message": str, "subject": str,
        "path": str, "start": {"line": int, "column": int} | null, "end": the same,
        "related": [{"message": str, "path": str, "start": ..., "end": ...}],
        "fix": null | {"title": str, "safety": "safe" | "unsafe" | "manual",
                       "edits": [{"path": str, "start": ..., "end": ..., "text": str}],
                       "snippet": str | null}}],
     "failures": [str],
     "summary": {"findings": int, "errors": int, "warnings": int, "notes": int, "allowed": int, "files": int}}

failures are tracebacks of what raised; summary.files is how many files were read.
`jsonl` is one object of findings per line and nothing else.
"""

import msgspec

from crowsfoot.finding import Diagnostic, Fix, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters.places import place
from crowsfoot.source import Span

VERSION = 1


def render(view: View) -> str:
    report = view.report
    counts = [sum(it.severity is severity for it in report.kept) for severity in Severity]
    value = {
        "version": VERSION,
        "findings": [_finding(view, it) for it in report.kept],
        "failures": list(report.failures),
        "summary": {
            "findings": len(report.kept),
            "errors": counts[Severity.ERROR - 1],
            "warnings": counts[Severity.WARNING - 1],
            "notes": counts[Severity.NOTE - 1],
            "allowed": len(report.allowed),
            "files": report.files,
        },
    }
    return encode(value, indent=2)


def render_lines(view: View) -> str:
    return "".join(encode(_finding(view, it)) for it in view.report.kept)


def encode(value: object, indent: int = 0) -> str:
    """JSON text and a newline; lone surrogates become U+FFFD."""
    encoded = raw(value)
    text = (msgspec.json.format(encoded, indent=indent) if indent else bytes(encoded)).decode() + "\n"
    # "##[name]" is a command to GitHub's runner wherever it stands in a line; the escape means the same.
    return text.replace("##[", "##\\u005b")


def raw(value: object) -> msgspec.Raw:
    """JSON that can stand as a value within what is encoded later."""
    try:
        return msgspec.Raw(msgspec.json.encode(value))
    except UnicodeEncodeError:
        return msgspec.Raw(msgspec.json.encode(_encodable(value)))


def _finding(view: View, diagnostic: Diagnostic) -> dict[str, object]:
    finding = diagnostic.finding
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
        "message": finding.message,
        "subject": finding.subject,
        **_place(view, finding.span),
        "related": [{"message": it.message, **_place(view, it.span)} for it in finding.related],
        "fix": None if finding.fix is None else _fix(view, finding.fix),
    }


def _fix(view: View, fix: Fix) -> dict[str, object]:
    return {
        "title": fix.title,
        "safety": fix.safety.value,
        "edits": [{**_place(view, it.span), "text": it.text} for it in fix.edits],
        "snippet": fix.snippet or None,
    }


def _place(view: View, span: Span) -> dict[str, object]:
    where = place(view, span)
    if where is None:
        return {"path": view.path(span.path), "start": None, "end": None}
    return {
        "path": view.path(span.path),
        "start": {"line": where.line, "column": where.column},
        "end": {"line": where.end_line, "column": where.end_column},
    }


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(it) for key, it in value.items()}
    if isinstance(value, list):
        return [_encodable(it) for it in value]
    return value
