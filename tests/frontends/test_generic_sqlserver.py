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
    Insert,
    Maintain,
    RedefineColumn,
    RenameObject,
    Select,
    SetVariable,
    Transaction,
    Unknown,
    Update,
    ValidateConstraint,
)

from .generic import at, operation, operations, problems, statements

PRISMA = """\
BEGIN TRY

BEGIN TRAN;

-- CreateTable
CREATE TABLE [dbo].[User] (
    [id] INT NOT NULL IDENTITY(1,1),
    [email] NVARCHAR(1000) NOT NULL,
    [at] DATETIME2 NOT NULL CONSTRAINT [User_at_df] DEFAULT CURRENT_TIMESTAMP,
    [body] NVARCHAR(max),
    CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id]),
    CONSTRAINT [User_email_key] UNIQUE NONCLUSTERED ([email] DESC)
);

-- AddForeignKey
ALTER TABLE [dbo].[Post] ADD CONSTRAINT [Post_fkey] FOREIGN KEY ([userId]) REFERENCES [dbo].[User]([id]) ON DELETE NO ACTION ON UPDATE CASCADE;

COMMIT TRAN;

END TRY
BEGIN CATCH

IF @@TRANCOUNT > 0
BEGIN
    ROLLBACK TRAN;
END;
THROW

END CATCH
"""


def test_a_file_as_prisma_writes_it() -> None:
    found = statements(PRISMA, "sqlserver")
    assert [it.verb for it in found] == ["BEGIN", "CREATE TABLE", "ALTER TABLE", "COMMIT", "BEGIN CATCH"]
    begin, table, constraint, commit, _ = [it.does[0] for it in found]
    assert isinstance(begin, Transaction)
    assert isinstance(commit, Transaction)
    assert (begin.action, commit.action) == ("begin", "commit")
    assert isinstance(table, CreateTable)
    assert (str(table.table), at(PRISMA, table.table.range)) == ("dbo.User", "[dbo].[User]")
    id, email, moment, body = table.columns
    assert (id.identity, str(email.type), str(body.type)) == ("identity", "nvarchar(1000)", "nvarchar(max)")
    assert (moment.default_constraint, moment.constraints) == ("User_at_df", ())
    assert moment.default is not None
    assert moment.default.functions == ("current_timestamp",)
    primary, unique = table.constraints
    assert (primary.kind, primary.name, primary.method) == ("primary", "User_pkey", "clustered")
    assert (unique.columns, unique.method, unique.keys[0].descending) == (("email",), "nonclustered", True)
    assert isinstance(constraint, AddConstraint)
    reference = constraint.constraint.references
    assert reference is not None
    assert (str(reference.table), reference.on_update) == ("dbo.User", "CASCADE")


def test_what_runs_after_an_error_is_a_block_of_what_may_not_run() -> None:
    catch = statements(PRISMA, "sqlserver")[-1]
    (block,) = catch.does
    assert isinstance(block, Block)
    condition, throw = block.body
    assert (condition.verb, condition.conditional, throw.conditional) == ("IF", True, True)
    (inner,) = condition.does
    assert isinstance(inner, Block)
    assert [(it.verb, it.conditional, at(PRISMA, it.range)) for it in inner.body] == [
        ("ROLLBACK", True, "ROLLBACK TRAN")
    ]
    assert at(PRISMA, catch.range).endswith("END CATCH")


REDEFINED = """\
-- RedefineTables
BEGIN TRANSACTION;
DECLARE @SQL NVARCHAR(MAX) = N''
SELECT @SQL += N'ALTER TABLE '
    + QUOTENAME(OBJECT_SCHEMA_NAME(PARENT_OBJECT_ID))
    + '.'
    + QUOTENAME(OBJECT_NAME(PARENT_OBJECT_ID))
    + ' DROP CONSTRAINT '
    + OBJECT_NAME(OBJECT_ID) + ';'
FROM SYS.OBJECTS
WHERE TYPE_DESC LIKE '%CONSTRAINT'
    AND OBJECT_NAME(PARENT_OBJECT_ID) = 'User'
    AND SCHEMA_NAME(SCHEMA_ID) = 'dbo'
EXEC sp_executesql @SQL
;
CREATE TABLE [dbo].[_prisma_new_User] (
    [id] INT NOT NULL IDENTITY(1,1),
    CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id])
);
SET IDENTITY_INSERT [dbo].[_prisma_new_User] ON;
IF EXISTS(SELECT * FROM [dbo].[User])
    EXEC('INSERT INTO [dbo].[_prisma_new_User] ([id]) SELECT [id] FROM [dbo].[User] WITH (holdlock tablockx)');
SET IDENTITY_INSERT [dbo].[_prisma_new_User] OFF;
DROP TABLE [dbo].[User];
EXEC SP_RENAME N'dbo._prisma_new_User', N'User';
COMMIT;
"""


