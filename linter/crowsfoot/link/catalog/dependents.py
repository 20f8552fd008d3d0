"""A thing of the catalog, to what depends on it: as PostgreSQL's pg_depend has it.

An automatic dependency takes a thing along without a word (the index of a column). A normal one does so with
CASCADE alone; without it the database refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crowsfoot.facts.sql import Expression
from crowsfoot.link.catalog.model import MOST, Catalog, Index, Table

# What a thing is: ("table", number), ("column", number, name), ("default", number, column),
# ("constraint", number, name), ("index", number, name), ("trigger", number, name), ("policy", number, name),
# ("type", schema, name), ("sequence", schema, name), ("function", schema, name, arguments), ("schema", name)
Thing = tuple[str | int | tuple[str, ...], ...]


def dependents(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    """What depends on the thing at once, and whether it goes along without CASCADE."""
    finder = FINDERS.get(str(thing[0]))
    return finder(catalog, thing) if finder is not None else iter(())


def of_table(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    number = whole(thing[1])
    table = catalog.tables[number]
    for child in catalog.partitions.get(number, ()):
        yield ("table", child), catalog.tables[child].partition_of == number
    for view in sorted(catalog.readers.get(number, ())):
        yield ("table", view), False
    for referrer, fk in catalog.referring(table):
        if referrer.number != number:
            yield ("constraint", referrer.number, fk.name), False
    for key in catalog.owned.get(number, ()):
        yield ("sequence", *key), True
    if catalog.functions and catalog.dialect == "postgresql":
        yield from functions_over(catalog, table.schema, table.name)


def of_column(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    number, name = whole(thing[1]), str(thing[2])
    table = catalog.tables[number]
    for index in table.indexes.values():
        if index_uses(index, name):
            yield ("constraint" if index.constraint else "index", number, index.name), True
    for check in table.checks.values():
        if name in check.expression.columns:
            yield ("constraint", number, check.name), True
    for own in table.foreign_keys.values():
        if name in own.columns:
            yield ("constraint", number, own.name), True
    for referrer, fk in catalog.referring(table):
        if name in fk.target_columns:
            yield ("constraint", referrer.number, fk.name), False
    for view in sorted(catalog.readers.get(number, ())):
        if (number, name) in catalog.tables[view].reads_columns:
            yield ("table", view), False
    for column in table.columns.values():
        if column.generated is not None and name in column.generated.columns:
            yield ("column", number, column.name), False
    for policy in table.policies.values():
        if mentions(policy.using, name) or mentions(policy.check, name):
            yield ("policy", number, policy.name), False
    for trigger in table.triggers.values():
        if name in trigger.columns:
            yield ("trigger", number, trigger.name), False
    for key in catalog.owned.get(number, ()):
        if catalog.sequences[key].owned_by == (number, name):
            yield ("sequence", *key), True


def of_index(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    table = catalog.tables[whole(thing[1])]
    index = table.indexes.get(str(thing[2]))
    if index is None or not index.unique:
        return
    for referrer, fk in catalog.referring(table):
        if supporting_index(table, fk.target_columns) is index:
            yield ("constraint", referrer.number, fk.name), False


def of_type(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    schema, name = str(thing[1]), str(thing[2])
    for number in sorted(catalog.users.get(("type", schema, name), ())):
        table = catalog.tables[number]
        for column in table.columns.values():
            if column.type.name == name and column.type.schema == schema:
                if table.kind == "table":
                    yield ("column", number, column.name), False
                else:
                    yield ("table", number), False
    for key, type in catalog.types.items() if len(catalog.types) <= MOST else ():
        base = getattr(type, "type", None)
        if base is not None and base.name == name and base.schema == schema:
            yield ("type", *key), False
    yield from functions_over(catalog, schema, name)


def of_sequence(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    schema, name = str(thing[1]), str(thing[2])
    for number in sorted(catalog.users.get(("sequence", schema, name), ())):
        table = catalog.tables[number]
        for column in table.columns.values():
            if column.sequence == name and (column.sequence_schema or table.schema) == schema:
                yield ("default", number, column.name), False


def of_function(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    name = str(thing[2])
    called = name.lower()
    if len(catalog.tables) > MOST:
        return
    for number, table in catalog.tables.items():
        for trigger in table.triggers.values():
            if trigger.function == name:
                yield ("trigger", number, trigger.name), False
        for column in table.columns.values():
            if column.default is not None and called in column.default.functions:
                yield ("default", number, column.name), False
            if column.generated is not None and called in column.generated.functions:
                yield ("column", number, column.name), False
        for check in table.checks.values():
            if called in check.expression.functions:
                yield ("constraint", number, check.name), False
        for index in table.indexes.values():
            if index_calls(index, called):
                yield ("index", number, index.name), False
        for policy in table.policies.values():
            if calls(policy.using, called) or calls(policy.check, called):
                yield ("policy", number, policy.name), False
        if table.query is not None and called in table.query.functions:
            yield ("table", number), False


def of_schema(catalog: Catalog, thing: Thing) -> Iterator[tuple[Thing, bool]]:
    schema = thing[1]
    for number, table in catalog.tables.items():
        if table.schema == schema:
            yield ("table", number), False
    for key in catalog.types:
        if key[0] == schema:
            yield ("type", *key), False
    for key in catalog.sequences:
        if key[0] == schema:
            yield ("sequence", *key), False
    for key, overloads in catalog.functions.items():
        if key[0] == schema:
            for function in overloads:
                yield ("function", *key, function.arguments), False


FINDERS = {
    "table": of_table,
    "column": of_column,
    "index": of_index,
    "constraint": of_index,
    "type": of_type,
    "sequence": of_sequence,
    "function": of_function,
    "schema": of_schema,
}


def functions_over(catalog: Catalog, schema: str, name: str) -> Iterator[tuple[Thing, bool]]:
    """Functions with arguments of the type, or that return it."""
    if len(catalog.functions) > MOST:
        return
    for key, overloads in catalog.functions.items():
        for function in overloads:
            for type in (*function.arguments, function.returns or ""):
                if type == name or (name in type and plain_type(type) == name):
                    yield ("function", *key, function.arguments), False
                    break


def plain_type(type: str) -> str:
    """The type's name, without SETOF, schema, dimensions and quotes."""
    bare = type.removeprefix("SETOF ").removeprefix("setof ").removesuffix("[]")
    return bare.rpartition(".")[2].strip('"')


def index_uses(index: Index, column: str) -> bool:
    for key in index.keys:
        if key.column == column or mentions(key.expression, column):
            return True
    return column in index.include or mentions(index.predicate, column)


def mentions(expression: Expression | None, column: str) -> bool:
    return expression is not None and column in expression.columns


def calls(expression: Expression | None, function: str) -> bool:
    return expression is not None and function in expression.functions


def index_calls(index: Index, function: str) -> bool:
    for key in index.keys:
        if calls(key.expression, function):
            return True
    return calls(index.predicate, function)


def supporting_index(table: Table, columns: Iterable[str]) -> Index | None:
    """The unique index that a foreign key to these columns rests on: the oldest that fits."""
    wanted = sorted(columns)
    for index in table.indexes.values():
        if (
            index.unique
            and index.predicate is None
            and index.valid
            and not index.deferrable
            and None not in index.columns
            and sorted(it for it in index.columns if it is not None) == wanted
        ):
            return index
    return None


def whole(part: str | int | tuple[str, ...]) -> int:
    assert isinstance(part, int)
    return part
