"""Migrations in Python -> the indexes that they leave beside those that the models declare, and the tables
that they make without the primary key that a class has to have.

Alembic's operations and SQL in plain words (`op.execute()`, Django's `RunSQL`) are counted, whatever their
order: what was made more often than dropped is there. Where one name was given to different indexes, all of
them are: better to believe in one too many than to miss one.
Source: https://alembic.sqlalchemy.org/en/latest/ops.html
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from crowsfoot.facts import code as facts
from crowsfoot.roles import Roles
from crowsfoot.source import Span


class MigratedIndex(msgspec.Struct, frozen=True):
    """An index over plain columns, by the database's names; predicate as it is written."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool
    span: Span
    predicate: str | None = None


def changes_tables(file: facts.CodeFile) -> bool:
    """Whether a migration may do what is looked for here, as far as its words tell."""
    return _CHANGES.search(file.words) is not None or _KEYS.search(file.words) is not None


def migrated_indexes(files: Mapping[str, facts.CodeFile], roles: Roles) -> list[MigratedIndex]:
    """The indexes that are there when all migrations have run, by path and place."""
    made: dict[str, list[MigratedIndex]] = {}
    dropped: Counter[str] = Counter()
    for path in sorted(it for it in files if roles(it) == "migration"):
        if _CHANGES.search(files[path].words) is None:
            continue
        for scope in files[path].scopes:
            # downgrade() undoes the same; a class holds the operations of Django.
            if scope.name in ("upgrade", "Migration"):
                for it in _changes(scope.values, path):
                    if isinstance(it, str):
                        dropped[it] += 1
                    else:
                        made.setdefault(it.name, []).append(it)
    return [it for name, indexes in made.items() if len(indexes) > dropped[name] for it in indexes]


_CHANGES: Final = re.compile(
    r"\n(?:(?:create|drop)_index|create_unique_constraint|drop_constraint|execute|RunSQL)\n"
)


def tables_without_key(files: Mapping[str, facts.CodeFile], roles: Roles) -> frozenset[str]:
    """The tables that `op.create_table()` makes without a primary key, if nothing else may have made one.

    SQLAlchemy wants a primary key of every class, and a table of the database has what its migration says.
    Source: https://docs.sqlalchemy.org/en/20/faq/ormconfiguration.html#how-do-i-map-a-table-that-has-no-primary-key
    """
    bare: set[str] = set()
    keyed: set[str] = set()
    for path in sorted(it for it in files if roles(it) == "migration"):
        if _KEYS.search(files[path].words) is None:
            continue
        for scope in files[path].scopes:
            for it in scope.values:
                of = scope.values[it.of] if isinstance(it, facts.Call) else None
                if isinstance(it, facts.Const) and isinstance(it.value, str):
                    # Of a table that is named there, a key may be made there.
                    keyed.update(re.findall(r"\w+", it.value) if _OF_KEYS.search(it.value) else ())
                elif isinstance(it, facts.Call) and isinstance(of, facts.Attribute):
                    texts = [text for arg in it.args[:2] for text in _texts(scope.values, arg)]
                    if of.name in ("create_primary_key", "rename_table"):
                        keyed.update(texts)
                    elif of.name == "create_table":
                        (keyed if _makes_key(it, scope.values) else bare).update(texts[:1])
    return frozenset(bare - keyed)


_KEYS: Final = re.compile(r"\n(?:create_table|create_primary_key|rename_table|execute)\n")
_OF_KEYS: Final = re.compile(r"\bPRIMARY\s+KEY|\bRENAME\s+TO\b", re.IGNORECASE)
_ELEMENTS: Final = ("Column", "ForeignKeyConstraint", "UniqueConstraint", "CheckConstraint", "Index")


def _makes_key(call: facts.Call, values: tuple[facts.AnyValue, ...]) -> bool:
    """Whether one of its elements makes a primary key, or cannot be read."""
    for number in call.args[1:]:
        it = values[number]
        of = values[it.of] if isinstance(it, facts.Call) else None
        if not isinstance(it, facts.Call) or getattr(of, "name", "").rpartition(".")[2] not in _ELEMENTS:
            return True
        if any(name in ("primary_key", "**") for name, _ in it.keywords):
            return True
    return any(name == "**" for name, _ in call.keywords)


