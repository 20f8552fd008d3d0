"""Who may do what after some statements, by the replay and by a real PostgreSQL: roles, owners, privileges."""

import re
from collections.abc import Iterator

import pytest

from crowsfoot.link.catalog.model import Catalog, Function, Table
from crowsfoot.link.security.principals import Principals
from crowsfoot.link.security.privileges import Privileges

from ...postgres import Postgres, Server
from .test_replay import left

PRIVILEGES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
TABLES = "CREATE TABLE t (a int, b int); CREATE TABLE u (a int);"
FUNCTION = "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';"
HISTORIES = (
    f"{TABLES} GRANT SELECT ON ALL TABLES IN SCHEMA public TO amy; CREATE TABLE late (a int);",
    f"{TABLES} ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO amy; CREATE TABLE late (a int);",
    "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO amy; CREATE TABLE x (a int);"
    "ALTER DEFAULT PRIVILEGES REVOKE DELETE, TRUNCATE ON TABLES FROM amy; CREATE TABLE y (a int);",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO amy;"
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM amy; CREATE TABLE x (a int);",
    f"{TABLES} GRANT ALL ON t TO amy; REVOKE UPDATE, TRUNCATE ON t FROM amy; REVOKE ALL ON u FROM amy;",
    f"{TABLES} GRANT SELECT ON t TO PUBLIC; GRANT INSERT ON t TO boss; GRANT boss TO amy;",
    f"{TABLES} GRANT SELECT ON t TO boss; GRANT boss TO amy WITH INHERIT FALSE;",
    f"{TABLES} GRANT SELECT ON t TO boss; GRANT boss TO amy; REVOKE INHERIT OPTION FOR boss FROM amy;",
    f"{TABLES} GRANT SELECT ON t TO boss; GRANT boss TO amy WITH ADMIN OPTION; REVOKE ADMIN OPTION FOR boss FROM amy;",
    f"{TABLES} GRANT SELECT ON t TO boss; ALTER ROLE amy NOINHERIT; GRANT boss TO amy;",
    f"{TABLES} GRANT SELECT ON t TO boss; GRANT boss TO amy WITH SET FALSE; GRANT boss TO bob; REVOKE boss FROM bob;",
    f"{TABLES} GRANT SELECT (a), UPDATE (a, b) ON t TO amy; REVOKE UPDATE (b) ON t FROM amy;",
    f"{TABLES} GRANT SELECT (a) ON t TO amy; REVOKE SELECT ON t FROM amy; GRANT SELECT ON u TO amy;"
    "REVOKE SELECT (a) ON u FROM amy;",
    f"{TABLES} GRANT SELECT ON t TO amy WITH GRANT OPTION; REVOKE GRANT OPTION FOR SELECT ON t FROM amy;",
    f"{TABLES} GRANT SELECT ON t TO amy; ALTER TABLE t RENAME TO renamed; DROP TABLE u; CREATE TABLE t (a int);",
    f"{TABLES} GRANT SELECT ON t TO amy; CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s;",
    f"{TABLES} ALTER TABLE t OWNER TO boss; GRANT boss TO amy;",
    f"{TABLES} ALTER TABLE t OWNER TO bob; ALTER TABLE u OWNER TO bob; REASSIGN OWNED BY bob TO boss;",
    "GRANT CREATE ON SCHEMA public TO boss; SET ROLE boss; CREATE TABLE mine (a int);"
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; RESET ROLE; CREATE TABLE ours (a int);",
    "GRANT CREATE ON SCHEMA public TO boss; SET SESSION AUTHORIZATION boss; CREATE TABLE mine (a int);"
    "RESET SESSION AUTHORIZATION; CREATE TABLE ours (a int);",
    "GRANT CREATE ON SCHEMA public TO boss; ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT SELECT ON TABLES TO amy;"
    "CREATE TABLE ours (a int); SET ROLE boss; CREATE TABLE mine (a int); RESET ROLE;",
    f"{TABLES} GRANT SELECT ON t, u TO amy; DROP OWNED BY amy;",
    f"{TABLES} GRANT SELECT ON t TO bob; ALTER TABLE u OWNER TO bob; GRANT bob TO amy;"
    "ALTER ROLE bob RENAME TO bill; ALTER ROLE boss RENAME TO bob; ALTER ROLE bill RENAME TO boss;",
    f"{FUNCTION} REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC; GRANT EXECUTE ON FUNCTION f(integer) TO amy;",
    f"{FUNCTION} REVOKE ALL ON FUNCTION f FROM PUBLIC; CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql "
    "AS 'SELECT 2';",
    f"{FUNCTION} REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;"
    "CREATE FUNCTION late() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    f"ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; {FUNCTION}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; {FUNCTION}",
    "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO amy; {FUNCTION}",
    f"{FUNCTION} REVOKE EXECUTE ON FUNCTION f FROM PUBLIC; DROP FUNCTION f; {FUNCTION}",
    f"{FUNCTION} ALTER FUNCTION f(int) OWNER TO boss; GRANT boss TO amy;",
    f"{TABLES} CREATE VIEW v AS SELECT * FROM t; GRANT SELECT ON v TO amy; CREATE OR REPLACE VIEW v AS SELECT * FROM t;",
    f"{TABLES} CREATE VIEW v AS SELECT * FROM t; ALTER VIEW v OWNER TO boss;",
)
# Options of views, and what ALTER FUNCTION changes.
KEPT = (
    "CREATE VIEW v WITH (security_invoker = true, security_barrier) AS SELECT 1 AS a;"
    "CREATE OR REPLACE VIEW v AS SELECT 1 AS a;",
    "CREATE VIEW v WITH (security_invoker = true) AS SELECT 1 AS a;"
    "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT 1 AS a;",
    "CREATE VIEW v AS SELECT 1 AS a; ALTER VIEW v SET (security_invoker = on);",
    "CREATE VIEW v WITH (security_invoker) AS SELECT 1 AS a; ALTER VIEW v RESET (security_invoker);",
    "CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS a; ALTER TABLE v SET (security_invoker = true);",
    f"{FUNCTION} ALTER FUNCTION f(int) SECURITY DEFINER SET search_path = public, pg_temp;",
    f"{FUNCTION} ALTER FUNCTION f SECURITY DEFINER; ALTER FUNCTION f SECURITY INVOKER;",
    f"{FUNCTION} ALTER FUNCTION f SET search_path = ''; ALTER FUNCTION f RESET search_path;",
    f"{FUNCTION} ALTER FUNCTION f SET search_path = public; ALTER FUNCTION f RESET ALL;",
    f"{FUNCTION} ALTER FUNCTION f SET search_path TO DEFAULT;",
    f"{FUNCTION} ALTER FUNCTION f STABLE SECURITY DEFINER; CREATE OR REPLACE FUNCTION f(x int) RETURNS int "
    "LANGUAGE sql AS 'SELECT 2';",
)


