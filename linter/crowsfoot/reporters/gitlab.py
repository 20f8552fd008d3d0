"""A report as GitLab Code Quality, for the widget of a merge request.

GitLab keeps one issue per fingerprint and drops the others.
Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from crowsfoot.finding import Diagnostic, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters.identity import identities
from crowsfoot.reporters.json import encode
from crowsfoot.reporters.places import place
from crowsfoot.reporters.words import sentence

_SEVERITY = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "minor"}


def render(view: View) -> str:
    names = identities(view, view.report.kept)
    issues = [_issue(view, it, name) for it, name in zip(view.report.kept, names, strict=True)]
    return encode(issues, indent=2)


def _issue(view: View, diagnostic: Diagnostic, fingerprint: str) -> dict[str, object]:
    finding = diagnostic.finding
    where = place(view, finding.span)
    lines = {"begin": 1} if where is None else {"begin": where.line, "end": where.last_line}
    return {
        "description": sentence(finding.message, finding.subject),
        "check_name": diagnostic.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITY[diagnostic.severity],
        "location": {"path": view.path(finding.span.path).removeprefix("./"), "lines": lines},
    }
