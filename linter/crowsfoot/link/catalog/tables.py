"""CREATE TABLE in all its forms, and what ALTER TABLE does to a table as a whole."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Sequence as Sequence_

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    ColumnDef,
    Constraint,
    CreateTable,
    ObjectName,
    TypeName,
)
from crowsfoot.link.catalog import constraints, indexes, names, not_null, rows
from crowsfoot.link.catalog.builtin import SERIALS
from crowsfoot.link.catalog.columns import new_column, own_defaults, type_of_column
from crowsfoot.link.catalog.draft import Draft, UnclearError, edited
from crowsfoot.link.catalog.model import Check, Column, Index, Sequence, Table
from crowsfoot.source import Range


def create_table(draft: Draft, change: CreateTable) -> None:
    temporary = change.temporary or change.table.schema == "pg_temp"
    if change.query is not None:
        rows.check_query(draft, change.query)
    schema = "pg_temp" if temporary and draft.postgres else draft.schema_for(change.table)
    name = change.table.name
    if change.if_not_exists and draft.has_relation(schema, name):
        return
    before = draft.catalog
    try:
        define(draft, change, schema, name)
    except UnclearError:
        draft.catalog = before
        if draft.has_relation(schema, name):
            raise
        # What is not clear is what it is made of.
        draft.doubt((name,))
        raise
    if change.on_commit_drop and schema == "pg_temp":
        draft.session.drop_at_commit.append(draft.catalog.names[("pg_temp", name)])


def define(draft: Draft, change: CreateTable, schema: str, name: str) -> None:
    number = draft.new_number()
    span = draft.span(change.range)
    columns: dict[str, Column] = {}
    checks: dict[str, Check] = {}
    # A virtual table has columns that nobody writes: rank, rowid, one of its own name.
    complete = not any(key == "using" for key, _ in change.options)
    models: list[tuple[Table, frozenset[str]]] = []
    for other, including in change.like:
        if draft.catalog.number_of(other) is None and draft.is_other_relation(other):
            draft.refuse("42809", f'"{other.name}" is not a table, view, or materialized view', other.range)
        model = draft.table(other)
        complete = complete and model.complete
        options = frozenset(including)
        models.append((model, options))
        for column in model.columns.values():
            if column.name in columns:
                draft.refuse("42701", f'column "{column.name}" specified more than once', other.range)
            columns[column.name] = liked(column, options, span)
        if wants(options, "constraints"):
            checks.update(model.checks)
    rules = [*(rule for it in change.columns for rule in it.constraints), *change.constraints]
    types = [type_of_column(draft, it) for it in change.columns]
    temporary = schema == "pg_temp"
    parent = inheritable(draft, change.partition_of, temporary) if change.partition_of is not None else None
    ancestors = [inheritable(draft, it, temporary) for it in change.inherits]
    for ancestor in ancestors:
        if ancestor.partition_by is not None:
            message = f'cannot inherit from partitioned table "{ancestor.name}"'
            draft.refuse("42809", message, change.range, ancestor.name)
    inherited = inherit(draft, parent, ancestors, columns, checks)
    complete = complete and all(it.complete for it in [*ancestors, *([parent] if parent else [])])
    known = {*columns, *(it.name for it in change.columns)}
    check_keys(draft, name, rules, known, complete and change.query is None)
    sequences = [sequence_for(draft, schema, name, it) for it in change.columns]
    for sequence, it in zip(sequences, change.columns, strict=True):
        if sequence is not None:
            draft.claim_relation(schema, sequence, it.range)
            draft.put_sequence(Sequence(schema, sequence, draft.span(it.range), (number, it.name)))
    own: set[str] = set()
    for it in change.columns:
        called = it.name if draft.postgres else it.name.lower()
        if called in own or (it.name in columns and it.name not in inherited):
            draft.refuse("42701", f'column "{it.name}" specified more than once', it.name_range)
        own.add(called)
    found = None if change.query is None else of_query(draft, change)
    for place, it in enumerate(change.columns):
        if it.name in inherited and it.type.name:
            refuse_conflict(draft, columns[it.name], types[place], it)
        if it.name in columns and not it.type.name:
            columns[it.name] = overridden(columns[it.name], it)
            continue
        type = types[place]
        if found is not None and place < len(found) and not type.name:
            type = found[place][1]
        columns[it.name] = new_column(draft, number, it, sequences[place], type)
    if change.query is not None and not change.columns:
        complete = complete and found is not None
        for column_name, type in found or ():
            columns[column_name] = Column(column_name, type, span, added_in=draft.migration)
    draft.claim_relation(schema, name, change.table.range)
    key = (draft.catalog.fold(schema), draft.catalog.fold(name))
    if key in draft.catalog.types:
        draft.refuse("42710", f'type "{name}" already exists', change.table.range, name)
    if parent is not None and parent.partition_by is None and draft.postgres:
        draft.refuse("42P17", f'"{parent.name}" is not partitioned', change.range, parent.name)
    if parent is not None and parent.partition_by == "hash" and change.default_partition:
        message = "a hash-partitioned table may not have a default partition"
        draft.refuse("42P16", message, change.range, parent.name)
    for partition_key in change.partition_keys:
        if partition_key not in columns and complete:
            draft.refuse(
                "42703",
                f'column "{partition_key}" named in partition key does not exist',
                change.range,
                partition_key,
            )
    table = Table(
        number,
        schema,
        name,
        "table",
        span,
        columns,
        checks=checks,
        partition_by=change.partition_by,
        partition_keys=change.partition_keys,
        partition_of=None if parent is None else parent.number,
        default_partition=change.default_partition,
        inherits=tuple([it.number for it in ancestors]),
        temporary=change.temporary or schema == "pg_temp",
        unlogged=change.unlogged,
        options=change.options,
        created_in=draft.migration,
        complete=complete,
        filled=change.query is not None,
        owner=draft.catalog.role,
        creator=draft.catalog.role,
        accesses=draft.catalog.accesses,
    )
    draft.put(table)
    if table.temporary:
        draft.see_temporary()
    # A default can name the table that it is in.
    whole = own_defaults(draft, table, change.columns)
    if whole is not table:
        draft.put(whole)
    add_rules(draft, number, rules)
    for model, options in models:
        if wants(options, "indexes"):
            copy_indexes(draft, model, number)
    if parent is not None:
        inherit_parts(draft, parent, number)
    for index in change.indexes:
        indexes.make_index(draft, number, index)


def inheritable(draft: Draft, name: ObjectName, temporary: bool) -> Table:
    table = draft.table(name)
    if table.kind != "table":
        message = f'inherited relation "{table.name}" is not a table or foreign table'
        draft.refuse("42809", message, name.range, table.name)
    if table.temporary and not temporary:
        message = f'cannot inherit from temporary relation "{table.name}"'
        draft.refuse("42809", message, name.range, table.name)
    return table


def inherit(
    draft: Draft,
    parent: Table | None,
    ancestors: Sequence_[Table],
    columns: dict[str, Column],
    checks: dict[str, Check],
) -> set[str]:
    """Adds what comes from parents; the names of those columns."""
    found: set[str] = set()
    for ancestor in [parent, *ancestors] if parent is not None else ancestors:
        for column in ancestor.columns.values():
            # Identity is not inherited before PostgreSQL 17, and by partitions alone from then on.
            kept = parent is not None and draft.session.postgres >= 17
            columns.setdefault(column.name, column if kept else replace(column, identity=None))
            found.add(column.name)
        checks.update(ancestor.checks)
    return found


def refuse_conflict(draft: Draft, inherited: Column, type: TypeName, it: ColumnDef) -> None:
    """A column of a parent can be defined again, with the same type."""
    old = inherited.type
    if (old.name, old.schema, old.args, bool(old.dimensions)) != (
        type.name,
        type.schema,
        type.args,
        bool(type.dimensions),
    ):
        draft.refuse("42804", f'column "{it.name}" has a type conflict', it.range, it.name)


def add_rules(draft: Draft, number: int, rules: Sequence_[Constraint]) -> None:
    """The constraints, in the order in which PostgreSQL makes them: checks, indexes, foreign keys."""
    for rule in rules:
        if rule.kind in ("check", "not null"):
            attempt(draft, number, rule)
    keys = [it for it in rules if it.kind in ("primary", "unique", "exclude")]
    for rule in keys if draft.catalog.dialect == "mysql" else merged(keys):
        attempt(draft, number, rule)
    for rule in rules:
        if rule.kind == "foreign":
            attempt(draft, number, rule)


def attempt(draft: Draft, number: int, rule: Constraint) -> None:
    before = draft.catalog
    try:
        constraints.add(draft, number, rule)
    except UnclearError:
        draft.catalog = before


def merged(rules: Sequence_[Constraint]) -> list[Constraint]:
    """The primary key first, and of constraints that need the same index one.

    Source: transformIndexConstraints of
    https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/parser/parse_utilcmd.c
    """
    found: list[Constraint] = []
    for rule in sorted(rules, key=lambda it: it.kind != "primary"):
        for place, other in enumerate(found):
            if (
                rule.kind != "exclude"
                and (rule.columns, rule.include, rule.deferrable, rule.nulls_distinct)
                == (other.columns, other.include, other.deferrable, other.nulls_distinct)
                and not rule.keys
            ):
                if other.name is None and rule.name is not None:
                    found[place] = replace(other, name=rule.name)
                break
        else:
            found.append(rule)
    return found


def check_keys(
    draft: Draft, table: str, rules: Sequence_[Constraint], columns: Container[str], complete: bool
) -> None:
    """What the parser refuses of keys before there is a table."""
    if not draft.postgres:
        return
    has_primary = False
    for rule in rules:
        if rule.kind not in ("primary", "unique"):
            continue
        if rule.kind == "primary":
            if has_primary:
                draft.refuse(
                    "42P16", f'multiple primary keys for table "{table}" are not allowed', rule.range
                )
            has_primary = True
        for place, name in enumerate(rule.columns):
            if name not in columns and complete:
                draft.refuse("42703", f'column "{name}" named in key does not exist', rule.range)
            if name in rule.columns[:place]:
                constraints.refuse_repeated(draft, name, rule)


def sequence_for(draft: Draft, schema: str, table: str, it: ColumnDef) -> str | None:
    """The name of the sequence that a serial or identity column will have."""
    if not draft.postgres:
        return None
    if it.identity not in ("always", "by default") and (it.type.schema or it.type.name not in SERIALS):
        return None
    return names.relation_name(draft, schema, table, it.name, "seq")


def overridden(column: Column, it: ColumnDef) -> Column:
    """A column of a parent, with what PARTITION OF says of it."""
    return replace(
        column,
        not_null=column.not_null or it.not_null,
        default=column.default if it.default is None else it.default,
    )


def wants(options: frozenset[str], what: str) -> bool:
    return what in options or "all" in options


def liked(column: Column, options: frozenset[str], span: object) -> Column:
    """A column as LIKE copies it: name, type and NOT NULL, and what INCLUDING names."""
    keeps = wants(options, "defaults")
    return replace(
        column,
        default=column.default if keeps else None,
        sequence=column.sequence if keeps else None,
        generated=column.generated if wants(options, "generated") else None,
        identity=column.identity if wants(options, "identity") else None,
    )


def copy_indexes(draft: Draft, model: Table, number: int) -> None:
    """The indexes and unique constraints of a table on another one, under names of its own."""
    for index in model.indexes.values():
        copy_index(draft, index, number)


def copy_index(draft: Draft, index: Index, number: int) -> None:
    table = draft.catalog.tables[number]
    kind = None
    if index.constraint:
        kind = "primary" if index.primary else ("unique" if index.unique else "exclude")
    name = names.index_name(draft, table.schema, table.name, index.keys, index.include, kind)
    draft.put(replace(table, indexes=edited(table.indexes, name, replace(index, name=name))))
    if index.primary:
        for column in index.columns:
            if column is not None:
                not_null.set_not_null(draft, number, column, Range(table.span.start, table.span.end))


def inherit_parts(draft: Draft, parent: Table, number: int) -> None:
    """What a partition gets from its parent: indexes and foreign keys, where it has none that fit."""
    for index in parent.indexes.values():
        own = draft.catalog.tables[number].indexes.values()
        if not any(constraints.same_index(index, it) for it in own):
            copy_index(draft, index, number)
    table = draft.catalog.tables[number]
    keys = dict(table.foreign_keys)
    for fk in parent.foreign_keys.values():
        if not any((it.columns, it.target) == (fk.columns, fk.target) for it in keys.values()):
            keys[fk.name] = fk
    draft.put(replace(table, foreign_keys=keys))


# --- from a query ------------------------------------------------------------------------------------------


def of_query(draft: Draft, change: CreateTable) -> list[tuple[str, TypeName]] | None:
    """The names and types that CREATE TABLE AS gives, None where they are not all known."""
    query = change.query
    if query is None:
        return None
    return rows.outputs(draft, query)


# --- ALTER TABLE -------------------------------------------------------------------------------------------
