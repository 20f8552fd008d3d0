"""Diagnostics and directives to what is kept, allowed and unused."""

import pytest

from crowsfoot.finding import Diagnostic, Directive, Finding, Safety, Severity
from crowsfoot.fix import apply
from crowsfoot.frontends.directives import read
from crowsfoot.source import Range, Source, Span
from crowsfoot.suppress import Judgement, judge

KNOWN = ("missing-index", "no-primary-key", "wide-table")


def at(start: int, rule: str = "missing-index", path: str = "a.prisma") -> Diagnostic:
    return Diagnostic(rule, Severity.WARNING, Finding(Span(path, start, start + 1), "it is so"))


def allow(
    *rules: str, covers: tuple[int, int] | None = (10, 20), path: str = "a.prisma", start: int = 0
) -> Directive:
    return Directive(
        Span(path, start, start + 5), rules, "because", Span(path, *covers) if covers is not None else None
    )


def judged(diagnostics: list[Diagnostic], *directives: Directive, ran: tuple[str, ...] = KNOWN) -> Judgement:
    return judge(diagnostics, directives, {}, known=KNOWN, ran=ran)


def directives_of(source: Source) -> list[Directive]:
    """Every line with a "//" is a comment from there on."""
    places = []
    for number in range(1, source.line_count + 1):
        line = source.line_range(number)
        if (start := source.text.find("//", line.start, line.end)) >= 0:
            places.append(Range(start, line.end))
    comments, problems = read(source.text, places, "//")
    assert not problems
    return [
        Directive(
            Span(source.path, it.range.start, it.range.end),
            it.rules,
            it.reason,
            Span(source.path, it.covers.start, it.covers.end) if it.covers else None,
        )
        for it in comments
    ]


def mended(text: str, *diagnostics: Diagnostic, safety: Safety = Safety.SAFE) -> str:
    """The text after the fixes of that kind for its unused directives."""
    source = Source("a.prisma", text)
    sources = {source.path: source}
    judgement = judge(diagnostics, directives_of(source), sources, known=KNOWN, ran=KNOWN)
    fixes = [it.fix for it in judgement.unused if it.fix and it.fix.safety is safety]
    return apply(fixes, sources).texts.get("a.prisma", text)


@pytest.mark.parametrize("offset", [10, 15, 20])
def test_a_directive_allows_what_begins_in_what_it_covers(offset: int) -> None:
    judgement = judged([at(offset)], allow("missing-index"))
    assert judgement.kept == ()
    assert [it.diagnostic for it in judgement.allowed] == [at(offset)]
    assert judgement.unused == ()


@pytest.mark.parametrize("offset", [9, 21])
def test_a_directive_does_not_reach_beyond_what_it_covers(offset: int) -> None:
    judgement = judged([at(offset)], allow("missing-index"))
    assert judgement.kept == (at(offset),)
    assert [it.names for it in judgement.unused] == [("missing-index",)]


def test_a_directive_allows_only_the_rules_that_it_names() -> None:
    assert judged([at(12, "wide-table")], allow("missing-index")).kept == (at(12, "wide-table"),)


def test_all_is_not_a_name() -> None:
    judgement = judged([at(12)], allow("all"))
    assert judgement.kept == (at(12),)
    assert [(it.names, it.known) for it in judgement.unused] == [(("all",), False)]


def test_a_directive_for_a_file_allows_its_rule_everywhere_in_that_file_only() -> None:
    elsewhere = at(900, path="b.prisma")
    judgement = judged([at(900), elsewhere], allow("missing-index", covers=None))
    assert judgement.kept == (elsewhere,)
    assert judgement.unused == ()


def test_the_directive_of_a_line_goes_before_the_one_of_the_file_and_neither_is_unused() -> None:
    whole, line = allow("missing-index", covers=None), allow("missing-index")
    judgement = judged([at(12)], whole, line)
    assert judgement.allowed[0].directive == line
    assert judgement.unused == ()


def test_a_directive_below_a_wider_one_does_not_hide_it() -> None:
    wide, narrow = allow("missing-index", covers=(0, 100)), allow("missing-index", covers=(10, 20))
    judgement = judged([at(15), at(50)], wide, narrow)
    assert judgement.kept == ()
    assert [it.directive for it in judgement.allowed] == [narrow, wide]
    assert judgement.unused == ()


