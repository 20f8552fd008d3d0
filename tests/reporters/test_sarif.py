"""Reports to SARIF."""

import json
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.finding import (
    Allowed,
    Diagnostic,
    Directive,
    Edit,
    Finding,
    Fix,
    Related,
    Report,
    Safety,
    Severity,
)
from crowsfoot.reporters import View, render
from crowsfoot.reporters.line_hash import line_hashes
from crowsfoot.source import Source, Span

from .reports import rule, simple, span, unindexed, view


def _log(seen: View) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render("sarif", seen))
    return log


def _run(seen: View) -> dict[str, Any]:
    (run,) = _log(seen)["runs"]
    return dict(run)


def _results(*diagnostics: Diagnostic, **options: Any) -> list[dict[str, Any]]:
    return list(_run(view(*diagnostics, **options))["results"])


def _uri(result: dict[str, Any]) -> str:
    return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def _region(result: dict[str, Any]) -> dict[str, int]:
    return dict(result["locations"][0]["physicalLocation"]["region"])


def test_a_result_in_full() -> None:
    source, diagnostic = unindexed()
    (result,) = _results(diagnostic, sources=(source,))
    uri = {"uri": "prisma/schema.prisma"}
    related = {"startLine": 9, "startColumn": 12, "endLine": 9, "endColumn": 16}
    identity = result["partialFingerprints"].pop("crowsfootSubject/v1")
    assert len(identity) == 32
    assert result == {
        "ruleId": "unindexed-foreign-key",
        "ruleIndex": 0,
        "level": "warning",
        "message": {
            "text": "No index serves the foreign key authorId: deleting a User scans all of Post. "
            "Related: [the table that is referred to](1)."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": uri,
                    "region": {"startLine": 8, "startColumn": 3, "endLine": 8, "endColumn": 11},
                },
                "logicalLocations": [{"fullyQualifiedName": "Post.authorId"}],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {"artifactLocation": uri, "region": related},
                "message": {"text": "The table that is referred to."},
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": line_hashes(source.text, {8})[8]},
        "fixes": [
            {
                "description": {"text": "Add @@index([authorId]) to Post."},
                "artifactChanges": [
                    {
                        "artifactLocation": uri,
                        "replacements": [
                            {
                                "deletedRegion": {
                                    "startLine": 9,
                                    "startColumn": 64,
                                    "endLine": 9,
                                    "endColumn": 64,
                                },
                                "insertedContent": {"text": "\n\n  @@index([authorId])"},
                            }
                        ],
                    }
                ],
            }
        ],
        "properties": {"confidence": "certain"},
    }


def test_the_log_begins_with_its_schema_and_version() -> None:
    shown = render("sarif", view())
    assert shown.startswith('{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/')
    assert list(json.loads(shown)) == ["$schema", "version", "runs"]
    assert json.loads(shown)["version"] == "2.1.0"


def test_an_empty_report_has_an_empty_list_of_results() -> None:
    run = _run(view(rules={"a": rule("a")}))
    assert run["results"] == []
    assert run["columnKind"] == "utf16CodeUnits"
    assert run["invocations"] == [{"executionSuccessful": True}]
    assert "automationDetails" not in run
    assert [it["id"] for it in run["tool"]["driver"]["rules"]] == ["a"]


def test_a_rule_is_described_in_full() -> None:
    seen = view(
        rules={"unindexed-foreign-key": rule()},
        homepage="https://example.org",
        rule_url="https://example.org/rules/{rule}",
    )
    driver = _run(seen)["tool"]["driver"]
    doc = "A foreign key that no index serves.\n\nEvery delete scans the whole table.\n\n## Bad\n\ncode"
    assert driver["informationUri"] == "https://example.org"
    assert driver["name"] == "crowsfoot"
    assert driver["rules"] == [
        {
            "id": "unindexed-foreign-key",
            "name": "UnindexedForeignKey",
            "shortDescription": {"text": "A foreign key that no index serves."},
            "fullDescription": {
                "text": "A foreign key that no index serves. Every delete scans the whole table."
            },
            "help": {"text": doc, "markdown": doc},
            "helpUri": "https://example.org/rules/unindexed-foreign-key",
            "defaultConfiguration": {"level": "warning"},
            "properties": {
                "tags": ["database", "indexes"],
                "precision": "high",
                "problem.severity": "warning",
            },
        }
    ]


