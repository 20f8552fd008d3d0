"""Reports to lines, as golden texts."""

import re
from textwrap import dedent

from crowsfoot.finding import Severity
from crowsfoot.reporters import render
from crowsfoot.source import Source, Span

from .reports import simple, span, unindexed, view

# What an editor's problem matcher would use: a file, a line, a column, a severity, a code, a message.
MATCHER = re.compile(r"^(.+?):(\d+):(\d+): (error|warning|note) (\S+) (.+)$")


def test_concise_is_a_line_per_finding() -> None:
    source, diagnostic = unindexed()
    shown = render("concise", view(diagnostic, sources=(source,), summary=False))
    assert shown == (
        "prisma/schema.prisma:8:3: warning unindexed-foreign-key "
        "no index serves the foreign key authorId: deleting a User scans all of Post\n"
    )
    match = MATCHER.match(shown)
    assert match
    assert match.groups()[:5] == ("prisma/schema.prisma", "8", "3", "warning", "unindexed-foreign-key")


def test_concise_stays_on_one_line_whatever_the_message_and_the_path_hold() -> None:
    source = Source("a\n::error::b", "x")
    shown = render("concise", view(simple(Span(source.path, 0, 1), "one\ntwo\x1b[0m"), summary=False))
    assert shown == "a ::error::b: warning some-rule one two␛[0m\n"


def test_concise_never_begins_a_line_with_a_workflow_command() -> None:
    source = Source("::error::b", "x")
    finding = simple(Span(source.path, 0, 1))
    assert render("concise", view(finding, sources=(source,))).startswith("./::error::b:1:1: ")


def test_concise_colours_only_on_demand() -> None:
    source, diagnostic = unindexed()
    assert "\x1b" not in render("concise", view(diagnostic, sources=(source,)))
    assert "\x1b[1;33mwarning\x1b[0m" in render("concise", view(diagnostic, sources=(source,), color=True))


def test_both_end_with_the_counts() -> None:
    source, diagnostic = unindexed()
    for format in ("concise", "grouped"):
        shown = render(format, view(diagnostic, sources=(source,)))
        assert shown.endswith("\n1 finding (1 warning) in 1 file; 1 fixable with --fix\n")
        assert render(format, view()) == "no findings in 0 files\n"
        assert render(format, view(summary=False)) == ""


def test_grouped_aligns_the_findings_of_a_file_and_wraps_their_messages() -> None:
    one = Source("a.sql", "one two\nthree\n")
    other = Source("b.sql", "four")
    shown = render(
        "grouped",
        view(
            simple(span(one, "two"), "this message does not fit into the line and so it goes on below"),
            simple(span(other, "four"), rule="r", severity=Severity.ERROR),
            simple(span(one, "three"), rule="other", severity=Severity.NOTE),
            simple(Span("c.sql", 0, 1)),
            sources=(one, other),
            width=80,
        ),
    )
    assert shown == dedent(
        """\
        a.sql
          1:5  warning  some-rule  this message does not fit into the line and so it
                                   goes on below
          2:1  note     other      this is wrong

        b.sql
          1:1  error  r  this is wrong

        c.sql
            warning  some-rule  this is wrong

        4 findings (1 error, 2 warnings, 1 note) in 3 files
        """
    )


def test_grouped_puts_messages_below_where_the_terminal_is_narrow() -> None:
    source, diagnostic = unindexed()
    shown = render("grouped", view(diagnostic, sources=(source,), width=60, summary=False))
    assert shown == dedent(
        """\
        prisma/schema.prisma
          8:3  warning  unindexed-foreign-key
              no index serves the foreign key authorId: deleting a
              User scans all of Post
        """
    )
