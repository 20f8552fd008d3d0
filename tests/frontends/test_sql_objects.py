"""Types, sequences, triggers, policies, roles, sessions and all else of PostgreSQL to facts."""

from typing import Any

import pytest

from ..sql_facts import clean, does, one, shown

STATEMENTS: dict[str, dict[str, Any] | list[dict[str, Any]]] = {
    # types
    "create type s.color as enum ('red', 'it''s')": {
        "": "CreateEnum",
        "name": "s.color",
        "values": ["red", "it's"],
    },
    "create type e as enum ()": {"": "CreateEnum", "name": "e", "values": []},
    "alter type s.e add value if not exists 'b' before 'a'": {
        "": "AddEnumValue",
        "type": "s.e",
        "value": "b",
        "before": "a",
        "if_not_exists": True,
    },
    "alter type e add value 'x' after 'y'": {"": "AddEnumValue", "type": "e", "value": "x", "after": "y"},
    "alter type e rename value 'a' to 'b'": {
        "": "RenameEnumValue",
        "type": "e",
        "value": "a",
        "new_value": "b",
    },
    "create type pt as (x int, y numeric(3,1))": {
        "": "CreateType",
        "name": "pt",
        "attributes": [["x", "integer"], ["y", "numeric(3,1)"]],
    },
    "create type r as range (subtype = float8)": {"": "CreateType", "name": "r"},
    "create type b": {"": "CreateType", "name": "b"},
    "alter domain d drop constraint if exists x": {
        "": "AlterDomain",
        "name": "d",
        "change": "drop constraint",
        "text": "x",
        "if_exists": True,
    },
    "alter domain d validate constraint x": {
        "": "AlterDomain",
        "name": "d",
        "change": "validate constraint",
        "text": "x",
    },
    "alter domain d set not null": {"": "AlterDomain", "name": "d", "change": "set not null"},
    "alter domain d drop default": {"": "AlterDomain", "name": "d", "change": "drop default"},
    # sequences, extensions, schemas
    "create sequence if not exists s.q as int increment 2 owned by s.t.c": {
        "": "CreateSequence",
        "sequence": "s.q",
        "if_not_exists": True,
        "owned_by": ["s.t", "c"],
    },
    "create temp sequence q": {"": "CreateSequence", "sequence": "q", "temporary": True},
    "alter sequence q owned by t.c": {"": "AlterSequence", "sequence": "q", "owned_by": ["t", "c"]},
    "alter sequence q owned by none": {"": "AlterSequence", "sequence": "q", "owned_by_none": True},
    'create extension if not exists "uuid-ossp" with schema ext': {
        "": "CreateExtension",
        "name": "uuid-ossp",
        "if_not_exists": True,
        "schema": "ext",
    },
    "create schema authorization joe": {"": "CreateSchema", "name": "joe"},
    "create schema a create table b (x int) create index i on b (x)": [
        {"": "CreateSchema", "name": "a"},
        {
            "": "CreateTable",
            "table": "a.b",
            "columns": [
                {"": "ColumnDef", "name": "x", "name_range": "x", "range": "x int", "type": "integer"}
            ],
        },
        {
            "": "CreateIndex",
            "table": "a.b",
            "name": "i",
            "name_range": "i",
            "keys": [{"": "IndexKey", "range": "x", "column": "x"}],
        },
    ],
    "create publication p for all tables": {
        "": "CreateOther",
        "kind": "publication",
        "name": "p",
        "text": "for all tables",
    },
    "alter publication p add table a, b.c": [
        {"": "AlterOther", "kind": "publication", "name": "p", "table": "a", "text": "add"},
        {"": "AlterOther", "kind": "publication", "name": "p", "table": "b.c", "text": "add"},
    ],
    "create publication p for table t": [
        {"": "CreateOther", "kind": "publication", "name": "p"},
        {"": "AlterOther", "kind": "publication", "name": "p", "table": "t", "text": "add"},
    ],
    "create statistics st (dependencies) on a, b from t": {
        "": "CreateOther",
        "kind": "statistics",
        "name": "st",
        "table": "t",
    },
    "create statistics on a, b from t": {
        "": "CreateOther",
        "kind": "statistics",
        "name": "",
        "table": "t",
    },
    "create collation c (locale = 'de')": {
        "": "CreateOther",
        "kind": "other",
        "name": "c",
        "text": "collation",
    },
    "create aggregate ag(int) (sfunc = f, stype = int)": {
        "": "CreateOther",
        "kind": "function",
        "name": "ag",
    },
    # triggers, rules, policies
    "create or replace trigger tr before insert or update of a, b on s.t for each row execute function f.g()": {
        "": "CreateTrigger",
        "name": "tr",
        "table": "s.t",
        "function": "f.g",
        "timing": "before",
        "events": ["insert", "update"],
        "replace": True,
        "columns": ["a", "b"],
        "for_each_row": True,
    },
    "create constraint trigger ct after delete on t from o initially deferred for each row execute procedure g()": {
        "": "CreateTrigger",
        "name": "ct",
        "table": "t",
        "function": "g",
        "timing": "after",
        "events": ["delete"],
        "constraint": True,
        "references": "o",
        "for_each_row": True,
    },
    "create rule r as on insert to t do also (select 1; select 2)": {
        "": "CreateOther",
        "kind": "rule",
        "name": "r",
        "table": "t",
    },
    "create policy p on t as restrictive for select to joe, current_user using (a = auth.uid())": {
        "": "CreatePolicy",
        "name": "p",
        "table": "t",
        "command": "select",
        "permissive": False,
        "roles": ["joe", "current_user"],
        "using": {
            "": "Expression",
            "range": "a = auth.uid()",
            "text": "a = auth.uid()",
            "columns": ["a"],
            "functions": ["uid"],
            "term": {
                "": "Term",
                "kind": "operator",
                "range": "a = auth.uid",
                "name": "=",
                "of": [
                    {"": "Term", "kind": "column", "range": "a", "name": "a"},
                    {"": "Term", "kind": "call", "range": "auth.uid", "name": "uid", "qualifier": "auth"},
                ],
            },
        },
    },
    "create policy p on t": {"": "CreatePolicy", "name": "p", "table": "t"},
    "alter policy p on t to public with check (true)": {
        "": "AlterPolicy",
        "name": "p",
        "table": "t",
        "roles": ["public"],
        "check": {
            "": "Expression",
            "range": "true",
            "text": "true",
            "value": "true",
            "term": {"": "Term", "kind": "constant", "range": "true", "name": "true"},
        },
    },
    # of every kind
    "drop table if exists a.b, c cascade": [
        {"": "DropObject", "kind": "table", "name": name, "if_exists": True, "cascade": True}
        for name in ("a.b", "c")
    ],
    "drop index concurrently i": {"": "DropObject", "kind": "index", "name": "i", "concurrently": True},
    "drop materialized view m": {"": "DropObject", "kind": "materialized view", "name": "m"},
    "drop type s.ty": {"": "DropObject", "kind": "type", "name": "s.ty"},
    "drop function f(int, varchar(3)), g": [
        {
            "": "DropObject",
            "kind": "function",
            "name": "f",
            "arguments": ["integer", "character varying"],
        },
        {"": "DropObject", "kind": "function", "name": "g"},
    ],
    "drop procedure p()": {"": "DropObject", "kind": "function", "name": "p", "arguments": []},
    "drop trigger if exists t on x.y": {
        "": "DropObject",
        "kind": "trigger",
        "name": "t",
        "table": "x.y",
        "if_exists": True,
    },
    "drop policy p on t": {"": "DropObject", "kind": "policy", "name": "p", "table": "t"},
    "drop schema s cascade": {"": "DropObject", "kind": "schema", "name": "s", "cascade": True},
    "drop role a, b": [{"": "DropObject", "kind": "role", "name": name} for name in "ab"],
    "drop cast (int as text)": {"": "DropObject", "kind": "other", "name": "", "text": "cast"},
    "drop text search configuration c": {
        "": "DropObject",
        "kind": "other",
        "name": "c",
        "text": "text search configuration",
    },
    "alter index i rename to j": {"": "RenameObject", "kind": "index", "name": "i", "new_name": "j"},
    "alter table s.t rename a to b": {
        "": "RenameObject",
        "kind": "column",
        "name": "a",
        "new_name": "b",
        "table": "s.t",
    },
    "alter table t rename constraint a to b": {
        "": "RenameObject",
        "kind": "constraint",
        "name": "a",
        "new_name": "b",
        "table": "t",
    },
    "alter trigger a on b rename to c": {
        "": "RenameObject",
        "kind": "trigger",
        "name": "a",
        "new_name": "c",
        "table": "b",
    },
    "alter policy p on t rename to q": {
        "": "RenameObject",
        "kind": "policy",
        "name": "p",
        "new_name": "q",
        "table": "t",
    },
    "alter type ty rename to tz": {"": "RenameObject", "kind": "type", "name": "ty", "new_name": "tz"},
    "alter schema a rename to b": {"": "RenameObject", "kind": "schema", "name": "a", "new_name": "b"},
    "alter domain d rename constraint a to b": {
        "": "RenameObject",
        "kind": "constraint",
        "name": "a",
        "new_name": "b",
        "table": "d",
    },
    "alter table if exists t set schema s": {
        "": "MoveObject",
        "kind": "table",
        "name": "t",
        "schema": "s",
        "if_exists": True,
    },
    "alter type ty set schema s": {"": "MoveObject", "kind": "type", "name": "ty", "schema": "s"},
    "alter function f(int) owner to current_user": {
        "": "ChangeOwner",
        "kind": "function",
        "name": "f",
        "owner": "current_user",
        "arguments": ["integer"],
    },
    "reassign owned by a, b to c": [
        {"": "ChangeOwner", "kind": "role", "name": "a", "owner": "c"},
        {"": "ChangeOwner", "kind": "role", "name": "b", "owner": "c"},
    ],
    "alter function f reset search_path": {
        "": "AlterOther",
        "kind": "function",
        "name": "f",
        "options": [["reset", "search_path"]],
    },
    "alter view v reset (security_invoker)": {
        "": "AlterOther",
        "kind": "view",
        "name": "v",
        "text": "reset (security_invoker)",
        "options": [["reset", "security_invoker"]],
    },
    "alter function f(int) security definer set search_path = a, b": {
        "": "AlterOther",
        "kind": "function",
        "name": "f",
        "options": [["security", "true"], ["search_path", "a, b"]],
        "arguments": ["integer"],
    },
    "comment on column a.b.c is 'x'": {"": "SetComment", "kind": "column", "name": "c", "table": "a.b"},
    "comment on table t is null": {"": "SetComment", "kind": "table", "name": "t"},
    "comment on constraint c on t is 'x'": {
        "": "SetComment",
        "kind": "constraint",
        "name": "c",
        "table": "t",
    },
    # roles and privileges
    "create role r login superuser nobypassrls in role a role b": [
        {
            "": "CreateRole",
            "name": "r",
            "options": ["login", "superuser", "nobypassrls"],
            "member_of": ["a"],
        },
        {"": "Grant", "kind": "role", "names": ["r"], "privileges": [], "grantees": ["b"]},
    ],
    "create user u": {"": "CreateRole", "name": "u", "options": ["login"]},
    "alter role r bypassrls": {"": "CreateRole", "name": "r", "options": ["bypassrls"], "alter": True},
    "alter role r set search_path = a": {
        "": "AlterOther",
        "kind": "role",
        "name": "r",
        "options": [["search_path", "a"]],
    },
    "grant select (a, b), update on t, s.u to joe, public with grant option": {
        "": "Grant",
        "kind": "table",
        "names": ["t", "s.u"],
        "privileges": ["select", "update"],
        "grantees": ["joe", "public"],
        "columns": ["a", "b"],
        "grant_option": True,
    },
    "grant all on all tables in schema a, b to joe": {
        "": "Grant",
        "kind": "table",
        "names": ["a", "b"],
        "privileges": [],
        "grantees": ["joe"],
        "all_in_schema": True,
    },
    "revoke insert on t from joe": {
        "": "Grant",
        "kind": "table",
        "names": ["t"],
        "privileges": ["insert"],
        "grantees": ["joe"],
        "revoke": True,
    },
    "grant execute on function f(int) to x": {
        "": "Grant",
        "kind": "function",
        "names": ["f"],
        "privileges": ["execute"],
        "grantees": ["x"],
        "arguments": [["integer"]],
    },
    "alter default privileges for role r in schema s grant select on tables to x": {
        "": "Grant",
        "kind": "table",
        "names": ["s"],
        "privileges": ["select"],
        "grantees": ["x"],
        "default": True,
        "for_roles": ["r"],
    },
    "grant a to c with inherit false, set true": {
        "": "Grant",
        "kind": "role",
        "names": ["a"],
        "privileges": [],
        "grantees": ["c"],
        "options": ["noinherit", "set"],
    },
    "revoke inherit option for a from c": {
        "": "Grant",
        "kind": "role",
        "names": ["a"],
        "privileges": [],
        "grantees": ["c"],
        "revoke": True,
        "options": ["noinherit"],
    },
    "grant a, b to c with admin option": {
        "": "Grant",
        "kind": "role",
        "names": ["a", "b"],
        "privileges": [],
        "grantees": ["c"],
        "grant_option": True,
    },
    "alter default privileges in schema a grant select on tables to joe": {
        "": "Grant",
        "kind": "table",
        "names": ["a"],
        "privileges": ["select"],
        "grantees": ["joe"],
        "default": True,
    },
    # sessions
    "begin": {"": "Transaction", "action": "begin"},
    "start transaction isolation level serializable": {"": "Transaction", "action": "begin"},
    "end": {"": "Transaction", "action": "commit"},
    "abort": {"": "Transaction", "action": "rollback"},
    "savepoint a": {"": "Transaction", "action": "savepoint", "name": "a"},
    "rollback to savepoint a": {"": "Transaction", "action": "rollback to", "name": "a"},
    "prepare transaction 'x'": {"": "Unknown"},
    'set search_path = a, "B"': {"": "SetVariable", "name": "search_path", "value": "a, B"},
    "set local Lock_Timeout = '5s'": {
        "": "SetVariable",
        "name": "lock_timeout",
        "value": "5s",
        "local": True,
    },
    "set statement_timeout to default": {"": "SetVariable", "name": "statement_timeout"},
    "reset all": {"": "SetVariable", "name": "all"},
    "set role joe": {"": "SetVariable", "name": "role", "value": "joe"},
    "set constraints all deferred": {
        "": "SetVariable",
        "name": "constraints",
        "value": "deferred",
        "local": True,
    },
    "set transaction isolation level serializable": {
        "": "SetVariable",
        "name": "transaction_isolation",
        "value": "serializable",
        "local": True,
    },
    "lock t, s.u in share row exclusive mode nowait": {
        "": "LockTable",
        "tables": ["t", "s.u"],
        "mode": "SHARE ROW EXCLUSIVE",
        "nowait": True,
    },
    "lock table t": {"": "LockTable", "tables": ["t"]},
    "vacuum (full, analyze) t": {"": "Maintain", "command": "vacuum full", "names": ["t"]},
    "vacuum (full false) t": {"": "Maintain", "command": "vacuum", "names": ["t"]},
    "analyze": {"": "Maintain", "command": "analyze"},
    "cluster t using i": {"": "Maintain", "command": "cluster", "names": ["t"]},
    "reindex (concurrently) table s.t": {
        "": "Maintain",
        "command": "reindex",
        "names": ["s.t"],
        "concurrently": True,
    },
    "reindex database d": {"": "Maintain", "command": "reindex", "kind": "database", "names": ["d"]},
    "refresh materialized view concurrently s.m": {
        "": "RefreshView",
        "view": "s.m",
        "concurrently": True,
    },
    "prepare p as select 1 from t": {"": "Unknown", "names": ["t"]},
}


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_says_what_it_does(text: str) -> None:
    expected = STATEMENTS[text]
    assert does(text) == (expected if isinstance(expected, list) else [expected])


