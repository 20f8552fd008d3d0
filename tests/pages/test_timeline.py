"""Migrations on the page: which lock a statement takes, whom that blocks, and how long."""

from pathlib import Path

import pytest

from crowsfoot.databases.blocking import longest_wait
from crowsfoot.finding import Report
from crowsfoot.link.assumed import Changes
from crowsfoot.pages.timeline import Line, Timeline, Weight, timelines
from crowsfoot.reporters import View
from crowsfoot.session import Choices, Session

from .pages import checked, html, read
from .projects import SHOP

SECOND = "prisma/migrations/20250101000000_second/migration.sql"


def _timeline(files: dict[str, str | bytes], changes: Changes | None = None) -> Timeline:
    project, view = checked(files, changes=changes)
    return timelines(project, view)[0]


def _lines(sql: str, before: str = "", dialect: str = "postgresql") -> tuple[Line, ...]:
    tables = 'CREATE TABLE "t" ("id" INTEGER NOT NULL, "a" INTEGER);\nCREATE TABLE "u" ("id" INTEGER);\n'
    if dialect != "postgresql":
        tables = tables.replace('"', "")
    files: dict[str, str | bytes] = {
        "migrations/migration_lock.toml": f'provider = "{dialect}"\n',
        "migrations/20240101000000_a/migration.sql": before or tables,
        "migrations/20250101000000_b/migration.sql": sql,
    }
    return _timeline(files).entries[-1].lines


@pytest.mark.parametrize(
    ("sql", "mode", "blocks", "lasts", "weight"),
    [
        (
            'ALTER TABLE "t" ADD "b" TEXT;',
            "ACCESS EXCLUSIVE",
            "reads and writes",
            "for a moment",
            Weight.MOMENT,
        ),
        ('CREATE INDEX "i" ON "t" ("a");', "SHARE", "writes", "while an index of t is built", Weight.WRITES),
        (
            'CREATE INDEX CONCURRENTLY "i" ON "t" ("a");',
            "SHARE UPDATE EXCLUSIVE",
            "VACUUM and changes of the schema",
            "while an index of t is built",
            Weight.NONE,
        ),
        (
            'ALTER TABLE "t" ALTER COLUMN "a" SET NOT NULL;',
            "ACCESS EXCLUSIVE",
            "reads and writes",
            "while all rows of t are read",
            Weight.ALL,
        ),
        (
            'ALTER TABLE "t" ALTER COLUMN "a" TYPE TEXT;',
            "ACCESS EXCLUSIVE",
            "reads and writes",
            "while t is written anew",
            Weight.ALL,
        ),
    ],
)
def test_a_statement_of_postgresql_is_told_by_its_strongest_lock(
    sql: str, mode: str, blocks: str, lasts: str, weight: Weight
) -> None:
    (line,) = _lines(sql + "\n")
    assert (line.mode, line.tables, line.blocks, line.lasts, line.weight) == (
        mode,
        ("t",),
        blocks,
        lasts,
        weight,
    )
    assert line.statement == sql.rstrip(";")


def test_a_lock_lasts_to_the_end_of_its_transaction() -> None:
    first, second, third = _lines(
        'BEGIN;\nALTER TABLE "t" ADD "b" TEXT;\nALTER TABLE "u" ADD "b" TEXT;\nUPDATE "u" SET "b" = \'\';\nCOMMIT;\n'
    )
    assert (
        first.lasts == "to the end of its transaction, in which a later statement goes through rows (line 4)"
    )
    assert first.weight is Weight.ALL
    assert second.lasts == first.lasts
    assert (third.mode, third.weight) == ("ROW EXCLUSIVE", Weight.NONE)


def test_a_table_of_the_same_deploy_keeps_nobody_waiting() -> None:
    entry = _timeline(SHOP).entries[0]
    assert (entry.lines, entry.quiet, entry.weight) == ((), 2, Weight.NONE)


@pytest.mark.parametrize(
    "sql",
    [
        'CREATE TABLE "n" ("id" INTEGER, "t" INTEGER REFERENCES "t" ("id"));',  # it has no rows to look up
        'ALTER TABLE "t" ADD "b" TEXT NOT NULL;',  # it fails on any row
    ],
)
def test_what_works_on_no_rows_blocks_for_a_moment(sql: str) -> None:
    before = 'CREATE TABLE "t" ("id" INTEGER PRIMARY KEY);\n'
    (line,) = _lines(sql + "\n", before)
    assert (line.lasts, line.weight) == ("for a moment", Weight.MOMENT)


def test_nobody_writes_to_a_materialized_view_but_who_refreshes_it() -> None:
    before = 'CREATE TABLE "t" ("id" INTEGER);\nCREATE MATERIALIZED VIEW "m" AS SELECT "id" FROM "t";\n'
    (line,) = _lines('CREATE INDEX "i" ON "m" ("id");\n', before)
    assert (line.mode, line.blocks, line.weight) == ("SHARE", "REFRESH", Weight.NONE)