def test_a_table_is_made_anew_as_prisma_writes_it() -> None:
    found = statements(REDEFINED, "sqlserver")
    assert [it.verb for it in found] == [
        "BEGIN",
        "DECLARE",
        "SELECT",
        "EXEC",
        "CREATE TABLE",
        "SET",
        "IF",
        "SET",
        "DROP TABLE",
        "EXEC",
        "COMMIT",
    ]
    drops, copies, renames = found[3].does[0], found[6].does[0], found[9].does[0]
    assert isinstance(drops, AlterTable)
    assert (drops.change, str(drops.table)) == ("drop constraints", "dbo.User")
    assert isinstance(copies, Block)
    (run,) = copies.body
    (inner,) = run.does
    assert isinstance(inner, Block)
    (insert,) = inner.body
    (rows,) = insert.does
    assert isinstance(rows, Insert)
    assert at(REDEFINED, rows.table.range) == "[dbo].[_prisma_new_User]"
    assert (run.conditional, rows.query is not None and rows.query.locking) == (True, True)
    assert isinstance(renames, RenameObject)
    assert (str(renames.name), renames.new_name, renames.kind) == ("dbo._prisma_new_User", "User", "table")


ALTERS: list[tuple[str, type[Change], dict[str, Any]]] = [
    ("ADD [z] INT NOT NULL CONSTRAINT [t_z_df] DEFAULT 0", AddColumn, {}),
    (
        "ADD CONSTRAINT [d] DEFAULT 5 FOR [a]",
        AlterColumn,
        {"column": "a", "change": "set default", "text": "d"},
    ),
    ("ADD DEFAULT NEXT VALUE FOR s FOR a", AlterColumn, {"column": "a", "text": None}),
    ("ADD CONSTRAINT c CHECK (a > 0)", AddConstraint, {}),
    ("DROP CONSTRAINT [c]", DropConstraint, {"name": "c", "kind": "any"}),
    ("DROP COLUMN IF EXISTS a", DropColumn, {"column": "a", "if_exists": True}),
    ("ALTER COLUMN [a] NVARCHAR(50) NULL", RedefineColumn, {"column": "a"}),
    ("ALTER COLUMN a ADD MASKED WITH (FUNCTION = 'default()')", AlterColumn, {"change": "set options"}),
    ("WITH CHECK CHECK CONSTRAINT c", ValidateConstraint, {"name": "c"}),
    ("NOCHECK CONSTRAINT ALL", AlterConstraint, {"name": "ALL", "enforced": False}),
    ("CHECK CONSTRAINT c", AlterConstraint, {"name": "c", "enforced": True}),
    ("DISABLE TRIGGER tr", AlterTable, {"change": "disable trigger", "text": "tr"}),
    ("REBUILD WITH (ONLINE = ON)", AlterTable, {"change": "force"}),
    ("SET (LOCK_ESCALATION = AUTO)", AlterTable, {"change": "set options"}),
    ("SWITCH PARTITION 1 TO u", AlterTable, {"change": "other"}),
]


@pytest.mark.parametrize(("action", "kind", "fields"), ALTERS)
def test_each_action_of_an_alter(action: str, kind: type[Change], fields: dict[str, Any]) -> None:
    text = f"ALTER TABLE [dbo].[t] {action};"
    it = operation(kind, text, "sqlserver")  # type: ignore[type-var]
    assert {name: getattr(it, name) for name in fields} == fields
    assert at(text, it.range) == action


def test_constraints_that_are_not_checked() -> None:
    text = "ALTER TABLE t WITH NOCHECK ADD CONSTRAINT c CHECK (a > 0), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)"
    found = operations(text, "sqlserver")
    assert [
        (it.constraint.name, it.constraint.not_valid) for it in found if isinstance(it, AddConstraint)
    ] == [
        ("c", True),
        ("f", True),
    ]