def _changes(values: tuple[facts.AnyValue, ...], path: str) -> Iterator[MigratedIndex | str]:
    """The indexes that are made, and the names of those that are dropped."""
    for it in values:
        of = values[it.of] if isinstance(it, facts.Call) else None
        if not isinstance(it, facts.Call) or not isinstance(of, facts.Attribute):
            continue
        span = Span(path, it.start, it.end)
        given = _given(it, of, values)
        if of.name in ("create_index", "create_unique_constraint"):
            unique = of.name != "create_index" or _is_true(values, dict(it.keywords).get("unique"))
            partial = any(name.endswith("_where") for name, _ in it.keywords)
            name, table, columns = (given.get(key, []) for key in ("name", "table_name", "columns"))
            if name and table and columns and not partial:
                yield MigratedIndex(name[0], table[0], tuple(columns), unique, span)
        elif of.name in ("drop_index", "drop_constraint"):
            yield from given.get("name", [])[:1]
        elif of.name in ("execute", "RunSQL"):
            for text in given.get("name", []):
                yield from _changes_of_sql(text, span)


_POSITIONS: Final = ("name", "table_name", "columns")
_KEYWORDS: Final = {"index_name": "name", "constraint_name": "name", "sqltext": "name", "sql": "name"}


def _given(call: facts.Call, of: facts.Attribute, values: tuple[facts.AnyValue, ...]) -> dict[str, list[str]]:
    """The texts that an operation is called with, by the name of the parameter; the first is "name"."""
    args = [_texts(values, number) for number in call.args]
    # with op.batch_alter_table("chat") as batch: the table is named there.
    if (table := _batched(values, of.of)) is not None:
        args.insert(1, [table])
    named = {_KEYWORDS.get(name, name): _texts(values, number) for name, number in call.keywords}
    return named | dict(zip(_POSITIONS, args, strict=False))


_NAME: Final = r'(?:"?\w+"?\.)?"?(\w+)"?'
_CREATE: Final = re.compile(
    rf"\s*CREATE\s+(UNIQUE\s+)?INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s+ON\s+(?:ONLY\s+)?{_NAME}"
    r'\s*(?:USING\s+btree\s*)?\(\s*((?:"?\w+"?\s*,\s*)*"?\w+"?)\s*\)(?:\s*WHERE\s+(.+?))?\s*',
    re.IGNORECASE | re.DOTALL,
)
_DROP: Final = re.compile(
    rf"\s*DROP\s+INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+EXISTS\s+)?{_NAME}\s*", re.IGNORECASE
)


def _changes_of_sql(text: str, span: Span) -> Iterator[MigratedIndex | str]:
    for statement in text.split(";"):
        if made := _CREATE.fullmatch(statement):
            unique, name, table, columns, predicate = made.groups()
            names = tuple(it.strip().strip('"') for it in columns.split(","))
            yield MigratedIndex(name, table, names, bool(unique), span, predicate)
        elif gone := _DROP.fullmatch(statement):
            yield gone[1]


def _texts(values: tuple[facts.AnyValue, ...], number: int | None) -> list[str]:
    """The texts that a value is or holds: "a", ["a", "b"], op.f("a"), sa.text("a"); [] if one is unknown."""
    it = values[number] if number is not None else None
    if isinstance(it, facts.Const):
        return [it.value] if isinstance(it.value, str) else []
    if isinstance(it, facts.Display) and it.kind != "dict":
        parts = [_texts(values, each) for each in it.items]
        return [text for part in parts for text in part] if all(len(part) == 1 for part in parts) else []
    if isinstance(it, facts.Call) and len(it.args) == 1:
        of = values[it.of]
        if isinstance(of, facts.Attribute | facts.Name) and of.name in ("f", "text"):
            return _texts(values, it.args[0])
    return []


def _batched(values: tuple[facts.AnyValue, ...], number: int) -> str | None:
    entered = values[number]
    call = values[entered.of] if isinstance(entered, facts.Entered) else None
    if isinstance(call, facts.Call) and call.args:
        of = values[call.of]
        if isinstance(of, facts.Attribute) and of.name == "batch_alter_table":
            table = _texts(values, call.args[0])
            return table[0] if table else None
    return None


def _is_true(values: tuple[facts.AnyValue, ...], number: int | None) -> bool:
    it = values[number] if number is not None else None
    return isinstance(it, facts.Const) and it.value is True
