import subprocess
import sys
from typing import Any

import pytest

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterTable,
    Block,
    Change,
    CreateFunction,
    CreateIndex,
    CreateSchema,
    CreateTable,
    CreateTrigger,
    CreateView,
    Delete,
    DropColumn,
    DropConstraint,
    DropObject,
    Grant,
    Insert,
    LockTable,
    Maintain,
    RedefineColumn,
    RenameObject,
    Select,
    SetVariable,
    Transaction,
    Truncate,
    Update,
)

from .generic import at, operation, operations, statements

USER = """\
CREATE TABLE IF NOT EXISTS `User` (
    `id` INTEGER UNSIGNED NOT NULL AUTO_INCREMENT,
    `email` VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT 'a''b' COMMENT 'x, y',
    `role` ENUM('user', 'admin') NOT NULL DEFAULT 'user',
    `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    `price` DECIMAL(10, 2) DEFAULT -1.5,
    `total` INT AS (`id` + 1) STORED,
    `ok` BOOLEAN CHECK (`ok` IN (0, 1)),

    UNIQUE INDEX `User_email_key`(`email`(10), `role` DESC),
    KEY (`at`),
    FULLTEXT INDEX `words`(`email`),
    CONSTRAINT `fk` FOREIGN KEY (`role`) REFERENCES `other`.`Role`(`id`) ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT `positive` CHECK (`price` > 0) NOT ENFORCED,
    PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
"""


def test_a_table_as_prisma_writes_it() -> None:
    it = operation(CreateTable, USER, "mysql")
    assert str(it.table) == "User"
    assert at(USER, it.table.range) == "`User`"
    assert it.if_not_exists
    assert [str(column.type) for column in it.columns] == [
        "int",
        "varchar(191)",
        "enum(user,admin)",
        "datetime(3)",
        "decimal(10,2)",
        "int",
        "tinyint(1)",
    ]
    assert [column.name for column in it.columns if column.not_null] == ["id", "role", "at"]
    assert it.options == (("engine", "InnoDB"), ("charset", "utf8mb4"), ("collate", "utf8mb4_unicode_ci"))


def test_what_is_said_of_a_column() -> None:
    id, email, role, moment, price, total, ok = operation(CreateTable, USER, "mysql").columns
    assert (id.type.unsigned, id.identity) == (True, "auto_increment")
    assert at(USER, id.range) == "`id` INTEGER UNSIGNED NOT NULL AUTO_INCREMENT"
    assert (email.type.charset, email.collation, email.null_written) == ("utf8mb4", "utf8mb4_bin", True)
    assert email.default is not None
    assert (email.default.value, at(USER, email.default.range)) == ("a'b", "'a''b'")
    assert role.type.args == ("user", "admin")
    assert moment.default is not None
    assert moment.default.functions == ("current_timestamp",)
    assert moment.on_update is not None
    assert at(USER, moment.on_update.range) == "CURRENT_TIMESTAMP(3)"
    assert price.default is not None
    assert price.default.value == "-1.5"
    assert total.generated is not None
    assert (total.generated.columns, total.stored) == (("id",), True)
    (check,) = ok.constraints
    assert (check.kind, check.columns, check.at_column) == ("check", ("ok",), True)


def test_constraints_and_indexes_of_a_table() -> None:
    it = operation(CreateTable, USER, "mysql")
    foreign, check, primary = it.constraints
    assert (foreign.kind, foreign.name, foreign.columns) == ("foreign", "fk", ("role",))
    assert foreign.references is not None
    assert str(foreign.references.table) == "other.Role"
    assert (foreign.references.on_delete, foreign.references.on_update) == ("SET NULL", "CASCADE")
    assert at(USER, foreign.range).startswith("CONSTRAINT `fk` FOREIGN")
    assert (check.kind, check.name, check.columns, check.enforced) == ("check", "positive", ("price",), False)
    assert (primary.kind, primary.columns) == ("primary", ("id",))
    unique, plain, words = it.indexes
    assert (unique.name, unique.unique) == ("User_email_key", True)
    assert [(key.column, key.length, key.descending) for key in unique.keys] == [
        ("email", 10, False),
        ("role", None, True),
    ]
    assert (plain.name, plain.unique, words.method) == (None, False, "fulltext")


