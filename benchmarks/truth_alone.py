"""A statement that suffers no transaction: what it locks, as others see it while it waits for them."""

import threading
import time
from contextlib import closing

from postgres import Connection, PostgresError

# CREATE INDEX CONCURRENTLY waits for writers by their transaction, others by the lock that they hold.
WAITS = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {pid}"
LOCKS = """
SELECT DISTINCT ON (relation) relation, mode FROM pg_locks
WHERE pid = {pid} AND locktype = 'relation' ORDER BY relation, granted
"""


def run_alone(connection: Connection, sql: str, tables: set[str]) -> dict[int, str]:
    """Run the statement while another session is writing to the tables; the lock of each relation, by oid.

    A statement that blocks writers has to wait for that one, with the lock that it wants; one that waits for
    nobody blocks nobody, and what it locked is not seen.
    """
    locks: dict[int, str] = {}
    failures: list[PostgresError] = []

    def run() -> None:
        try:
            connection.execute(sql)
        except PostgresError as error:
            failures.append(error)

    with closing(connection.another()) as writer, closing(connection.another()) as watcher:
        writer.execute("BEGIN")
        if tables:
            names = (name.partition(".") for name in sorted(tables))
            quoted = ", ".join(f'"{schema}"."{table}"' for schema, _, table in names)
            writer.execute(f"LOCK TABLE {quoted} IN ROW EXCLUSIVE MODE")
        thread = threading.Thread(target=run)
        thread.start()
        while thread.is_alive() and not locks:
            time.sleep(0.005)
            ((waits,),) = watcher.rows(WAITS.format(pid=connection.pid))
            if waits:
                locks = dict(watcher.rows(LOCKS.format(pid=connection.pid)))
        writer.execute("ROLLBACK")
        thread.join()
    if failures:
        raise failures[0]
    return locks