@pytest.fixture(scope="module")
def database(postgres_server: Server) -> Iterator[Postgres]:
    connection = postgres_server.database()
    yield connection
    connection.close()


@pytest.fixture
def postgres(database: Postgres) -> Iterator[Postgres]:
    """The same database each time, in a transaction that leaves nothing behind."""
    database.run("BEGIN")
    yield database
    database.run("ROLLBACK")


def own_roles(sql: str, postgres: Postgres) -> str:
    """The statements, with roles that no other database of the server has heard of."""
    suffix = postgres.run("SELECT current_database()")[0]
    return re.sub(r"\b(amy|bob|boss|bill)\b", rf"\1_{suffix}", sql)


def run(postgres: Postgres, sql: str) -> str:
    """Runs the statements; those for the replay, which makes the roles as well."""
    text = own_roles(
        f"CREATE ROLE amy; CREATE ROLE bob; CREATE ROLE boss; GRANT boss TO CURRENT_USER; {sql}", postgres
    )
    for statement in text.split(";"):
        if statement.strip():
            postgres.run(statement)
    return text.replace("CURRENT_USER", "migrator")


def by_replay(catalog: Catalog, roles: list[str]) -> set[tuple[str, str, str]]:
    """Role, object and privilege; with "owner" for whom the object belongs to."""
    principals = Principals(catalog, None, frozenset())
    privileges = Privileges(catalog)
    things: list[Table | Function] = [*catalog.tables.values()]
    for overloads in catalog.functions.values():
        things += overloads
    found: set[tuple[str, str, str]] = set()
    for thing in things:
        names = PRIVILEGES if isinstance(thing, Table) else ("execute",)
        for role in roles:
            if thing.owner is not None and thing.owner in principals.above(role):
                found |= {(role, thing.name, it) for it in (*names, "owner")}
            for it in privileges.of(thing):
                if it.grantee in principals.above(role):
                    found.add((role, thing.name, it.name))
    return found