@pytest.mark.parametrize("app", ["civitai", "hoppscotch", "litellm", "superagent", "umami"])
def test_what_the_rules_call_a_wait_the_page_calls_so(corpus: Path, app: str) -> None:
    session = Session([corpus / "corpus/apps" / app], Choices(), cached=False)
    view = View(report=Report(), sources=session.sources)
    histories = [it for it in session.project.histories if it.migrations]
    waits = 0
    for history, timeline in zip(histories, timelines(session.project, view), strict=True):
        for migration, entry in zip(history.migrations, timeline.entries, strict=True):
            lines = {it.line: it for it in entry.lines}
            for step in migration.steps:
                wait = longest_wait(step)
                where = session.sources[step.span.path].position(step.span.start)[0]
                if wait is None or (entry.more and where not in lines):
                    continue
                reads = any(it.mode.blocks_reads for it in wait.locks)
                assert lines[where].weight is (Weight.ALL if reads else Weight.WRITES), str(step)
                waits += 1
    assert waits > 1


def test_mysql_is_told_by_how_the_table_is_altered() -> None:
    (line,) = _lines("ALTER TABLE t MODIFY a BIGINT;\n", dialect="mysql")
    assert line.mode == "ALGORITHM=COPY, LOCK=SHARED"
    assert (line.blocks, line.weight, line.tables) == ("writes", Weight.WRITES, ("t",))
    (line,) = _lines("ALTER TABLE t ADD b INT;\n", dialect="mysql")
    assert line.mode == "ALGORITHM=INSTANT, LOCK=NONE"
    assert line.weight is Weight.NONE


def test_sql_server_is_told_by_its_manual() -> None:
    (line,) = _lines("CREATE INDEX i ON t (a);\n", dialect="sqlserver")
    assert (line.mode, line.blocks, line.weight) == ("S", "writes", Weight.WRITES)


def test_sqlite_has_no_locks_of_tables_and_the_page_says_so() -> None:
    files: dict[str, str | bytes] = {
        "migrations/migration_lock.toml": 'provider = "sqlite"\n',
        "migrations/20240101000000_a/migration.sql": "CREATE TABLE t (id INTEGER);\nCREATE INDEX i ON t (id);\n",
    }
    timeline = _timeline(files)
    assert timeline.entries[0].lines == ()
    assert "SQLite lets one connection write at a time" in timeline.known


def test_a_migration_that_fails_says_why() -> None:
    files = {**SHOP, SECOND: 'ALTER TABLE "User" DROP COLUMN "nothing";\n'}
    entry = _timeline(files).entries[1]
    assert entry.fails == 'column "nothing" of relation "User" does not exist'
    document = read(html(files))
    assert 'column "nothing" of relation "User" does not exist' in document.one(of_class="fails").text


def test_only_what_is_new_is_marked_new() -> None:
    timeline = _timeline(SHOP, Changes(new=frozenset([SECOND])))
    assert [it.new for it in timeline.entries] == [False, True]
    assert [it.new for it in _timeline(SHOP).entries] == [False, False]


def test_of_thousands_of_statements_the_heaviest_are_shown_and_the_rest_is_counted() -> None:
    comments = "COMMENT ON TABLE \"t\" IS 'x';\n" * 1500
    files: dict[str, str | bytes] = {
        "migrations/migration_lock.toml": 'provider = "postgresql"\n',
        "migrations/20240101000000_a/migration.sql": 'CREATE TABLE "t" ("id" INTEGER, "a" INTEGER);\n',
        "migrations/20250101000000_b/migration.sql": f'{comments}CREATE INDEX "i" ON "t" ("a");\n',
    }
    entry = _timeline(files).entries[1]
    assert (len(entry.lines), entry.more) == (100, 1401)
    assert [it.mode for it in entry.lines[-2:]] == ["SHARE UPDATE EXCLUSIVE", "SHARE"]
    assert "and 1401 more statements" in html(files)


def test_the_page_draws_each_migration_and_lists_its_locks() -> None:
    document = read(html(SHOP))
    strip = document.one("svg", "strip")
    bars = [it.get("data-m") for it in strip.all("rect")]
    assert bars == ["m1-0", "m1-1"]
    assert all(document.one(id=it) for it in bars)
    assert [it.get("class") for it in strip.all("rect")] == ["none", "all"]
    row = document.one(id="migrations").all("tr")[1]
    assert [it.text for it in row.all("td")] == [
        "1",
        'ALTER TABLE "User" ADD COLUMN "mail" TEXT',
        "ACCESS EXCLUSIVE User",
        "reads and writes",
        "to the end of its transaction, in which a later statement goes through rows (line 2)",
    ]
