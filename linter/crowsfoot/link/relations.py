"""Relation fields -> relations, foreign keys and the tables of implicit many-to-manys.

Two fields make a relation when each has the other's model for its type and both give the same name,
or none. Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations
"""

from collections.abc import Mapping, Set
from types import MappingProxyType
from typing import cast

import msgspec
from msgspec.structs import force_setattr

from crowsfoot.facts import prisma as said
from crowsfoot.link.project import (
    Action,
    Column,
    Database,
    File,
    ForeignKey,
    Index,
    Key,
    Relation,
    RelationField,
    Table,
    UnresolvedRelation,
)
from crowsfoot.source import Range, Span
from crowsfoot.suggest import closest

Models = Mapping[str, tuple[File, said.Model]]


class _End(msgspec.Struct, frozen=True, eq=False):
    """A relation field on its way into a relation."""

    file: File
    field: RelationField
    attribute: said.RelationAttribute | None

    @property
    def name(self) -> str | None:
        return self.attribute.name if self.attribute else None

    @property
    def owns(self) -> bool:
        return bool(self.attribute and (self.attribute.fields is not None))


def resolve(
    database: Database, tables: Mapping[str, Table], models: Models, types: Set[str]
) -> tuple[tuple[Relation, ...], tuple[UnresolvedRelation, ...], tuple[Table, ...]]:
    """The relations, what could not be resolved, and the tables that only Prisma creates.

    Gives every table its foreign keys, in the order of its fields.
    """
    pairs: dict[tuple[str, str, str | None], list[_End]] = {}
    unresolved: list[UnresolvedRelation] = []
    for end in _ends(tables, models):
        if end.field.type in tables:
            a, b = sorted((end.field.table.model, end.field.type))
            pairs.setdefault((a, b, end.name), []).append(end)
        else:
            unresolved.append(_unknown_type(end, tables.keys() | types))

    relations: list[Relation] = []
    joins: list[Table] = []
    keys: dict[str, list[ForeignKey]] = {name: [] for name in tables}
    incoming: dict[str, list[ForeignKey]] = {name: [] for name in tables}
    for ends in pairs.values():
        outcome = _pair(ends) if len(ends) == 2 else _not_a_pair(ends)
        if isinstance(outcome, list):
            unresolved += outcome
            continue
        owner, other = outcome
        relation = _relation(owner, other)
        relations.append(relation)
        if owner.owns and relation.kind != "many-to-many":
            fk = _foreign_key(relation, owner, other)
            if isinstance(fk, UnresolvedRelation):
                unresolved.append(fk)
                continue
            force_setattr(relation, "foreign_key", fk)
            keys[fk.table.model].append(fk)
            incoming[fk.target.model].append(fk)
        elif relation.kind == "many-to-many" and database.provider != "mongodb":
            join = _join_table(database, relation)
            if join is None:
                unresolved += _without_id(owner, other)
                continue
            joins.append(join)
            force_setattr(relation, "join", join)
            for fk in join.foreign_keys:
                incoming[fk.target.model].append(fk)
    for name, table in tables.items():
        force_setattr(table, "foreign_keys", tuple(sorted(keys[name], key=lambda fk: fk.span)))
        force_setattr(table, "referenced_by", tuple(incoming[name]))
    return (
        tuple(sorted(relations, key=lambda it: it.owner.span)),
        tuple(sorted(unresolved, key=lambda it: it.span)),
        tuple(joins),
    )


def _ends(tables: Mapping[str, Table], models: Models) -> list[_End]:
    ends = []
    for name, table in tables.items():
        file, model = models[name]
        said_fields = {field.range: field for field in model.fields}
        for field in table.relation_fields:
            said_field = said_fields[Range(field.span.start, field.span.end)]
            ends.append(_End(file, field, said_field.relation))
    return ends


def _unknown_type(end: _End, known: Set[str]) -> UnresolvedRelation:
    meant = closest(end.field.type, sorted(known))
    hint = f"; did you mean {meant}?" if meant else ""
    return _unresolved(end, f"there is no model, enum or type {end.field.type}{hint}", end.field.type_span)


