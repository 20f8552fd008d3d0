"""Whether rows change what truth.py says: `python truth_rows.py APPS TRUTH.json` replays with some of them.

Before each file, the older tables that it names get a few rows; it runs as one transaction, is watched as in
truth.py, and is rolled back, whereupon it runs again on the empty tables. Compared is whether each statement
works under a lock. A file whose rows do not suit it ends where it fails: a required column is added, say.
"""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from migrations import works_under_lock
from postgres import Connection, PostgresError
from truth import File, Session, Statement, applications, replay, run, split
from truth_server import binaries, server

ROWS = 20
COLUMNS = """
SELECT c.relname, format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), t.typname, t.typtype::text,
       t.typcategory::text, (SELECT quote_literal(min(e.enumlabel)) FROM pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY c.oid, a.attnum
"""
OF_TYPES = {
    "json": "'{}'",
    "jsonb": "'{}'",
    "uuid": "lpad(g::text, 32, '0')::uuid",
    "bytea": r"'\x00'",
    "time": "'10:00'",
}
# By typcategory. Source: https://www.postgresql.org/docs/18/catalog-pg-type.html#CATALOG-TYPCATEGORY-TABLE
OF_CATEGORIES = {
    "A": "'{}'",
    "B": "true",
    "D": "timestamp '2024-01-01' + g * interval '1 day'",
    "I": "'127.0.0.1'",
    "N": "g",
    "S": "g::text",
}


class Column(NamedTuple):
    table: str
    quoted: str  # the table, with its schema
    name: str
    type: str
    kind: str
    category: str
    label: str | None  # of an enum

    @property
    def value(self) -> str:
        """What row number g has there, as SQL."""
        if self.kind == "e":
            return self.label or "NULL"
        return OF_TYPES.get(self.type) or OF_CATEGORIES.get(self.category, "NULL")


def fill(session: Session, text: str) -> None:
    """Put rows into the tables whose names stand in the text; those with checks of their own stay empty."""
    execute = session.connection.execute
    tables: dict[str, list[Column]] = {}
    for row in session.connection.rows(COLUMNS):
        column = Column(*row)
        if column.table in text:
            tables.setdefault(column.quoted, []).append(column)
    execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
    for table, columns in tables.items():
        names = ", ".join(column.name for column in columns)
        values = ", ".join(column.value for column in columns)
        execute("SAVEPOINT filled")
        try:
            execute(
                f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE"
                f" SELECT {values} FROM generate_series(1, {ROWS}) g ON CONFLICT DO NOTHING"
            )
        except PostgresError:
            execute("ROLLBACK TO filled")
    execute("SET LOCAL session_replication_role = origin")


def with_rows(session: Session, text: str) -> tuple[list[Statement], str | None]:
    """What the statements do until one fails, and the code of that failure."""
    session.before = session.tables()
    session.connection.execute("BEGIN")
    fill(session, text)
    session.begin()
    done: list[Statement] = []
    code = None
    try:
        for statement in split(text):
            if statement.kind != "transaction_stmt":
                run(session, text, statement, alone=False)
            done.append(statement)
    except PostgresError as error:
        code = error.code
    session.connection.execute("ROLLBACK")
    session.fresh = True
    return done, code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("applications", type=Path)
    parser.add_argument("truth", type=Path)
    arguments = parser.parse_args()
    folder: Path = arguments.applications
    recorded = {it["path"]: it for it in json.loads(arguments.truth.read_text())["batch"]}
    same: Counter[str] = Counter()
    other: Counter[str] = Counter()
    stopped: Counter[str] = Counter()  # by code, and whether the statement works under a lock when empty
    with server(binaries()) as where:
        admin = Connection(where)
        for name, paths in applications(folder).items():
            admin.execute(f'CREATE DATABASE "{name}"')
            session = Session(Connection(where, name))
            for path in paths:
                file = recorded[str(path.relative_to(folder))]
                if file["code"] is None:
                    done, code = with_rows(session, path.read_bytes().decode())
                    for filled, empty in zip(done, file["statements"], strict=False):
                        agree = works_under_lock(asdict(filled)) == works_under_lock(empty)
                        (same if agree else other)[filled.kind] += 1
                    if code:
                        worked = works_under_lock(file["statements"][len(done)])
                        stopped[f"{code}, {'works' if worked else 'does not work'} under a lock"] += 1
                replay(session, path, File(str(path)), "batch")
            session.connection.close()
        admin.close()
    print(f"{same.total():,} statements as without rows, {other.total()} otherwise: {dict(other)}")
    print(f"{stopped.total()} files ended early: {dict(stopped.most_common())}")


if __name__ == "__main__":
    main()
