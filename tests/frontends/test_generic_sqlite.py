from typing import Any

import pytest

from crowsfoot.facts.sql import (
    AddColumn,
    AlterColumn,
    Change,
    CreateIndex,
    CreateTable,
    CreateTrigger,
    CreateView,
    Delete,
    DropColumn,
    DropObject,
    Insert,
    Maintain,
    RenameObject,
    Select,
    SetVariable,
    Transaction,
    Update,
)
from crowsfoot.frontends.sql.generic import read

from .generic import at, operation, operations, statements

REDEFINED = """\
/*
  Warnings:

  - Made the column `name` on table `User` required. This step will fail if there are existing NULL values in that column.

*/
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "key" TEXT,
    CONSTRAINT "User_key_fkey" FOREIGN KEY ("key") REFERENCES "Key" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
INSERT INTO "new_User" ("id", "name") SELECT "id", "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"""


def test_a_table_is_made_anew_as_prisma_writes_it() -> None:
    found = operations(REDEFINED, "sqlite")
    assert [type(it) for it in found] == [
        SetVariable,
        SetVariable,
        CreateTable,
        Insert,
        DropObject,
        RenameObject,
        CreateIndex,
        SetVariable,
        SetVariable,
    ]
    table, copy = found[2], found[3]
    assert isinstance(table, CreateTable)
    assert isinstance(copy, Insert)
    id, name, key = table.columns
    assert (id.identity, [it.kind for it in id.constraints]) == ("autoincrement", ["primary"])
    assert (name.not_null, key.name, [it.name for it in table.constraints]) == (
        True,
        "key",
        ["User_key_fkey"],
    )
    assert copy.query is not None
    assert ([str(it) for it in copy.query.tables], copy.query.simple) == (["User"], True)
    assert [at(REDEFINED, it.range) for it in copy.query.columns] == ['"id"', '"name"']


def test_the_warnings_that_stand_over_it() -> None:
    facts = read(REDEFINED, "sqlite")
    ((where, text),) = facts.warned
    assert text.startswith("Made the column `name`")
    assert at(REDEFINED, where) == text
    assert facts.warnings is not None
    assert at(REDEFINED, facts.warnings).startswith("/*\n  Warnings:")


def test_a_table_with_all_that_sqlite_knows() -> None:
    text = """CREATE TEMP TABLE IF NOT EXISTS t (
        a, b VARCHAR(10) COLLATE NOCASE, c UNSIGNED BIG INT DEFAULT (1 + 1), d AS (a || 'x') STORED,
        e INT GENERATED ALWAYS AS (c * 2), f TEXT DEFAULT CURRENT_TIMESTAMP, g INT UNIQUE ON CONFLICT IGNORE,
        h INT REFERENCES u DEFERRABLE INITIALLY DEFERRED, key TEXT,
        PRIMARY KEY (a, b DESC) CHECK (a <> b) UNIQUE (c)
    ) WITHOUT ROWID, STRICT"""
    it = operation(CreateTable, text, "sqlite")
    assert it.temporary
    assert [str(column.type) for column in it.columns] == [
        "",
        "varchar(10)",
        "unsigned big int",
        "",
        "int",
        "text",
        "int",
        "int",
        "text",
    ]
    d, e, f, g, h = it.columns[3:8]
    assert d.generated is not None
    assert e.generated is not None
    assert ((d.generated.columns, d.stored), (e.generated.columns, e.stored)) == (
        (("a",), True),
        (("c",), False),
    )
    assert f.default is not None
    assert f.default.functions == ("current_timestamp",)
    assert [it.kind for it in g.constraints] == ["unique"]
    (reference,) = h.constraints
    assert (reference.deferrable, reference.deferred) == (True, True)
    assert [(constraint.kind, constraint.columns) for constraint in it.constraints] == [
        ("primary", ("a", "b")),
        ("check", ("a", "b")),
        ("unique", ("c",)),
    ]
    assert [key.descending for key in it.constraints[0].keys] == [False, True]
    assert it.options == (("without rowid", "true"), ("strict", "true"))


def test_a_full_text_table() -> None:
    it = operation(
        CreateTable, "CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize = 'porter')", "sqlite"
    )
    assert ([column.name for column in it.columns], it.options) == (["title", "body"], (("using", "fts5"),))


ACTIONS: list[tuple[str, type[Change], dict[str, Any]]] = [
    ("RENAME TO u", RenameObject, {"kind": "table", "new_name": "u"}),
    ("RENAME COLUMN a TO b", RenameObject, {"kind": "column", "new_name": "b"}),
    ("RENAME a TO b", RenameObject, {"kind": "column", "new_name": "b"}),
    ("ADD COLUMN \"z\" TEXT NOT NULL DEFAULT 'q'", AddColumn, {}),
    ("ADD z", AddColumn, {}),
    ("DROP COLUMN a", DropColumn, {"column": "a"}),
    ("DROP a", DropColumn, {"column": "a"}),
    ("ALTER COLUMN a SET NOT NULL", AlterColumn, {"column": "a", "change": "set not null"}),
]


@pytest.mark.parametrize(("action", "kind", "fields"), ACTIONS)
def test_the_one_action_of_an_alter(action: str, kind: type[Change], fields: dict[str, Any]) -> None:
    text = f'ALTER TABLE main."t" {action};'
    it = operation(kind, text, "sqlite")  # type: ignore[type-var]
    assert {name: getattr(it, name) for name in fields} == fields
    assert at(text, it.range) == action


