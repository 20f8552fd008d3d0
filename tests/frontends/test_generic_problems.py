"""Text that the database would refuse, and text that nobody would write."""

import re
import sqlite3
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crowsfoot.facts.common import Fact
from crowsfoot.facts.sql import Dialect
from crowsfoot.frontends.sql.generic import read
from crowsfoot.frontends.sql.generic_tokens import SYNTAX, lex
from crowsfoot.source import Range

from .generic import problems, statements

DIALECTS: Final[tuple[Dialect, ...]] = ("mysql", "sqlite", "sqlserver")


@pytest.mark.parametrize(
    ("dialect", "text", "where", "message"),
    [
        ("mysql", "CREATE TABLE t (a INT,);", ",", "nothing stands after this comma"),
        ("sqlite", "CREATE TABLE t (a INT, , b INT);", ",", "nothing stands before this comma"),
        ("mysql", "CREATE TABLE t (a INT;", "(", "this bracket is not closed"),
        ("sqlserver", "SELECT (1));", ")", "no bracket is open here"),
        ("mysql", "SELEC 1;", "SELEC", "no statement of MySQL begins with `SELEC`"),
        ("sqlite", "CREATE TYPE x AS ENUM ('a');", "CREATE TYPE", "SQLite has no CREATE TYPE"),
        ("mysql", "CREATE EXTENSION x;", "CREATE EXTENSION", "MySQL has no CREATE EXTENSION"),
        ("sqlite", "CREATE TABLE t (a INT (1) b);", "b", "expected a comma or a constraint of the column, found `b`"),
        ("mysql", "CREATE TABLE t (a INT `b` INT);", "`b`", "expected a comma or an option of the column, found ``b``"),
        ("mysql", "ALTER TABLE t DROP COLUMN a b;", "b", "expected a comma, found `b`"),
        ("mysql", "ALTER TABLE t ADD COLUMN table INT;", "table", "expected a column, found `table`"),
        ("sqlite", "ALTER TABLE t MODIFY a INT;", "MODIFY", "expected RENAME, ADD or DROP; nothing else can be altered in SQLite"),
        ("sqlite", "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);", "CONSTRAINT", "SQLite cannot add this constraint to a table that exists; make the table anew"),
        ("sqlite", "DROP TABLE a b;", "b", "expected the end of the statement, found `b`"),
        ("mysql", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (id) ON DELETE;", "DELETE", "expected CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION after this"),
        ("mysql", "CREATE TABLE t (a INT) CREATE TABLE u (b INT);", "CREATE", "expected an option of the table, or a semicolon, found `CREATE`"),
        ("mysql", "SELECT * FROM t WHERE;", "WHERE", "expected more after this"),
        ("sqlite", "UPDATE t SET a = , b = 1;", "=", "expected an expression after this"),
        ("mysql", "DELETE FROM t WHERE a = = 1;", "=", "expected something else, found `=`"),
        ("mysql", "INSERT INTO t (a) 1;", "1", "expected VALUES or a SELECT, found `1`"),
        ("sqlserver", "CREATE TABLE t (a INT b);", "b", "expected a comma or an option of the column, found `b`"),
        ("sqlserver", "CREATE TABLE t (a INT(10) UNSIGNED, b INT);", "UNSIGNED", "expected a comma or an option of the column, found `UNSIGNED`"),
        ("sqlserver", "CREATE TABLE t (a INT AUTO_INCREMENT);", "AUTO_INCREMENT", "expected a comma or an option of the column, found `AUTO_INCREMENT`"),
        ("sqlserver", "CREATE TABLE t (a TIME(7) ON DELETE CASCADE);", "ON", "expected a comma or an option of the column, found `ON`"),
        ("sqlserver", "ALTER TABLE t ALTER COLUMN a VARCHAR(10) b;", "b", "expected a comma or an option of the column, found `b`"),
        ("sqlserver", "CREATE TABLE t (a INT MASKED (FUNCTION = 'default()'));", "(", "expected `WITH`, found `(`"),
        ("sqlserver", "UPDATE t a = 1;", "1", "expected SET after this"),
        ("sqlserver", "ALTER TABLE t;", "t", "expected what is to change after this"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(dialect: Dialect, text: str, where: str, message: str) -> None:
    assert problems(text, dialect) == [(where, message)]


def test_one_broken_statement_costs_one_problem() -> None:
    text = "CREATE TABLE a (x INT);\nALTER TABLE a ADD COLUMN;\nCREATE TABLE b (y INT);"
    facts = read(text, "mysql")
    assert [it.verb for it in facts.statements] == ["CREATE TABLE", "CREATE TABLE"]
    assert len(facts.problems) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_string_that_is_not_closed_swallows_one_statement(dialect: Dialect) -> None:
    text = "SELECT 1;\nINSERT INTO t VALUES ('it's');\n{}CREATE TABLE x (a INT DEFAULT 'x');\nSELECT 'y';\n"
    text = text.format("GO\n" if dialect == "sqlserver" else "")
    facts = read(text, dialect)
    assert [it.verb for it in facts.statements] == ["SELECT", "CREATE TABLE", "SELECT"]
    ((where, message),) = problems(text, dialect)
    assert (where, message) == ("'", "this string is not closed before the next statement begins")


def test_a_name_that_is_not_closed_at_the_end() -> None:
    assert problems("SELECT 1;\nDROP TABLE `x;", "mysql") == [("`", "this name is not closed")]
    assert problems("SELECT 1;\nDROP TABLE [x;", "sqlserver") == [("[", "this name is not closed")]
    assert problems("SELECT 1 /* end", "mysql") == [("/", "this comment is not closed")]


def test_the_sql_of_another_database_is_one_problem() -> None:
    text = 'CREATE TABLE "User" ("id" TEXT);\nALTER TABLE "User" ADD "x" INT;\nDROP TABLE "User";'
    assert problems(text, "mysql") == [('"User"', '"User" is a string in MySQL; write a name as `User`')]


def test_very_many_problems_are_counted() -> None:
    facts = read("SELEC 1;\n" * 150, "sqlite")
    assert len(facts.problems) == 101
    assert facts.problems[-1].message == "50 more statements could not be read"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", ["", " \n\t", "-- nothing\n", "/* nothing */", ";;;"])
def test_a_text_without_statements_is_empty(dialect: Dialect, text: str) -> None:
    facts = read(text, dialect)
    assert (facts.empty, facts.statements, facts.problems) == (True, (), ())


def test_what_is_run_backwards_is_no_part_of_it() -> None:
    text = "-- migrate:up\nCREATE TABLE t (a INT);\n-- migrate:down\nDROP TABLE t;\n"
    assert [it.verb for it in statements(text, "mysql")] == ["CREATE TABLE"]


def test_a_directive_is_heard() -> None:
    (comment,) = read("-- crowsfoot: allow some-rule -- it is small\nDROP TABLE t;", "sqlite").comments
    assert (comment.rules, comment.reason) == (("some-rule",), "it is small")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 3000,
        "SELECT " + "(" * 3000 + "1" + ")" * 3000,
        "CREATE TABLE t (a INT DEFAULT " + "(" * 3000 + "1" + ")" * 3000 + ")",
        "CREATE TABLE t (a INT CHECK " + "(" * 3000 + "a > 1" + ")" * 3000 + ")",
        "SELECT * FROM t WHERE " + " AND ".join(["a = 1"] * 3000),
        "SELECT * FROM " + "(SELECT * FROM " * 500 + "t" + ") x" * 500,
        "SELECT " + "CASE WHEN 1 THEN " * 500 + "1" + " END" * 500,
        "IF 1 = 1 " * 3000 + "SELECT 1",
        "IF 1 = 1 BEGIN " * 3000 + "SELECT 1 " + "END " * 3000,
        "EXEC('" * 500,
        "CREATE PROCEDURE p() BEGIN " + "IF a THEN " * 3000,
        "INSERT INTO t VALUES ('a);\n" * 301,
        "CREATE TABLE t (UNIQUE (a) " + "UNIQUE (a) " * 3000 + ")",
        "DELIMITER //\n" * 3000,
        ":setvar x y\n" * 3000,
        "/* " * 3000,
        "[" * 3001,
        "`" * 3001,
        "\0" * 100,
        "".join(map(chr, range(256))) * 3,
    ],
    ids=lambda it: it[:24].encode("unicode_escape").decode(),
)
def test_deep_and_broken_texts_are_read_to_the_end(text: str, dialect: Dialect) -> None:
    assert_sound(text, dialect)


# --- mutations ---------------------------------------------------------------------------------------------

SEEDS: Final[dict[Dialect, list[str]]] = {
    "mysql": [
        "CREATE TABLE `t` (`id` INT UNSIGNED NOT NULL AUTO_INCREMENT, `a` VARCHAR(191) CHARACTER SET utf8mb4 NULL "
        "DEFAULT 'x' COMMENT 'c', b ENUM('x','y'), d INT AS (id + 1) VIRTUAL, PRIMARY KEY (`id`), UNIQUE INDEX u "
        "(a(10), b DESC), CONSTRAINT fk FOREIGN KEY (b) REFERENCES p (id) ON DELETE SET NULL) ENGINE=InnoDB",
        "ALTER TABLE t ADD COLUMN z INT NOT NULL DEFAULT 0 AFTER a, DROP COLUMN b, MODIFY c BIGINT, CHANGE d e TEXT, "
        "DROP PRIMARY KEY, ADD PRIMARY KEY (a), DROP INDEX i, ADD UNIQUE KEY (b), RENAME INDEX a TO b, LOCK=NONE",
        "INSERT INTO t (a, b) VALUES (1, 'x'), (2, DEFAULT) ON DUPLICATE KEY UPDATE b = VALUES(b); SELECT 1",
        "UPDATE t a JOIN u b ON a.id = b.id SET a.x = b.y WHERE b.k IS NULL; DELETE a FROM t a, u WHERE a.x = 1",
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN IF NEW.a > 1 THEN SET NEW.b = 2; END IF; END; SELECT 1",
        "DELIMITER //\nCREATE PROCEDURE p(IN a INT) BEGIN CASE a WHEN 1 THEN DELETE FROM t; END CASE; END//\nDELIMITER ;\n",
        "SET @x = 1, SESSION y = 2; PREPARE s FROM @x; EXECUTE s; GRANT SELECT ON a.* TO 'u'@'%'; RENAME TABLE a TO b",
    ],
    "sqlite": [
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL DEFAULT 'x', b INT CHECK (b > 0), c "
        "REFERENCES u(id) ON DELETE CASCADE, d AS (a || 'x') STORED, UNIQUE (a, b), CONSTRAINT q CHECK (a <> b)) STRICT",
        "ALTER TABLE t ADD COLUMN z TEXT NOT NULL DEFAULT 'q' COLLATE NOCASE; ALTER TABLE t RENAME a TO b",
        "CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE DESC, lower(b)) WHERE c IS NOT NULL; DROP INDEX i",
        "CREATE TRIGGER tr AFTER UPDATE OF a ON t BEGIN UPDATE t SET b = CASE WHEN 1 THEN 2 END; END; PRAGMA a(b)",
        "WITH c(x) AS (SELECT 1) INSERT OR IGNORE INTO t (a) SELECT x FROM c WHERE x > 1 ON CONFLICT DO NOTHING",
        "CREATE VIEW v (x) AS SELECT a, b AS c FROM t JOIN u ON t.id = u.id; UPDATE t SET (a, b) = (SELECT 1, 2)",
    ],
    "sqlserver": [
        "CREATE TABLE [dbo].[t] ([id] INT NOT NULL IDENTITY(1,1), b NVARCHAR(max) CONSTRAINT d DEFAULT N'x', c AS (b), "
        "CONSTRAINT k PRIMARY KEY CLUSTERED ([id]), INDEX ix (b) INCLUDE (c))",
        "ALTER TABLE t WITH NOCHECK ADD a INT, CONSTRAINT c CHECK (a > 0); ALTER TABLE t DROP CONSTRAINT c, COLUMN a "
        "ALTER TABLE t ALTER COLUMN a INT NULL ALTER TABLE t ADD CONSTRAINT d DEFAULT 1 FOR a",
        "BEGIN TRY BEGIN TRAN; IF EXISTS (SELECT 1) BEGIN EXEC('DELETE FROM t WHERE a = ''x''') END ELSE PRINT 'x' "
        "COMMIT TRAN END TRY BEGIN CATCH ROLLBACK; THROW END CATCH\nGO\nSELECT 1",
        "DECLARE @s NVARCHAR(9) = N'x' SELECT @s += N'y' EXEC sp_executesql @s EXEC sp_rename 'a.b', 'c', 'COLUMN'",
        "MERGE t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1);",
        "CREATE PROCEDURE p @a INT = 1 AS BEGIN UPDATE x SET a = 1 FROM t x WITH (UPDLOCK) END\nGO\nSELECT 1 INTO #t",
    ],
}
JUNK: Final = [
    "(",
    ")",
    ",",
    ";",
    "'",
    '"',
    "`",
    "[",
    "]",
    ".",
    "=",
    "*",
    "--",
    "/*",
    "@",
    "1",
    "'s'",
    "x",
    "NOT",
]
KEYWORDS: Final = sorted(
    set(re.findall(r"[A-Z_]{2,}", " ".join(it for texts in SEEDS.values() for it in texts)))
)


@st.composite
def mutated(draw: st.DrawFn, dialect: Dialect) -> str:
    """A text with words left out, doubled, swapped or put in, or that ends too early."""
    text = draw(st.sampled_from(SEEDS[dialect]))
    tokens, *_ = lex(text, 0, len(text), SYNTAX[dialect], lambda _: False)
    words = [text[it.start : it.end] for it in tokens]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(words)))
        how = draw(st.sampled_from(["drop", "double", "swap", "insert", "cut"]))
        if how == "insert":
            words.insert(at, draw(st.sampled_from(JUNK + KEYWORDS)))
        elif how == "cut":
            words = words[: max(at, 1)]
        elif at < len(words):
            if how == "double":
                words.insert(at, words[at])
            else:
                word = words.pop(at)
                if how == "swap":
                    words.insert(min(at + 1, len(words)), word)
    return draw(st.sampled_from([" ", "\n"])).join(words)


