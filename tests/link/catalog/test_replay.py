"""What single statements and transactions leave behind, and why they fail."""

import pytest

from crowsfoot.facts.sql import Dialect, ObjectName
from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.execute import Ran, run
from crowsfoot.link.catalog.model import MOST, Catalog, Table, empty
from crowsfoot.link.project import File
from crowsfoot.source import Range

AT = Range(0, 0)


def ran(
    sql: str,
    catalog: Catalog | None = None,
    dialect: Dialect = "postgresql",
    *,
    in_block: bool = True,
    postgres: int = 17,
) -> Ran:
    """One transaction of these statements."""
    facts = read(sql, dialect)
    assert not facts.problems
    return run(
        catalog or empty(dialect),
        facts.statements,
        file=File("m.sql", facts),
        migration=0,
        in_block=in_block,
        postgres=postgres,
    )


def left(sql: str, catalog: Catalog | None = None, dialect: Dialect = "postgresql") -> Catalog:
    """What statements leave behind that all succeed, each by itself."""
    facts = read(sql, dialect)
    assert not facts.problems
    catalog = catalog or empty(dialect)
    for it in facts.statements:
        found = run(catalog, [it], file=File("m.sql", facts), migration=0, in_block=False)
        assert found.failure is None, found.failure.message
        catalog = found.catalog
    return catalog


def refusal(
    sql: str, catalog: Catalog | None = None, dialect: Dialect = "postgresql"
) -> tuple[str, str] | None:
    failure = ran(sql, catalog, dialect).failure
    return None if failure is None else (failure.code, failure.message)


def table(catalog: Catalog, name: str) -> Table:
    found = catalog.table(ObjectName(name, AT))
    assert found is not None
    return found


BOOKS = left(
    """
    CREATE TYPE state AS ENUM ('draft', 'sold');
    CREATE TABLE author (id serial PRIMARY KEY, name text NOT NULL);
    CREATE TABLE book (id int PRIMARY KEY, author_id int REFERENCES author ON DELETE CASCADE,
        state state DEFAULT 'draft', title varchar(80) CHECK (title <> ''));
    CREATE INDEX ON book (author_id) WHERE state = 'sold';
    CREATE VIEW sold AS SELECT b.id, b.title FROM book b JOIN author a ON a.id = b.author_id;
    """
)


# --- transactions ------------------------------------------------------------------------------------------


def test_a_failure_undoes_the_whole_transaction_and_stops_it() -> None:
    found = ran("CREATE TABLE t (id int); ALTER TABLE u ADD COLUMN a int; CREATE TABLE v (id int)", BOOKS)
    assert [it.ran for it in found.outcomes] == [True, True, False]
    assert [it.failure and it.failure.code for it in found.outcomes] == [None, "42P01", None]
    assert found.outcomes[1].before.table(ObjectName("t", AT)) is not None
    assert found.catalog is BOOKS


def test_what_was_committed_before_a_failure_stays() -> None:
    found = ran("CREATE TABLE t (id int); COMMIT; ALTER TABLE u ADD COLUMN a int", BOOKS)
    assert found.failure is not None
    assert found.catalog.table(ObjectName("t", AT)) is not None


def test_rollback_leaves_nothing() -> None:
    assert ran("BEGIN; CREATE TABLE t (id int); ROLLBACK", BOOKS).catalog is BOOKS


def test_a_savepoint_brings_back_what_was_there() -> None:
    found = ran("CREATE TABLE t (id int); SAVEPOINT p; DROP TABLE t; ROLLBACK TO p", BOOKS).catalog
    assert found.table(ObjectName("t", AT)) is not None


def test_set_local_ends_with_its_transaction() -> None:
    catalog = left("CREATE SCHEMA s", BOOKS)
    local = ran("SET LOCAL search_path = s; CREATE TABLE t (id int)", catalog)
    assert local.catalog.search_path == ("public",)
    assert table_schema(local.catalog, "t") == "s"
    assert ran("SET search_path = s, public", catalog).catalog.search_path == ("s", "public")


def table_schema(catalog: Catalog, name: str) -> str:
    return next(it.schema for it in catalog.tables.values() if it.name == name)