OTHERS: list[tuple[str, type[Change], dict[str, Any]]] = [
    ("PRAGMA foreign_keys=OFF", SetVariable, {"name": "foreign_keys", "value": "OFF"}),
    ("PRAGMA main.journal_mode = WAL", SetVariable, {"name": "journal_mode", "value": "WAL"}),
    ('PRAGMA foreign_key_check("t")', SetVariable, {"name": "foreign_key_check", "value": "t"}),
    ("PRAGMA foreign_key_check", SetVariable, {"name": "foreign_key_check", "value": None}),
    ("BEGIN IMMEDIATE TRANSACTION", Transaction, {"action": "begin"}),
    ("END TRANSACTION", Transaction, {"action": "commit"}),
    ("ROLLBACK TO SAVEPOINT a", Transaction, {"action": "rollback to", "name": "a"}),
    ("VACUUM", Maintain, {"command": "vacuum"}),
    ("REINDEX t", Maintain, {"command": "reindex"}),
    ("DROP TRIGGER IF EXISTS tr", DropObject, {"kind": "trigger", "if_exists": True}),
    ("INSERT OR REPLACE INTO t VALUES (1)", Insert, {"source": "replace", "rows": 1}),
    ("INSERT OR IGNORE INTO t VALUES (1)", Insert, {"on_conflict": "nothing"}),
    ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", Insert, {"on_conflict": "nothing"}),
    ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", Insert, {"on_conflict": "update"}),
    ("INSERT INTO t DEFAULT VALUES", Insert, {"rows": 1}),
    ("UPDATE OR IGNORE t SET a = 1 WHERE b", Update, {"columns": ("a",), "filtered": True}),
    ("WITH c AS (SELECT 1 AS x) DELETE FROM t WHERE a IN (SELECT x FROM c)", Delete, {"filtered": True}),
    ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c", Select, {}),
    (
        "CREATE VIEW IF NOT EXISTS v (x) AS SELECT a FROM t",
        CreateView,
        {"columns": ("x",), "if_not_exists": True},
    ),
]


@pytest.mark.parametrize(("text", "kind", "fields"), OTHERS)
def test_each_statement(text: str, kind: type[Change], fields: dict[str, Any]) -> None:
    it = operation(kind, text, "sqlite")  # type: ignore[type-var]
    assert {name: getattr(it, name) for name in fields} == fields
    assert at(text, it.range) == text


def test_what_a_with_clause_names_is_no_table() -> None:
    text = "WITH c AS (SELECT a FROM t) INSERT INTO u (x) SELECT a FROM c"
    it = operation(Insert, text, "sqlite")
    assert it.query is not None
    assert (str(it.table), [str(table) for table in it.query.tables]) == ("u", ["t"])


def test_an_index_over_a_part_and_over_expressions() -> None:
    text = "CREATE UNIQUE INDEX main.i ON t (a COLLATE NOCASE DESC, lower(b)) WHERE c IS NOT NULL"
    it = operation(CreateIndex, text, "sqlite")
    assert (it.name, str(it.table), it.unique) == ("i", "main.t", True)
    first, second = it.keys
    assert (first.column, first.collation, first.descending) == ("a", "NOCASE", True)
    assert second.expression is not None
    assert second.expression.functions == ("lower",)
    assert it.predicate is not None
    assert (it.predicate.columns, at(text, it.predicate.range)) == (("c",), "c IS NOT NULL")


def test_a_trigger_holds_semicolons() -> None:
    text = """CREATE TRIGGER tr AFTER UPDATE OF a, b ON t WHEN new.a <> old.a BEGIN
        UPDATE t SET b = CASE WHEN a THEN 1 ELSE 2 END WHERE id = new.id;
        DELETE FROM u;
    END;
    SELECT 1;"""
    trigger, select = statements(text, "sqlite")
    (it,) = trigger.does
    assert isinstance(it, CreateTrigger)
    assert (it.name, it.timing, it.events, str(it.table)) == ("tr", "after", ("update",), "t")
    assert select.verb == "SELECT"


def test_a_comment_may_end_with_the_text() -> None:
    assert operations("SELECT 1; /* the end", "sqlite")


def test_commands_of_the_sqlite3_program_are_passed_over() -> None:
    assert [it.verb for it in statements(".mode box\n.headers on\nSELECT 1;\n.quit\n", "sqlite")] == [
        "SELECT"
    ]


def test_names_stand_in_any_quotes() -> None:
    text = 'CREATE TABLE [a b] (`c` INT, "d""e" INT, \'f\' INT)'
    it = operation(CreateTable, text, "sqlite")
    assert [str(it.table), *(column.name for column in it.columns)] == ["a b", "c", 'd"e', "f"]


def test_the_first_rows_are_read_and_all_are_counted() -> None:
    row = "(1, 'a;b', (SELECT max(x) FROM u)), "
    text = "INSERT INTO t VALUES " + row * 3000 + "(2, ')', 3);\nSELECT 1;"
    insert, select = statements(text, "sqlite")
    (it,) = insert.does
    assert isinstance(it, Insert)
    assert (it.rows, len(it.values)) == (3001, 20)
    assert it.values[0][2].has_query
    assert (text[insert.range.end], select.verb) == (";", "SELECT")


def test_many_inserts_of_one_kind_are_counted() -> None:
    text = "INSERT INTO t (a) VALUES ('x;'), (2);\n" * 500
    found = statements(text, "sqlite")
    assert len(found) == 500
    assert {it.rows for statement in found for it in statement.does if isinstance(it, Insert)} == {2}
    assert {at(text, it.range) for it in found} == {"INSERT INTO t (a) VALUES ('x;'), (2)"}
