"""Reports to Markdown."""

from crowsfoot.finding import Report, Severity
from crowsfoot.reporters import render
from crowsfoot.reporters.markdown import LIMIT
from crowsfoot.source import Source, Span

from .reports import simple, unindexed, view


def test_a_finding_is_a_row() -> None:
    source, diagnostic = unindexed()
    shown = render("markdown", view(diagnostic, sources=(source,), rule_url="https://example.org/{rule}"))
    assert shown == (
        "## crowsfoot\n\n"
        "1 finding (1 warning) in 1 file; 1 fixable with --fix.\n\n"
        "| | Place | Rule | Finding |\n"
        "| --- | --- | --- | --- |\n"
        "| 🟡 warning | <code>prisma/schema.prisma:8:3</code> "
        '| <a href="https://example.org/unindexed-foreign-key"><code>unindexed-foreign-key</code></a> '
        "| No index serves the foreign key authorId: deleting a User scans all of Post."
        "<br><code>prisma/schema.prisma:9:12</code> the table that is referred to |\n"
    )


def test_nothing_found_has_no_table() -> None:
    assert render("markdown", view()) == "## crowsfoot\n\nno findings in 0 files.\n"


def test_nothing_of_the_users_is_markup() -> None:
    source = Source("a|b`.sql", "x")
    finding = simple(Span(source.path, 0, 1), "<img src=x> | `c` *e* [l](u) @me #1 a\nb &amp; \x1b")
    row = render("markdown", view(finding, sources=(source,))).splitlines()[-1]
    assert row.count("|") == 5
    assert not {"`", "*", "[", "]", "@", "\x1b"} & set(row)
    assert "<img" not in row
    assert "&#60;img src=x&#62; &#124; &#96;c&#96;" in row


def test_the_worst_come_first() -> None:
    here = Span("a.sql", 0, 0)
    shown = render("markdown", view(*(simple(here, it.name, severity=it) for it in Severity)))
    assert [it[2:4].strip() for it in shown.splitlines()[6:]] == ["🔴", "🟡", "🔵"]


def test_the_text_stays_below_the_limit_and_says_what_it_left_out() -> None:
    here = Span("a.sql", 0, 0)
    shown = render("markdown", view(*(simple(here, "é" * 5000) for _ in range(200))))
    rows = shown.count("🟡")
    assert len(shown.encode()) < LIMIT + 100
    assert 0 < rows < 200
    assert shown.endswith(f"\n\n… and {200 - rows} findings more.\n")


def test_a_rule_that_failed_stands_above_the_table() -> None:
    shown = render("markdown", view(report=Report(failures=("ValueError: *no*",))))
    assert shown.endswith("⚠️ crowsfoot failed: ValueError: &#42;no&#42;\n")
