"""The advice as people and scripts get it, by the command line."""

import json
import re
from pathlib import Path

import pytest

from ..postgres import Postgres
from ..shell import Shell

SCHEMA = """datasource db {
  provider = "postgresql"
}
model User {
  id     Int     @id
  email  String  @unique
  orders Order[]
}
model Order {
  id        Int       @id
  userId    Int
  status    String
  createdAt DateTime
  user      User      @relation(fields: [userId], references: [id])

  @@index([status])
  @@index([status, createdAt])
}
"""
CODE = """from prisma import Prisma

db = Prisma()

async def page(user: int):
    return await db.order.find_many(where={"userId": user}, order={"createdAt": "desc"}, take=20)

async def forget(user: int):
    await db.user.delete(where={"id": user})
"""


@pytest.fixture
def shop(shell: Shell) -> Shell:
    shell.write("schema.prisma", SCHEMA)
    shell.write("app.py", CODE)
    return shell


def test_the_text_says_what_to_change_and_who_asks(shop: Shell) -> None:
    run = shop("advise")
    assert run.stdout == (
        "Order  3 indexes now, 3 then  schema.prisma:9\n"
        "  add      @@index([userId, createdAt])  [likely]\n"
        "           now reads all of Order and sorts it; then finds by userId, in order\n"
        "             app.py:6: order.find_many()\n"
        "           foreign key userId: now deleting one User reads all of Order\n"
        "             app.py:9: user.delete()\n"
        "  drop     @@index([status])  [certain]\n"
        "           @@index([status, createdAt]) starts with the same keys\n"
        "\n"
        "1 to add and 1 to drop on 1 table (3 indexes now, 3 then), from 2 places in the project that ask 2 tables\n"
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_only_the_tables_that_are_named(shop: Shell) -> None:
    run = shop("advise", "--table", "user")
    assert run.stdout.startswith("no change to the indexes is advised, from 1 place")
    run = shop("advise", "--table", "Ordr")
    assert run.returncode == 2
    assert run.stderr == 'crowsfoot: --table: there is no table "Ordr"; did you mean "Order"?\n'


def test_what_is_left_out_is_told(shop: Shell) -> None:
    shop.write(
        "other/schema.prisma", SCHEMA.replace("model User", "model User2").replace(" User ", " User2 ")
    )
    shop.write("third/schema.prisma", SCHEMA.replace("status    String", "status    Str ing !"))
    text = shop("advise").stdout
    assert "queries left out, as several databases have a table of the name: Order" in text
    assert "not read whole, so that what they lack is possible at most: Order" in text


def test_what_a_comment_allows_is_not_advised_against(shop: Shell) -> None:
    allowed = SCHEMA.replace(
        "  @@index([status])\n", "  @@index([status]) // crowsfoot: allow redundant-index -- it is small\n"
    )
    shop.write(
        "schema.prisma",
        allowed.replace(
            "references: [id])", "references: [id]) // crowsfoot: allow unindexed-foreign-key -- nobody goes"
        ),
    )
    shop.write("app.py", CODE.replace("db.order", "db.user"))
    assert shop("advise").stdout.startswith("no change")


def test_markdown_is_a_table_with_the_places_folded(shop: Shell) -> None:
    text = shop("advise", "--output", "markdown").stdout
    assert "| --- | --- | --- | --- | --- |" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(row.count("|") == 6 for row in rows), "five cells each"
    assert "<code>app.py:6</code>" in text
    assert "@@index" not in text, "it would mention people"


def test_what_stands_in_the_project_is_no_markup(shell: Shell) -> None:
    shell.write("schema.prisma", SCHEMA)
    shell.write("a|<b>`c.py", CODE)
    text = shell("advise", "--output", "markdown").stdout
    assert "a&#124;&#60;b&#62;&#96;c.py:6" in text


def test_the_json_has_the_shape_that_is_documented(shop: Shell) -> None:
    value = json.loads(shop("advise", "--output", "json").stdout)
    summary = {"add": 1, "replace": 0, "drop": 1, "before": 3, "after": 3}
    assert value["version"] == 1
    assert value["summary"] == {**summary, "tables_asked": 2, "places": 2, "possible": 0}
    assert (value["incomplete_tables"], value["shared_names"]) == ([], [])
    (table,) = value["tables"]
    assert (table["table"], table["model"], table["path"], table["line"]) == (
        "Order",
        "Order",
        "schema.prisma",
        9,
    )
    assert (table["rows"], table["before"], table["after"], table["notes"]) == (None, 3, 3, [])
    add, drop = table["changes"]
    assert add == {
        "kind": "add",
        "confidence": "likely",
        "why": "reads all of Order and sorts it",
        "index": {
            "keys": [
                {"column": "userId", "descending": False, "nulls": "last"},
                {"column": "createdAt", "descending": False, "nulls": "last"},
            ],
            "null": [],
            "declaration": "@@index([userId, createdAt])",
        },
        "old": [],
        "by": None,
        "queries": [
            {
                "now": "reads all of Order and sorts it",
                "finds_by": ["userId"],
                "range": False,
                "in_order": True,
                "calls": None,
                "milliseconds": None,
                "places": [{"path": "app.py", "line": 6, "said": "order.find_many()", "source": "code"}],
            }
        ],
        "foreign_keys": [
            {
                "columns": ["userId"],
                "target": "User",
                "deleted_at": {"path": "app.py", "line": 9, "said": "user.delete()", "source": "code"},
            }
        ],
    }
    index = {"declaration": "@@index([status])", "name": "Order_status_idx", "columns": ["status"]}
    assert (drop["kind"], drop["index"], drop["old"], drop["by"]["columns"]) == (
        "drop",
        None,
        [index],
        ["status", "createdAt"],
    )


def test_prisma_lines_stand_under_their_model(shop: Shell) -> None:
    text = shop("advise", "--output", "prisma").stdout
    lines = [line.strip() for line in text.splitlines() if not line.strip().startswith("// now")]
    assert lines[0] == "model Order {"
    assert "@@index([userId, createdAt])" in lines
    assert "// delete @@index([status])" in lines


def test_without_a_prisma_schema_there_are_no_such_lines(shell: Shell) -> None:
    shell.write(
        "models.py",
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n"
        "class Base(DeclarativeBase):\n    pass\n"
        "class Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    token: Mapped[str]\n"
        "def find(session, token):\n    return session.query(Order).filter(Order.token == token).all()\n",
    )
    run = shell("advise", "--output", "prisma")
    assert (run.returncode, run.stdout) == (2, "")
    assert "no Prisma schema declares these tables" in run.stderr
    assert "index=True to token" in shell("advise").stdout


MIGRATION = """CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT NOT NULL);
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "userId" INTEGER NOT NULL REFERENCES "User", "status" TEXT NOT NULL,
  "createdAt" TIMESTAMP(3) NOT NULL);
CREATE INDEX "Order_status_idx" ON "Order" ("status");
CREATE INDEX "Order_status_createdAt_idx" ON "Order" ("status", "createdAt");
"""


def test_the_sql_runs_and_leaves_what_was_promised(shop: Shell, postgres: Postgres) -> None:
    text = shop("advise", "--output", "sql").stdout
    assert text.startswith("-- 1 to add and 1 to drop on 1 table (3 indexes now, 3 then)\n")
    for statement in MIGRATION.split(";\n")[:-1]:
        postgres.run(statement)
    statements = [it for it in re.sub(r"(?m)^--.*$", "", text).split(";") if it.strip()]
    assert len(statements) == 2
    assert all("CONCURRENTLY" in it for it in statements)
    for statement in statements:
        postgres.run(statement)
    names = postgres.run("SELECT indexname FROM pg_indexes WHERE tablename = 'Order' ORDER BY 1")
    assert names == ["Order_pkey", "Order_status_createdAt_idx", "Order_userId_createdAt_idx"]


@pytest.mark.parametrize(
    ("files", "marker"),
    [
        ({"migrations/V1__begin.sql": MIGRATION, "flyway.conf": ""}, "executeInTransaction=false"),
        (
            {"db/migrations/20240101000000_begin.sql": f"-- migrate:up\n{MIGRATION}-- migrate:down\n"},
            "transaction:false",
        ),
        (
            {
                "prisma/migrations/20240101000000_begin/migration.sql": MIGRATION,
                "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
            },
            "alone in its file",
        ),
    ],
    ids=["flyway", "dbmate", "prisma"],
)
def test_the_sql_is_safe_as_the_tool_in_force_runs_it(
    shell: Shell, files: dict[str, str], marker: str
) -> None:
    """A transaction block takes no CONCURRENTLY: the file says so, or holds nothing else."""
    for path, text in files.items():
        shell.write(path, text)
    if "prisma" in str(files):
        shell.write("prisma/schema.prisma", SCHEMA)
    shell.write(
        "app.py",
        'import psycopg\n\ndef drop(cursor, it):\n    cursor.execute("DELETE FROM \\"User\\" WHERE \\"id\\" = %s", (it,))\n',
    )
    text = shell("advise", "--output", "sql").stdout
    assert 'CREATE INDEX CONCURRENTLY "Order_userId_idx" ON' in text
    assert marker in text


def test_the_queries_for_statistics_are_printed(shell: Shell) -> None:
    run = shell("advise", "--stats-query")
    assert run.returncode == 0
    assert run.stdout.count("\\copy (SELECT ") == 3
    assert all(
        it in run.stdout for it in ("pg_stat_user_tables", "pg_stat_user_indexes", "pg_stat_statements")
    )


def test_statistics_tell_rows_and_time(shop: Shell) -> None:
    shop.write("t.csv", "relname,n_live_tup\nOrder,120000\n")
    query = 'SELECT * FROM "Order" WHERE "userId" = $1 ORDER BY "createdAt" DESC LIMIT $2'
    shop.write("s.json", json.dumps([{"query": query, "calls": 70, "total_exec_time": 2800.0}]))
    text = shop("advise", "--stats", "t.csv", "--stats", "s.json").stdout
    assert text.startswith("Order  120,000 rows, 3 indexes now, 3 then")
    assert (
        "[certain]\n           now reads all of Order and sorts it; then finds by userId, in order (70 calls of 40.0 ms,"
        in text
    )
    assert "and 1 of 1 statement that the database has counted" in text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.csv", "none.csv: cannot be read: No such file or directory"),
        ("app.py", "--stats: app.py: holds none of"),
    ],
)
def test_a_file_that_holds_no_statistics_is_told(shop: Shell, name: str, message: str) -> None:
    run = shop("advise", "--stats", name)
    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no file without an end here")
