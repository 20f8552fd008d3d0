"""What a program sends as SQL: counted on SQLite for 1, 10 and 100 rows, and read from its text for others."""

import sqlite3
from collections.abc import Callable
from inspect import signature
from pathlib import Path

import pytest

from crowsfoot.libraries.query import Query
from crowsfoot.libraries.raw.statements import read
from crowsfoot.libraries.raw.tokens import HOLE

from .apps import sqlite_shop as shop_app
from .measured import ROWS, assert_as_said, cases_of, said_to_grow
from .sending import marked, sent

TEXT = (Path(__file__).parent / "apps" / "sqlite_shop.py").read_text()

CASES = cases_of(shop_app)


@pytest.fixture(scope="module")
def growing() -> set[str]:
    return said_to_grow(TEXT)


def counted(case: Callable[..., object], rows: int) -> int:
    """How many statements a case sends, with that many rows in each table."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, shop_id INT)")
    connection.execute("CREATE TABLE log (text TEXT)")
    keys = [(it,) for it in range(1, rows + 1)]
    connection.executemany("INSERT INTO shop VALUES (?, 'x')", keys)
    connection.executemany("INSERT INTO orders (shop_id) VALUES (?)", keys)
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    given = {"connection": connection, "ids": list(range(1, rows + 1))}
    case(**{name: given[name] for name in signature(case).parameters})
    connection.close()
    return len(statements)


@pytest.mark.parametrize("name", CASES)
def test_our_verdict_is_what_is_counted(name: str, growing: set[str]) -> None:
    assert_as_said(name, [counted(getattr(shop_app, name), rows) for rows in ROWS], growing)


def test_drivers_send_what_their_methods_are_given() -> None:
    code = """
import asyncio, asyncpg, aiosqlite, psycopg

async def asked_of_a_pool(ids):
    pool = await asyncpg.create_pool("postgres://")
    async with pool.acquire() as connection:
        for each in ids:
            await connection.fetchrow("SELECT * FROM users WHERE id = $1", each)  # N
            row = await connection.fetchval("SELECT name FROM users WHERE id = $1", each)  # N
        await connection.executemany("INSERT INTO users (id) VALUES ($1)", ids)
        await connection.copy_records_to_table("users", records=ids)

async def prepared(connection: asyncpg.Connection, ids):
    statement = await connection.prepare("SELECT * FROM users WHERE id = $1")
    return [await statement.fetch(each) for each in ids]  # N

async def all_at_once(pool: asyncpg.Pool, ids):
    return await asyncio.gather(*[pool.fetch("SELECT * FROM users WHERE id = $1", each) for each in ids])  # N

async def in_sqlite(ids):
    async with aiosqlite.connect("a.db") as db:
        for each in ids:
            async with db.execute("SELECT * FROM users WHERE id = ?", (each,)) as cursor:  # N
                async for row in cursor:
                    print(row)

def in_psycopg(connection: psycopg.Connection, ids):
    with connection.cursor() as cursor:
        for each in ids:
            row = cursor.execute("SELECT * FROM users WHERE id = %s", (each,)).fetchone()  # N
        for row in cursor.execute("SELECT * FROM users WHERE id = ANY(%s)", (ids,)):
            print(row)
"""
    assert set(sent(code).repeated) == marked(code, "# N")


def test_the_text_is_evidence_enough_of_an_unknown_receiver() -> None:
    code = """
def asked(db, client, driver, ids):
    for each in ids:
        db.execute("SELECT * FROM users WHERE id = %s", (each,))  # N
        client.execute("select the best")
        client.execute(each)
        driver.execute("click", each)
        client.fetch("https://example.com/" + each)
        client.query("update")
        client.execute("update all of them")
        client.execute("delete the file")
        client.execute("replace it, and insert that")
"""
    # "select the best" begins as SQL does; it has no table, and no placeholder.
    assert set(sent(code).repeated) == marked(code, "# N")


def test_a_cursor_of_the_programs_own_sends_what_it_is_given() -> None:
    code = """
from typing import Any, Protocol

class Cursor(Protocol):
    def execute(self, sql: str, parameters: Any = ...) -> Any: ...

