"""A report as a Markdown table, for $GITHUB_STEP_SUMMARY and comments on pull requests."""

from crowsfoot.finding import Diagnostic, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters.places import at
from crowsfoot.reporters.terminal import visible
from crowsfoot.reporters.words import by_severity, failure_line, plural, sentence, summary

# A step's summary may have 1 MiB; one that is larger is not shown at all. Some is left for other steps.
# Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
LIMIT = 900_000

_MOST_RELATED = 10

_ICON = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "🔵"}
# Character references: Markdown never takes them for markup, and they end neither a cell nor a code span.
_ESCAPES = str.maketrans({it: f"&#{ord(it)};" for it in '\\`*_{}[]<>#!|~&@$"'})


def render(view: View) -> str:
    lines = ["## crowsfoot", "", f"{text(summary(view.report))}.", ""]
    for failure in view.report.failures:
        lines += [f"⚠️ crowsfoot failed: {text(failure_line(failure))}", ""]
    if view.report.kept:
        lines += ["| | Place | Rule | Finding |", "| --- | --- | --- | --- |"]
    size = sum(len(it.encode("utf-8", "surrogatepass")) + 1 for it in lines)
    worst_first = by_severity(view)
    for number, diagnostic in enumerate(worst_first):
        row = _row(view, diagnostic)
        size += len(row.encode("utf-8", "surrogatepass")) + 1
        if size > LIMIT:
            lines += ["", f"… and {plural(len(worst_first) - number, 'finding')} more."]
            break
        lines.append(row)
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(view: View, diagnostic: Diagnostic) -> str:
    finding = diagnostic.finding
    more = finding.related[_MOST_RELATED:]
    message = "<br>".join(
        [
            text(sentence(finding.message, finding.subject)),
            *(f"{code(at(view, it.span))} {text(it.message)}" for it in finding.related[:_MOST_RELATED]),
            *([f"and {plural(len(more), 'more place')}"] if more else []),
            *(code(line) for line in (finding.fix.snippet.splitlines() if finding.fix else ())),
        ]
    )
    rule = code(diagnostic.rule)
    if url := view.help_url(diagnostic.rule):
        rule = f'<a href="{text(url)}">{rule}</a>'
    severity = f"{_ICON[diagnostic.severity]} {diagnostic.severity.name.lower()}"
    return f"| {severity} | {code(at(view, finding.span))} | {rule} | {message} |"


def code(words: str) -> str:
    """The words in a code span, wherever it stands."""
    return f"<code>{text(words)}</code>"


def text(words: str) -> str:
    """The words as Markdown shows them and does not read them."""
    return visible(words).translate(_ESCAPES)