def test_a_file_without_an_end_is_told(shop: Shell) -> None:
    run = shop("advise", "--stats", "/dev/zero")
    assert (run.returncode, run.stderr) == (2, "crowsfoot: --stats: /dev/zero: is larger than 64 MB\n")


def test_several_databases_are_told_apart(shop: Shell) -> None:
    second = SCHEMA.replace("model User", "model Member").replace("User      @", "Member    @")
    shop.write(
        "other/schema.prisma", second.replace("model Order {", "model Sale {").replace("Order[]", "Sale[]")
    )
    text = shop("advise", "--output", "sql").stdout
    first, other = text.split("-- the database of other/schema.prisma\n")
    assert "-- the database of schema.prisma\n" in first
    assert 'ON "Order"' in first
    assert "Sale" not in first
    assert 'DROP INDEX CONCURRENTLY "Sale_status_idx"' in other
    text = shop("advise", "--output", "prisma").stdout
    assert text.index("// schema.prisma\nmodel Order {") < text.index("// other/schema.prisma\nmodel Sale {")


def test_of_mongodb_it_is_said_that_nothing_is(shell: Shell) -> None:
    shell.write(
        "schema.prisma",
        'datasource db {\n  provider = "mongodb"\n}\nmodel Event {\n  id String @id @map("_id")\n}\n',
    )
    assert shell("advise").stdout.endswith("\nnothing is said of MongoDB: 1 collection\n")
    assert "Nothing is said of MongoDB" in shell("advise", "--output", "markdown").stdout


def test_an_empty_project_gets_no_advice(shell: Shell) -> None:
    run = shell("advise")
    assert (run.returncode, run.stderr) == (0, "crowsfoot: no tables found below the current folder\n")
    assert (
        run.stdout == "no change to the indexes is advised, from 0 places in the project that ask 0 tables\n"
    )


def test_file_names_cannot_speak_to_the_terminal(shell: Shell) -> None:
    shell.write("schema.prisma", SCHEMA)
    shell.write("a\x1b[31mb.py", CODE)
    assert "\x1b" not in shell("advise").stdout