class Logged:
    def __init__(self, cursor: Cursor, name: str):
        self.cursor = cursor
        self.name = name

    def execute(self, sql, parameters=()):
        self._timed(self.cursor.execute, sql, parameters)

    def _timed(self, function, sql, *args):
        print(self.name)
        return function(sql, *args)

class Searched:
    def execute(self, words):
        return words.split()

def asked(cursor: Logged, ids):
    for each in ids:
        cursor.execute("SELECT * FROM users WHERE id = ?", (each,))  # N

def searched(engine: Searched, ids):
    for each in ids:
        engine.execute("select the best")
        engine.execute(each)
"""
    assert set(sent(code).repeated) == marked(code, "# N")


def test_what_a_transaction_is_handed_is_told_of_who_hands_it() -> None:
    ways = "".join(
        f"""
    def _find_{n}(self, cursor, key):
        cursor.execute("SELECT * FROM t{n} WHERE id = ?", (key,))

    async def find_{n}(self, key):
        return await self.pool.run("find_{n}", self._find_{n}, key)
"""
        for n in range(20)
    )
    asked = "".join(f"        await store.find_{n}(key)  # N\n" for n in range(20))
    code = f"""
from twisted.enterprise import adbapi

class Pool:
    def __init__(self, settings):
        self._pool = adbapi.ConnectionPool(settings.name, cp_reactor=1)

    def transact(self, connection, name, function, *args):
        return function(connection.cursor(), *args)

    async def run(self, name, function, *args):
        async def attempt():
            return await self.run_with(self.transact, name, function, *args)
        return await attempt()

    async def run_with(self, function, *args):
        def within(connection, *args):
            return function(connection, *args)
        return await self._pool.runWithConnection(within, *args)

class Store:
    def __init__(self, pool: Pool):
        self.pool = pool
{ways}
async def asked(store: Store, keys):
    for key in keys:
{asked}
async def as_they_are(keys):
    pool = adbapi.ConnectionPool("sqlite3")
    for key in keys:
        rows = await pool.runQuery("SELECT * FROM users WHERE id = ?", (key,))  # N
        await pool.runInteraction(lambda it: it.execute("DELETE FROM users WHERE id = ?", (key,)))  # N
"""
    found = sent(code).repeated
    assert set(found) == marked(code, "# N")
    # Those that only hand it on are left out.
    [it] = found[min(marked(code, "find_0(key)"))]
    assert [place.function for place in it.way] == [
        "Store.find_0",
        "Pool.run",
        "Pool.run_with",
        "Store._find_0",
    ]


def test_a_helper_is_told_which_table_it_asks() -> None:
    code = """
class Helper:
    def one(self, cursor, table, keys):
        where = " AND ".join(f"{it} = ?" for it in keys)
        cursor.execute("SELECT * FROM %s WHERE %s" % (table, where), list(keys.values()))

def asked(cursor, helper: Helper, ids):
""" + "".join(
        f"    for it in ids:\n        helper.one(cursor, 'of_{n}', {{'id': it}})  # N\n" for n in range(20)
    )
    assert set(sent(code).repeated) == marked(code, "# N")


def test_a_function_that_is_called_after_sql_sends_what_it_is_given() -> None:
    code = """
import queue

wanted = queue.Queue()
found = queue.Queue()

def sqlQuery(statement, *args):
    wanted.put((statement, args))
    return found.get()

class Sender:
    def run_sql(self, statement, args=()):
        wanted.put((statement, args))

def log_query(statement, *args):
    wanted.put((statement, args))

def asked(sender: Sender, keys):
    for key in keys:
        sqlQuery("SELECT name FROM users WHERE id = ?", key)  # N
        sender.run_sql("DELETE FROM users WHERE id = ?", (key,))  # N
        log_query("SELECT name FROM users WHERE id = ?", key)
        sqlQuery(key)
"""
    found = sent(code).repeated
    assert {line for line, group in found.items() if group[0].query.likely} == marked(code, "# N")


def test_what_a_function_does_that_alters_a_table_is_only_possible() -> None:
    code = """
import sqlite3