ALTERS: list[tuple[str, type[Change], dict[str, Any]]] = [
    ("ADD COLUMN `z` INT NOT NULL DEFAULT 0 AFTER `a`", AddColumn, {}),
    ("ADD z INT FIRST", AddColumn, {}),
    ("ADD COLUMN IF NOT EXISTS z INT", AddColumn, {"if_not_exists": True}),
    ("DROP COLUMN `a`", DropColumn, {"column": "a"}),
    ("DROP a", DropColumn, {"column": "a"}),
    ("MODIFY `a` BIGINT NOT NULL", RedefineColumn, {"column": "a"}),
    ("MODIFY COLUMN a TEXT", RedefineColumn, {"column": "a"}),
    ("CHANGE COLUMN a b VARCHAR(10)", RedefineColumn, {"column": "a"}),
    ("ALTER COLUMN a SET DEFAULT 5", AlterColumn, {"column": "a", "change": "set default"}),
    ("ALTER a DROP DEFAULT", AlterColumn, {"column": "a", "change": "drop default"}),
    ("ADD INDEX `i`(`a`)", CreateIndex, {"name": "i", "unique": False}),
    ("ADD UNIQUE (`a`)", CreateIndex, {"name": None, "unique": True}),
    ("ADD CONSTRAINT u UNIQUE KEY (a)", CreateIndex, {"name": "u", "unique": True}),
    ("ADD FULLTEXT INDEX f (a)", CreateIndex, {"name": "f", "method": "fulltext"}),
    ("ADD PRIMARY KEY (a, b)", AddConstraint, {}),
    ("ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p(id)", AddConstraint, {}),
    ("ADD CHECK (a > 0)", AddConstraint, {}),
    ("DROP PRIMARY KEY", DropConstraint, {"name": "PRIMARY", "kind": "primary"}),
    ("DROP FOREIGN KEY `f`", DropConstraint, {"name": "f", "kind": "foreign"}),
    ("DROP CHECK c", DropConstraint, {"name": "c", "kind": "check"}),
    ("DROP CONSTRAINT c", DropConstraint, {"name": "c", "kind": "any"}),
    ("DROP INDEX `i`", DropObject, {"kind": "index"}),
    ("DROP KEY i", DropObject, {"kind": "index"}),
    ("ALTER CHECK c NOT ENFORCED", AlterConstraint, {"name": "c", "enforced": False}),
    ("RENAME COLUMN a TO b", RenameObject, {"kind": "column", "new_name": "b"}),
    ("RENAME INDEX `a` TO `b`", RenameObject, {"kind": "index", "new_name": "b"}),
    ("RENAME TO u", RenameObject, {"kind": "table", "new_name": "u"}),
    ("RENAME AS u", RenameObject, {"kind": "table", "new_name": "u"}),
    ("CONVERT TO CHARACTER SET utf8mb4", AlterTable, {"change": "convert charset", "text": "utf8mb4"}),
    ("ENGINE = InnoDB", AlterTable, {"change": "engine", "text": "InnoDB"}),
    ("FORCE", AlterTable, {"change": "force"}),
    ("AUTO_INCREMENT = 10", AlterTable, {"change": "set options"}),
    ("COMMENT 'x'", AlterTable, {"change": "set options"}),
    ("ROW_FORMAT=DYNAMIC", AlterTable, {"change": "set options"}),
    ("DISABLE KEYS", AlterTable, {"change": "other"}),
    ("ADD PARTITION (PARTITION p1 VALUES LESS THAN (10))", AlterTable, {"change": "other"}),
]


@pytest.mark.parametrize(("action", "kind", "fields"), ALTERS)
def test_each_action_of_an_alter(action: str, kind: type[Change], fields: dict[str, Any]) -> None:
    text = f"ALTER TABLE `t` {action};"
    it = operation(kind, text, "mysql")  # type: ignore[type-var]
    assert {name: getattr(it, name) for name in fields} == fields
    assert at(text, it.range) == action


def test_actions_stand_where_they_are_written_and_say_how_to_run() -> None:
    text = "ALTER TABLE t ADD COLUMN (a INT, b INT), DROP COLUMN c, ALGORITHM=INPLACE, LOCK = none"
    (statement,) = statements(text, "mysql")
    assert (statement.verb, statement.algorithm, statement.lock) == ("ALTER TABLE", "INPLACE", "NONE")
    assert [at(text, it.range) for it in statement.does] == ["a INT", "b INT", "DROP COLUMN c"]


