"""Reports to code frames, as golden texts: read them, they are what users see."""

import re
from textwrap import dedent

from crowsfoot.finding import Confidence, Edit, Fix, Related, Safety, Severity
from crowsfoot.reporters import render
from crowsfoot.source import Source, Span

from .reports import simple, span, unindexed, view


def _full(*args: object, **options: object) -> str:
    return render("full", view(*args, summary=False, **options))  # type: ignore[arg-type]


def _text(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_a_finding_shows_its_line_what_is_related_and_the_fix() -> None:
    source, diagnostic = unindexed()
    assert render("full", view(diagnostic, sources=(source,))) == _text(
        """
        warning[unindexed-foreign-key]: no index serves the foreign key authorId: deleting a User scans all
            of Post
         --> prisma/schema.prisma:8:3
          |
        8 |   authorId Int
          |   ^^^^^^^^
        9 |   author   User @relation(fields: [authorId], references: [id])
          |            ---- the table that is referred to
          |
          = fix: add @@index([authorId]) to Post (--fix applies it)

        1 finding (1 warning) in 1 file; 1 fixable with --fix
        """
    )


def test_nothing_found_is_one_line() -> None:
    assert render("full", view(sources=(Source("a.sql", ""),))) == "no findings in 1 file\n"
    assert _full() == ""


def test_places_in_other_files_and_far_away_get_frames_of_their_own() -> None:
    schema = Source("schema.prisma", "model Post {\n" + "  x Int\n" * 30 + "}\n")
    code = Source("api.ts", "one\ntwo\n")
    finding = simple(
        span(schema, "}"),
        related=(
            Related(span(code, "two"), "used here"),
            Related(span(schema, "Post"), "begins here"),
        ),
    )
    assert _full(finding, sources=(schema, code)) == _text(
        """
        warning[some-rule]: this is wrong
          --> schema.prisma:32:1
           |
        32 | }
           | ^
           |
          ::: schema.prisma:1:7
           |
         1 | model Post {
           |       ---- begins here
           |
          ::: api.ts:2:1
           |
         2 | two
           | --- used here
        """
    )


def test_lines_between_near_places_are_elided_and_a_single_one_is_shown() -> None:
    source = Source("a.sql", "one\ntwo\nthree\nfour\nfive\nsix\n")
    finding = simple(
        span(source, "one"), related=(Related(span(source, "three"), "b"), Related(span(source, "six"), "c"))
    )
    assert _full(finding, sources=(source,)) == _text(
        """
        warning[some-rule]: this is wrong
         --> a.sql:1:1
          |
        1 | one
          | ^^^
        2 | two
        3 | three
          | ----- b
        ...
        6 | six
          | --- c
        """
    )


def test_several_marks_on_one_line_have_their_labels_below_each_other() -> None:
    source = Source("a.sql", "CREATE INDEX idx ON post (title);")
    finding = simple(
        span(source, "CREATE INDEX idx"),
        related=(
            Related(span(source, "post"), "the table"),
            Related(span(source, "title"), "the column"),
            Related(span(source, "idx"), "the index"),
        ),
    )
    assert _full(finding, sources=(source,)) == _text(
        """
        warning[some-rule]: this is wrong
         --> a.sql:1:1
          |
        1 | CREATE INDEX idx ON post (title);
          | ^^^^^^^^^^^^^^^^    ----  ----- the column
          |              |      |
          |              |      the table
          |              |
          |              the index
        """
    )


def test_a_span_of_several_lines_marks_the_first_and_the_last() -> None:
    source = Source("a.sql", "CREATE TABLE t (\n  a int,\n  b int\n);\n")
    assert _full(simple(Span("a.sql", 0, len(source.text))), sources=(source,)) == _text(
        """
        warning[some-rule]: this is wrong
         --> a.sql:1:1
          |
        1 | CREATE TABLE t (
          | ^^^^^^^^^^^^^^^^
        ...
        4 | );
          | ^^
        """
    )


def test_carets_fit_under_tabs_wide_and_combining_characters() -> None:
    source = Source("a.sql", "\t'日本', 'e\u0301', x")
    finding = simple(span(source, "x"), related=(Related(span(source, "日本"), "two"),))
    assert _full(finding, sources=(source,)) == _text(
        """
        warning[some-rule]: this is wrong
         --> a.sql:1:14
          |
        1 |     '日本', 'e\u0301', x
          |      ----        ^
          |      |
          |      two
        """
    )


def test_an_escape_sequence_is_shown_and_marked_where_it_stands() -> None:
    source = Source("a\x1b]0;b.sql", "x = '\x1b[2J' y")
    finding = simple(span(source, "y"), "message\x1b[31m", "rule\x1b", fix=Fix("fix\x1b", ()))
    shown = _full(finding, sources=(source,))
    assert shown == _text(
        """
        warning[rule␛]: message␛[31m
         --> a␛]0;b.sql:1:12
          |
        1 | x = '␛[2J' y
          |            ^
          |
          = help: fix␛
        """
    )


def test_a_long_line_is_cut_around_the_mark() -> None:
    source = Source("a.sql", "".join(f"column_{it}, " for it in range(100)))
    shown = _full(simple(span(source, "column_50")), sources=(source,), width=60)
    code, carets = shown.splitlines()[3:5]
    assert len(code) <= 60
    assert code.startswith("1 | …")
    assert code.endswith("…")
    assert code[carets.index("^") : carets.rindex("^") + 1] == "column_50"


def test_a_mark_that_is_longer_than_the_line_is_cut_at_the_right() -> None:
    source = Source("a.sql", "x" * 500)
    shown = _full(simple(Span("a.sql", 100, 400)), sources=(source,), width=60)
    code, carets = shown.splitlines()[3:5]
    assert len(code) <= 60
    assert len(carets) <= 60
    assert carets.count("^") > 40


def test_a_label_without_room_at_the_right_is_wrapped_below() -> None:
    source = Source("a.sql", " " * 40 + "word")
    finding = simple(Span("a.sql", 0, 0), related=(Related(span(source, "word"), "many words " * 8),))
    shown = _full(finding, sources=(source,), width=60)
    assert max(map(len, shown.splitlines())) <= 60
    assert shown.count("words") == 8


def test_a_place_without_width_is_marked_with_one_caret() -> None:
    source = Source("a.sql", "a\n")
    assert "2 |\n  | ^\n" in _full(simple(Span("a.sql", 2, 2)), sources=(source,))
    assert "1 | a\n  |  ^\n" in _full(simple(Span("a.sql", 1, 1)), sources=(source,))


def test_crlf_does_not_show() -> None:
    source = Source("a.sql", "one\r\ntwo\r\n")
    assert "2 | two\n  | ^^^\n" in _full(simple(Span("a.sql", 5, 10)), sources=(source,))


def test_a_finding_in_an_unknown_file_shows_its_path() -> None:
    finding = simple(Span("gone.sql", 3, 4), related=(Related(Span("gone2.sql", 1, 2), "over there"),))
    assert _full(finding) == _text(
        """
        warning[some-rule]: this is wrong
         --> gone.sql
         ::: gone2.sql
          | over there
        """
    )


def test_the_note_says_who_applies_a_fix_and_how_sure_the_rule_is() -> None:
    source = Source("a.sql", "a")
    here = Span("a.sql", 0, 1)
    unsafe = simple(here, fix=Fix("drop it", (Edit(here, ""),), Safety.UNSAFE), confidence=Confidence.LIKELY)
    shown = _full(unsafe, sources=(source,))
    assert "  = fix: drop it (--unsafe-fixes applies it)\n  = confidence: likely\n" in shown


def test_colour_adds_nothing_but_colour() -> None:
    source, diagnostic = unindexed(Severity.ERROR)
    plain = render("full", view(diagnostic, sources=(source,)))
    colored = render("full", view(diagnostic, sources=(source,), color=True))
    assert "\x1b" not in plain
    assert "\x1b[1;31merror[unindexed-foreign-key]\x1b[0m: " in colored
    assert "\x1b[1;31m^^^^^^^^\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_every_path_has_the_prefix() -> None:
    source, diagnostic = unindexed()
    assert " --> api/prisma/schema.prisma:8:3\n" in _full(diagnostic, sources=(source,), prefix="api/")


def test_a_file_of_one_huge_line_is_cut_around_the_mark() -> None:
    source = Source("a.sql", "x" * 1_000_000 + " word " + "y" * 1_000_000)
    finding = simple(span(source, "word"), related=(Related(Span("a.sql", 0, 3), "begins here"),))
    code, marks = _full(finding, sources=(source,), width=60).splitlines()[3:5]
    assert len(code) <= 60
    assert code[marks.index("^") : marks.rindex("^") + 1] == "word"


def test_of_many_related_places_the_first_are_shown_and_the_rest_counted() -> None:
    source = Source("a.sql", "a\n" * 30)
    related = tuple(Related(Span("a.sql", it, it + 1), f"place {it}") for it in range(0, 40, 2))
    shown = _full(simple(Span("a.sql", 0, 1), related=related), sources=(source,))
    assert shown.count("place ") == 8
    assert "  = and 12 more places\n" in shown
