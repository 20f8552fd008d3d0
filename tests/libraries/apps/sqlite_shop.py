# mypy: ignore-errors
# ruff: noqa: UP031
"""A small shop on sqlite3 alone. Each function is a case: it is run, and what it sends is counted."""

from contextlib import closing

NAME_OF_ONE = "SELECT name FROM shop WHERE id = ?"
WRITES = {"insert": "INSERT INTO log (text) VALUES (?)", "update": "UPDATE shop SET name = ? WHERE id = ?"}


class Store:
    def __init__(self, connection):
        self.connection = connection

    def name_of(self, key):
        return self._one(NAME_OF_ONE, key)

    def _one(self, sql, *values):
        return self.connection.execute(sql, values).fetchone()


def by_id(connection, ids):
    cursor = connection.cursor()
    found = []
    for each in ids:
        cursor.execute("SELECT name FROM shop WHERE id = ?", (each,))
        found.append(cursor.fetchone())
    return found


def by_id_on_the_connection(connection, ids):
    return [connection.execute(NAME_OF_ONE, (each,)).fetchone() for each in ids]


def by_id_in_a_cursor_of_its_own(connection, ids):
    for each in ids:
        with closing(connection.cursor()) as cursor:
            cursor.execute("select name from shop where id = :id", {"id": each})


def by_id_in_the_text(connection, ids):
    return [connection.execute(f"SELECT name FROM shop WHERE id = {each}").fetchone() for each in ids]


def by_id_in_the_text_by_percent(connection, ids):
    return [connection.execute("SELECT name FROM shop WHERE id = %d" % each).fetchone() for each in ids]


def by_ids(connection, ids):
    marks = ", ".join("?" * len(ids))
    return connection.execute(f"SELECT name FROM shop WHERE id IN ({marks})", ids).fetchall()


def rows_of_one_query(connection):
    return [name for (name,) in connection.execute("SELECT name FROM shop")]


def for_each_row_of_another_query(connection):
    cursor = connection.cursor()
    cursor.execute("SELECT id FROM shop")
    for (key,) in cursor.fetchall():
        connection.execute("SELECT count(*) FROM orders WHERE shop_id = ?", (key,))


def behind_two_methods(connection, ids):
    store = Store(connection)
    return [store.name_of(each) for each in ids]


def inserted(connection, ids):
    for each in ids:
        connection.execute(WRITES["insert"], (str(each),))


def updated(connection, ids):
    for each in ids:
        connection.execute(WRITES["update"], (str(each), each))


def replaced(connection, ids):
    for each in ids:
        connection.execute("INSERT OR REPLACE INTO shop (id, name) VALUES (?, ?)", (each, "x"))


def deleted(connection, ids):
    for each in ids:
        connection.execute("DELETE FROM orders WHERE shop_id = ?", (each,))


def grouped(connection):
    return dict(connection.execute("SELECT shop_id, count(*) FROM orders GROUP BY shop_id"))


def fixed_statements(connection):
    for sql in ("CREATE TABLE a (x int)", "CREATE INDEX i ON a (x)", "INSERT INTO a VALUES (1)"):
        connection.execute(sql)


def tables_of_the_program(connection):
    for table in ("shop", "orders"):
        connection.execute(f"DELETE FROM {table}")


def pages(connection):
    found, last = [], 0
    while True:
        page = connection.execute(
            "SELECT id FROM shop WHERE id > ? ORDER BY id LIMIT 1000", (last,)
        ).fetchall()
        if not page:
            return found
        found += page
        last = page[-1][0]