def test_rules_are_sorted_and_results_point_at_them_also_at_those_nobody_described() -> None:
    here = Span("a.sql", 0, 0)
    run = _run(
        view(
            simple(here, rule="zeta"),
            simple(here, rule="beta"),
            rules={it: rule(it) for it in ("zeta", "alpha")},
        )
    )
    rules = run["tool"]["driver"]["rules"]
    assert [it["id"] for it in rules] == ["alpha", "beta", "zeta"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert all(it["help"]["text"] and it["shortDescription"]["text"] for it in rules)
    assert "name" not in rules[0]  # "Alpha" would be the id again


def test_descriptions_keep_to_the_length_that_github_takes() -> None:
    (described,) = _run(view(rules={"a": rule("a", doc="word " * 500)}))["tool"]["driver"]["rules"]
    assert len(described["shortDescription"]["text"]) == len(described["fullDescription"]["text"]) == 1024


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "note")],
)
def test_the_level_is_always_written(severity: Severity, level: str) -> None:
    (result,) = _results(simple(Span("a.sql", 0, 0), severity=severity))
    assert result["level"] == level


def test_columns_count_utf_16() -> None:
    source = Source("a.sql", "'😀' name\n")
    (result,) = _results(simple(span(source, "name")), sources=(source,))
    assert _region(result) == {"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 10}


def test_the_region_stays_on_the_first_line() -> None:
    source = Source("a.sql", "one\r\ntwo\r\n")
    (result,) = _results(simple(Span("a.sql", 1, 9)), sources=(source,))
    assert _region(result) == {"startLine": 1, "startColumn": 2, "endLine": 1, "endColumn": 4}


def test_a_finding_at_the_end_of_the_text_has_a_region() -> None:
    source = Source("a.sql", "one\n")
    (result,) = _results(simple(Span("a.sql", 4, 4)), sources=(source,))
    assert _region(result) == {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 1}
    assert result["partialFingerprints"]["primaryLocationLineHash"] == "c129715d7a2bc9a3:1"


def test_a_finding_in_an_unknown_file_has_a_region_and_no_line_hash() -> None:
    (result,) = _results(simple(Span("gone.sql", 3, 4), related=(Related(Span("gone.sql", 5, 6), "x"),)))
    assert _region(result) == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    assert list(result["partialFingerprints"]) == ["crowsfootSubject/v1"]
    assert "region" not in result["relatedLocations"][0]["physicalLocation"]


def test_one_rule_twice_on_one_line_is_two_alerts() -> None:
    source = Source("a.sql", "one two three\n")
    results = _results(
        simple(span(source, "one")),
        simple(span(source, "two")),
        simple(span(source, "three"), rule="other-rule"),
        sources=(source,),
    )
    hashes = [it["partialFingerprints"]["primaryLocationLineHash"] for it in results]
    own = line_hashes(source.text, {1})[1]
    assert hashes == [own, f"{own}:2", own]
    subjects = [it["partialFingerprints"]["crowsfootSubject/v1"] for it in results]
    assert len(set(subjects)) == 3


def test_the_identity_of_a_subject_outlives_moved_lines_and_other_words() -> None:
    def identity(text: str, message: str) -> str:
        source = Source("a.sql", text)
        finding = simple(span(source, "name"), message, subject="User.name")
        (result,) = _results(finding, sources=(source,))
        return str(result["partialFingerprints"]["crowsfootSubject/v1"])

    assert identity("name", "this is wrong") == identity("\n\n  name // more", "still wrong")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü.sql", "a%20b/%C3%BC.sql"),
        ("c:/x#y?z.sql", "c%3A/x%23y%3Fz.sql"),
        ("100%.sql", "100%25.sql"),
        ("/etc/x.sql", "etc/x.sql"),
    ],
)
def test_addresses_are_relative_and_encoded(path: str, uri: str) -> None:
    (result,) = _results(simple(Span(path, 0, 0)))
    assert _uri(result) == uri


def test_addresses_begin_where_the_reader_stands() -> None:
    (result,) = _results(simple(Span("a.sql", 0, 0)), prefix="apps/api/")
    assert _uri(result) == "apps/api/a.sql"


def test_only_our_own_places_are_links_in_a_message() -> None:
    here = Span("a.sql", 0, 0)
    finding = simple(
        here,
        "the index on [x](2) is odd",
        related=tuple(Related(here, it) for it in ("[a](9)", "back\\slash", "", "fourth")),
    )
    (result,) = _results(finding)
    assert result["message"]["text"] == (
        "The index on [x] (2) is odd. Related: [\\[a\\](9)](1); [back\\\\slash](2); [the related place](3)."
    )
    assert [it["id"] for it in result["relatedLocations"]] == [1, 2, 3, 4]


def test_a_deletion_has_an_empty_text_and_an_unsafe_fix_says_so() -> None:
    source = Source("a.sql", "x 😀 drop this\n")
    fix = Fix("drop it", (Edit(span(source, "drop"), ""),), Safety.UNSAFE)
    (result,) = _results(simple(span(source, "x"), fix=fix), sources=(source,))
    (fixed,) = result["fixes"]
    assert fixed["description"]["text"] == "Drop it (unsafe)."
    assert fixed["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 10},
            "insertedContent": {"text": ""},
        }
    ]