def test_several_columns_and_constraints_in_one_action() -> None:
    text = "ALTER TABLE t ADD a INT, b INT; ALTER TABLE t DROP CONSTRAINT c, COLUMN d, e"
    assert [(type(it).__name__, at(text, it.range)) for it in operations(text, "sqlserver")] == [
        ("AddColumn", "ADD a INT"),
        ("AddColumn", "b INT"),
        ("DropConstraint", "DROP CONSTRAINT c"),
        ("DropColumn", "COLUMN d"),
        ("DropColumn", "e"),
    ]


OTHERS: list[tuple[str, type[Change], dict[str, Any]]] = [
    ("CREATE SCHEMA [auth]", CreateSchema, {"name": "auth"}),
    ("DROP INDEX [i] ON [dbo].[t]", DropObject, {"kind": "index"}),
    ("DROP TABLE IF EXISTS #t", DropObject, {"kind": "table", "if_exists": True}),
    (
        "ALTER INDEX ALL ON t REBUILD WITH (ONLINE = ON)",
        Maintain,
        {"command": "reindex", "concurrently": True},
    ),
    ("UPDATE STATISTICS dbo.t", Maintain, {"command": "analyze"}),
    ("EXEC sp_rename 'dbo.t.a', 'b', 'COLUMN'", RenameObject, {"kind": "column", "new_name": "b"}),
    ("EXEC sp_rename N'dbo.t.i', N'j', N'INDEX'", RenameObject, {"kind": "index", "new_name": "j"}),
    ("EXEC sp_rename @objname = 'a', @newname = 'b'", RenameObject, {"kind": "table", "new_name": "b"}),
    ("EXEC dbo.clean_up 1", Block, {"dynamic": True}),  # which may do anything
    ("EXEC sp_addextendedproperty @name = 'x'", Unknown, {}),
    ("EXEC (@sql)", Block, {"dynamic": True}),
    ("EXEC @name", Block, {"dynamic": True}),
    ("SET IDENTITY_INSERT dbo.t ON", SetVariable, {"name": "identity_insert", "value": "dbo.t ON"}),
    ("SET LOCK_TIMEOUT 5000", SetVariable, {"name": "lock_timeout", "value": "5000"}),
    ("SET @x = 1", SetVariable, {"name": "@x", "value": "1"}),
    ("BEGIN TRANSACTION t", Transaction, {"action": "begin"}),
    ("SAVE TRAN s", Transaction, {"action": "savepoint", "name": "s"}),
    ("ROLLBACK TRANSACTION s", Transaction, {"action": "rollback", "name": "s"}),
    ("INSERT INTO @t VALUES (1)", Unknown, {}),
    ("INSERT INTO t EXEC p", Insert, {"rows": None}),
    ("INSERT t (a) OUTPUT inserted.a VALUES (1), (2)", Insert, {"columns": ("a",), "rows": 2}),
    ("DELETE TOP (10) FROM t", Delete, {"filtered": True}),
    ("SELECT * INTO #copy FROM t", CreateTable, {"temporary": True}),
    (
        "CREATE OR ALTER VIEW dbo.v WITH SCHEMABINDING AS SELECT a, b AS c FROM dbo.t",
        CreateView,
        {"columns": ("a", "c")},
    ),
    (
        "CREATE TRIGGER tr ON dbo.t AFTER INSERT, UPDATE AS SET NOCOUNT ON; DELETE FROM u",
        CreateTrigger,
        {"events": ("insert", "update")},
    ),
]


@pytest.mark.parametrize(("text", "kind", "fields"), OTHERS)
def test_each_statement(text: str, kind: type[Change], fields: dict[str, Any]) -> None:
    it = operation(kind, text, "sqlserver")  # type: ignore[type-var]
    assert {name: getattr(it, name) for name in fields} == fields
    assert at(text, it.range) == text


def test_an_index_with_all_that_can_be_said_of_it() -> None:
    text = (
        "CREATE UNIQUE NONCLUSTERED INDEX [i] ON dbo.t ([a] DESC, b) INCLUDE (c, d) WHERE e IS NOT NULL "
        "WITH (FILLFACTOR = 80, ONLINE = ON) ON [PRIMARY]"
    )
    it = operation(CreateIndex, text, "sqlserver")
    assert (it.name, it.unique, it.clustered, it.online, it.include) == ("i", True, False, True, ("c", "d"))
    assert it.predicate is not None
    assert at(text, it.predicate.range) == "e IS NOT NULL"


