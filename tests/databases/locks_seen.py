"""A statement -> what a real PostgreSQL does with it: locks, scans, new files. All is undone again."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import psycopg

from crowsfoot.databases.locks import Mode

_MODES: Final = {str(mode).title().replace(" ", "") + "Lock": mode for mode in Mode}
_RELATIONS: Final = """
    SELECT c.oid::int8, c.relname, c.relkind::text, pg_relation_filenode(c.oid)::int8,
           pg_stat_get_xact_numscans(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'v', 'm', 'i', 'I', 'S')
"""
_LOCKS: Final = """
    SELECT relation::int8, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
"""


class Seen(msgspec.Struct, frozen=True):
    """By name. Tables are views and sequences too; all of them were there before."""

    tables: dict[str, Mode]
    indexes: dict[str, Mode]
    scanned: frozenset[str]
    rewritten: frozenset[str]
    rebuilt: frozenset[str]


@contextmanager
def connected(folder: Path) -> Iterator[psycopg.Connection]:
    """A connection to a PostgreSQL 16 of its own, which is gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set on every machine
        from pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri()) as connection:
            yield connection
    finally:
        server.cleanup()


def start(connection: psycopg.Connection, setup: str) -> None:
    """A database that holds what the setup makes, and nothing else."""
    connection.rollback()
    connection.autocommit = True
    query = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'"
    for (schema,) in connection.execute(query).fetchall():
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())
    connection.execute(b"CREATE SCHEMA public; RESET ALL")
    connection.execute(setup.encode())
    connection.autocommit = False


def observe(connection: psycopg.Connection, script: str) -> Seen:
    """What the statements do, run in one transaction."""
    before = {row[0]: row[1:] for row in connection.execute(_RELATIONS).fetchall()}
    try:
        connection.execute(script.encode())
        after = {row[0]: row[1:] for row in connection.execute(_RELATIONS).fetchall()}
        locks = connection.execute(_LOCKS).fetchall()
    finally:
        connection.rollback()
    tables: dict[str, Mode] = {}
    indexes: dict[str, Mode] = {}
    for oid, word in locks:
        if oid in before:
            name, kind, _, _ = before[oid]
            into = indexes if kind in "iI" else tables
            into[name] = max(_MODES[word], into.get(name, Mode.ACCESS_SHARE))
    files = {name: file for name, kind, file, _ in after.values() if kind in "iI"}
    return Seen(
        tables,
        indexes,
        frozenset(
            it[0] for oid, it in before.items() if it[1] in "rm" and oid in after and after[oid][3] > it[3]
        ),
        frozenset(
            it[0] for oid, it in before.items() if it[1] in "rm" and oid in after and after[oid][2] != it[2]
        ),
        frozenset(
            name
            for name, kind, file, _ in before.values()
            if kind in "iI" and name in files and files[name] != file
        ),
    )