def test_a_domain_has_a_type_a_default_and_checks() -> None:
    domain = one(
        "CREATE DOMAIN s.d AS varchar(10) COLLATE \"C\" DEFAULT 'x' NOT NULL"
        " CONSTRAINT c CHECK (value <> '') CHECK (length(value) > 2)"
    )
    assert (domain["name"], domain["type"], domain["not_null"]) == ("s.d", "character varying(10)", True)
    assert domain["default"]["value"] == "x"
    assert [it["range"] for it in domain["checks"]] == [
        "CONSTRAINT c CHECK (value <> '')",
        "CHECK (length(value) > 2)",
    ]
    assert domain["checks"][1]["check"]["functions"] == ["length"]


def test_a_domain_takes_a_constraint_and_a_default() -> None:
    constraint, default = does(
        "ALTER DOMAIN d ADD CONSTRAINT x CHECK (value > 'a') NOT VALID; ALTER DOMAIN d SET DEFAULT 'y'"
    )
    assert constraint["constraint"]["not_valid"] is True
    assert constraint["constraint"]["check"]["range"] == "value > 'a'"
    assert default["expression"]["value"] == "y"


def test_each_dropped_object_has_its_own_place() -> None:
    text = 'DROP TABLE "a" , s."b";'
    (statement,) = clean(text).statements
    assert [shown(it.range, text) for it in statement.does] == ['"a"', 's."b"']