def _not_a_pair(ends: list[_End]) -> list[UnresolvedRelation]:
    """One end without its other, or more than two that nothing tells apart."""
    if len(ends) == 1:
        (end,) = ends
        named = f' @relation("{end.name}")' if end.name else ""
        return [
            _unresolved(
                end,
                f"{end.field.type} has no field of type {end.field.table.model}{named} for its other end",
                end.field.type_span,
            )
        ]
    first, *rest = ends
    models = {end.field.table.model for end in ends}
    between = " and ".join(sorted(models)) if len(models) == 2 else f"{first.field.table.model} and itself"
    return [
        _unresolved(
            first,
            f"{len(ends)} fields between {between} have "
            + (f'the name "{first.name}"' if first.name else "no name")
            + "; give each pair of them a name of its own in @relation",
            first.field.name_span,
            tuple(end.field.name_span for end in rest),
        )
    ]


def _pair(ends: list[_End]) -> tuple[_End, _End] | list[UnresolvedRelation]:
    """(owner, other), or why the two fields do not make a relation."""
    one, two = ends
    same_model = one.field.table is two.field.table
    self_typed = one.field.type == one.field.table.model
    if same_model and not self_typed:
        # Two fields of one model that both want the other model: each lacks its other end.
        return [it for end in ends for it in _not_a_pair([end])]
    if same_model and one.name is None:
        return [
            _unresolved(
                one,
                f"{one.field} and {two.field} both refer to their own model; "
                "give both the same name in @relation to make them one relation",
                one.field.name_span,
                (two.field.name_span,),
            )
        ]
    if one.field.arity == "list" and two.field.arity == "list":
        return _in_order(one, two)
    for owner, other in ((one, two), (two, one)):
        if owner.owns and not other.owns:
            return owner, other
    if one.owns:
        return [
            _unresolved(
                one,
                f"both {one.field} and {two.field} have fields: in @relation; the key stands at one end only",
                one.field.name_span,
                (two.field.name_span,),
            )
        ]
    end = one if one.field.arity != "list" else two
    return [
        _unresolved(
            end,
            f"neither {one.field} nor {two.field} says where the key is; "
            "add @relation(fields: [...], references: [...])",
            end.field.name_span,
        )
    ]


def _in_order(one: _End, two: _End) -> tuple[_End, _End]:
    """(A, B) of a many-to-many: the first model by name, in a self relation the first field by name."""
    if one.field.table is two.field.table:
        first = one.field.name <= two.field.name
    else:
        first = one.field.table.model <= two.field.table.model
    return (one, two) if first else (two, one)


def _relation(owner: _End, other: _End) -> Relation:
    name = owner.name or "To".join(sorted((owner.field.table.model, other.field.table.model)))
    arities = (owner.field.arity, other.field.arity)
    if arities == ("list", "list"):
        return Relation(name, "many-to-many", owner.field, other.field)
    return Relation(name, "one-to-many" if "list" in arities else "one-to-one", owner.field, other.field)


def _without_id(owner: _End, other: _End) -> list[UnresolvedRelation]:
    """The ends whose other model has no single @id, so that Prisma cannot make a table for the relation."""
    return [
        _unresolved(
            end,
            f"{far.field.table} has no @id on a single field, which an implicit many-to-many needs; "
            "make the table between the two a model of your own",
            end.field.name_span,
            (far.field.table.name_span,),
        )
        for end, far in ((owner, other), (other, owner))
        if _single_id(far.field.table) is None and far.field.table.complete
    ]


def _foreign_key(relation: Relation, owner: _End, other: _End) -> ForeignKey | UnresolvedRelation:
    attribute = owner.attribute
    assert attribute is not None
    table, target = owner.field.table, other.field.table
    fields = attribute.fields or ()
    references = attribute.references or ()
    if not fields or len(fields) != len(references):
        return _unresolved(
            owner,
            f"fields: names {len(fields)} and references: {len(references)} columns; "
            "each column needs the one it refers to",
            owner.file.span(attribute.range),
        )
    for names, place in ((fields, table), (references, target)):
        for name in names:
            if name.text not in place.columns:
                return _unresolved(
                    owner,
                    f"{place} has no column {name.text}",
                    owner.file.span(name.range),
                    (place.name_span,),
                )
    columns = tuple(table.columns[name.text] for name in fields)
    database = table.database
    optional = all(column.nullable for column in columns)
    return ForeignKey(
        table=table,
        columns=columns,
        target=target,
        target_columns=tuple(target.columns[name.text] for name in references),
        on_delete=_action(attribute.on_delete, _default_on_delete(optional, database)),
        on_update=_action(attribute.on_update, "Cascade"),
        on_delete_written=attribute.on_delete is not None,
        enforced=database.relation_mode == "foreignKeys",
        name=attribute.map,
        relation=relation,
        span=owner.field.span,
        name_span=owner.field.name_span,
    )


