"""Tables in one form, to be compared: those that we conclude from models, and those of a real database."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from crowsfoot.facts.code import CodeFile
from crowsfoot.frontends import python
from crowsfoot.libraries.tables import IndexDef, TableDef
from crowsfoot.link.code.analysis import evaluator_of
from crowsfoot.link.code.schema.tables import tables_of
from crowsfoot.link.project import Provider
from crowsfoot.roles import role_of

from ...postgres import Postgres


class Key(NamedTuple):
    """An index without its name: keys are columns, with "-" for descending and ":" before an operator class."""

    keys: tuple[str, ...]
    unique: bool
    primary: bool
    method: str
    partial: bool


class Reference(NamedTuple):
    """A foreign key, with what it does."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]
    on_delete: str
    on_update: str


class Compared(NamedTuple):
    """A table."""

    columns: Mapping[str, tuple[str, bool]]  # the type, and whether it takes nulls
    keys: tuple[Key, ...]
    references: frozenset[Reference]
    names: frozenset[str]  # of indexes


def made(library: str, folder: Path, url: str) -> str:
    """Have the library create the tables of its models; what it prints are statements that are left to do."""
    program = [sys.executable, str(Path(__file__).parent / "making.py"), library, str(folder), url]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def differences(real: Mapping[str, Compared], library: str, folder: Path, provider: Provider) -> list[str]:
    """In what the tables that we conclude are not those that there really are."""
    found = ours(concluded(folder, library, provider), provider)
    said = [f"{name}: only {'real' if name in real else 'concluded'}" for name in found.keys() ^ real.keys()]
    for name in found.keys() & real.keys():
        mine, theirs = found[name], real[name]
        for part in ("columns", "keys", "references"):
            one, other = getattr(mine, part), getattr(theirs, part)
            if part == "columns":
                one, other = one.items(), other.items()
            said += [f"{name}: concluded {it}" for it in sorted(one) if it not in other]
            said += [f"{name}: real {it}" for it in sorted(other) if it not in one]
        if len(mine.keys) != len(theirs.keys):
            said.append(f"{name}: {len(mine.keys)} indexes, really {len(theirs.keys)}")
        said += [f"{name}: no index is called {it}" for it in mine.names - theirs.names]
    return said


def concluded(folder: Path, library: str, provider: Provider) -> list[TableDef]:
    """The tables that we conclude from the models in the folder."""
    files: dict[str, CodeFile] = {}
    for file in sorted(folder.rglob("*.py")):
        files[file.relative_to(folder).as_posix()] = python.read(file.read_text())
    evaluator, _ = evaluator_of(files)
    return tables_of(evaluator, library, provider, role_of)


def ours(tables: Iterable[TableDef], provider: Provider) -> dict[str, Compared]:
    """Those that the library creates, in the form to be compared."""
    tables = list(tables)
    by_id = {it.id: it for it in tables}
    found = {}
    for it in tables:
        if it.ignored or it.kind == "view":
            continue
        found[it.name] = Compared(
            {column.name: (plain(column.type or "?", provider), column.nullable) for column in it.columns},
            tuple(sorted(_key(index, provider) for index in it.indexes)),
            frozenset(
                Reference(
                    fk.columns,
                    by_id[fk.target].name,
                    fk.target_columns,
                    "NoAction" if fk.by_library else fk.on_delete,
                    fk.on_update,
                )
                for fk in it.foreign_keys
                if fk.enforced
            ),
            # SQLite has no names of constraints.
            frozenset(
                index.name
                for index in it.indexes
                if index.name is not None and not (index.unique and provider == "sqlite")
            ),
        )
    return found


def _key(index: IndexDef, provider: Provider) -> Key:
    keys = tuple(
        ("(expression)" if key.column is None else key.column)
        + ("-" if key.descending else "")
        # SQLite does not say where an index has its nulls.
        + (f" nulls {key.nulls}" if key.nulls and provider != "sqlite" else "")
        + (f":{key.opclass}" if key.opclass else "")
        for key in index.keys
    )
    return Key(keys, index.unique, index.primary, index.method, index.predicate is not None)


_SAME = {
    "character varying": "varchar",
    "character": "char",
    "bool": "boolean",
    "int": "integer",
    "timestamp": "timestamp without time zone",
    "time": "time without time zone",
    "decimal": "numeric",
    "float": "double precision",
}


def plain(type: str, provider: Provider) -> str:
    """A type by one of its names, as PostgreSQL calls several by two."""
    type = re.sub(r",\s*", ", ", type.lower())
    if provider != "postgresql" or type == "?":
        return type
    match = re.fullmatch(r"([a-z_ ]+?)(\(.*\))?((?:\[\d*\])*)", type)
    assert match is not None or not type, type
    name, args, dimensions = match.groups() if match else ("", None, "")
    return _SAME.get(name, name) + (args or "") + dimensions.replace("[5]", "[]")


