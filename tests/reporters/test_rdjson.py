"""Reports to reviewdog's format."""

import json
from typing import Any

from crowsfoot.finding import Edit, Fix, Safety, Severity
from crowsfoot.reporters import View, render
from crowsfoot.source import Source, Span

from .reports import simple, span, unindexed, view


def _diagnostics(seen: View) -> list[dict[str, Any]]:
    shown = json.loads(render("rdjson", seen))
    assert shown["source"]["name"] == "crowsfoot"
    return list(shown["diagnostics"])


def test_a_diagnostic_in_full() -> None:
    source, diagnostic = unindexed()
    (shown,) = _diagnostics(view(diagnostic, sources=(source,), rule_url="https://example.org/{rule}"))
    end = {"line": 9, "column": 64}
    assert shown == {
        "message": "No index serves the foreign key authorId: deleting a User scans all of Post.\n"
        "prisma/schema.prisma:9:12: the table that is referred to\n"
        "Fix: add @@index([authorId]) to Post (--fix applies it)",
        "location": {
            "path": "prisma/schema.prisma",
            "range": {"start": {"line": 8, "column": 3}, "end": {"line": 8, "column": 11}},
        },
        "severity": "WARNING",
        "code": {
            "value": "unindexed-foreign-key",
            "url": "https://example.org/unindexed-foreign-key",
        },
        "suggestions": [{"range": {"start": end, "end": end}, "text": "\n\n  @@index([authorId])"}],
    }


def test_columns_count_bytes() -> None:
    source = Source("a.sql", "a𐐀b")
    (shown,) = _diagnostics(view(simple(span(source, "b")), sources=(source,)))
    assert shown["location"]["range"] == {
        "start": {"line": 1, "column": 6},
        "end": {"line": 1, "column": 7},
    }


def test_several_edits_are_one_suggestion() -> None:
    source = Source("a.sql", "one two three")
    fix = Fix("mend", (Edit(span(source, "three"), "3"), Edit(span(source, "one"), "1")))
    (shown,) = _diagnostics(view(simple(span(source, "two"), fix=fix), sources=(source,)))
    (suggestion,) = shown["suggestions"]
    assert suggestion["text"] == "1 two 3"
    assert suggestion["range"] == {
        "start": {"line": 1, "column": 1},
        "end": {"line": 1, "column": 14},
    }


def test_a_fix_that_is_manual_or_elsewhere_is_no_suggestion() -> None:
    source = Source("a.sql", "one")
    here = span(source, "one")
    for fix in (
        Fix("mend", (Edit(here, "1"),), Safety.MANUAL),
        Fix("mend", (Edit(here, "1"), Edit(Span("b.sql", 0, 0), "2"))),
        Fix("mend", ()),
    ):
        (shown,) = _diagnostics(view(simple(here, fix=fix), sources=(source,)))
        assert "suggestions" not in shown


def test_each_severity_has_its_own_name() -> None:
    shown = _diagnostics(view(*(simple(Span("gone.sql", 0, 0), severity=it) for it in Severity)))
    assert [it["severity"] for it in shown] == ["INFO", "WARNING", "ERROR"]
    assert shown[0]["location"] == {"path": "gone.sql"}
    assert _diagnostics(view()) == []