def test_a_column_that_is_defined_anew_says_where_it_goes() -> None:
    it = operation(RedefineColumn, "ALTER TABLE t CHANGE a b INT NULL AFTER c", "mysql")
    assert (it.column, it.definition.name, it.definition.position) == ("a", "b", "after c")


def test_an_index_with_lengths_and_an_expression() -> None:
    it = operation(
        CreateIndex, "CREATE UNIQUE INDEX `i` USING BTREE ON t (a(10) DESC, (lower(b))) LOCK=NONE", "mysql"
    )
    assert (it.name, it.unique, str(it.table)) == ("i", True, "t")
    first, second = it.keys
    assert (first.column, first.length, first.descending) == ("a", 10, True)
    assert second.expression is not None
    assert (second.expression.columns, second.expression.functions) == (("b",), ("lower",))


def test_objects_that_are_dropped_and_renamed() -> None:
    text = "DROP TABLE IF EXISTS a, b.c; DROP INDEX i ON t; RENAME TABLE a TO b, c TO d; DROP DATABASE x;"
    tables = operations(text, "mysql")
    assert [(type(it).__name__, at(text, it.range)) for it in tables] == [
        ("DropObject", "DROP TABLE IF EXISTS a"),
        ("DropObject", "b.c"),
        ("DropObject", "DROP INDEX i ON t"),
        ("RenameObject", "RENAME TABLE a TO b"),
        ("RenameObject", "c TO d"),
        ("DropObject", "DROP DATABASE x"),
    ]
    assert [it.kind for it in tables if isinstance(it, DropObject)] == ["table", "table", "index", "schema"]


def test_rows_that_are_put_in() -> None:
    text = "INSERT IGNORE INTO t (a, `b`) VALUES (1, 'x'), (2, DEFAULT) ON DUPLICATE KEY UPDATE b = VALUES(b)"
    it = operation(Insert, text, "mysql")
    assert (str(it.table), it.columns, it.rows, it.on_conflict) == ("t", ("a", "b"), 2, "update")
    assert [[value.value for value in row] for row in it.values] == [["1", "x"], ["2", None]]
    (literal,) = it.literals
    assert (literal.text, literal.column, at(text, literal.range)) == ("x", "b", "'x'")


def test_rows_that_come_from_a_query_or_from_assignments() -> None:
    it = operation(Insert, "INSERT INTO t (a, b) SELECT x, 'y' FROM u WHERE z = 'q'", "mysql")
    assert (it.rows, it.query and [str(table) for table in it.query.tables]) == (None, ["u"])
    assert it.query is not None
    assert [(literal.text, literal.column) for literal in it.query.literals] == [("y", "b"), ("q", "z")]
    it = operation(Insert, "REPLACE INTO t SET a = 1, b = 'x'", "mysql")
    assert (it.source, it.columns, it.rows) == ("replace", ("a", "b"), 1)


def test_rows_that_are_changed() -> None:
    text = "UPDATE `t` SET a = 1, b = lower('X') WHERE c = 'y' LIMIT 3"
    it = operation(Update, text, "mysql")
    assert (str(it.table), it.columns, it.filtered) == ("t", ("a", "b"), True)
    assert [(name, at(text, value.range)) for name, value in it.sets] == [("a", "1"), ("b", "lower('X')")]
    assert it.query is not None
    assert [(use.name, at(text, use.range)) for use in it.query.columns] == [
        ("a", "a"),
        ("b", "b"),
        ("c", "c"),
    ]
    assert not operation(Update, "UPDATE t SET a = 1", "mysql").filtered


def test_an_update_of_joined_tables_changes_those_that_are_named() -> None:
    found = operations("UPDATE t a JOIN u b ON a.id = b.id SET a.x = b.y, b.z = 1", "mysql")
    assert [(str(it.table), it.columns) for it in found if isinstance(it, Update)] == [
        ("t", ("x",)),
        ("u", ("z",)),
    ]


def test_rows_that_go() -> None:
    it = operation(Delete, "DELETE a FROM t a JOIN u ON a.id = u.id", "mysql")
    assert (str(it.table), it.filtered) == ("t", True)
    assert not operation(Delete, "DELETE FROM t", "mysql").filtered
    assert str(operation(Truncate, "TRUNCATE t", "mysql").tables[0]) == "t"