def test_semicolons_are_not_needed() -> None:
    text = """\
DECLARE @a INT = 1
SET NOCOUNT ON
SELECT @a = count(*) FROM t WHERE x IN (SELECT y FROM u)
INSERT INTO t (a) SELECT a FROM u
INSERT INTO t VALUES (1)
UPDATE t SET a = 2 FROM t JOIN u ON t.id = u.id
DELETE FROM t WHERE a = 1
CREATE TABLE x (a INT, b INT REFERENCES t (id) ON DELETE SET NULL ON UPDATE CASCADE)
ALTER TABLE x DROP COLUMN b
DROP TABLE IF EXISTS y
MERGE t USING u ON t.id = u.id WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (2)
GRANT SELECT, UPDATE ON t TO r
EXEC p
PRINT 'done'"""
    assert [at(text, it.range) for it in statements(text, "sqlserver")] == text.split("\n")


def test_a_merge_is_all_that_it_may_do() -> None:
    text = (
        "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED AND u.gone = 1 THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET a = u.a WHEN NOT MATCHED THEN INSERT (id, a) VALUES (u.id, u.a);"
    )
    assert [type(it) for it in operations(text, "sqlserver")] == [Delete, Update, Insert]


def test_an_update_of_an_alias_changes_its_table() -> None:
    it = operation(Update, "UPDATE x SET a = 1 FROM dbo.t AS x WHERE x.b = 2", "sqlserver")
    assert (str(it.table), it.filtered) == ("dbo.t", True)


def test_what_stands_under_a_condition_may_not_run() -> None:
    text = """\
IF OBJECT_ID('dbo.t') IS NULL
BEGIN
    CREATE TABLE dbo.t (a INT)
    INSERT INTO dbo.t VALUES (CASE WHEN 1 = 1 THEN 2 ELSE 3 END)
END
ELSE IF 1 = 2
    DROP TABLE dbo.t;
ELSE
    PRINT 'x'
SELECT 1"""
    condition, select = statements(text, "sqlserver")
    (block,) = condition.does
    assert isinstance(block, Block)
    assert [(it.verb, it.conditional) for it in block.body] == [
        ("CREATE TABLE", True),
        ("INSERT", True),
        ("IF", True),
    ]
    assert (at(text, condition.range)[-9:], select.verb) == ("PRINT 'x'", "SELECT")


def test_a_string_that_is_run_is_read() -> None:
    text = "EXEC sp_executesql N'UPDATE t SET a = ''it'' WHERE b = 1; DROP TABLE u'"
    block = operation(Block, text, "sqlserver")
    update, drop = block.body
    assert (update.verb, drop.verb, block.dynamic) == ("UPDATE", "DROP TABLE", False)
    assert at(text, update.range) == "UPDATE t SET a = ''it'' WHERE b = 1"
    (it,) = update.does
    assert isinstance(it, Update)
    assert [value.value for _, value in it.sets] == ["it"]


def test_a_variable_that_holds_a_string_is_read() -> None:
    text = "DECLARE @s NVARCHAR(MAX) = N'DROP TABLE t'; EXEC (@s); SET @s = @s + 'x'; EXEC (@s)"
    found = statements(text, "sqlserver")
    first, second = found[1].does[0], found[3].does[0]
    assert isinstance(first, Block)
    assert isinstance(second, Block)
    assert ([it.verb for it in first.body], second.dynamic) == (["DROP TABLE"], True)


def test_go_ends_a_batch_and_what_variables_hold() -> None:
    text = "DECLARE @s NVARCHAR(9) = 'SELECT 1'\nGO\nEXEC (@s)\ngo 5\nSELECT 2 -- GO\nGO -- end\n"
    found = statements(text, "sqlserver")
    assert [it.verb for it in found] == ["DECLARE", "EXEC", "SELECT"]
    run = found[1].does[0]
    assert isinstance(run, Block)
    assert run.dynamic


