"""A statement -> what a real PostgreSQL does with it: locks, scans, new files. All is undone again."""

from typing import Final, NamedTuple

import msgspec

from crowsfoot.databases.locks import Mode

from ..postgres import Postgres

_MODES: Final = {str(mode).title().replace(" ", "") + "Lock": mode for mode in Mode}
_RELATIONS: Final = """
    SELECT c.oid, c.relname, c.relkind, pg_relation_filenode(c.oid), pg_stat_get_xact_numscans(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'v', 'm', 'i', 'I', 'S')
"""
_LOCKS: Final = """
    SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
"""


class Seen(msgspec.Struct, frozen=True):
    """By name. Tables are views and sequences too; all of them were there before."""

    tables: dict[str, Mode]
    indexes: dict[str, Mode]
    scanned: frozenset[str]
    rewritten: frozenset[str]
    rebuilt: frozenset[str]


class _Relation(NamedTuple):
    name: str
    kind: str
    file: str
    scans: int

    @property
    def is_index(self) -> bool:
        return self.kind in "iI"


def start(postgres: Postgres, setup: str) -> None:
    """A database that holds what the setup makes, and nothing else."""
    query = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'"
    postgres.run("SET client_min_messages = error")
    for schema in postgres.run(query):
        postgres.run(f'DROP SCHEMA "{schema}" CASCADE')
    postgres.run(f"CREATE SCHEMA public;\n{setup}")


def observe(postgres: Postgres, script: str, zone: str = "UTC") -> Seen:
    """What the statements do, run in one transaction."""
    postgres.run("BEGIN")
    try:
        postgres.run(f"SET LOCAL timezone = '{zone}'")
        before = _relations(postgres)
        postgres.run(script)
        after = _relations(postgres)
        locks = [line.split("|") for line in postgres.run(_LOCKS)]
    finally:
        postgres.run("ROLLBACK")
    tables: dict[str, Mode] = {}
    indexes: dict[str, Mode] = {}
    for oid, word in locks:
        if oid in before:
            into = indexes if before[oid].is_index else tables
            name = before[oid].name
            into[name] = max(_MODES[word], into.get(name, Mode.ACCESS_SHARE))
    kept = [(it, after[oid]) for oid, it in before.items() if it.kind in "rm" and oid in after]
    files = {it.name: it.file for it in after.values() if it.is_index}
    return Seen(
        tables,
        indexes,
        frozenset(old.name for old, new in kept if new.scans > old.scans),
        frozenset(old.name for old, new in kept if new.file != old.file),
        frozenset(
            it.name for it in before.values() if it.is_index and files.get(it.name, it.file) != it.file
        ),
    )


def _relations(postgres: Postgres) -> dict[str, _Relation]:
    rows = [line.split("|") for line in postgres.run(_RELATIONS)]
    return {oid: _Relation(name, kind, file, int(scans)) for oid, name, kind, file, scans in rows}