def test_a_view_reads_tables_and_names_its_columns() -> None:
    text = "CREATE OR REPLACE SQL SECURITY INVOKER VIEW v AS SELECT a, b AS c FROM t JOIN u USING (id) WHERE x = 1"
    it = operation(CreateView, text, "mysql")
    assert (it.columns, it.replace) == (("a", "c"), True)
    assert [str(table) for table in it.query.tables] == ["t", "u"]
    assert at(text, it.query.range).startswith("SELECT a")
    assert it.options == (("sql security", "invoker"),)


def test_a_trigger_and_its_body_are_one_statement() -> None:
    text = """CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN
        IF NEW.a IS NULL THEN SET NEW.a = 1; END IF;
        CASE NEW.b WHEN 1 THEN SET NEW.b = 2; ELSE SET NEW.b = 3; END CASE;
    END;
    SELECT 1;"""
    trigger, select = operations(text, "mysql")
    assert isinstance(trigger, CreateTrigger)
    assert (trigger.name, str(trigger.table), trigger.timing, trigger.events) == (
        "tr",
        "t",
        "before",
        ("insert",),
    )
    assert isinstance(select, Select)


def test_a_procedure_behind_another_delimiter() -> None:
    text = """DELIMITER $$
    CREATE PROCEDURE `p`(IN a INT, OUT b VARCHAR(10))
    BEGIN
        UPDATE t SET x = a;
        IF a > 1 THEN DELETE FROM u; END IF;
    END$$
    DELIMITER ;
    CALL p(1, @b);"""
    procedure, call = statements(text, "mysql")
    (it,) = procedure.does
    assert isinstance(it, CreateFunction)
    assert (str(it.function), it.arguments, it.procedure) == ("p", ("int",), True)
    assert [(inner.verb, inner.conditional) for inner in it.body] == [("UPDATE", False), ("DELETE", True)]
    assert [at(text, inner.range) for inner in it.body] == ["UPDATE t SET x = a", "DELETE FROM u"]
    assert call.verb == "CALL"


def test_a_function_says_what_it_returns() -> None:
    text = "CREATE DEFINER=`root`@`%` FUNCTION f(a INT) RETURNS VARCHAR(10) DETERMINISTIC RETURN (SELECT b FROM t)"
    it = operation(CreateFunction, text, "mysql")
    assert (it.returns, it.procedure, it.body_text) == ("varchar(10)", False, "RETURN (SELECT b FROM t)")


SESSIONS: list[tuple[str, type[Change], dict[str, Any]]] = [
    ("SET FOREIGN_KEY_CHECKS=0", SetVariable, {"name": "foreign_key_checks", "value": "0"}),
    ("SET SESSION lock_wait_timeout = 5", SetVariable, {"name": "lock_wait_timeout", "value": "5"}),
    ("SET @@session.sql_mode := 'STRICT'", SetVariable, {"name": "sql_mode", "value": "STRICT"}),
    ("SET NAMES utf8mb4", SetVariable, {"name": "names", "value": "utf8mb4"}),
    ("SET @x = (SELECT 1)", SetVariable, {"name": "@x", "value": "(SELECT 1)"}),
    ("SET sql_mode = DEFAULT", SetVariable, {"name": "sql_mode", "value": None}),
    ("START TRANSACTION READ ONLY", Transaction, {"action": "begin"}),
    ("BEGIN", Transaction, {"action": "begin"}),
    ("COMMIT AND CHAIN", Transaction, {"action": "commit"}),
    ("ROLLBACK", Transaction, {"action": "rollback"}),
    ("ROLLBACK TO SAVEPOINT a", Transaction, {"action": "rollback to", "name": "a"}),
    ("SAVEPOINT a", Transaction, {"action": "savepoint", "name": "a"}),
    ("RELEASE SAVEPOINT a", Transaction, {"action": "release", "name": "a"}),
    ("LOCK TABLES t WRITE", LockTable, {"mode": "WRITE"}),
    ("OPTIMIZE TABLE t", Maintain, {"command": "optimize"}),
    ("ANALYZE TABLE t", Maintain, {"command": "analyze"}),
    ("EXECUTE s USING @a", Block, {"dynamic": True, "body": ()}),
    ("USE shop", SetVariable, {"name": "database", "value": "shop"}),
    (
        "CREATE DATABASE IF NOT EXISTS x CHARACTER SET utf8mb4",
        CreateSchema,
        {"name": "x", "if_not_exists": True},
    ),
    (
        "GRANT SELECT, INSERT ON shop.* TO 'a'@'%'",
        Grant,
        {"privileges": ("select", "insert"), "grantees": ("a",)},
    ),
    ("REVOKE ALL ON t FROM a", Grant, {"privileges": (), "revoke": True}),
]


