"""Things that go, and all that goes with them; refused where that takes CASCADE.

Source: findDependentObjects and reportDependentObjects of
https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/catalog/dependency.c
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from msgspec.structs import replace

from crowsfoot.link.catalog.awaiting import await_table
from crowsfoot.link.catalog.builtin import printed
from crowsfoot.link.catalog.dependents import Thing, dependents, whole
from crowsfoot.link.catalog.draft import Draft, edited, less
from crowsfoot.link.catalog.model import Catalog, Index, Table
from crowsfoot.source import Range


def drop(draft: Draft, things: Sequence[Thing], cascade: bool, range: Range) -> None:
    """Takes the things out with what depends on them; refuses where that needs CASCADE and has none."""
    silent = dict.fromkeys(things)
    asking: dict[Thing, None] = {}
    if draft.postgres:
        spread(draft.catalog, silent, asking)
    else:
        refuse_needed(draft, things, range)
        for thing in things:
            silent.update((it, None) for it, automatic in dependents(draft.catalog, thing) if automatic)
    needed = [it for it in asking if it not in silent and not is_part(it, silent)]
    if needed and not cascade:
        what = described(draft.catalog, things[0])
        message = (
            f"cannot drop {what} because other objects depend on it"
            if len(things) == 1
            else "cannot drop desired object(s) because other objects depend on them"
        )
        draft.refuse("2BP01", message, range, *names_of(draft.catalog, [*things, *needed]))
    for thing in [*silent, *asking]:
        REMOVERS[str(thing[0])](draft, thing)


def refuse_needed(draft: Draft, things: Sequence[Thing], range: Range) -> None:
    """Refuses what a foreign key needs, as MySQL and SQL Server do; SQLite drops it. Views may dangle."""
    catalog = draft.catalog
    if catalog.dialect == "sqlite" or (catalog.dialect == "mysql" and not catalog.check_keys):
        return
    for thing in things:
        table = catalog.tables[whole(thing[1])] if thing[0] in ("table", "column", "index") else None
        if table is None:
            continue
        if thing[0] == "table":
            refuse_referenced(draft, table, things, range)
        elif thing[0] == "column":
            column = str(thing[2])
            own = [it for it in table.foreign_keys.values() if column in it.columns]
            others = [it for _, it in catalog.referring(table) if column in it.target_columns]
            for fk in (*own, *others):
                message = f'cannot drop column "{column}" needed by "{fk.name}"'
                draft.refuse("2BP01", message, range, column, fk.name, others=(fk.span,))
        elif catalog.dialect == "mysql":
            refuse_supporting(draft, table, str(thing[2]), range)


def refuse_referenced(draft: Draft, table: Table, things: Sequence[Thing], range: Range) -> None:
    for referrer, fk in draft.catalog.referring(table):
        if referrer.number != table.number and ("table", referrer.number) not in things:
            message = f'cannot drop table "{table.name}" referenced by "{fk.name}" of "{referrer.name}"'
            draft.refuse("2BP01", message, range, table.name, fk.name, others=(fk.span,))


def refuse_supporting(draft: Draft, table: Table, name: str, range: Range) -> None:
    """InnoDB needs an index that begins with the columns of each foreign key, on both sides."""
    sides = [(it, it.columns) for it in table.foreign_keys.values()]
    sides += [(it, it.target_columns) for _, it in draft.catalog.referring(table)]
    for fk, columns in sides:
        fitting = [it.name for it in table.indexes.values() if begins_with(it, columns)]
        if fitting == [name]:
            message = f'cannot drop index "{name}" needed by "{fk.name}"'
            draft.refuse("2BP01", message, range, name, fk.name, others=(fk.span,))


def begins_with(index: Index, columns: Sequence[str]) -> bool:
    return sorted(it.lower() for it in index.columns[: len(columns)] if it) == sorted(
        it.lower() for it in columns
    )


def is_part(thing: Thing, of: Container[Thing]) -> bool:
    """Whether the thing is part of a table or column that goes anyway."""
    if thing[0] not in _PARTS:
        return False
    return ("table", thing[1]) in of or (thing[0] == "default" and ("column", *thing[1:]) in of)


_PARTS = frozenset({"column", "default", "constraint", "index", "trigger", "policy"})


def spread(catalog: Catalog, silent: dict[Thing, None], asking: dict[Thing, None]) -> None:
    """Adds all that depends on the things in silent: there, or to asking where CASCADE is needed for it."""
    waiting = list(silent)
    while waiting:
        thing = waiting.pop()
        for other, automatic in dependents(catalog, thing):
            # What asks and is also taken along without asking goes silently.
            if automatic and thing in silent:
                if other not in silent:
                    silent[other] = None
                    waiting.append(other)
            elif other not in silent and other not in asking:
                asking[other] = None
                waiting.append(other)


# --- taking out --------------------------------------------------------------------------------------------


def remove_table(draft: Draft, thing: Thing) -> None:
    table = draft.catalog.tables.get(whole(thing[1]))
    if table is None:
        return
    dangles = draft.catalog.dialect in ("sqlite", "mysql")
    for referrer, fk in list(draft.catalog.referring(table)):
        if referrer.number != table.number:
            referrer = draft.catalog.tables[referrer.number]
            draft.put(replace(referrer, foreign_keys=less(referrer.foreign_keys, fk.name)))
            if dangles:
                await_table(draft, table.schema, table.name, referrer.number, fk)
    draft.remove(table)


def remove_column(draft: Draft, thing: Thing) -> None:
    table = draft.catalog.tables.get(whole(thing[1]))
    if table is not None and thing[2] in table.columns:
        draft.put(replace(table, columns=less(table.columns, str(thing[2]))))


def remove_default(draft: Draft, thing: Thing) -> None:
    table = draft.catalog.tables.get(whole(thing[1]))
    column = table.columns.get(str(thing[2])) if table is not None else None
    if table is not None and column is not None:
        bare = replace(column, default=None, sequence=None, sequence_schema=None)
        draft.put(replace(table, columns=edited(table.columns, column.name, bare)))


def remove_constraint(draft: Draft, thing: Thing) -> None:
    table = draft.catalog.tables.get(whole(thing[1]))
    if table is None:
        return
    name = str(thing[2])
    if name in table.foreign_keys:  # whose index may have the same name in MySQL, and stays
        draft.put(replace(table, foreign_keys=less(table.foreign_keys, name)))
    elif name in table.indexes:
        draft.put(replace(table, indexes=less(table.indexes, name)))
    elif name in table.checks:
        draft.put(replace(table, checks=less(table.checks, name)))


def remove_trigger(draft: Draft, thing: Thing) -> None:
    table = draft.catalog.tables.get(whole(thing[1]))
    if table is not None:
        draft.put(replace(table, triggers=less(table.triggers, str(thing[2]))))


def remove_policy(draft: Draft, thing: Thing) -> None:
    table = draft.catalog.tables.get(whole(thing[1]))
    if table is not None:
        draft.put(replace(table, policies=less(table.policies, str(thing[2]))))


def remove_type(draft: Draft, thing: Thing) -> None:
    type = draft.catalog.types.get((str(thing[1]), str(thing[2])))
    if type is not None:
        draft.remove_type(type)


def remove_sequence(draft: Draft, thing: Thing) -> None:
    sequence = draft.catalog.sequences.get((str(thing[1]), str(thing[2])))
    if sequence is not None:
        draft.remove_sequence(sequence)


def remove_function(draft: Draft, thing: Thing) -> None:
    key = (str(thing[1]), str(thing[2]))
    functions = draft.catalog.functions
    left = tuple(it for it in functions.get(key, ()) if it.arguments != thing[3])
    functions = functions.insert(key, left) if left else functions.discard(key)
    draft.catalog = replace(draft.catalog, functions=functions)


def remove_schema(draft: Draft, thing: Thing) -> None:
    draft.catalog = replace(draft.catalog, schemas=draft.catalog.schemas.discard(str(thing[1])))


REMOVERS = {
    "table": remove_table,
    "column": remove_column,
    "default": remove_default,
    "constraint": remove_constraint,
    "index": remove_constraint,
    "trigger": remove_trigger,
    "policy": remove_policy,
    "type": remove_type,
    "sequence": remove_sequence,
    "function": remove_function,
    "schema": remove_schema,
}


# --- words -------------------------------------------------------------------------------------------------


def described(catalog: Catalog, thing: Thing) -> str:
    """What PostgreSQL's messages call the thing."""
    kind = str(thing[0])
    if kind == "table":
        return relation(catalog, catalog.tables[whole(thing[1])])
    if kind in ("schema", "index", "type", "sequence"):
        return f"{kind} {printed(str(thing[-1]))}"
    if kind == "function":
        arguments = ",".join(thing[3]) if isinstance(thing[3], tuple) else ""
        return f"function {printed(str(thing[2]))}({arguments})"
    of = relation(catalog, catalog.tables[whole(thing[1])])
    joint = "of" if kind in ("column", "default") else "on"
    return f"{kind} {printed(str(thing[2]))} {joint} {of}"


def relation(catalog: Catalog, table: Table) -> str:
    schema = "" if table.schema in catalog.search_path else f"{printed(table.schema)}."
    return f"{table.kind} {schema}{printed(table.name)}"


def names_of(catalog: Catalog, things: Iterable[Thing]) -> Iterator[str]:
    """The names that a refusal rests on."""
    for thing in things:
        for part in thing[1:]:
            if isinstance(part, int):
                yield catalog.tables[part].name
            elif isinstance(part, str):
                yield part