def upgrade(cursor: sqlite3.Cursor):
    try:
        cursor.execute("SELECT kind FROM device")
    except sqlite3.OperationalError:
        cursor.execute("ALTER TABLE device ADD COLUMN kind TEXT")
    for key, name in cursor.execute("SELECT id, name FROM device").fetchall():
        cursor.execute("UPDATE device SET kind = ? WHERE id = ?", (name[:3], key))

def create(cursor: sqlite3.Cursor, rows):
    cursor.execute("CREATE TABLE IF NOT EXISTS device (id INTEGER, name TEXT)")
    for row in rows:
        cursor.execute("INSERT INTO device VALUES (?, ?)", (row.id, row.name))  # N
"""
    found = sent(code).repeated
    assert len(found) == 2
    assert {line for line, group in found.items() if group[0].query.likely} == marked(code, "# N")


def test_a_helper_is_told_what_it_sends() -> None:
    code = """
import sqlite3

class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)

    def action(self, sql, args=None):
        with self.connection as connection:
            return connection.execute(sql) if args is None else connection.execute(sql, args)

    def select(self, sql, args=None):
        return self.action(sql, args).fetchall()

def asked(store: Store, ids):
""" + "".join(
        f"    for it in ids:\n        store.select('SELECT * FROM t{n} WHERE id = ?', [it])  # N\n"
        for n in range(20)
    )
    found = sent(code).repeated
    assert {line for line, group in found.items() if group[0].query.likely} == marked(code, "# N")


def test_a_helper_is_told_what_is_put_together_for_it() -> None:
    code = """
import sqlite3

class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)

    def action(self, sql, args=None):
        with self.connection as connection:
            return connection.execute(sql) if args is None else connection.execute(sql, args)

    def upsert(self, table, values, keys):
        def compared(names):
            return [it + " = ?" for it in names]

        sql = "UPDATE " + table + " SET " + ", ".join(compared(values)) + " WHERE " + " AND ".join(compared(keys))
        self.action(sql, [*values.values(), *keys.values()])

def asked(store: Store, ids):
    store.action("DELETE FROM lost")
""" + "".join(
        f"    for it in ids:\n        store.upsert('of_{n}', {{'seen': 1}}, {{'id': it}})  # N\n"
        for n in range(20)
    )
    found = sent(code).repeated
    assert {line for line, group in found.items() if group[0].query.likely} == marked(code, "# N")


def test_what_is_no_row_query_may_be_sent_per_item() -> None:
    code = """
import psycopg

def kept(connection: psycopg.Connection, names, migrations):
    for each in names:
        connection.execute(f"ANALYZE {each}")
        connection.execute(f"SELECT count(*) FROM {each}")
        connection.execute("SELECT * FROM %s" % each)
        connection.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", (each,))
        connection.execute("SELECT pg_advisory_lock(%s)", (each,))
        connection.execute("NOTIFY jobs")
        connection.execute("SELECT 1")
        connection.execute("INSERT INTO schema_migrations (name) VALUES (%s)", (each,))
        connection.execute("COPY users FROM STDIN")
        connection.execute("SELECT load_extension(%s)", (each,))
        connection.execute("SELECT pg_terminate_backend(%s)", (each,))
        connection.execute(f"SELECT count(*) FROM (SELECT * FROM {each} LIMIT {10 + 1})")
        connection.execute(f"SELECT name FROM ({each}) AS found WHERE kind = %s", (each,))
"""
    assert not sent(code).repeated


def test_text_of_identifiers_and_values_that_are_quoted_is_not_interpolated() -> None:
    code = """
import psycopg
from psycopg import sql

def asked(connection: psycopg.Connection, column, key):
    connection.execute(f"SELECT * FROM users WHERE {column} = %s", (key,))
    connection.execute("SELECT * FROM users WHERE id = %s", (key,))
    connection.execute(sql.SQL("SELECT * FROM users WHERE {} = %s").format(sql.Identifier(column)), (key,))
    connection.execute("SELECT * FROM users WHERE id = %s" % key)
