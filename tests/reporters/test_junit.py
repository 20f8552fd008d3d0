"""Reports to JUnit XML."""

from xml.etree.ElementTree import Element, fromstring

from crowsfoot.finding import Report
from crowsfoot.reporters import View, render
from crowsfoot.source import Source, Span

from .reports import simple, unindexed, view


def _root(seen: View) -> Element:
    return fromstring(render("junit", seen))


def test_a_finding_is_a_failed_test_of_its_file() -> None:
    source, diagnostic = unindexed()
    root = _root(view(diagnostic, sources=(source,)))
    assert root.attrib == {"name": "crowsfoot", "tests": "1", "failures": "1", "errors": "0"}
    (suite,) = root
    assert suite.get("name") == "prisma/schema.prisma"
    (case,) = suite
    assert case.get("name") == "unindexed-foreign-key at 8:3"
    assert case.get("line") == "8"
    (failure,) = case
    assert failure.get("type") == "warning"
    assert failure.text == (
        "prisma/schema.prisma:8:3: no index serves the foreign key authorId: "
        "deleting a User scans all of Post\n"
        "prisma/schema.prisma:9:12: the table that is referred to\n"
        "fix: add @@index([authorId]) to Post (--fix applies it)"
    )


def test_nothing_found_is_a_passed_test() -> None:
    root = _root(view())
    assert root.get("tests") == "1"
    assert root.get("failures") == "0"
    assert [it.tag for it in root.iter()] == ["testsuites", "testsuite", "testcase"]


def test_what_xml_cannot_carry_is_replaced_and_the_rest_escaped() -> None:
    source = Source('a<&">\x00\ud800.sql', "x")
    finding = simple(Span(source.path, 0, 1), "\x00 \x1b \ud800 \uffff <b> & ]]> \"q\" 'a'\nnext")
    root = _root(view(finding, sources=(source,)))
    (suite,) = root
    assert suite.get("name") == 'a<&">\ufffd\ufffd.sql'
    message = root[0][0][0].get("message")
    assert message == "\u2400 \u241b <U+D800> <U+FFFF> <b> & ]]> \"q\" 'a' next."


def test_a_rule_that_failed_is_an_error() -> None:
    root = _root(view(report=Report(failures=("ValueError: <no>",))))
    assert (root.get("errors"), root.get("failures"), root.get("tests")) == ("1", "0", "1")
    assert [it.get("message") for it in root.iter("error")] == ["ValueError: <no>"]


def test_files_are_suites_in_order() -> None:
    names = ("b.sql", "a.sql", "b.sql")
    root = _root(view(*(simple(Span(it, 0, 0)) for it in names)))
    assert [(it.get("name"), it.get("tests")) for it in root] == [("a.sql", "1"), ("b.sql", "2")]
