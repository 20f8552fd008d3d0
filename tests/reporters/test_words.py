"""What the formats have in common: sentences and counts."""

import pytest

from crowsfoot.finding import Allowed, Directive, Edit, Finding, Fix, Related, Report, Safety, Severity
from crowsfoot.reporters.words import (
    by_severity,
    failure_line,
    fix_line,
    related_lines,
    sentence,
    summary,
)
from crowsfoot.source import Span

from .reports import simple, view

HERE = Span("a.sql", 0, 1)
THERE = Span("b.sql", 0, 1)
EDIT = (Edit(HERE, ""),)


@pytest.mark.parametrize(
    ("message", "subject", "expected"),
    [
        ("the index is unused", "", "The index is unused."),
        ("really?", "", "Really?"),
        ("authorId has no index", "Post.authorId", "authorId has no index."),
        ("user_id has no index", "", "user_id has no index."),
        ("post has no index", "post", "post has no index."),
        ("email: no index", "User.email", "email: no index."),
        ("Order.id is odd.", "", "Order.id is odd."),
        ("", "", "."),
    ],
)
def test_a_message_becomes_a_sentence_and_names_keep_their_case(
    message: str, subject: str, expected: str
) -> None:
    assert sentence(message, subject) == expected


def test_the_summary_counts_by_severity_file_and_fix() -> None:
    report = Report(
        kept=(
            simple(HERE, severity=Severity.NOTE),
            simple(HERE, fix=Fix("mend it", EDIT)),
            simple(THERE, fix=Fix("mend it", EDIT, Safety.UNSAFE)),
            simple(THERE, fix=Fix("think", (), Safety.SAFE)),
            simple(THERE, fix=Fix("ask", EDIT, Safety.MANUAL)),
        ),
        files=7,
    )
    assert summary(report) == (
        "5 findings (4 warnings, 1 note) in 2 files; 1 fixable with --fix, 1 more with --unsafe-fixes"
    )


def test_the_summary_of_nothing_counts_the_files_that_were_read() -> None:
    assert summary(Report(files=1)) == "no findings in 1 file"
    allowed = Allowed(simple(HERE), Directive(HERE, ("some-rule",), "why", None))
    report = Report(allowed=(allowed,), files=3, failures=("ValueError: no",))
    assert (
        summary(report)
        == "no findings in 3 files; 1 allowed; 1 failure of crowsfoot: this result is incomplete"
    )


def test_the_summary_names_unsafe_fixes_alone() -> None:
    report = Report(kept=(simple(HERE, fix=Fix("mend it", EDIT, Safety.UNSAFE)),))
    assert summary(report) == "1 finding (1 warning) in 1 file; 1 fixable with --unsafe-fixes"


def test_a_fix_says_who_applies_it() -> None:
    assert fix_line(Fix("mend it", EDIT)) == "mend it (--fix applies it)"
    assert fix_line(Fix("mend it", EDIT, Safety.UNSAFE)) == "mend it (--unsafe-fixes applies it)"
    assert fix_line(Fix("mend it", EDIT, Safety.MANUAL)) == "mend it"


def test_the_worst_come_first_and_places_keep_their_order() -> None:
    kept = [
        simple(HERE, "1", severity=Severity.NOTE),
        simple(HERE, "2", severity=Severity.ERROR),
        simple(THERE, "3", severity=Severity.NOTE),
        simple(THERE, "4", severity=Severity.ERROR),
    ]
    assert [it.finding.message for it in by_severity(view(*kept))] == ["2", "4", "1", "3"]


def test_a_failure_is_known_by_its_last_line() -> None:
    assert failure_line("Traceback:\n  File x\nValueError: no\n") == "ValueError: no"
    assert failure_line("\n") == "unknown error"


def test_of_many_related_places_the_first_are_listed_and_the_rest_counted() -> None:
    finding = Finding(HERE, "this is wrong", related=tuple(Related(THERE, f"{it}") for it in range(11)))
    lines = related_lines(view(), finding)
    assert lines == [*(f"b.sql: {it}" for it in range(10)), "and 1 more place"]
