"""A report as workflow commands, which GitHub Actions turns into annotations on the changed lines.

GitHub shows ten errors, ten warnings and ten notices of a step, so the worst come first.
Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from crowsfoot.finding import Diagnostic, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters.places import place
from crowsfoot.reporters.terminal import visible
from crowsfoot.reporters.words import by_severity, failure_line, fix_lines, related_lines, sentence

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(view: View) -> str:
    commands = [_failure(it) for it in view.report.failures]
    commands += [_command(view, it) for it in by_severity(view)]
    return "".join(f"{it}\n" for it in commands)


def _failure(failure: str) -> str:
    return f"::error title=crowsfoot::{_data(visible(f'crowsfoot failed: {failure_line(failure)}'))}"


def _command(view: View, diagnostic: Diagnostic) -> str:
    finding = diagnostic.finding
    properties: dict[str, object] = {"file": view.path(finding.span.path)}
    where = place(view, finding.span)
    if where is not None:
        properties["line"] = where.line
        properties["endLine"] = where.last_line
        if where.end_line == where.line:  # columns mean nothing to GitHub on several lines
            properties["col"] = where.column
            properties["endColumn"] = where.end_column
    properties["title"] = diagnostic.rule
    text = [sentence(finding.message, finding.subject)]
    text += related_lines(view, finding)
    if finding.fix is not None:
        title, *snippet = fix_lines(finding.fix)
        text += [f"Fix: {title}", *snippet]
    joined = ",".join(f"{key}={_property(str(it))}" for key, it in properties.items())
    message = _data("\n".join(visible(it) for it in text))
    return f"::{_COMMAND[diagnostic.severity]} {joined}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