def test_a_temporary_table_hides_another_until_it_is_dropped_at_commit() -> None:
    found = ran("CREATE TEMP TABLE author (x int) ON COMMIT DROP; ALTER TABLE author DROP COLUMN x", BOOKS)
    assert found.failure is None
    assert set(table(found.catalog, "author").columns) == {"id", "name"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("CREATE INDEX CONCURRENTLY ON book (title)", "25001"),
        ("DROP INDEX CONCURRENTLY book_author_id_idx", "25001"),
        ("REINDEX INDEX CONCURRENTLY book_pkey", "25001"),
        ("VACUUM book", "25001"),
        ("CREATE DATABASE x", "25001"),
    ],
)
def test_some_statements_run_outside_of_transactions_only(statement: str, code: str) -> None:
    failure = ran(statement, BOOKS, in_block=True).failure
    assert failure is not None
    assert failure.code == code
    assert ran(statement, BOOKS, in_block=False).failure is None


# --- enums -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        "UPDATE book SET state = 'lost'",
        "INSERT INTO book (id, state) VALUES (1, 'lost')",
        "ALTER TABLE book ALTER COLUMN state SET DEFAULT 'lost'",
        "SELECT 'lost'::state",
        "SELECT id FROM book WHERE state = 'lost'",
        "CREATE VIEW v AS SELECT id FROM book WHERE state = 'lost'",
    ],
)
def test_a_new_value_of_an_enum_cannot_be_used_in_its_transaction(use: str) -> None:
    add = "ALTER TYPE state ADD VALUE 'lost'"
    expected = ("55P04", 'unsafe use of new value "lost" of enum type state')
    assert refusal(f"{add}; {use}", BOOKS) == expected
    assert refusal(f"{add}; COMMIT; {use}", BOOKS) is None
    assert refusal(use, BOOKS) == ("22P02", 'invalid input value for enum state: "lost"')


@pytest.mark.parametrize(("postgres", "code"), [(12, "55P04"), (16, "55P04"), (17, None), (18, None)])
def test_a_value_of_an_enum_of_the_same_transaction_is_safe_from_17_on(
    postgres: int, code: str | None
) -> None:
    sql = "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'; CREATE TABLE t (x e DEFAULT 'b')"
    failure = ran(sql, postgres=postgres).failure
    assert (failure.code if failure else None) == code


def test_before_12_a_transaction_cannot_add_a_value() -> None:
    failure = ran("ALTER TYPE state ADD VALUE 'lost'", BOOKS, postgres=11).failure
    assert failure is not None
    assert failure.code == "25001"


def test_prisma_recreates_an_enum() -> None:
    catalog = left(
        """
        ALTER TABLE book ALTER COLUMN state DROP DEFAULT;
        DROP INDEX book_author_id_idx;
        CREATE TYPE state_new AS ENUM ('draft', 'gone');
        ALTER TABLE book ALTER COLUMN state TYPE state_new USING (state::text::state_new);
        ALTER TYPE state RENAME TO state_old;
        ALTER TYPE state_new RENAME TO state;
        DROP TYPE state_old;
        ALTER TABLE book ALTER COLUMN state SET DEFAULT 'gone';
        """,
        BOOKS,
    )
    assert table(catalog, "book").columns["state"].type.name == "state"
    assert refusal("ALTER TABLE book ALTER COLUMN state SET DEFAULT 'sold'", catalog) is not None


def test_a_partial_index_keeps_an_enum_from_being_recreated() -> None:
    sql = "CREATE TYPE s2 AS ENUM ('a'); ALTER TABLE book ALTER COLUMN state DROP DEFAULT;"
    change = "ALTER TABLE book ALTER COLUMN state TYPE s2 USING (state::text::s2)"
    assert refusal(sql + change, BOOKS) == ("42883", "operator does not exist: s2 = state")


# --- dependencies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DROP TABLE book", "cannot drop table book because other objects depend on it"),
        ("DROP TABLE author", "cannot drop table author because other objects depend on it"),
        (
            "ALTER TABLE book DROP COLUMN title",
            "cannot drop column title of table book because other objects depend on it",
        ),
        ("DROP TYPE state", "cannot drop type state because other objects depend on it"),
        (
            "DROP SEQUENCE author_id_seq",
            "cannot drop sequence author_id_seq because other objects depend on it",
        ),
        (
            "DROP INDEX author_pkey",
            "cannot drop index author_pkey because constraint author_pkey on table author requires it",
        ),
        (
            "ALTER TABLE author DROP CONSTRAINT author_pkey",
            "cannot drop constraint author_pkey on table author because other objects depend on it",
        ),
        ("DROP SCHEMA public", "cannot drop schema public because other objects depend on it"),
    ],
)
def test_what_others_depend_on_is_not_dropped(statement: str, message: str) -> None:
    assert refusal(statement, BOOKS) == ("2BP01", message)
    if not statement.startswith("DROP INDEX"):
        assert refusal(statement + " CASCADE", BOOKS) is None