def _default_on_delete(optional: bool, database: Database) -> Action:
    """What Prisma does when onDelete is not written; optional: every column of the key can be null.

    SQL Server knows no Restrict, but Prisma's own emulation of foreign keys does.
    Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/referential-actions
    """
    if optional:
        return "SetNull"
    sql_server = database.provider == "sqlserver" and database.relation_mode == "foreignKeys"
    return "NoAction" if sql_server else "Restrict"


def _action(written: str | None, default: Action) -> Action:
    known = {"Cascade", "Restrict", "NoAction", "SetNull", "SetDefault"}
    return cast(Action, written) if written in known else default


def _join_table(database: Database, relation: Relation) -> Table | None:
    """The table _AToB that Prisma creates: columns A and B, each the other's key, and an index on B.

    Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/many-to-many-relations
    """
    ends = (relation.owner, relation.other)
    targets = [_single_id(end.table) for end in ends]
    if None in targets:
        return None
    table = Table(
        database=database,
        name=f"_{relation.name}",
        model=f"_{relation.name}",
        schema=ends[0].table.schema,
        kind="join",
        columns=MappingProxyType({}),
        indexes=(),
        foreign_keys=(),
        referenced_by=(),
        relation_fields=(),
        ignored=False,
        complete=True,
        span=ends[0].span,
        name_span=ends[0].name_span,
        append_at=None,
        append_after="field",
        trailer_at=None,
    )
    columns = {}
    for name, end, target in zip("AB", ends, targets, strict=True):
        assert target is not None
        columns[name] = _copy_of_key(table, name, target, end)
    force_setattr(table, "columns", MappingProxyType(columns))
    a, b = (Key(column=column) for column in columns.values())
    force_setattr(
        table,
        "indexes",
        (
            _made_by_prisma(table, f"{table.name}_AB_pkey", (a, b), unique=True),
            _made_by_prisma(table, f"{table.name}_B_index", (b,), unique=False),
        ),
    )
    force_setattr(
        table,
        "foreign_keys",
        tuple(
            ForeignKey(
                table=table,
                columns=(column,),
                target=end.table,
                target_columns=(target,),
                on_delete="Cascade",
                on_update="Cascade",
                on_delete_written=False,
                enforced=database.relation_mode == "foreignKeys",
                name=None,
                relation=relation,
                span=end.span,
                name_span=end.name_span,
            )
            for column, end, target in zip(columns.values(), ends, targets, strict=True)
            if target is not None
        ),
    )
    return table


def _single_id(table: Table) -> Column | None:
    key = table.primary_key
    return key.columns[0] if key and len(key.columns) == 1 else None


def _copy_of_key(table: Table, name: str, target: Column, end: RelationField) -> Column:
    return Column(
        table=table,
        name=name,
        field=name,
        type=target.type,
        native=target.native,
        enum=target.enum,
        nullable=False,
        is_list=False,
        default=None,
        updated_at=False,
        ignored=False,
        span=end.span,
        name_span=end.name_span,
    )


def _made_by_prisma(table: Table, name: str, keys: tuple[Key, ...], *, unique: bool) -> Index:
    return Index(
        table=table,
        name=name,
        keys=keys,
        unique=unique,
        primary=unique,
        method="btree",
        predicate=None,
        include=(),
        clustered=None,
        on_field=False,
        spans=(table.span,),
        removal=None,
    )


def _unresolved(end: _End, reason: str, span: Span, others: tuple[Span, ...] = ()) -> UnresolvedRelation:
    return UnresolvedRelation(end.field, reason, span, others)
