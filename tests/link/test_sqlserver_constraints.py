"""SQL Server keeps defaults as constraints, and renames and drops constraints by their names alone."""

from crowsfoot.frontends.sql.generic import read
from crowsfoot.link.catalog.execute import run
from crowsfoot.link.catalog.model import Table, empty
from crowsfoot.link.project import File

TABLE = """
CREATE TABLE [dbo].[t] (
    [id] INT NOT NULL,
    [a] INT NOT NULL CONSTRAINT [t_a_df] DEFAULT 0,
    CONSTRAINT [t_pkey] PRIMARY KEY CLUSTERED ([id])
);
"""
DROPS_ALL = """
DECLARE @SQL NVARCHAR(MAX) = N''
SELECT @SQL += N'ALTER TABLE ' + QUOTENAME(OBJECT_NAME(PARENT_OBJECT_ID)) + ' DROP CONSTRAINT ' + OBJECT_NAME(OBJECT_ID)
FROM SYS.OBJECTS WHERE OBJECT_NAME(PARENT_OBJECT_ID) = 't' AND SCHEMA_NAME(SCHEMA_ID) = 'dbo'
EXEC sp_executesql @SQL
;
"""


def replayed(text: str) -> tuple[list[str], list[Table]]:
    """What the statements fail with, and the tables that are left."""
    facts = read(text, "sqlserver")
    assert not facts.problems
    catalog = empty("sqlserver")
    failures = []
    for statement in facts.statements:
        ran = run(catalog, [statement], file=File("x.sql", facts), migration=0, in_block=False)
        catalog = ran.catalog
        if ran.failure:
            failures.append(ran.failure.message)
    assert catalog.certain
    return failures, list(catalog.tables.values())


def test_a_default_is_dropped_by_the_name_of_its_constraint() -> None:
    failures, (table,) = replayed(f"{TABLE} ALTER TABLE dbo.t DROP CONSTRAINT t_a_df;")
    assert not failures
    assert table.columns["a"].default is None


def test_a_default_that_is_added_has_a_name() -> None:
    text = "ALTER TABLE dbo.t DROP CONSTRAINT t_a_df; ALTER TABLE dbo.t ADD CONSTRAINT d DEFAULT 5 FOR a;"
    failures, (table,) = replayed(f"{TABLE} {text} ALTER TABLE dbo.t DROP CONSTRAINT D, COLUMN a;")
    assert not failures
    assert list(table.columns) == ["id"]


def test_a_constraint_that_is_not_there_is_missed() -> None:
    failures, _ = replayed(f"{TABLE} ALTER TABLE dbo.t DROP CONSTRAINT other;")
    assert len(failures) == 1


def test_a_default_without_a_name_may_have_any() -> None:
    failures, _ = replayed(
        "CREATE TABLE t (a INT DEFAULT 0); ALTER TABLE t DROP CONSTRAINT DF__t__a__1A2B3C4D;"
    )
    assert not failures


def test_sp_rename_renames_a_key_and_a_default() -> None:
    failures, (table,) = replayed(
        f"{TABLE} EXEC sp_rename 'dbo.t_pkey', 'k'; EXEC sp_rename 'dbo.t_a_df', 'd';"
    )
    assert not failures
    assert (list(table.indexes), table.columns["a"].default_constraint) == (["k"], "d")


def test_all_constraints_go_at_once_before_prisma_makes_a_table_anew() -> None:
    anew = TABLE.replace("[dbo].[t]", "[dbo].[_prisma_new_t]")
    text = f"{TABLE}{DROPS_ALL}{anew} DROP TABLE dbo.t; EXEC SP_RENAME N'dbo._prisma_new_t', N't';"
    failures, (table,) = replayed(text)
    assert not failures
    assert (table.name, list(table.indexes)) == ("t", ["t_pkey"])
