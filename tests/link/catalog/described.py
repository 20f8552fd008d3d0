"""A catalog as plain values, so that it can be compared with what a real PostgreSQL says of itself."""

import json
import re

from crowsfoot.facts.sql import CreateIndex, Expression, SqlFile, TypeName
from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.builtin import printed
from crowsfoot.link.catalog.model import Catalog, Column, Index, Table

Described = dict[str, object]

_ACTIONS = {"NO ACTION": "a", "RESTRICT": "r", "CASCADE": "c", "SET NULL": "n", "SET DEFAULT": "d"}


def tables(catalog: Catalog) -> Described:
    kinds = {"view": "v", "materialized view": "m"}
    return {
        place(it): ("p" if it.partition_by else kinds.get(it.kind, "r"), it.rls, it.rls_forced)
        for it in catalog.tables.values()
    }


def columns(catalog: Catalog) -> Described:
    """Of tables, not of views: the types of what a view computes are not replayed."""
    return {
        f"{place(table)}.{it.name}": (
            type_text(it.type),
            it.not_null,
            default_of(table, it),
            bool(it.generated),
            {"always": "a", "by default": "d"}.get(it.identity or "", ""),
        )
        for table in catalog.tables.values()
        if table.kind == "table"
        for it in table.columns.values()
    }


def default_of(table: Table, column: Column) -> str | None:
    if column.sequence is not None:
        return f"nextval({column.sequence})"
    return None if column.default is None else default_text(column.default.text)


def default_text(text: str | None) -> str | None:
    """A default without what PostgreSQL changes when it prints one: casts, brackets, the case of keywords.

    Printed, '{}' of a jsonb column is '{}'::jsonb, and -1 of an integer one '-1'::integer; jsonb sorts the keys
    of an object; true can be written 't'.
    """
    if text is None:
        return None
    drawn = _NEXTVAL.fullmatch(text)
    if drawn:
        return f"nextval({drawn[1]})"
    parts = _STRING.split(text)
    for number, part in enumerate(parts):
        if number % 2:  # a string
            parts[number] = sorted_keys(part)
        else:
            bare = _BRACKETS.sub("", _CAST.sub("", part))
            parts[number] = bare if '"' in bare else bare.lower()
    joined = "".join(parts)
    if joined == "null":
        return None  # kept as NULL::character varying where the type has a length
    if _QUOTED_NUMBER.fullmatch(joined):
        return joined.strip("'")
    return {"'t'": "true", "'f'": "false", "'true'": "true", "'false'": "false"}.get(joined, joined)


_NEXTVAL = re.compile(r"nextval\('(?:[\w$]+\.)?\"?([^'\"]+)\"?'::regclass\)")
_STRING = re.compile(r"('(?:[^']|'')*')")
_CAST = re.compile(
    r'::\s*(?:"?\w+"?\.(?="))?(?:"[^"]+"|[a-zA-Z_]\w*(?: (?:without|with) time zone| varying| precision)?)'
    r"(?:\([\d, ]+\))?(?:\[\])*"
)
_BRACKETS = re.compile(r"CAST\(|[()\s]", re.IGNORECASE)
_QUOTED_NUMBER = re.compile(r"'-?\d+(?:\.\d+)?'")


def sorted_keys(constant: str) -> str:
    if not constant.startswith(("'{\"", "'[")):
        return constant
    try:
        return json.dumps(json.loads(constant[1:-1]), sort_keys=True)
    except ValueError:
        return constant


def type_text(type: TypeName) -> str:
    text = str(TypeName(type.name, type.range, type.args))
    if type.schema is not None:
        text = printed(type.name)
        if type.schema != "public":
            text = f"{printed(type.schema)}.{text}"
    if type.name == "character" and not type.args:
        text = "character(1)"
    if type.name == "numeric" and len(type.args) == 1:
        text = f"numeric({type.args[0]},0)"
    return text + ("[]" if type.dimensions else "")


def indexes(catalog: Catalog) -> Described:
    return {
        f"{table.schema}.{it.name}": (table.name, it.unique, it.primary, it.valid, it.method, *index_keys(it))
        for table in catalog.tables.values()
        for it in table.indexes.values()
    }


def index_keys(index: Index | CreateIndex) -> tuple[object, ...]:
    keys = tuple(
        (
            key.column if key.expression is None else meaning(key.expression),
            key.descending,
            (key.nulls or ("first" if key.descending else "last")) == "first",
        )
        for key in index.keys
    )
    return keys, tuple(index.include), meaning(index.predicate)


def meaning(expression: Expression | None) -> object:
    """What an expression speaks of, whatever brackets and casts it is written with."""
    if expression is None:
        return None
    # Printed, -1 is '-1'::integer: a number counts as one with and without quotes.
    texts = {it.text for it in expression.literals}
    return (
        frozenset(expression.columns),
        frozenset(it for it in texts if not re.fullmatch(r"-?[\d.]+", it)),
        frozenset(expression.functions),
    )


def printed_index(definition: str) -> tuple[object, ...]:
    """The keys of an index as pg_get_indexdef() prints it."""
    statement = parsed(definition).statements[0].does[0]
    assert isinstance(statement, CreateIndex)
    return index_keys(statement)


def foreign_keys(catalog: Catalog) -> Described:
    return {
        f"{place(table)}.{it.name}": (
            it.columns,
            catalog.tables[it.target].name,
            _ACTIONS[it.on_delete],
            it.valid,
        )
        for table in catalog.tables.values()
        for it in table.foreign_keys.values()
    }


def enums(catalog: Catalog) -> Described:
    return {
        f"{it.schema}.{it.name}": tuple(values)
        for it in catalog.types.values()
        if (values := getattr(it, "values", None)) is not None
    }


def checks(catalog: Catalog) -> Described:
    return {
        f"{place(table)}.{it.name}": (it.valid, meaning(it.expression))
        for table in catalog.tables.values()
        for it in table.checks.values()
    }


def printed_check(definition: str) -> object:
    """The meaning of a check as pg_get_constraintdef() prints it: CHECK ((a > 0))."""
    statement = parsed(f"ALTER TABLE t ADD CONSTRAINT c {definition}").statements[0].does[0]
    return meaning(statement.constraint.check)  # type: ignore[union-attr]


def place(table: Table) -> str:
    return f"{table.schema}.{table.name}"


_parsed: dict[str, SqlFile] = {}


def parsed(text: str) -> SqlFile:
    if text not in _parsed:
        _parsed[text] = read(text, "postgresql")
    return _parsed[text]


def everything(catalog: Catalog) -> dict[str, object]:
    """All of that but what is temporary."""
    found = {
        "tables": tables(catalog),
        "columns": columns(catalog),
        "indexes": indexes(catalog),
        "foreign keys": foreign_keys(catalog),
        "checks": checks(catalog),
        "enums": enums(catalog),
    }
    sequences = {f"{it.schema}.{it.name}" for it in catalog.sequences.values()}
    return {
        **{
            what: {name: it for name, it in items.items() if not name.startswith("pg_temp.")}
            for what, items in found.items()
        },
        "sequences": {it for it in sequences if not it.startswith("pg_temp.")},
    }
