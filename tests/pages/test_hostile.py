"""What a repository may hold to harm whoever reads its page, and what stays of it: text."""

import pytest

from crowsfoot.finding import Confidence, Diagnostic, Edit, Finding, Fix, Related, Report, Safety, Severity
from crowsfoot.pages.model import page_of
from crowsfoot.reporters import View
from crowsfoot.source import Source, Span

from .pages import EMPTY, checked, html, read, rendered
from .projects import SHOP

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</style></script></title></textarea><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}{# x",
    "<!--",
    "]]><![CDATA[",
    "&lt;b&gt;&#60;",
    "javascript:alert(1)",
    "' style='background:url(//example.org)",
)


def _everywhere(text: str) -> View:
    """A report that has the text wherever there is a place for one."""
    source = Source(f"a/{text}.sql", f"one {text} two\nthree\n{text}\n")
    here = Span(source.path, 4, 4 + len(text))
    finding = Finding(
        here,
        f"the table {text} is `{text}`",
        subject=text,
        related=tuple(Related(Span(path, 0, 3), text) for path in (source.path, "unknown") for _ in range(6)),
        fix=Fix(text, (Edit(here, text + "x"),), Safety.UNSAFE, snippet=f"-- {text}\n{text}"),
        confidence=Confidence.LIKELY,
        flow=(Related(Span("elsewhere", 0, 1), text),),
    )
    return View(
        report=Report(kept=(Diagnostic("some-rule", Severity.ERROR, finding),), failures=(text,)),
        sources={source.path: source},
        rule_url="https://example.org/{rule}",
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text_wherever_it_stands(text: str) -> None:
    view = _everywhere(text)
    plain = read(rendered(_everywhere("name"), since="main"))
    document = read(rendered(view, since=text))
    assert [it.tag for it in document.all()] == [it.tag for it in plain.all()]
    assert [set(it.attributes) for it in document.all()] == [set(it.attributes) for it in plain.all()]
    shown = document.one("details", "f")
    assert text in shown.one(of_class="m").text.replace("`", "")
    assert text in next(it.text for it in shown.all("mark") if not it.classes)
    assert shown.text.count(text) > 12


@pytest.mark.parametrize("text", HOSTILE)
def test_names_of_tables_and_migrations_stay_text(text: str) -> None:
    quoted = text.replace('"', '""')
    folder = text.replace("/", "_")
    files: dict[str, str | bytes] = {
        "migrations/migration_lock.toml": 'provider = "postgresql"\n',
        "migrations/20240101000000_a/migration.sql": f'CREATE TABLE "{quoted}" ("id" INTEGER, "n" TEXT);\n',
        f"migrations/20250101000000_{folder}/migration.sql": f'ALTER TABLE "{quoted}" DROP COLUMN "n";\n'
        f'CREATE INDEX "x{quoted}" ON "{quoted}" ("id");\n',
    }
    document = read(html(files))
    tables = document.one(id="tables")
    assert [it.text for it in tables.all("h3")] == [text[:63]]
    assert folder in document.one(id="migrations").text
    assert len(document.all("script")) == 1
    assert not document.all("img")


def test_what_would_reorder_or_hide_text_is_spelled_out() -> None:
    text = rendered(_everywhere("a\u202eb\x1b[2J\u2066"))
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "a&lt;U+202E&gt;b␛[2J" in text


def test_a_file_name_that_is_no_text_can_be_written() -> None:
    rendered(_everywhere("\udcff")).encode()


SECRET = "hunter2hunter2"


def test_passwords_are_stars() -> None:
    files: dict[str, str | bytes] = {
        **SHOP,
        "prisma/schema.prisma": str(SHOP["prisma/schema.prisma"]).replace(
            'provider = "postgresql"',
            f'provider = "postgresql"\n  url = "postgresql://admin:{SECRET}@db.shop-prod.net/shop"',
        ),
        "prisma/migrations/20250201000000_third/migration.sql": (
            f'ALTER TABLE "User" ADD COLUMN "a" TEXT DEFAULT \'postgres://a:{SECRET}@b/c\';\n'
            f'CREATE INDEX "i" ON "User" ("a") WHERE "a" <> \'postgres://a:{SECRET}@b/c\';\n'
            f'UPDATE "User" SET "a" = \'postgres://a:{SECRET}@b/c\';\n'
        ),
    }
    project, view = checked(files)
    text = rendered(view, project)
    assert "secret-in-schema" in text
    assert SECRET not in text
    assert "*" * len(SECRET) in text


def test_passwords_in_fixes_messages_and_snippets_are_stars() -> None:
    text = rendered(_everywhere(f"postgres://a:{SECRET}@b/c"))
    assert SECRET not in text.replace(f"a/postgres://a:{SECRET}@b/c.sql", "")


def test_a_long_line_is_shown_around_its_mark() -> None:
    source = Source("a.sql", "x" * 50_000 + "HERE" + "y" * 50_000 + "\n")
    finding = Finding(Span("a.sql", 50_000, 50_004), "something")
    view = View(
        report=Report(kept=(Diagnostic("some-rule", Severity.NOTE, finding),)), sources={"a.sql": source}
    )
    text = rendered(view)
    assert read(text).one("mark").text == "HERE"
    assert "y" * 400 not in text


def test_a_password_that_a_long_line_cuts_is_stars_all_the_same() -> None:
    secret = "s3cret" * 100
    line = "x " * 20_000 + f"'postgres://admin:{secret}@host/db' HERE" + " y" * 20_000
    source = Source("a.sql", line + "\n")
    start = line.index("HERE")
    finding = Finding(Span("a.sql", start, start + 4), "something")
    view = View(
        report=Report(kept=(Diagnostic("some-rule", Severity.NOTE, finding),)), sources={"a.sql": source}
    )
    text = rendered(view)
    assert "HERE" in text
    assert "s3cret" not in text


def _many(count: int) -> View:
    source = Source("a.sql", "".join(f"CREATE INDEX i{it} ON t (c{it});\n" for it in range(count)))
    starts = [it.start for it in map(source.line_range, range(1, count + 1))]
    kept = tuple(
        Diagnostic(
            f"rule-{number % 7}",
            Severity.WARNING,
            Finding(
                Span("a.sql", start, start + 6),
                f"index {number} is one too many",
                related=tuple(Related(Span("a.sql", it, it + 1), "another") for it in starts[:1000]),
                fix=Fix("delete it", (Edit(Span("a.sql", start, start + 6), ""),)),
            ),
        )
        for number, start in enumerate(starts)
    )
    return View(report=Report(kept=kept), sources={"a.sql": source})


def test_of_thousands_of_findings_each_is_there_and_the_page_stays_small() -> None:
    view = _many(5000)
    page = page_of(EMPTY, view, title="many")
    assert len(page.items) == 5000
    assert 0 < page.cut < 5000
    text = rendered(view)
    assert len(text) < 12_000_000
    assert text.count('class="f"') == 5000
    assert text.count("<li data-f=") == 5000
    assert "The page has room for the code of" in text


def test_the_worst_and_the_new_findings_get_their_code_first() -> None:
    source = Source("a.sql", "one two three\n")
    kept = tuple(
        Diagnostic("some-rule", severity, Finding(Span("a.sql", start, start + 3), "message"))
        for start, severity in ((0, Severity.NOTE), (4, Severity.ERROR), (8, Severity.WARNING))
    )
    view = View(report=Report(kept=kept), sources={"a.sql": source})
    worst = page_of(EMPTY, view, title="x", room=1)
    assert [it.detail is not None for it in worst.items] == [False, True, False]
    new = page_of(EMPTY, view, title="x", room=1, since="main", new=kept[:1])
    assert [it.detail is not None for it in new.items] == [True, False, False]


def test_more_places_than_fit_are_counted() -> None:
    page = page_of(EMPTY, _many(1500), title="many")
    first = page.items[0].detail
    assert first is not None
    assert len(first.related) + first.more + 8 == 1000
    assert "992 more places" in rendered(_many(1500))
