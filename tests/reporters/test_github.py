"""Reports to workflow commands."""

from crowsfoot.finding import Edit, Fix, Related, Report, Safety, Severity
from crowsfoot.reporters import render
from crowsfoot.source import Source, Span

from .reports import simple, span, unindexed, view


def test_a_finding_is_one_command() -> None:
    source, diagnostic = unindexed()
    assert render("github", view(diagnostic, sources=(source,), prefix="api/")) == (
        "::warning file=api/prisma/schema.prisma,line=8,endLine=8,col=3,endColumn=11,"
        "title=unindexed-foreign-key::No index serves the foreign key authorId: deleting a User scans all of "
        "Post.%0Aapi/prisma/schema.prisma:9:12: the table that is referred to"
        "%0AFix: add @@index([authorId]) to Post (--fix applies it)\n"
    )


def test_nothing_found_is_nothing() -> None:
    assert render("github", view()) == ""


def test_properties_and_messages_are_escaped_by_their_own_rules() -> None:
    source = Source("a:b,c%\r\n.sql", "x")
    shown = render("github", view(simple(span(source, "x"), "50% of a:b, ok"), sources=(source,)))
    assert shown == (
        "::warning file=a%3Ab%2Cc%25%0D%0A.sql,line=1,endLine=1,col=1,endColumn=2,title=some-rule"
        "::50%25 of a:b, ok.\n"
    )


def test_a_message_cannot_begin_another_command() -> None:
    source = Source("a.sql", "x")
    related = (Related(Span("a.sql", 0, 1), "more\n::set-output name=x::y"),)
    finding = simple(span(source, "x"), "m\n::error::injected", related=related)
    assert render("github", view(finding, sources=(source,))).count("\n") == 1


def test_the_worst_come_first_because_only_ten_are_shown() -> None:
    here = Span("a.sql", 0, 0)
    shown = render(
        "github",
        view(*(simple(here, severity=it) for it in (Severity.NOTE, Severity.WARNING, Severity.ERROR))),
    )
    assert [it.split(" ")[0] for it in shown.splitlines()] == ["::error", "::warning", "::notice"]


def test_columns_are_given_only_on_one_line() -> None:
    source = Source("a.sql", "one\ntwo\nthree\n")
    shown = render("github", view(simple(Span("a.sql", 1, 8)), sources=(source,)))
    assert "file=a.sql,line=1,endLine=2,title=" in shown


def test_an_unknown_source_has_no_line() -> None:
    assert render("github", view(simple(Span("gone.sql", 3, 4)))) == (
        "::warning file=gone.sql,title=some-rule::This is wrong.\n"
    )


def test_a_fix_that_nobody_applies_is_told() -> None:
    here = Span("a.sql", 0, 0)
    fix = Fix("ask your DBA", (Edit(here, ""),), Safety.MANUAL)
    assert render("github", view(simple(here, fix=fix))).endswith("%0AFix: ask your DBA\n")


def test_a_rule_that_failed_is_an_error() -> None:
    report = Report(failures=("Traceback (most recent call last):\n  x\nValueError: 1%\n",))
    assert render("github", view(report=report)) == (
        "::error title=crowsfoot::crowsfoot failed: ValueError: 1%25\n"
    )