def by_postgres(postgres: Postgres, roles: list[str]) -> set[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for role in roles:
        for privilege in PRIVILEGES:
            whole = f"has_table_privilege('{role}', c.oid, '{privilege}')"
            columns = f" OR has_any_column_privilege('{role}', c.oid, '{privilege}')"
            part = columns if privilege in ("select", "insert", "update", "references") else ""
            found |= {
                (role, name, privilege)
                for name in postgres.run(
                    "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                    f"WHERE relkind IN ('r', 'v') AND nspname IN ('public', 's') AND ({whole}{part})"
                )
            }
        for name in postgres.run(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
            f"AND has_function_privilege('{role}', oid, 'execute')"
        ):
            found.add((role, name, "execute"))
        for name in postgres.run(
            f"SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') AND pg_has_role('{role}', relowner, 'USAGE') "
            f"UNION SELECT proname FROM pg_proc WHERE pg_has_role('{role}', proowner, 'USAGE')"
        ):
            found.add((role, name, "owner"))
    return found


@pytest.mark.parametrize("sql", HISTORIES)
def test_the_replay_grants_what_postgresql_grants(sql: str, postgres: Postgres) -> None:
    catalog = left(run(postgres, sql))
    roles = own_roles("amy bob boss", postgres).split()
    assert by_replay(catalog, roles) == by_postgres(postgres, roles)


@pytest.mark.parametrize("sql", KEPT)
def test_options_are_what_postgresql_keeps(sql: str, postgres: Postgres) -> None:
    catalog = left(run(postgres, sql))
    views = {it.name: it.invoker for it in catalog.tables.values() if it.kind == "view"}
    assert views == {
        name: "security_invoker=true" in options or "security_invoker=on" in options
        for name, options in (
            line.split("|")
            for line in postgres.run(
                "SELECT relname, coalesce(reloptions::text, '') FROM pg_class "
                "WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
            )
        )
    }
    functions = {
        it.name: (it.security_definer, None if it.search_path is None else it.search_path.replace('""', ""))
        for overloads in catalog.functions.values()
        for it in overloads
    }
    assert functions == {
        name: (definer == "t", path.replace('""', "") if path != "none" else None)
        for name, definer, path in (
            line.split("|")
            for line in postgres.run(
                "SELECT proname, prosecdef, coalesce((SELECT substr(it, 13) FROM unnest(proconfig) it "
                "WHERE it LIKE 'search_path=%'), 'none') FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            )
        )
    }


def test_who_can_become_whom_is_what_postgresql_says(postgres: Postgres) -> None:
    sql = "GRANT boss TO amy WITH SET FALSE; GRANT amy TO bob;"
    catalog = left(run(postgres, sql))
    principals = Principals(catalog, None, frozenset())
    roles = own_roles("amy bob boss", postgres).split()
    assert {(one, other) for one in roles for other in roles if other in principals.reachable(one)} == {
        (one, other)
        for one in roles
        for other in roles
        if postgres.run(f"SELECT pg_has_role('{one}', '{other}', 'SET')") == ["t"]
    }


def test_circles_of_members_end() -> None:
    """PostgreSQL refuses them; a history in which something else is wrong may hold one all the same."""
    catalog = left("CREATE ROLE a; CREATE ROLE b; GRANT a TO b; GRANT b TO a; CREATE TABLE t (x int)")
    principals = Principals(catalog, None, frozenset())
    assert principals.above("a") == {"a", "b", "public"}
    assert principals.reachable("b") == {"a", "b"}