def test_the_type_of_a_column_that_a_view_reads_stays() -> None:
    failure = ran("ALTER TABLE book ALTER COLUMN title TYPE text", BOOKS).failure
    assert failure is not None
    assert (failure.code, failure.message) == (
        "0A000",
        "cannot alter type of a column used by a view or rule",
    )
    assert failure.others == (table(BOOKS, "sold").span,)


def test_the_type_of_a_key_must_still_fit_the_foreign_key() -> None:
    catalog = left("DROP VIEW sold", BOOKS)
    assert refusal("ALTER TABLE author ALTER COLUMN id TYPE text", catalog) == (
        "42804",
        'foreign key constraint "book_author_id_fkey" cannot be implemented',
    )


def test_cascade_takes_the_foreign_key_and_not_the_table() -> None:
    catalog = left("DROP TABLE author CASCADE", BOOKS)
    assert not table(catalog, "book").foreign_keys
    assert catalog.table(ObjectName("sold", AT)) is None
    assert not catalog.sequences


def test_a_renamed_column_is_renamed_wherever_it_is_spoken_of() -> None:
    catalog = left(
        "ALTER TABLE author RENAME COLUMN id TO no; ALTER TABLE book RENAME COLUMN state TO s", BOOKS
    )
    (fk,) = table(catalog, "book").foreign_keys.values()
    assert fk.target_columns == ("no",)
    assert table(catalog, "author").primary_key is not None
    assert table(catalog, "book").indexes["book_author_id_idx"].predicate.columns == ("s",)  # type: ignore[union-attr]
    assert catalog.sequences["public", "author_id_seq"].owned_by == (table(catalog, "author").number, "no")


# --- doubts ------------------------------------------------------------------------------------------------


def test_a_conditional_statement_is_done_and_leaves_a_doubt() -> None:
    catalog = left(
        """
        DO $$ BEGIN
            IF EXISTS (SELECT FROM author) THEN
                CREATE TABLE t (id int);
                DROP TABLE u;
            END IF;
        END $$
        """,
        BOOKS,
    )
    assert catalog.table(ObjectName("t", AT)) is not None
    assert refusal("CREATE TABLE t (id int)", catalog) is None
    assert refusal("ALTER TABLE u ADD COLUMN a int", catalog) is None
    assert refusal("ALTER TABLE w ADD COLUMN a int", catalog) == ("42P01", 'relation "w" does not exist')


def test_a_doubt_ends_where_the_thing_is_made_or_dropped_anyway() -> None:
    maybe = "DO $$ BEGIN IF random() > 0.5 THEN CREATE TABLE t (id int); END IF; END $$;"
    catalog = left(maybe + "DROP TABLE IF EXISTS t", BOOKS)
    assert refusal("ALTER TABLE t ADD COLUMN a int", catalog) == ("42P01", 'relation "t" does not exist')


def test_after_dynamic_sql_absence_proves_nothing() -> None:
    catalog = left("DO $$ BEGIN EXECUTE 'CREATE TABLE ' || current_user || '_t (id int)'; END $$", BOOKS)
    assert not catalog.certain
    assert refusal("ALTER TABLE w ADD COLUMN a int", catalog) is None
    assert refusal("SELECT nothing FROM book", catalog) is None


def test_what_an_extension_or_a_platform_brings_is_not_missing() -> None:
    catalog = left("CREATE EXTENSION postgis", BOOKS)
    assert refusal("ALTER TABLE book ADD COLUMN at geometry(Point, 4326)", catalog) is None
    supabase = empty("postgresql", outside=frozenset({"auth"}))
    assert refusal("CREATE TABLE t (id uuid REFERENCES auth.users)", supabase) is None
    assert refusal("CREATE TABLE t (id nonsense)", BOOKS) == ("42704", 'type "nonsense" does not exist')


def test_a_call_of_a_function_that_makes_tables_leaves_nothing_certain() -> None:
    make = "CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TABLE t (id int); END';"
    catalog = left(make + "SELECT make()", BOOKS)
    assert not catalog.certain


# --- rows --------------------------------------------------------------------------------------------------


def test_a_key_into_a_table_that_nobody_has_filled_is_missing() -> None:
    insert = "INSERT INTO book (id, author_id) VALUES (1, 1)"
    failure = ran(insert, BOOKS).failure
    assert failure is not None
    assert (failure.code, failure.sure) == ("23503", False)
    assert ran(f"INSERT INTO author (name) VALUES ('x'); {insert}", BOOKS).failure is None


def test_a_row_without_a_value_that_it_must_have_fails() -> None:
    assert refusal("INSERT INTO author (id) VALUES (1)", BOOKS) == (
        "23502",
        'null value in column "name" of relation "author" violates not-null constraint',
    )