def test_a_manual_fix_is_told_but_not_offered() -> None:
    source = Source("a.sql", "x")
    fix = Fix("ask your DBA", (Edit(span(source, "x"), ""),), Safety.MANUAL)
    (result,) = _results(simple(span(source, "x"), fix=fix), sources=(source,))
    assert "fixes" not in result
    assert result["message"]["text"] == "This is wrong. Ask your DBA."


def test_a_fix_that_cannot_be_placed_whole_is_left_out() -> None:
    source = Source("a.sql", "x")
    here = span(source, "x")
    fix = Fix("mend both", (Edit(here, "y"), Edit(Span("gone.sql", 0, 1), "y")))
    (result,) = _results(simple(here, fix=fix), sources=(source,))
    assert "fixes" not in result


def test_a_fix_of_two_files_is_one_fix() -> None:
    one, other = Source("a.sql", "x"), Source("b.sql", "x")
    fix = Fix("mend both", (Edit(span(one, "x"), "y"), Edit(span(other, "x"), "y")))
    (result,) = _results(simple(span(one, "x"), fix=fix), sources=(one, other))
    (fixed,) = result["fixes"]
    assert [it["artifactLocation"]["uri"] for it in fixed["artifactChanges"]] == ["a.sql", "b.sql"]


def test_what_is_allowed_is_left_out_unless_asked_for() -> None:
    here = Span("a.sql", 0, 0)
    allowed = Allowed(simple(here), Directive(here, ("some-rule",), "it is small", None))
    report = Report(allowed=(allowed,))
    assert _run(view(report=report))["results"] == []
    (result,) = _run(view(report=report, include_allowed=True))["results"]
    assert result["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "it is small"}
    ]


def test_a_rule_that_failed_is_a_notification_without_the_paths_of_this_machine() -> None:
    failure = 'Traceback (most recent call last):\n  File "/home/me/x.py"\nValueError: no such table\n'
    (invocation,) = _run(view(report=Report(failures=(failure,))))["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": "Crowsfoot failed: ValueError: no such table."},
                "exception": {"kind": "ValueError", "message": "ValueError: no such table"},
            }
        ],
    }


def test_a_category_is_written_only_on_demand() -> None:
    assert _run(view(category="schema"))["automationDetails"] == {"id": "schema/"}


def test_the_log_is_valid_by_the_official_schema(corpus: Path) -> None:
    fastjsonschema = pytest.importorskip("fastjsonschema")
    schema = json.loads((corpus / "oracle" / "sarif-schema-2.1.0.json").read_text())
    validate = fastjsonschema.compile(schema)
    source, diagnostic = unindexed()
    here = Span("gone.sql", 0, 0)
    report = Report(
        kept=(diagnostic, simple(here), simple(Span(source.path, len(source.text), len(source.text)))),
        allowed=(Allowed(simple(here), Directive(here, ("some-rule",), "", None)),),
        failures=("ValueError: no",),
    )
    full = view(
        report=report,
        sources=(source,),
        rules={"unindexed-foreign-key": rule()},
        include_allowed=True,
        category="schema",
        homepage="https://example.org",
        rule_url="https://example.org/{rule}",
    )
    validate(_log(full))
    validate(_log(view()))
    broken = _log(full)
    broken["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        validate(broken)


def test_the_way_through_the_code_is_a_code_flow() -> None:
    code = Source("app.py", "for row in rows:\n    show(row)\n\ndef show(row):\n    find(row)\n")
    steps = (
        Related(span(code, "for row in rows"), "the loop"),
        Related(span(code, "show(row)"), "calls `show(row)`"),
        Related(span(code, "find(row)"), "`find()` is sent here"),
    )
    finding = Finding(span(code, "show(row)"), "asks again", related=(steps[0], steps[2]), flow=steps)
    (result,) = _results(Diagnostic("query-behind-call-in-loop", Severity.WARNING, finding), sources=(code,))
    ((thread,),) = ([flow["threadFlows"] for flow in result["codeFlows"]],)
    assert [
        (
            it["executionOrder"],
            it["location"]["physicalLocation"]["region"]["startLine"],
            it["location"]["message"]["text"],
        )
        for it in thread[0]["locations"]
    ] == [(1, 1, "The loop."), (2, 2, "Calls `show(row)`."), (3, 5, "`find()` is sent here.")]


def test_a_finding_without_a_way_has_no_code_flow() -> None:
    source, diagnostic = unindexed()
    (result,) = _results(diagnostic, sources=(source,))
    assert "codeFlows" not in result