def of_postgres(postgres: Postgres) -> dict[str, Compared]:
    """Every table of the public schema."""
    found = {}
    for table, oid in postgres.json(
        "SELECT coalesce(json_agg(json_build_array(relname, oid::int)), '[]') FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ):
        columns = postgres.json(
            "SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod), NOT attnotnull) "
            f"ORDER BY attnum) FROM pg_attribute WHERE attrelid = {oid} AND attnum > 0 AND NOT attisdropped"
        )
        indexes = postgres.json(f"""
            SELECT coalesce(json_agg(json_build_array(
                i.relname, x.indisunique, x.indisprimary, m.amname, x.indpred IS NOT NULL,
                (SELECT json_agg(json_build_array(
                    coalesce(a.attname, '(expression)'), x.indoption[k] & 1 = 1 AND m.amname = 'btree',
                    CASE x.indoption[k] & 3 WHEN 1 THEN 'last' WHEN 2 THEN 'first' END,
                    CASE WHEN o.opcdefault THEN NULL ELSE o.opcname END) ORDER BY k)
                 FROM generate_series(0, x.indnkeyatts - 1) k
                 LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[k] AND a.attnum > 0
                 LEFT JOIN pg_opclass o ON o.oid = x.indclass[k]))), '[]')
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
            WHERE x.indrelid = {oid}""")
        references = postgres.json(f"""
            SELECT coalesce(json_agg(json_build_array(
                (SELECT json_agg(attname ORDER BY n) FROM unnest(c.conkey) WITH ORDINALITY u(k, n)
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = u.k),
                t.relname,
                (SELECT json_agg(attname ORDER BY n) FROM unnest(c.confkey) WITH ORDINALITY u(k, n)
                 JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = u.k),
                c.confdeltype, c.confupdtype)), '[]')
            FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid
            WHERE c.conrelid = {oid} AND c.contype = 'f'""")
        found[table] = Compared(
            {name: (plain(type, "postgresql"), nullable) for name, type, nullable in columns},
            tuple(
                sorted(
                    Key(
                        tuple(
                            column
                            + ("-" if down else "")
                            + (f" nulls {nulls}" if nulls else "")
                            + (f":{opclass}" if opclass else "")
                            for column, down, nulls, opclass in keys
                        ),
                        unique,
                        primary,
                        method,
                        partial,
                    )
                    for _, unique, primary, method, partial, keys in indexes
                )
            ),
            frozenset(
                Reference(tuple(columns), target, tuple(theirs), _CODES[delete], _CODES[update])
                for columns, target, theirs, delete, update in references
            ),
            frozenset(it[0] for it in indexes),
        )
    return found


_CODES = {"a": "NoAction", "r": "Restrict", "c": "Cascade", "n": "SetNull", "d": "SetDefault"}
_WORDS = {
    "NO ACTION": "NoAction",
    "RESTRICT": "Restrict",
    "CASCADE": "Cascade",
    "SET NULL": "SetNull",
    "SET DEFAULT": "SetDefault",
}


def of_sqlite(path: Path) -> dict[str, Compared]:
    """Every table of the file; a primary key of one integer is the row itself, and an index all the same."""
    connection = sqlite3.connect(path)
    found = {}
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (table,) in names.fetchall():
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        primary = tuple(name for _, name, _, _, _, pk in sorted(columns, key=lambda it: it[5]) if pk)
        keys = [Key(primary, True, True, "btree", False)] if primary else []
        named = set()
        for _, name, unique, origin, partial in connection.execute(
            f'PRAGMA index_list("{table}")'
        ).fetchall():
            parts = connection.execute(f'PRAGMA index_xinfo("{name}")').fetchall()
            if origin != "pk":
                keys.append(
                    Key(
                        tuple(
                            (part or "(expression)") + ("-" if down else "")
                            for _, _, part, down, _, is_key in parts
                            if is_key
                        ),
                        bool(unique),
                        False,
                        "btree",
                        bool(partial),
                    )
                )
                named.add(name)
        references: dict[int, list[tuple[str, ...]]] = {}
        for number, _, target, ours, theirs, update, delete, _ in connection.execute(
            f'PRAGMA foreign_key_list("{table}")'
        ).fetchall():
            references.setdefault(number, []).append((ours, target, theirs, delete, update))
        found[table] = Compared(
            {name: (type.lower(), not required and not pk) for _, name, type, required, _, pk in columns},
            tuple(sorted(keys)),
            frozenset(
                Reference(
                    tuple(it[0] for it in group),
                    group[0][1],
                    tuple(it[2] for it in group if it[2]),
                    _WORDS[group[0][3]],
                    _WORDS[group[0][4]],
                )
                for group in references.values()
            ),
            frozenset(named),
        )
    connection.close()
    return found