@pytest.mark.parametrize(("text", "kind", "fields"), SESSIONS)
def test_what_is_said_to_the_server(text: str, kind: type[Change], fields: dict[str, Any]) -> None:
    it = operation(kind, text, "mysql")  # type: ignore[type-var]
    assert {name: getattr(it, name) for name in fields} == fields
    assert at(text, it.range) == text


def test_several_variables_are_several_operations() -> None:
    text = "SET a = 1, GLOBAL b = 2;"
    assert [
        (it.name, at(text, it.range)) for it in operations(text, "mysql") if isinstance(it, SetVariable)
    ] == [
        ("a", "SET a = 1"),
        ("b", "GLOBAL b = 2"),
    ]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("INTEGER(11)", "int(11)"),
        ("BOOL", "tinyint(1)"),
        ("NUMERIC(5)", "decimal(5)"),
        ("DOUBLE PRECISION", "double"),
        ("REAL", "double"),
        ("CHARACTER VARYING(9)", "varchar(9)"),
        ("NATIONAL VARCHAR(9)", "varchar(9)"),
        ("LONG VARCHAR", "mediumtext"),
        ("SET('a', 'b')", "set(a,b)"),
        ("TIMESTAMP(6)", "timestamp(6)"),
        ("JSON", "json"),
    ],
)
def test_types_have_one_name(written: str, canonical: str) -> None:
    it = operation(AddColumn, f"ALTER TABLE t ADD z {written}", "mysql")
    assert str(it.column.type) == canonical


def test_serial_is_more_than_a_type() -> None:
    column = operation(AddColumn, "ALTER TABLE t ADD z SERIAL", "mysql").column
    assert (str(column.type), column.type.unsigned, column.not_null) == ("bigint", True, True)
    assert (column.identity, [it.kind for it in column.constraints]) == ("auto_increment", ["unique"])


def test_comments_that_are_run_count() -> None:
    text = "/*!40101 SET NAMES utf8 */; CREATE TABLE t (a INT) /*!40100 ENGINE=InnoDB */; # end\n-- end"
    variable, table = operations(text, "mysql")
    assert isinstance(variable, SetVariable)
    assert isinstance(table, CreateTable)
    assert table.options == (("engine", "InnoDB"),)


def test_double_quotes_are_names_where_the_file_says_so() -> None:
    text = 'SET sql_mode = \'ANSI_QUOTES\';\nCREATE TABLE "t" ("a" INT);'
    assert isinstance(operations(text, "mysql")[1], CreateTable)


def test_a_table_from_a_query_and_from_another_table() -> None:
    it = operation(CreateTable, "CREATE TABLE t AS SELECT * FROM u", "mysql")
    assert it.query is not None
    assert ([str(table) for table in it.query.tables], it.query.star) == (["u"], True)
    it = operation(CreateTable, "CREATE TABLE t LIKE u", "mysql")
    assert [(str(table), options) for table, options in it.like] == [("u", ("all",))]


def test_a_table_in_partitions() -> None:
    text = "CREATE TABLE t (a INT) PARTITION BY RANGE (YEAR(a)) (PARTITION p0 VALUES LESS THAN (2000))"
    it = operation(CreateTable, text, "mysql")
    assert (it.partition_by, it.partition_keys) == ("range", ("a",))


def test_tables_and_their_changes_need_no_sqlglot() -> None:
    code = (
        "import sys; from crowsfoot.frontends.sql.generic import read; facts = read(sys.stdin.read(), 'mysql'); "
        "sys.exit(bool(facts.problems) or 'sqlglot' in sys.modules)"
    )
    text = "CREATE TABLE t (a INT DEFAULT 1, at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3));\nALTER TABLE t ADD b INT;"
    assert subprocess.run([sys.executable, "-c", code], input=text, text=True, check=False).returncode == 0