def test_a_procedure_is_the_rest_of_its_batch() -> None:
    text = """\
CREATE OR ALTER PROCEDURE dbo.p @a INT = 1, @b NVARCHAR(10) OUTPUT AS
BEGIN
    UPDATE t SET x = @a
    IF @a > 1 DELETE FROM t
END
SELECT 3
GO
SELECT 1"""
    procedure, select = statements(text, "sqlserver")
    (it,) = procedure.does
    assert isinstance(it, CreateFunction)
    assert (str(it.function), it.arguments, it.procedure, it.replace) == (
        "dbo.p",
        ("int", "nvarchar(10)"),
        True,
        True,
    )
    assert [inner.verb for inner in it.body] == ["UPDATE", "IF", "SELECT"]
    assert [type(inner) for inner in select.does] == [Select]


def test_a_function_that_returns_a_table() -> None:
    text = "CREATE FUNCTION dbo.f (@a INT) RETURNS TABLE AS RETURN (SELECT * FROM t WHERE a = @a)"
    it = operation(CreateFunction, text, "sqlserver")
    assert (it.returns, it.arguments) == ("table", ("int",))


def test_names_with_brackets_and_comments_in_comments() -> None:
    text = "/* a /* b */ c */ CREATE TABLE [a]]b].[c d] ([e] INT) -- end"
    it = operation(CreateTable, text, "sqlserver")
    assert (it.table.schema, it.table.name) == ("a]b", "c d")


def test_commands_of_sqlcmd_are_passed_over() -> None:
    text = ":setvar x y\n:on error exit\nSELECT 1\nGO\n"
    assert [it.verb for it in statements(text, "sqlserver")] == ["SELECT"]


def test_a_computed_column_has_no_type() -> None:
    it = operation(CreateTable, "CREATE TABLE t (a INT, b AS a * 2 PERSISTED, c AS (a + 1))", "sqlserver")
    _, b, c = it.columns
    assert b.generated is not None
    assert c.generated is not None
    assert (str(b.type), b.generated.columns, b.stored) == ("", ("a",), True)
    assert (c.generated.columns, c.stored) == (("a",), False)


@pytest.mark.parametrize(
    "column",
    [
        "b XML COLUMN_SET FOR ALL_SPARSE_COLUMNS",
        "b NVARCHAR(max) SPARSE NULL",
        "b INT IDENTITY(1, 1) NOT FOR REPLICATION NOT NULL",
        "b DATETIME2 GENERATED ALWAYS AS ROW START HIDDEN NOT NULL",
        "b VARCHAR(10) MASKED WITH (FUNCTION = 'default()') NULL",
        "b VARCHAR(11) COLLATE Latin1_General_BIN2 ENCRYPTED WITH (COLUMN_ENCRYPTION_KEY = k) NOT NULL",
        "b INT INDEX i NONCLUSTERED WITH (FILLFACTOR = 80) ON [PRIMARY]",
        "b UNIQUEIDENTIFIER ROWGUIDCOL NOT NULL DEFAULT NEWSEQUENTIALID()",
        "b AS (a + 1) PERSISTED NOT NULL",
        "b VARBINARY(max) FILESTREAM NULL",
        "b INT REFERENCES u (a) ON DELETE CASCADE NOT FOR REPLICATION",
        "b INT CHECK NOT FOR REPLICATION (b > 1)",
        "b INT NOT NULL DEFAULT 0 WITH VALUES",
    ],
)
def test_every_option_of_a_column_is_read(column: str) -> None:
    """Source: https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql"""
    assert not problems(f"CREATE TABLE t (a INT, {column});", "sqlserver")


def test_a_constraint_of_the_table_may_follow_a_column_without_a_comma() -> None:
    for text, columns in (
        ("CONSTRAINT p PRIMARY KEY CLUSTERED (a ASC, b) WITH (PAD_INDEX = OFF) ON [PRIMARY]", ("a", "b")),
        ("UNIQUE NONCLUSTERED (a)", ("a",)),
        ("CONSTRAINT f FOREIGN KEY (a) REFERENCES u (a)", ("a",)),
        ("PRIMARY KEY NONCLUSTERED HASH WITH (BUCKET_COUNT = 10)", ("b",)),
    ):
        it = operation(CreateTable, f"CREATE TABLE t (a INT, b INT {text});", "sqlserver")
        assert it.columns[1].constraints[0].columns == columns