"""
    found = {line: query.interpolated for line, (query,) in sent(code).queries.items()}
    assert found == {6: True, 7: False, 8: False, 9: True}


@pytest.mark.parametrize(
    ("imports", "sql", "instead"),
    [
        ("asyncpg", "SELECT * FROM users WHERE tenant = $1 AND id = $2", "one SELECT WHERE id = ANY(...)"),
        ("sqlite3", "SELECT * FROM users WHERE name = ?", "one SELECT WHERE name IN (...)"),
        ("sqlite3", "SELECT count(*) FROM users WHERE team_id = ?", "one SELECT ... GROUP BY team_id"),
        ("pymysql", "DELETE FROM users WHERE id = %s", "one DELETE WHERE id IN (...)"),
        ("psycopg", "INSERT INTO users (id) VALUES (%s)", "executemany()"),
        # Its executemany() sends one statement after another. Source: https://www.psycopg.org/docs/extras.html
        ("psycopg2", "INSERT INTO users (id) VALUES (%s)", "execute_values()"),
    ],
)
def test_what_to_write_instead_is_one_statement(imports: str, sql: str, instead: str) -> None:
    code = f"import {imports}\nconnection = {imports}.connect('')\ndef asked(ids):\n"
    code += f"    for each in ids:\n        connection.execute({sql!r}, each)\n"
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.query.instead == instead


def query_of(sql: str) -> Query:
    (found,) = sent(f"import sqlite3\nsqlite3.connect('').execute({sql!r})").queries.values()
    return found[0]


def test_a_query_has_the_shape_of_its_sql() -> None:
    query = query_of(
        "SELECT p.*, t.name FROM public.players AS p LEFT JOIN teams t ON t.id = p.team_id"
        " WHERE p.name = ? AND p.id IN (1, 2) AND p.retired IS NULL AND (p.age BETWEEN 3 AND 9 AND t.city = ?)"
        " AND lower(p.mail) = ? AND p.state <> 'x' AND p.nick LIKE 'a%' ORDER BY p.age DESC, p.id LIMIT 20"
    )
    assert query.table == "public.players"
    assert query.equal == ("name", "teams.city")
    assert (query.among, query.null, query.ranges) == (("id",), ("retired",), ("age",))
    assert query.others == ("mail", "state", "nick")
    assert query.functions == (("mail", "lower"), ("nick", "like"))
    assert (query.order, query.limit) == ((("age", "desc"), ("id", "asc")), 20)


@pytest.mark.parametrize(
    ("sql", "operation", "table"),
    [
        ("INSERT INTO a (b) VALUES (1)", "insert", "a"),
        ("INSERT INTO a (b) VALUES (1) ON CONFLICT DO NOTHING", "upsert", "a"),
        ("INSERT INTO a SET b = 1 ON DUPLICATE KEY UPDATE b = 2", "upsert", "a"),
        ("REPLACE INTO a VALUES (1)", "upsert", "a"),
        ("-- why\n/* because */ update only a set b = 1 where c = 2", "update", "a"),
        ('DELETE FROM "A b" WHERE c = 1', "delete", "A b"),
        ("WITH x AS (SELECT * FROM y WHERE z = 1) DELETE FROM a USING x WHERE a.id = x.id", "delete", "a"),
        ("SELECT EXISTS (SELECT 1 FROM a WHERE b = 1)", "exists", "a"),
        ("SELECT count(*) FROM a", "count", "a"),
        ("SELECT max(b) FROM a", "aggregate", "a"),
        ("SELECT * FROM (SELECT * FROM a) q", "select", None),
    ],
)
def test_the_first_words_say_what_a_statement_does(sql: str, operation: str, table: str | None) -> None:
    found = read(sql)
    assert (found.operation, found.table) == (operation, table)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT",
        "SELECT * FROM",
        "SELECT * FROM t WHERE",
        "SELECT * FROM t WHERE a =",
        "WITH",
        "INSERT INTO",
        "UPDATE OR",
        "DELETE",
        f"{HOLE} SELECT",
        "SELECT * FROM t WHERE " + "(" * 9000,
        "SELECT * FROM t WHERE " + "(a = 1 AND " * 800,
        "/*" * 5000,
        "SELECT " + "[a" * 4000,
        "SELECT EXISTS (" * 900,
        "SELECT * FROM t ORDER BY a LIMIT " + "9" * 40,
    ],
)
def test_a_broken_statement_breaks_nothing(sql: str) -> None:
    read(sql)
