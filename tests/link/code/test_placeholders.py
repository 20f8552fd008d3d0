"""What to write instead of SQL that is sent once per row: by all that is given something new in each pass."""

import pytest

from ...libraries.sending import sent

STORE = """
import sqlite3

class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)

    def action(self, sql, args=None):
        return self.connection.execute(sql) if args is None else self.connection.execute(sql, args)

    def select(self, sql, args=None):
        return self.action(sql, args).fetchall()

    def one(self, sql, *args):
        return self.connection.execute(sql, args).fetchone()

def asked(store: Store, books, tenant):
    for book in books:
        {call}
"""


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        ('store.select("SELECT 1 FROM t WHERE name = ? AND year = ?", [book.name, book.year])', "(name, year) IN (...)"),
        ('store.select("SELECT 1 FROM t WHERE name = ? AND tenant = ?", [book.name, tenant])', "name IN (...)"),
        ('store.select("SELECT 1 FROM t WHERE tenant_id = ? AND name = ?", (tenant, book.name))', "name IN (...)"),
        ('store.one("SELECT 1 FROM t WHERE tenant_id = ? AND name = ?", tenant, book.name)', "name IN (...)"),
        ('store.one("SELECT 1 FROM t WHERE tenant_id = ?2 AND name = ?1", book.name, tenant)', "name IN (...)"),
        (
            'store.select("SELECT 1 FROM t WHERE name = :n AND tenant_id = :t", {"n": book.name, "t": tenant})',
            "name IN (...)",
        ),
        (
            'store.select("SELECT count(*) FROM t WHERE name = ? AND year = ? AND kind = \'x\'", [book.name, book.year])',
            "GROUP BY name, year",
        ),
        ('store.action("UPDATE t SET seen = 1 WHERE name = ?", [book.name])', "one UPDATE WHERE name IN (...)"),
        ('store.action("UPDATE t SET shop = ? WHERE name = ?", [tenant, book.name])', "one UPDATE WHERE name IN (...)"),
        ('store.action("UPDATE t SET year = ? WHERE name = ?", [book.year, book.name])', "executemany()"),
        ("store.action(\"UPDATE t SET at = '%s, %s' WHERE name = %s\", [book.x, book.y, book.name])", "executemany()"),
        # Nobody can tell how many there are before it.
        ('store.select(f"SELECT 1 FROM t WHERE a IN ({book.a}) AND b = ? AND c_id = ?", book.all)', "c_id IN (...)"),
    ],
)  # fmt: skip
def test_all_columns_are_named_that_are_given_something_new_in_each_pass(call: str, instead: str) -> None:
    (found,) = (it for each in sent(STORE.format(call=call)).repeated.values() for it in each)
    assert found.query.instead.endswith(instead)


def test_asyncpg_is_given_one_by_one_what_the_placeholders_stand_for() -> None:
    code = """
import asyncpg

async def asked(pool: asyncpg.Pool, books, tenant):
    for book in books:
        await pool.fetchrow("SELECT 1 FROM t WHERE id = $2 AND name = $1", book.name, tenant)
"""
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.query.instead == "one SELECT WHERE name = ANY(...)"


def test_drivers_of_mysql_send_one_update_after_another() -> None:
    code = """
import pymysql

def asked(cursor: pymysql.cursors.Cursor, books):
    for book in books:
        cursor.execute("UPDATE t SET year = %s WHERE id = %s", (book.year, book.id))
"""
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.query.instead == "one UPDATE with a CASE of each row"


@pytest.mark.parametrize(
    "below",
    [
        "class Row(Base):\n    async def has(self):\n        return await super().has(True)",
        "class Row(Base):\n    async def has(self):\n        key = self.id\n"
        "        async def within():\n"
        "            return await self.pool.fetchval('SELECT 1 FROM t WHERE id = $1', key)\n"
        "        return await within()",
    ],
)
def test_what_a_row_is_asked_for_is_not_the_same_in_each_pass(below: str) -> None:
    code = f"""
import asyncpg

class Base:
    pool: asyncpg.Pool

    async def has(self, sure):
        return await self.pool.fetchval("SELECT 1 FROM t WHERE id = $1", self.id)

{below}

async def asked(rows: list[Row]):
    for row in rows:
        await row.has()
"""
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert not found.same


def test_a_list_of_what_is_there_before_the_loop_is_the_same_in_each_pass() -> None:
    code = """
import sqlite3

def asked(connection: sqlite3.Connection, books, key):
    for book in books:
        connection.execute("SELECT name FROM shop WHERE id = ?", [key])
"""
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.same
