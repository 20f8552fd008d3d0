"""Migrations for SQLite, run on the engine that comes with Python and replayed."""

import sqlite3

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.execute import Session, execute
from crowsfoot.link.catalog.model import Catalog, empty
from crowsfoot.link.project import File

_table = st.sampled_from(["t", "u", "T", "new_t"])
_column = st.sampled_from(["a", "b", "c", "A"])
_index = st.sampled_from(["i", "j", "I"])
_maybe = st.sampled_from(["", "", "IF EXISTS "])
_maybe_not = st.sampled_from(["", "", "IF NOT EXISTS "])


def text(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(template.format, **parts)


_definition = text(
    "{c} {t}{r}",
    c=_column,
    t=st.sampled_from(["INTEGER", "TEXT", "INTEGER"]),
    r=st.sampled_from(["", "", " NOT NULL", " DEFAULT 'x'", " REFERENCES t (a)", " REFERENCES u (a)"]),
)
_statement = st.one_of(
    text("CREATE TABLE {n}{t} (id INTEGER PRIMARY KEY, {d})", n=_maybe_not, t=_table, d=_definition),
    text("CREATE TABLE {t} ({d}, {e})", t=_table, d=_definition, e=_definition),
    text("DROP TABLE {e}{t}", e=_maybe, t=_table),
    text("ALTER TABLE {t} RENAME TO {u}", t=_table, u=_table),
    text("ALTER TABLE {t} ADD COLUMN {c} TEXT", t=_table, c=_column),
    text("ALTER TABLE {t} RENAME COLUMN {c} TO {d}", t=_table, c=_column, d=_column),
    text("CREATE INDEX {n}{i} ON {t} ({c})", n=_maybe_not, i=_index, t=_table, c=_column),
    text("CREATE UNIQUE INDEX {i} ON {t} ({c}, {d})", i=_index, t=_table, c=_column, d=_column),
    text("DROP INDEX {e}{i}", e=_maybe, i=_index),
)


def real(connection: sqlite3.Connection) -> dict[str, object]:
    names = [it for (it,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: dict[str, object] = {}
    for name in names:
        columns = [(it[1], bool(it[3])) for it in connection.execute(f'PRAGMA table_info("{name}")')]
        indexes = {
            (it[1], bool(it[2]), tuple(key[2] for key in connection.execute(f'PRAGMA index_info("{it[1]}")')))
            for it in connection.execute(f'PRAGMA index_list("{name}")')
        }
        # A key to a table that is not there is one all the same; the replay waits for the table.
        keys = sorted(
            (it[3], it[2].lower())
            for it in connection.execute(f'PRAGMA foreign_key_list("{name}")')
            if it[2].lower() in {known.lower() for known in names}
        )
        found[name] = (columns, indexes, keys)
    return found


def replayed(catalog: Catalog) -> dict[str, object]:
    return {
        table.name: (
            [(it.name, it.not_null) for it in table.columns.values()],
            {(it.name, it.unique, it.columns) for it in table.indexes.values() if not it.primary},
            sorted(
                (it.columns[0], catalog.tables[it.target].name.lower()) for it in table.foreign_keys.values()
            ),
        )
        for table in catalog.tables.values()
    }


def disagreement(statements: list[str]) -> str | None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    catalog = empty("sqlite")
    for number, statement in enumerate(statements):
        facts = read(statement, "sqlite")
        failure = None
        for it in facts.statements:
            outcome = execute(catalog, it, file=File("m.sql", facts), migration=number, session=Session())
            catalog, failure = outcome.after, outcome.failure
        try:
            connection.execute(statement)
            refused = None
        except sqlite3.OperationalError as error:
            refused = str(error)
        if (refused is None) != (failure is None):
            return f"{refused} and not {failure and failure.message}: {statement}"
    found, ours = real(connection), replayed(catalog)
    connection.close()
    return None if found == ours else f"real     {found}\nreplayed {ours}"


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_statement, min_size=1, max_size=12))
def test_refusals_and_catalogs_agree_with_sqlite(statements: list[str]) -> None:
    note(";\n".join(statements))
    assert disagreement(statements) is None
