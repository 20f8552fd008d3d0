"""What PostgreSQL has counted: the queries that ask for it, the files, and what they change about the advice."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.advice.measured import Load, Measured, measured
from crowsfoot.advice.of_table import Known, plan_table
from crowsfoot.advice.statistics import (
    IndexStats,
    StatementStats,
    Statistics,
    TableStats,
    of_others,
    read,
)
from crowsfoot.advice.stats_query import FILES, script
from crowsfoot.config import UserError
from crowsfoot.databases.indexes import best_cover
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Project, Table
from crowsfoot.link.wanted import Wanted

from ..postgres import Postgres
from .tables import asks, database, event

TABLES = b"schemaname,relname,n_live_tup,n_tup_ins,n_tup_upd,n_tup_hot_upd,stats_reset\npublic,Event,200000,9,7,2,2026-01-02 03:04:05+00\n"
INDEXES = b"schemaname,relname,indexrelname,idx_scan,bytes\npublic,Event,Event_slug_idx,0,52428800\n"
STATEMENTS = (
    b"query,calls,rows,total_exec_time,mean_exec_time\n"
    b'"SELECT ""Event"".* FROM ""public"".""Event"" WHERE ""userId"" = $1 ORDER BY ""createdAt"" DESC LIMIT $2",'
    b"1000,20000,12000.5,12.0\n"
)


# A view of the same columns: the server of the tests is built without the extension.
# Source: https://www.postgresql.org/docs/current/pgstatstatements.html
_STAND_IN = """CREATE VIEW pg_stat_statements AS SELECT oid AS dbid, it.* FROM pg_database, (VALUES
  ('SELECT * FROM "Event" WHERE "userId" = $1', 10::bigint, 30::bigint, 5.5::float8, 0.55::float8),
  ('VACUUM "Event"', 1, 0, 900, 900)) it (query, calls, rows, total_exec_time, mean_exec_time)
