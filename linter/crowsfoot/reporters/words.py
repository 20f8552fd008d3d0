"""What several formats say in the same words: sentences, counts, advice on fixes, failures."""

import re

from crowsfoot.finding import Diagnostic, Finding, Fix, Report, Safety, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters.places import at
from crowsfoot.reporters.terminal import visible

_MOST_RELATED = 10

_APPLIES = {Safety.SAFE: "--fix applies it", Safety.UNSAFE: "--unsafe-fixes applies it"}


def sentence(message: str, subject: str = "") -> str:
    """A finding's message as a sentence: upper case first, full stop last, and all of it visible.

    Only a plain word is raised. Names keep their case (authorId, user_id, and whatever the subject
    is made of), because a name in another case is another name.
    """
    message = visible(message.strip())
    word = re.match(r"[a-z]+(?=[\s,:;?!]|\.?$)", message)
    if word and word[0] not in subject.split("."):
        message = message[0].upper() + message[1:]
    return message if message.endswith((".", "!", "?")) else f"{message}."


def plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def fix_lines(fix: Fix) -> list[str]:
    """The title of a fix, and below it what there is to paste."""
    return [fix_line(fix), *(visible(line) for line in fix.snippet.splitlines())]


def fix_line(fix: Fix) -> str:
    """The title of a fix and who applies it; nobody applies a manual one."""
    how = _APPLIES.get(fix.safety)
    title = visible(fix.title)
    return f"{title} ({how})" if how and fix.edits else title


def related_lines(view: View, finding: Finding) -> list[str]:
    """A line for each related place, and one that counts those that are too many to read."""
    lines = [visible(f"{at(view, it.span)}: {it.message}") for it in finding.related[:_MOST_RELATED]]
    if more := finding.related[_MOST_RELATED:]:
        lines.append(f"and {plural(len(more), 'more place')}")
    return lines


def summary(report: Report) -> str:
    """The line of counts that ends a report for people."""
    return "; ".join([_found(report), *_fixable(report.kept), *_rest(report)])


def failure_line(failure: str) -> str:
    """The last line of a traceback: what was raised."""
    lines = failure.strip().splitlines()
    return lines[-1].strip() if lines else "unknown error"


def by_severity(view: View) -> list[Diagnostic]:
    """What was kept, the worst first and by place within: for consumers that cut the list."""
    return sorted(view.report.kept, key=lambda it: -it.severity)


def _found(report: Report) -> str:
    if not report.kept:
        return f"no findings in {plural(report.files, 'file')}"
    counts = [
        plural(count, severity.name.lower())
        for severity in reversed(Severity)
        if (count := sum(it.severity == severity for it in report.kept))
    ]
    files = len({it.finding.span.path for it in report.kept})
    return f"{plural(len(report.kept), 'finding')} ({', '.join(counts)}) in {plural(files, 'file')}"


def _fixable(kept: tuple[Diagnostic, ...]) -> list[str]:
    fixes = [it.finding.fix for it in kept if it.finding.fix is not None and it.finding.fix.edits]
    safe = sum(it.safety is Safety.SAFE for it in fixes)
    unsafe = sum(it.safety is Safety.UNSAFE for it in fixes)
    if safe and unsafe:
        return [f"{safe} fixable with --fix, {unsafe} more with --unsafe-fixes"]
    if safe:
        return [f"{safe} fixable with --fix"]
    return [f"{unsafe} fixable with --unsafe-fixes"] if unsafe else []


def _rest(report: Report) -> list[str]:
    rest = []
    if report.allowed:
        rest.append(f"{len(report.allowed)} allowed")
    if report.failures:
        rest.append(f"{plural(len(report.failures), 'failure')} of crowsfoot: this result is incomplete")
    return rest
