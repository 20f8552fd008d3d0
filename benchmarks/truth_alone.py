"""A statement that suffers no transaction: what it locks, as others see it while it waits for them."""

import threading
import time
from typing import Any

import psycopg

# CREATE INDEX CONCURRENTLY waits for writers by their transaction, others by the lock that they hold.
WAITS = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
LOCKS = """
SELECT DISTINCT ON (relation) relation, mode FROM pg_locks
WHERE pid = %s AND locktype = 'relation' ORDER BY relation, granted
"""


def run_alone(
    connection: psycopg.Connection[tuple[Any, ...]], where: str, sql: str, tables: set[str]
) -> dict[int, str]:
    """Run the statement while another session is writing to the tables; the lock of each relation, by oid.

    A statement that blocks writers has to wait for that one, with the lock that it wants; one that waits for
    nobody blocks nobody, and what it locked is not seen.
    """
    locks: dict[int, str] = {}
    failures: list[psycopg.Error] = []

    def run() -> None:
        try:
            connection.execute(sql.encode())
        except psycopg.Error as error:
            failures.append(error)

    with psycopg.connect(where) as writer, psycopg.connect(where, autocommit=True) as watcher:
        if tables:
            names = (name.partition(".") for name in sorted(tables))
            quoted = ", ".join(f'"{schema}"."{table}"' for schema, _, table in names)
            writer.execute(f"LOCK TABLE {quoted} IN ROW EXCLUSIVE MODE".encode())
        thread = threading.Thread(target=run)
        thread.start()
        pid = connection.info.backend_pid
        while thread.is_alive() and not locks:
            time.sleep(0.005)
            waits = watcher.execute(WAITS, (pid,)).fetchone()
            if waits and waits[0]:
                locks = dict(watcher.execute(LOCKS, (pid,)).fetchall())
        writer.rollback()
        thread.join()
    if failures:
        raise failures[0]
    return locks
