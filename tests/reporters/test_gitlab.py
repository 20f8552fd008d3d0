"""Reports to GitLab Code Quality."""

import json

from crowsfoot.finding import Severity
from crowsfoot.reporters import render
from crowsfoot.source import Source, Span

from .reports import simple, unindexed, view


def test_an_issue_in_full() -> None:
    source, diagnostic = unindexed()
    (issue,) = json.loads(render("gitlab", view(diagnostic, sources=(source,), prefix="./")))
    fingerprint = issue.pop("fingerprint")
    assert len(fingerprint) == 32
    assert issue == {
        "description": "No index serves the foreign key authorId: deleting a User scans all of Post.",
        "check_name": "unindexed-foreign-key",
        "severity": "major",
        "location": {"path": "prisma/schema.prisma", "lines": {"begin": 8, "end": 8}},
    }


def test_no_two_issues_share_a_fingerprint() -> None:
    source = Source("a.sql", "x\nx\n")
    twins = [simple(Span("a.sql", it, it + 1), subject=name) for it in (0, 2) for name in ("", "T.x")]
    issues = json.loads(render("gitlab", view(*twins, *twins, sources=(source,))))
    assert len({it["fingerprint"] for it in issues}) == len(issues) == 8


def test_each_severity_has_its_own_name() -> None:
    here = Span("gone.sql", 0, 0)
    issues = json.loads(render("gitlab", view(*(simple(here, severity=it) for it in Severity))))
    assert [it["severity"] for it in issues] == ["minor", "major", "critical"]
    assert issues[0]["location"] == {"path": "gone.sql", "lines": {"begin": 1}}


def test_an_empty_report_is_an_empty_list() -> None:
    assert json.loads(render("gitlab", view())) == []