# --- what is made -----------------------------------------------------------------------------------------


def test_names_are_cut_to_63_bytes_and_numbered() -> None:
    long = "é" * 29
    statements = f'CREATE TABLE "{long}" (a int UNIQUE, b int);' + f'CREATE INDEX ON "{long}" (b, a);' * 2
    # Measured on PostgreSQL 16.
    assert list(table(left(statements), long).indexes) == [
        f"{'é' * 28}_a_key",
        f"{'é' * 27}_b_a_idx",
        f"{'é' * 27}_b_a_idx1",
    ]


def test_a_partition_gets_the_indexes_and_keys_of_its_parent() -> None:
    catalog = left(
        """
        CREATE TABLE p (id int, at date, a int REFERENCES author, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE INDEX ON p (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        CREATE TABLE p2 (id int NOT NULL, at date NOT NULL, a int);
        ALTER TABLE p ATTACH PARTITION p2 DEFAULT;
        CREATE INDEX ON p (at);
        DROP INDEX p_a_idx;
        """,
        BOOKS,
    )
    assert set(table(catalog, "p1").indexes) >= {"p1_pkey", "p1_at_idx"}
    assert set(table(catalog, "p2").indexes) >= {"p2_pkey", "p2_at_idx"}
    assert list(table(catalog, "p1").foreign_keys) == ["p_a_fkey"]


def test_policies_and_triggers_go_with_what_they_use() -> None:
    catalog = left(
        """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER g AFTER UPDATE OF name ON author FOR EACH ROW EXECUTE FUNCTION f();
        CREATE POLICY p ON author USING (name = current_user);
        ALTER TABLE author ENABLE ROW LEVEL SECURITY;
        """,
        BOOKS,
    )
    assert table(catalog, "author").rls
    assert refusal("DROP FUNCTION f()", catalog) is not None
    assert refusal("ALTER TABLE author DROP COLUMN name", catalog) is not None
    dropped = left("ALTER TABLE author DROP COLUMN name CASCADE; DROP FUNCTION f", catalog)
    assert not table(dropped, "author").policies
    assert not table(dropped, "author").triggers


def test_a_function_gives_rows_of_a_table_in_another_schema() -> None:
    catalog = left(
        "CREATE SCHEMA s; CREATE TABLE s.t (id int); "
        "CREATE FUNCTION s.all_of_them() RETURNS SETOF s.t LANGUAGE sql AS 'SELECT * FROM s.t'; "
        "CREATE FUNCTION s.one() RETURNS s.t LANGUAGE sql AS 'SELECT * FROM s.t'"
    )
    assert ("s", "one") in catalog.functions
    missing = "CREATE FUNCTION one() RETURNS nowhere LANGUAGE sql AS 'SELECT 1'"
    assert refusal(missing, catalog) == ("42704", 'type "nowhere" does not exist')


def test_roles_and_grants_are_kept() -> None:
    catalog = left(
        "CREATE ROLE app NOLOGIN; GRANT SELECT, INSERT ON book TO app; REVOKE INSERT ON book FROM app; "
        "ALTER ROLE app BYPASSRLS; GRANT app TO boss",
        BOOKS,
    )
    assert "bypassrls" in catalog.roles["app"].options
    assert catalog.roles["boss"].member_of == ("app",)
    revoked, granted = catalog.grants
    assert (granted.on.name, granted.privileges, granted.grantee) == ("book", ("select", "insert"), "app")
    assert (revoked.revoke, revoked.privileges, revoked.numbers) == (True, ("insert",), granted.numbers)


def test_what_no_database_has_is_left_out() -> None:
    made = left("CREATE TABLE t (a int); " + "CREATE INDEX ON t (a); " * (MOST + 10))
    assert len(table(made, "t").indexes) < MOST
    assert not made.certain
    assert refusal("DROP INDEX t_a_idx2005", made) is None


# --- MySQL, SQLite, SQL Server -----------------------------------------------------------------------------

SHOP = left(
    """
    CREATE TABLE `User` (`id` INT NOT NULL AUTO_INCREMENT, `email` VARCHAR(191), UNIQUE INDEX `e`(`email`),
        PRIMARY KEY (`id`));
    CREATE TABLE `Post` (`id` INT NOT NULL, `authorId` INT, `n` INT, PRIMARY KEY (`id`), KEY `n`(`n`));
    ALTER TABLE `Post` ADD CONSTRAINT `fk` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`);
    """,
    dialect="mysql",
)


