"""What migrations really do: `python truth.py APPS OUT.json` replays them on a PostgreSQL and writes it down.

APPS holds one folder for each application, with its files at any depth as migrations/NAME/migration.sql.
The files of an application run in the order of their names, on two databases: in one as Prisma before 7.4
hands them over, each file as one transaction ("batch"), in the other as later ones do, each statement as its
own ("split"; the few files that Prisma hands over whole even then, as its parser cannot read them, are cut
here too). Either way they run statement by statement here, so that each can be watched from within. A
file that fails is rolled back as far as PostgreSQL does that, and the next one goes on.

Of each statement is written which tables that existed before its file it scanned, rewrote or built an index
of, which locks it took, and which locks its transaction holds by then. The tables are empty: ALTER TABLE and
CREATE INDEX start their scans all the same, and PostgreSQL counts a scan where it starts.

Where an application brings an expected.catalog.json, what is left in the end of "batch" is compared with it.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import postgast
from postgres import Connection, PostgresError
from truth_alone import run_alone
from truth_catalog import differences
from truth_server import binaries, server

Transport = Literal["batch", "split"]
TRANSPORTS: tuple[Transport, ...] = ("batch", "split")

# In the order of their strength, weakest first; from SHARE on, they keep others from writing.
# Source: https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-TABLES
MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
OF_THE_SERVER = {"".join(word.title() for word in mode.split()) + "Lock": mode for mode in MODES}
NOT_IN_A_TRANSACTION = ("25001", "2D000")


@dataclass
class Statement:
    """What one statement did; start and end are code points of its file, tables are schema.name.

    locks are those that its transaction did not hold before, held all that it holds after it: of existing
    tables. new are the tables of this file that it locked beyond ACCESS SHARE.
    """

    start: int
    end: int
    kind: str  # as the parser calls it: alter_table_stmt
    locks: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    scanned: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    indexed: list[str] = field(default_factory=list)  # an index was built or built anew
    emptied: list[str] = field(default_factory=list)  # TRUNCATE
    dropped: list[str] = field(default_factory=list)  # the whole table, or columns of it
    new: list[str] = field(default_factory=list)
    alone: bool = False  # it cannot run in a transaction, and did not


@dataclass
class File:
    """One migration file; statements are those that ran, the failed one not among them."""

    path: str
    statements: list[Statement] = field(default_factory=list)
    total: int = 0
    code: str | None = None  # of the failure
    message: str | None = None


@dataclass(frozen=True)
class Relation:
    name: str
    kind: str
    storage: int | None  # the number of its file
    scans: int
    indexes: frozenset[int]  # the numbers of their files
    dropped: int  # columns


# The tables of the user, with what tells that they were scanned or built anew. Numbers of files change with a
# rewrite. pg_stat_get_xact_numscans counts what this transaction did.
TABLES = """
SELECT c.oid, n.nspname || '.' || c.relname, c.relkind::text, pg_relation_filenode(c.oid),
       pg_stat_get_xact_numscans(c.oid),
       ARRAY(SELECT pg_relation_filenode(i.indexrelid)::bigint FROM pg_index i WHERE i.indrelid = c.oid),
       (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' {only}
"""
LOCKED = "AND c.oid IN (SELECT relation FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation')"
LOCKS = """
SELECT relation, array_agg(mode) FROM pg_locks
WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted GROUP BY relation
"""


class Session:
    """A connection that replays, and what its transaction was last seen to have done."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.before: dict[int, Relation] = {}  # before the file
        self.seen: dict[int, Relation] = {}
        self.held: dict[int, str] = {}
        self.fresh = True  # nothing was seen of the transaction yet

    def tables(self, only: str = "") -> dict[int, Relation]:
        rows = self.connection.rows(TABLES.format(only=only))
        return {
            oid: Relation(name, kind, storage, scans, frozenset(indexes), dropped)
            for oid, name, kind, storage, scans, indexes, dropped in rows
        }

    def begin(self) -> None:
        """Look at what a transaction that has just begun finds."""
        self.seen = self.tables()
        self.held = {}
        self.fresh = False

    def end(self) -> None:
        """Commit what is open."""
        if not self.connection.idle:
            self.connection.execute("COMMIT")
        self.fresh = True

    def locks(self) -> dict[int, str]:
        """The strongest lock that the transaction holds, of each relation."""
        rows = self.connection.rows(LOCKS)
        return {oid: max((OF_THE_SERVER[mode] for mode in modes), key=MODES.index) for oid, modes in rows}

    def watch(self, statement: Statement) -> None:
        """Write into the statement, which has just run, what it did."""
        if self.connection.idle:  # it ended the transaction, and there is nothing to see
            self.fresh = True
            return
        held = self.locks()
        now = self.tables(LOCKED)
        for oid, table in self.before.items():
            if oid not in held:
                continue
            statement.held[table.name] = held[oid]
            if self.held.get(oid) != held[oid]:
                statement.locks[table.name] = held[oid]
            if oid in now:
                work(statement, table.name, self.seen[oid], now[oid])
            elif oid in self.seen:
                statement.dropped.append(table.name)
                del self.seen[oid]
        strong = (oid for oid, mode in held.items() if mode != "ACCESS SHARE" and oid not in self.held)
        statement.new = sorted(now[oid].name for oid in strong if oid in now and oid not in self.before)
        self.held = held
        self.seen.update(now)


def work(statement: Statement, name: str, before: Relation, after: Relation) -> None:
    """Write down what the counters and the numbers of files say of one table."""
    scanned = after.scans > before.scans
    if scanned:
        statement.scanned.append(name)
    if after.storage != before.storage:
        # A rewrite reads the old rows; TRUNCATE does not.
        rewritten = scanned or after.kind == "m"
        (statement.rewritten if rewritten else statement.emptied).append(name)
    elif after.indexes - before.indexes:
        # ADD CONSTRAINT ... USING INDEX takes what is there: its number stays.
        statement.indexed.append(name)
    if after.dropped > before.dropped:
        statement.dropped.append(name)


def replay(session: Session, path: Path, file: File, transport: Transport) -> None:
    """Run one file and write down what it did."""
    text = path.read_bytes().decode()  # line ends as they are
    connection = session.connection
    session.before = session.tables()
    try:
        statements = list(split(text))
        file.total = len(statements)
        for statement in statements:
            # Where the file says BEGIN itself, what follows is one transaction either way.
            opened = connection.idle and (transport == "batch" or statement.kind != "transaction_stmt")
            if opened:
                connection.execute("BEGIN")
            if session.fresh:
                session.begin()
            alone = opened and (len(statements) == 1 or transport == "split")
            run(session, text, statement, alone=alone)
            file.statements.append(statement)
            if opened and transport == "split":
                session.end()
        session.end()
    except postgast.PgQueryError as error:
        file.code, file.message = "42601", str(error)
    except PostgresError as error:
        file.code, file.message = error.code, error.message
        connection.execute("ROLLBACK")
        session.fresh = True


def run(session: Session, text: str, statement: Statement, *, alone: bool) -> None:
    """Run one statement and watch it; alone: on its own where it does not suffer a transaction."""
    sql = text[statement.start : statement.end]
    try:
        session.connection.execute(sql)
    except PostgresError as error:
        if not alone or error.code not in NOT_IN_A_TRANSACTION:
            raise
        session.connection.execute("ROLLBACK")
        names = {oid: table.name for oid, table in session.before.items()}
        tables = {name for oid, name in names.items() if session.before[oid].kind != "m"}
        locks = run_alone(session.connection, sql, tables)
        statement.alone = True
        statement.held = {names[oid]: OF_THE_SERVER[mode] for oid, mode in locks.items() if oid in names}
        statement.locks = dict(statement.held)
        now = session.tables()
        for oid, table in session.before.items():
            if oid in now and now[oid].indexes - table.indexes:
                statement.indexed.append(table.name)
    else:
        session.watch(statement)


def split(text: str) -> Iterator[Statement]:
    """The statements of the text, from the first character of each to its last, without the semicolon."""
    raw = text.encode()
    for found in postgast.parse(text).stmts:
        start = found.stmt_location
        end = start + found.stmt_len if found.stmt_len else len(raw)
        start = len(raw[:start].decode())
        start += blank(text[start:])
        yield Statement(start, len(raw[:end].decode()), found.stmt.WhichOneof("node") or "")


def blank(text: str) -> int:
    """How many characters of blanks and comments the text begins with."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("--", at):
            at = text.find("\n", at) % (len(text) + 1)
        elif text.startswith("/*", at):
            at = text.index("*/", at) + 2
        else:
            break
    return at


def applications(folder: Path) -> dict[str, list[Path]]:
    """The migration files of each application, in the order in which Prisma runs them."""
    found = {
        app.name: sorted(app.rglob("migrations/*/migration.sql"), key=lambda it: it.parent.name)
        for app in sorted(folder.iterdir())
        if app.is_dir()
    }
    return {name: files for name, files in found.items() if files}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("applications", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--server", type=Path, help="a folder with initdb, pg_ctl and postgres")
    arguments = parser.parse_args()
    folder: Path = arguments.applications
    written: dict[str, object] = {}
    with server(arguments.server or binaries()) as where:
        admin = Connection(where)
        (written["server"],) = admin.rows("SELECT version()")[0]
        for transport in TRANSPORTS:
            files: list[File] = []
            for name, paths in applications(folder).items():
                database = f"{name}-{transport}"
                admin.execute(f'CREATE DATABASE "{database}"')
                session = Session(Connection(where, database))
                files += application(session, folder, name, paths, transport)
                session.connection.close()
            written[transport] = [asdict(file) for file in files]
        admin.close()
    arguments.out.write_text(json.dumps(written, indent=1))


def application(
    session: Session, folder: Path, name: str, paths: list[Path], transport: Transport
) -> list[File]:
    """What all files of one application did, told on the way."""
    started = time.perf_counter()
    files = [File(str(path.relative_to(folder))) for path in paths]
    for path, file in zip(paths, files, strict=True):
        replay(session, path, file, transport)
    failed = [file for file in files if file.code]
    took = time.perf_counter() - started
    print(f"{name}, {transport}: {len(files)} files, {len(failed)} failed, {took:.1f} s")
    for file in failed:
        print(f"  {Path(file.path).parent.name}: {file.code} {file.message}")
    expected = folder / name / "expected.catalog.json"
    if expected.exists() and transport == "batch":
        found = compared(json.loads(expected.read_text()), failed, session.connection)
        print("  the catalog is as recorded" if not found else f"  {len(found)} differences from the record")
        for difference in found[:20]:
            print(f"    {difference}")
    return files


def compared(
    expected: dict[str, list[dict[str, object]]], failed: list[File], connection: Connection
) -> list[str]:
    """In what the replay parts ways with the one that was recorded, a line each."""
    here = {(Path(file.path).parent.name, str(file.code)) for file in failed}
    recorded = {(str(it["migration"]), str(it["code"])) for it in expected["failed"]}
    return [f"failed: {it}" for it in sorted(here ^ recorded)] + differences(expected, connection)


if __name__ == "__main__":
    main()
