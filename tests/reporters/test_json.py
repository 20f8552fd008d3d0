"""Reports to JSON."""

import json

from crowsfoot.finding import Allowed, Directive, Report, Severity
from crowsfoot.reporters import render
from crowsfoot.source import Source, Span

from .reports import simple, unindexed, view


def test_a_finding_has_every_documented_key() -> None:
    source, diagnostic = unindexed()
    shown = json.loads(render("json", view(diagnostic, sources=(source,), prefix="api/")))
    path = "api/prisma/schema.prisma"
    end = {"line": 9, "column": 64}
    assert shown == {
        "version": 1,
        "findings": [
            {
                "rule": "unindexed-foreign-key",
                "severity": "warning",
                "confidence": "certain",
                "message": "no index serves the foreign key authorId: deleting a User scans all of Post",
                "subject": "Post.authorId",
                "path": path,
                "start": {"line": 8, "column": 3},
                "end": {"line": 8, "column": 11},
                "related": [
                    {
                        "message": "the table that is referred to",
                        "path": path,
                        "start": {"line": 9, "column": 12},
                        "end": {"line": 9, "column": 16},
                    }
                ],
                "fix": {
                    "title": "add @@index([authorId]) to Post",
                    "safety": "safe",
                    "edits": [{"path": path, "start": end, "end": end, "text": "\n\n  @@index([authorId])"}],
                    "snippet": None,
                },
            }
        ],
        "failures": [],
        "summary": {"findings": 1, "errors": 0, "warnings": 1, "notes": 0, "allowed": 0, "files": 1},
    }


def test_an_unknown_source_and_a_missing_fix_are_null() -> None:
    (finding,) = json.loads(render("json", view(simple(Span("gone.sql", 1, 2)))))["findings"]
    assert finding["path"] == "gone.sql"
    assert finding["start"] is finding["end"] is finding["fix"] is None


def test_the_summary_counts_each_severity() -> None:
    here = Span("a.sql", 0, 0)
    allowed = Allowed(simple(here), Directive(here, ("some-rule",), "why", None))
    report = Report(
        kept=(
            simple(here, severity=Severity.ERROR),
            simple(here, severity=Severity.ERROR),
            simple(here, severity=Severity.NOTE),
        ),
        allowed=(allowed,),
        files=9,
        failures=("Traceback",),
    )
    shown = json.loads(render("json", view(report=report)))
    assert shown["summary"] == {
        "findings": 3,
        "errors": 2,
        "warnings": 0,
        "notes": 1,
        "allowed": 1,
        "files": 9,
    }
    assert shown["failures"] == ["Traceback"]


def test_an_empty_report_is_whole() -> None:
    shown = json.loads(render("json", view()))
    assert shown["findings"] == []
    assert shown["summary"]["findings"] == 0
    assert render("jsonl", view()) == ""


def test_jsonl_has_the_findings_of_json_a_line_each() -> None:
    source, diagnostic = unindexed()
    seen = view(diagnostic, simple(Span(source.path, 0, 5), "a\nb"), sources=(source,))
    lines = render("jsonl", seen).splitlines()
    assert [json.loads(it) for it in lines] == json.loads(render("json", seen))["findings"]


def test_a_file_name_that_is_no_utf_8_can_be_written() -> None:
    source = Source("a\udcff.sql", "x")
    shown = render("json", view(simple(Span(source.path, 0, 1), "é"), sources=(source,)))
    assert json.loads(shown.encode())["findings"][0]["path"] == "a\ufffd.sql"
    assert json.loads(shown)["findings"][0]["message"] == "é"