def test_innodb_makes_an_index_for_a_foreign_key_and_drops_it_for_another() -> None:
    assert table(SHOP, "Post").indexes["fk"].columns == ("authorId",)
    catalog = left("CREATE INDEX `own` ON `Post`(`authorId`, `n`)", SHOP, "mysql")
    assert list(table(catalog, "Post").indexes) == ["PRIMARY", "n", "own"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "DROP TABLE User",
            "Cannot drop table 'User' referenced by a foreign key constraint 'fk' on table 'Post'.",
        ),
        ("DROP INDEX fk ON Post", "Cannot drop index 'fk': needed in a foreign key constraint"),
        (
            "ALTER TABLE Post DROP COLUMN authorId",
            "Cannot drop column 'authorId': needed in a foreign key constraint 'fk'",
        ),
        ("ALTER TABLE Nothing ADD COLUMN a INT", "Table 'Nothing' doesn't exist"),
        ("ALTER TABLE Post ADD COLUMN N INT", "Duplicate column name 'N'"),
        ("CREATE INDEX n ON Post (id)", "Duplicate key name 'n'"),
        ("ALTER TABLE Post ADD PRIMARY KEY (n)", "Multiple primary key defined"),
        ("ALTER TABLE Post DROP FOREIGN KEY gone", "Can't DROP 'gone'; check that column/key exists"),
    ],
)
def test_mysql_refuses_in_its_own_words(statement: str, message: str) -> None:
    found = refusal(statement, SHOP, "mysql")
    assert found is not None
    assert found[1] == message


def test_mysql_without_checks_drops_and_makes_anew() -> None:
    catalog = left(
        "SET FOREIGN_KEY_CHECKS = 0; DROP TABLE User; CREATE TABLE User (id INT PRIMARY KEY)", SHOP, "mysql"
    )
    (fk,) = table(catalog, "post").foreign_keys.values()
    assert catalog.tables[fk.target].name == "User"


def test_mysql_redefines_a_column_where_it_stands() -> None:
    catalog = left(
        "ALTER TABLE Post CHANGE authorId userId BIGINT NOT NULL, ADD COLUMN t TEXT AFTER id, MODIFY n INT FIRST, "
        "RENAME TO posts",
        SHOP,
        "mysql",
    )
    post = table(catalog, "posts")
    assert list(post.columns) == ["n", "id", "t", "userId"]
    assert post.columns["userId"].not_null
    assert post.indexes["fk"].columns == ("userId",)


def test_an_index_of_mysql_has_its_name_in_its_table() -> None:
    catalog = left("CREATE INDEX n ON User (id); CREATE TABLE n (id INT)", SHOP, "mysql")
    assert "n" in table(catalog, "User").indexes


def test_prisma_redefines_a_table_of_sqlite() -> None:
    catalog = left(
        """
        CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT);
        CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "by" INTEGER REFERENCES "User" ("id"));
        CREATE INDEX "by" ON "Post"("by");
        PRAGMA foreign_keys=OFF;
        CREATE TABLE "new_User" ("id" INTEGER PRIMARY KEY, "email" TEXT NOT NULL);
        INSERT INTO "new_User" SELECT * FROM "User";
        DROP TABLE "User";
        ALTER TABLE "new_User" RENAME TO "User";
        PRAGMA foreign_keys=ON;
        """,
        dialect="sqlite",
    )
    (fk,) = table(catalog, "post").foreign_keys.values()
    assert catalog.tables[fk.target] is table(catalog, "USER")
    assert refusal("CREATE TABLE user (id int)", catalog, "sqlite") is not None
    assert refusal("CREATE INDEX BY ON User (email)", catalog, "sqlite") is not None


def test_sql_server_says_it_in_its_own_words() -> None:
    catalog = left(
        "CREATE TABLE [User] ([id] INT NOT NULL CONSTRAINT [pk] PRIMARY KEY);"
        "CREATE TABLE [Post] ([by] INT CONSTRAINT [fk] REFERENCES [User] ([id]));"
        "CREATE INDEX [i] ON [Post] ([by]); CREATE INDEX [i] ON [User] ([id]);",
        dialect="sqlserver",
    )
    assert table(catalog, "post").schema == "dbo"
    assert refusal("DROP TABLE [dbo].[User]", catalog, "sqlserver") == (
        "2BP01",
        "Could not drop object 'User' because it is referenced by a FOREIGN KEY constraint.",
    )
    renamed = left(
        "EXEC sp_rename 'dbo.Post.by', 'author', 'COLUMN'; DROP INDEX [i] ON [Post]", catalog, "sqlserver"
    )
    assert list(table(renamed, "Post").columns) == ["author"]
