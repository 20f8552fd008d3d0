"""A report as JUnit XML, for CI servers that know nothing else: a suite per file, a failed test per finding.

Source: https://github.com/testmoapp/junitxml
"""

import re
from collections.abc import Iterator
from itertools import groupby

from crowsfoot.finding import Diagnostic
from crowsfoot.reporters import View
from crowsfoot.reporters.places import at, place
from crowsfoot.reporters.terminal import visible
from crowsfoot.reporters.words import failure_line, fix_lines, related_lines, sentence

# What XML 1.0 cannot carry, not even as a reference: https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def render(view: View) -> str:
    kept = sorted(view.report.kept, key=lambda it: it.finding.span.path)
    suites = [
        _suite(view, path, list(diagnostics))
        for path, diagnostics in groupby(kept, key=lambda it: it.finding.span.path)
    ]
    failures = len(view.report.failures)
    if failures:
        suites.append(_failed_rules(view.report.failures))
    if not suites:  # a report without a test counts as broken with several servers
        suites.append(
            '  <testsuite name="crowsfoot" tests="1" failures="0" errors="0">\n'
            '    <testcase name="no findings" classname="crowsfoot"/>\n'
            "  </testsuite>\n"
        )
    tests = max(len(kept) + failures, 1)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="crowsfoot" tests="{tests}" failures="{len(kept)}" errors="{failures}">\n'
        f"{''.join(suites)}</testsuites>\n"
    )


def _suite(view: View, path: str, diagnostics: list[Diagnostic]) -> str:
    name, count = _escaped(view.path(path)), len(diagnostics)
    cases = "".join(_case(view, it) for it in diagnostics)
    return (
        f'  <testsuite name="{name}" tests="{count}" failures="{count}" errors="0">\n{cases}  </testsuite>\n'
    )


def _case(view: View, diagnostic: Diagnostic) -> str:
    finding = diagnostic.finding
    path = view.path(finding.span.path)
    where = place(view, finding.span)
    line = "" if where is None else f' line="{where.line}"'
    place_name = "" if where is None else f" at {where.line}:{where.column}"
    message = sentence(finding.message, finding.subject)
    body = _escaped("\n".join(_body(view, diagnostic))).replace("&#10;", "\n")
    return (
        f'    <testcase name="{_escaped(diagnostic.rule)}{place_name}" classname="{_escaped(path)}"'
        f' file="{_escaped(path)}"{line}>\n'
        f'      <failure type="{diagnostic.severity.name.lower()}" message="{_escaped(message)}">'
        f"{body}</failure>\n"
        "    </testcase>\n"
    )


def _body(view: View, diagnostic: Diagnostic) -> Iterator[str]:
    finding = diagnostic.finding
    yield visible(f"{at(view, finding.span)}: {finding.message}")
    yield from related_lines(view, finding)
    if finding.fix is not None:
        title, *snippet = fix_lines(finding.fix)
        yield from (f"fix: {title}", *snippet)


def _failed_rules(failures: tuple[str, ...]) -> str:
    cases = "".join(
        f'    <testcase name="rule {number}" classname="crowsfoot">\n'
        f'      <error message="{_escaped(failure_line(failure))}"/>\n    </testcase>\n'
        for number, failure in enumerate(failures, 1)
    )
    count = len(failures)
    return (
        f'  <testsuite name="crowsfoot" tests="{count}" failures="0" errors="{count}">\n'
        f"{cases}  </testsuite>\n"
    )


def _escaped(text: str) -> str:
    # The reference keeps "##[name]" from being a command to GitHub's runner, should this be printed there.
    return _FORBIDDEN.sub("\ufffd", text).translate(_ENTITIES).replace("##[", "##&#91;")