WHERE datname = current_database()"""


def test_the_printed_queries_make_files_that_are_read(postgres: Postgres, tmp_path: Path) -> None:
    postgres.run(f"\\cd {tmp_path}\n")
    postgres.run('CREATE TABLE "Event" (id int PRIMARY KEY, "userId" int)')
    postgres.run('INSERT INTO "Event" SELECT i, i FROM generate_series(1, 500) i')
    postgres.run('CREATE INDEX "Event_userId_idx" ON "Event" ("userId")')
    postgres.run("SELECT pg_stat_force_next_flush()")
    postgres.run('ANALYZE "Event"')
    postgres.run("SELECT pg_stat_force_next_flush()")
    postgres.run(_STAND_IN)
    for line in script().splitlines():
        if line.startswith("\\copy"):
            postgres.run(f"{line}\n")
    found = read([(it, (tmp_path / it).read_bytes()) for it in FILES])
    assert [(it.schema, it.name, it.rows, it.inserts) for it in found.tables] == [
        ("public", "Event", 500, 500)
    ]
    assert {it.name for it in found.indexes} == {"Event_pkey", "Event_userId_idx"}
    assert all(it.bytes for it in found.indexes)
    assert [(it.query, it.calls) for it in found.statements] == [
        ('SELECT * FROM "Event" WHERE "userId" = $1', 10)
    ]


def test_each_query_is_one_line_that_any_client_runs(postgres: Postgres) -> None:
    postgres.run(_STAND_IN)
    for query in FILES.values():
        assert "\n" not in query
        postgres.run(query)


@pytest.mark.parametrize("as_json", [False, True])
def test_csv_and_json_say_the_same(as_json: bool) -> None:
    files = [TABLES, INDEXES, STATEMENTS]
    found = read(
        [
            (f"{number}.{'json' if as_json else 'csv'}", _json(it) if as_json else it)
            for number, it in enumerate(files)
        ]
    )
    assert found.tables == (TableStats("public", "Event", 200_000, 9, 7, 2, 0),)
    assert found.indexes == (IndexStats("public", "Event", "Event_slug_idx", 0, 52_428_800),)
    (statement,) = found.statements
    assert (statement.calls, statement.total) == (1000, 12000.5)
    assert found.since == "2026-01-02"


def _json(data: bytes) -> bytes:
    import csv

    rows = [*csv.DictReader(data.decode().splitlines())]
    numbers = [
        {key: float(it) if it.replace(".", "").isdigit() else it for key, it in row.items()} for row in rows
    ]
    return json.dumps(numbers).encode()


def test_rows_of_json_may_stand_in_lines_or_in_one_object() -> None:
    row = {"relname": "a", "n_live_tup": 5}
    lines = "\n".join(json.dumps(row | {"relname": it}) for it in "ab").encode()
    assert [it.name for it in read([("x", lines)]).tables] == ["a", "b"]
    assert [it.name for it in read([("x", json.dumps({"tables": [row], "n": 1}).encode())]).tables] == ["a"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"relname,n_live_tup\nOrder\n", "row 1: n_live_tup is empty"),
        (b'{"relname": "Order", "n_live_tup": null}', "row 1: n_live_tup is empty"),
        (b"\xff\x00", "is not UTF-8"),
        (b"a,b\n1,2\n", "holds none of pg_stat_user_tables"),
        (b"hello", "holds none of pg_stat_user_tables"),
        (b"[1, 2]", "its rows are no JSON objects"),
        (b"[" * 200_000, "is no JSON"),
        (b'{"n_live_tup": ', "is no JSON"),
        (b'[{"n_live_tup": 5}]', "row 1: there is no column relname"),
        (b'[{"relname": 7, "n_live_tup": 5}]', "row 1: relname is no text"),
        (b"relname,n_live_tup\nx,many\n", "row 1: n_live_tup is no count: 'many'"),
        (b"relname,n_live_tup\nx,NaN\n", "row 1: n_live_tup is no count"),
        (b"relname,n_live_tup\nx,1e999\n", "row 1: n_live_tup is no count"),
        (b"relname,n_live_tup\nx," + b"9" * 5000 + b"\n", "row 1: n_live_tup is no count"),
        (b"relname,n_live_tup\nx,-7\n", "row 1: n_live_tup is no count"),
        (b'relname,n_live_tup\n"x,5\n', "is no CSV"),
        (b"relname,n_live_tup\nx,-1\n", "row 1: n_live_tup is no count"),
        (b'[{"query": "SELECT 1", "calls": -1, "total_exec_time": 1}]', "row 1: calls is no count"),
        (b"query,calls\nSELECT 1,1\n", "row 1: there is no column total_exec_time"),
        (b"\xff\xfex", "is not UTF-16"),
        (b"\x00" * 100, "holds none of pg_stat_user_tables"),
        (b'[{"query": "SELECT 1", "calls": true, "total_exec_time": 1}]', "row 1: calls is no count"),
        (b'[{"query": null, "calls": 1, "total_exec_time": 1}]', "row 1: query is no text"),
    ],
)
def test_what_is_no_dump_is_told_in_a_line(data: bytes, message: str) -> None:
    with pytest.raises(UserError, match=r"^--stats: x: ") as raised:
        read([("x", data)])
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_clients_export_is_read(encoding: str, between: str, end: str) -> None:
    rows = [("schemaname", "relname", "n_live_tup"), ("public", '"Évènement, le"', "5")]
    text = end.join(between.join(it) for it in rows)
    data = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)
    assert read([("x", data)]).tables == (TableStats("public", "Évènement, le", 5),)


def test_a_long_statement_does_not_make_its_file_unreadable() -> None:
    query = "SELECT * FROM a WHERE id IN (" + "$1," * 100_000 + "$2)"
    (found,) = read([("x", f'query,calls,total_exec_time\n"{query}",1,2\n'.encode())]).statements
    assert query.startswith(found.query)


@pytest.mark.parametrize("reset", ["<script>x", "2026-01-0\n; DROP TABLE a", 5, None, True, [], ""])
def test_when_counting_began_is_a_date_or_nothing(reset: object) -> None:
    row = {"relname": "a", "n_live_tup": 5, "stats_reset": reset}
    assert read([("x", json.dumps([row]).encode())]).since is None


def test_counters_of_another_database_are_told() -> None:
    found = read([("tables", TABLES), ("indexes", INDEXES)])
    assert of_others(found, ["User", "Event"]) == ""
    assert of_others(found, ["User"]) == "--stats: no table that is counted is one of the project: Event"
    assert of_others(read([("statements", STATEMENTS)]), ["User"]) == ""


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(UserError, match="larger than 64 MB"):
        read([("x", b" " * (64 * 2**20 + 1))])


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_makes_it_raise_anything_else(data: bytes) -> None:
    with suppress(UserError):
        read([("x", data), ("y", b"relname,n_live_tup\n" + data)])


# --- what they change --------------------------------------------------------------------------------------


def seen(table: Table, shapes: Sequence[Wanted], *files: bytes) -> Known:
    project = Project(databases=(table.database,), files=(), problems=(), directives=())
    return Known(None, measured(read([("x", it) for it in files]), project, shapes))


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * FROM "Event" WHERE "userId" = $1 ORDER BY "createdAt" DESC LIMIT $2',
        'SELECT "public"."Event"."id" FROM "public"."Event" WHERE ("public"."Event"."userId" = $1 AND 1=1) '
        'ORDER BY "public"."Event"."createdAt" DESC LIMIT $2 OFFSET $3',
        'SELECT e.id FROM "Event" AS e WHERE e."userId" IN ($1) ORDER BY e."createdAt" DESC LIMIT $2::INTEGER',
    ],
)
def test_statements_are_known_by_what_they_ask(query: str) -> None:
    table = event()
    shapes = [asks(table, "userId"), asks(table, "userId", order=["-createdAt"], limit=True)]
    statements = (StatementStats(query, 4, 5.0, 20.0), StatementStats("SELECT 1", 1, 1.0, 1.0))
    project = Project(databases=(table.database,), files=(), problems=(), directives=())
    found = measured(Statistics(statements=statements), project, shapes)
    assert found.loads == {shapes[1]: Load(4, 20.0)}
    assert (found.matched, found.statements) == (1, 1)


def test_time_makes_a_likely_index_certain_and_comes_first() -> None:
    table = event()
    shapes = [
        asks(table, "tenantId", places=9),
        asks(table, "userId", order=["-createdAt"], limit=True),
    ]
    first, second = plan_table(
        table, shapes, Confidence.LIKELY, seen(table, shapes, STATEMENTS, TABLES)
    ).changes
    assert (first.confidence, first.load.calls) == (Confidence.CERTAIN, 1000)
    assert [it.column for it in first.proposal.keys] == ["userId", "createdAt"] if first.proposal else False
    assert second.confidence is Confidence.LIKELY


def test_what_is_quick_needs_no_index() -> None:
    table = event()
    shapes = [asks(table, "userId")]
    quick = b'query,calls,total_exec_time\n"SELECT * FROM ""Event"" WHERE ""userId"" = $1",1000,90\n'
    assert not plan_table(table, shapes, Confidence.LIKELY, seen(table, shapes, quick)).changes


def test_a_table_of_few_rows_needs_no_index() -> None:
    table = event()
    shapes = [asks(table, "userId")]
    few = TABLES.replace(b"200000", b"900")
    assert not plan_table(table, shapes, Confidence.LIKELY, seen(table, shapes, few)).changes
    assert plan_table(table, shapes, Confidence.LIKELY, seen(table, shapes, TABLES)).changes


def test_an_index_that_was_never_used_goes() -> None:
    table = event("@@index([slug])")
    known = seen(table, [], TABLES, INDEXES)
    (change,) = plan_table(table, [], Confidence.LIKELY, known).changes
    assert (change.kind, change.why) == ("drop", "not used since 2026-01-02, and takes 50 MB")
    assert change.confidence is Confidence.LIKELY
    shapes = [asks(table, "slug")]
    assert not plan_table(table, shapes, Confidence.LIKELY, seen(table, shapes, TABLES, INDEXES)).changes
    assert not plan_table(table, [], Confidence.LIKELY, seen(table, [], INDEXES)).changes, "how many rows?"


def test_of_two_that_do_the_same_the_one_that_is_used_stays() -> None:
    table = event("@@index([slug])", "@@index([slug, total])")
    unused = INDEXES.replace(b"slug_idx,0", b"slug_total_idx,0") + b"public,Event,Event_slug_idx,7,1\n"
    (change,) = plan_table(table, [], Confidence.LIKELY, seen(table, [], TABLES, unused)).changes
    assert change.old == (table.indexes[2],)


def test_of_two_unused_ones_one_stays_for_the_foreign_key() -> None:
    table = database(
        "model Parent {\n id Int @id\n children Event[]\n}\n"
        "model Event {\n id Int @id\n slug Int\n x Int\n y Int\n"
        "p Parent @relation(fields: [slug], references: [id])\n@@index([slug, x])\n@@index([slug, y])\n}"
    ).tables["Event"]
    both = INDEXES.replace(b"slug_idx", b"slug_x_idx") + b"public,Event,Event_slug_y_idx,0,1\n"
    (change,) = plan_table(table, [], Confidence.LIKELY, seen(table, [], TABLES, both)).changes
    assert change.old == (table.indexes[1],)


def test_unused_unique_keys_and_those_of_foreign_keys_stay() -> None:
    table = event("@@unique([slug])")
    unique = INDEXES.replace(b"slug_idx", b"slug_key")
    assert not plan_table(table, [], Confidence.POSSIBLE, seen(table, [], TABLES, unique)).changes
    family = database(
        "model Parent {\n id Int @id\n children Event[]\n}\n"
        "model Event {\n id Int @id\n slug Int\n p Parent @relation(fields: [slug], references: [id])\n@@index([slug])\n}"
    ).tables["Event"]
    assert best_cover(family.foreign_keys[0])[1] is family.indexes[1]
    assert not plan_table(family, [], Confidence.POSSIBLE, seen(family, [], TABLES, INDEXES)).changes


def test_writes_are_told_where_they_are_counted() -> None:
    table = event()
    shapes = [asks(table, "userId")]
    plan = plan_table(table, shapes, Confidence.LIKELY, seen(table, shapes, TABLES))
    assert plan.notes == ("9 inserts and 7 updates (2 heap-only), of which 14 would write each new index",)
    assert plan.rows == 200_000


def test_an_index_over_the_time_of_the_last_change_ends_heap_only_updates() -> None:
    text = "model Event {\n id Int @id\n userId Int\n changedAt DateTime @updatedAt\n}"
    for provider, count in (("postgresql", 1), ("mysql", 0)):
        table = database(text, provider).tables["Event"]
        shape = asks(table, "userId", order=["changedAt"], limit=True)
        plan = plan_table(table, [shape], Confidence.LIKELY)
        assert len(plan.notes) == count
        assert all("no update of Event is heap-only (HOT)" in it for it in plan.notes)


def test_without_statistics_nothing_is_measured() -> None:
    assert Measured().loads == {}