def test_a_renamed_column_is_not_taken_for_its_table() -> None:
    text = "ALTER TABLE a RENAME COLUMN a TO b"
    (operation,) = clean(text).statements[0].does
    assert _place_of_name(operation, text) == ("a", text.rindex("a TO"))


def _place_of_name(operation: Any, text: str) -> tuple[str, int]:
    return text[operation.name.range.start : operation.name.range.end], operation.name.range.start


VERBS = {
    "create unique index i on t (a)": "CREATE INDEX",
    "Create Or Replace  Function f() returns int language sql as 'select 1'": "CREATE FUNCTION",
    "create temporary table t (a int)": "CREATE TABLE",
    "create constraint trigger t after insert on t for each row execute function f()": "CREATE TRIGGER",
    "refresh materialized view m": "REFRESH MATERIALIZED VIEW",
    "alter default privileges grant select on tables to joe": "ALTER DEFAULT PRIVILEGES",
    "drop materialized view m": "DROP MATERIALIZED VIEW",
    "do $$ begin end $$": "DO",
    "insert into t values (1)": "INSERT",
    "with a as (select 1) select * from a": "WITH",
    "(select 1)": "",
}


@pytest.mark.parametrize("text", VERBS)
def test_a_statement_begins_with_its_verb(text: str) -> None:
    (statement,) = clean(text).statements
    assert statement.verb == VERBS[text]