@given(st.data())
def test_nothing_raises_and_every_place_lies_in_the_text(data: st.DataObject) -> None:
    dialect = data.draw(st.sampled_from(DIALECTS))
    assert_sound(data.draw(mutated(dialect)), dialect)


@given(st.text(alphabet=st.sampled_from("'\"`[]();,.-/*#@!\\\n aZ1é")), st.sampled_from(DIALECTS))
@example("/*!1*/*/", "mysql")
@example("'\\", "mysql")
@example("[a]]", "sqlserver")
def test_no_characters_raise(text: str, dialect: Dialect) -> None:
    assert_sound(text, dialect)


@given(st.data())
def test_no_statement_that_sqlite_reads_is_called_broken(data: st.DataObject) -> None:
    """SQLite looks at a statement's words before it looks for its tables, but not in ALTER and CREATE TRIGGER."""
    text = data.draw(mutated("sqlite")).split(";")[0]
    upper = text.lstrip().upper()
    if not read(text, "sqlite").problems or upper.startswith("ALTER") or "TRIGGER" in upper:
        return
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("EXPLAIN " + text)
        reason = "nothing"
    except sqlite3.OperationalError as error:
        reason = str(error)
    except (sqlite3.ProgrammingError, sqlite3.Warning):
        return  # bindings, or several statements
    finally:
        connection.close()
    assert not reason.startswith(("nothing", "no such")), text


def assert_sound(text: str, dialect: Dialect) -> None:
    facts = read(text, dialect)
    last = -1
    for it in facts.statements:
        assert last <= it.range.start < it.range.end <= len(text)
        last = it.range.end
    places = [it for fact in (facts.statements, facts.problems) for it in ranges(fact)]
    assert all(0 <= it.start <= it.end <= len(text) for it in places)


def ranges(fact: object) -> list[Range]:
    """Every range in a fact, at any depth."""
    found: list[Range] = []
    stack = [fact]
    while stack:
        it = stack.pop()
        if isinstance(it, Range):
            found.append(it)
        elif isinstance(it, tuple):
            stack += it
        elif isinstance(it, Fact):
            stack += [getattr(it, name) for name in it.__struct_fields__]
    return found