def test_a_directive_for_a_rule_that_did_not_run_is_not_unused() -> None:
    assert judged([], allow("missing-index"), ran=("wide-table",)).unused == ()


def test_an_unknown_name_is_told_even_where_others_are_in_use() -> None:
    (unused,) = judged([at(12)], allow("missing-index", "mising-index")).unused
    assert (unused.names, unused.known, unused.meant) == (("mising-index",), False, "missing-index")


def test_a_name_given_twice_is_told_once() -> None:
    (unused,) = judged([], allow("wide-table", "wide-table")).unused
    assert unused.names == ("wide-table",)


def test_without_the_text_there_is_no_fix() -> None:
    assert judged([], allow("wide-table")).unused[0].fix is None


def test_the_order_of_what_comes_in_is_kept() -> None:
    diagnostics = [at(30), at(12), at(25), at(11)]
    judgement = judged(diagnostics, allow("missing-index"))
    assert judgement.kept == (at(30), at(25))
    assert [it.diagnostic for it in judgement.allowed] == [at(12), at(11)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n  // crowsfoot: allow wide-table\nb\n", "a\nb\n"),
        ("a\r\n\t//crowsfoot: allow wide-table -- why  \r\nb\r\n", "a\r\nb\r\n"),
        ("a // crowsfoot: allow wide-table -- why\nb\n", "a\nb\n"),
        ("a // crowsfoot: allow wide-table   \r\nb\n", "a\r\nb\n"),
        ("a /// crowsfoot: allow wide-table\nb\n", "a\nb\n"),
        ("// crowsfoot: allow-file wide-table\na\n", "a\n"),
        ("a\n// crowsfoot: allow wide-table", "a\n"),
        ("a // see #1 // crowsfoot: allow wide-table\nb\n", "a // see #1\nb\n"),
        ("// crowsfoot: allow wide-table, no-primary-key\na\n", "a\n"),
        ("// crowsfoot: allow wide-table\n// crowsfoot: allow no-primary-key\na\n", "a\n"),
    ],
)
def test_the_fix_removes_the_comment_and_the_line_if_nothing_else_is_in_it(before: str, after: str) -> None:
    assert mended(before) == after


@pytest.mark.parametrize(
    ("names", "left"),
    [
        ("missing-index, wide-table", "missing-index"),
        ("wide-table,missing-index", "missing-index"),
        ("wide-table , missing-index , no-primary-key", "missing-index"),
        ("other, wide-table, missing-index", "other, missing-index"),
    ],
)
def test_the_fix_removes_only_the_names_that_allow_nothing(names: str, left: str) -> None:
    text = "// crowsfoot: allow {} -- missing-index, says wide-table\na\n"
    before = text.format(names)
    assert mended(before, at(before.index("\na") + 1)) == text.format(left)


def test_the_fix_of_a_misspelt_name_is_only_shown() -> None:
    before = "// crowsfoot: allow wide-tabel -- why\na\n"
    assert mended(before) == before
    assert mended(before, safety=Safety.MANUAL) == "// crowsfoot: allow wide-table -- why\na\n"


def test_many_directives_and_diagnostics_do_not_multiply() -> None:
    directives = [allow("missing-index", covers=(it * 10, it * 10 + 5)) for it in range(20_000)]
    diagnostics = [at(it * 10 + 1) for it in range(20_000)]
    judgement = judged(diagnostics, *directives)
    assert len(judgement.allowed) == 20_000
    assert not judgement.unused


def test_many_directives_for_one_place_do_not_multiply_either() -> None:
    directives = [allow("missing-index") for _ in range(20_000)]
    judgement = judged([at(12)] * 20_000, *directives)
    assert len(judgement.allowed) == 20_000
    assert not judgement.unused


def test_a_comment_may_name_very_many_rules() -> None:
    # To look for each name from the start of the comment would take hours.
    names = [f"zzz{number}" for number in range(20_000)]
    source = Source("a.prisma", f"// crowsfoot: allow {', '.join(names)}\nmodel A {{\n  id Int @id\n}}\n")
    known = {"zzz1"}
    unused = judge([], directives_of(source), {source.path: source}, known=known, ran=known).unused
    assert len(unused) == len(names)
    fix = next(it.fix for it in reversed(unused) if it.fix)
    (edit,) = fix.edits
    assert source.text[edit.span.start : edit.span.end] in names
