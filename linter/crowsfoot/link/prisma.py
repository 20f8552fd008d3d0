"""The files of one Prisma schema -> Database: models become tables, relation fields foreign keys."""

from collections.abc import Iterable, Iterator, Mapping, Set
from types import MappingProxyType
from typing import Literal, TypeVar, cast, get_args

from msgspec.structs import force_setattr

from crowsfoot.facts import prisma as said
from crowsfoot.link.project import (
    Column,
    Database,
    Datasource,
    Enum,
    File,
    Index,
    Key,
    Problem,
    Provider,
    RelationField,
    Table,
)
from crowsfoot.link.relations import resolve
from crowsfoot.link.tenants import find_tenancy
from crowsfoot.source import Range

# The types that Prisma itself brings. Source:
# https://www.prisma.io/docs/orm/reference/prisma-schema-reference#model-field-scalar-types
SCALARS = frozenset(["String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes"])


def link_schema(
    files: tuple[File, ...], tenant_column: str | None, *, lacking: bool = False
) -> tuple[Database, list[Problem]]:
    """The database that the files declare together, and what they declare twice.

    lacking: there are files beside these that could not be read.
    """
    problems: list[Problem] = []
    datasource = _datasource(files, problems)
    provider = _provider(datasource)
    database = Database(
        path=files[0].path,
        datasource=datasource,
        provider=provider,
        relation_mode=_relation_mode(datasource, provider),
        files=files,
        tables=MappingProxyType({}),
        enums=MappingProxyType({}),
        relations=(),
        unresolved=(),
        tenancy=None,
        complete=not lacking
        and not any(problem.kind == "syntax" for file in files for problem in file.facts.problems),
    )
    declared = _declared_once(files, problems)
    enums = {
        name: _enum(database, file, block)
        for name, (file, block) in declared.items()
        if isinstance(block, said.Enum)
    }
    composites = frozenset(
        name for name, (_, it) in declared.items() if isinstance(it, said.Model) and it.kind == "type"
    )
    models = {
        name: (file, block)
        for name, (file, block) in declared.items()
        if isinstance(block, said.Model) and block.kind != "type"
    }
    tables = {name: _table(database, file, model) for name, (file, model) in models.items()}
    for name, (file, model) in models.items():
        _fill(tables[name], file, model, enums, composites, models.keys())
    _report_shared_names(declared, problems)
    relations, unresolved, joins = resolve(database, tables, models, enums.keys() | composites | SCALARS)
    # The one place where a linked object changes: a database and its tables refer to each other.
    force_setattr(database, "tables", MappingProxyType(tables | {table.name: table for table in joins}))
    force_setattr(database, "enums", MappingProxyType(enums))
    force_setattr(database, "relations", relations)
    force_setattr(database, "unresolved", unresolved)
    force_setattr(database, "tenancy", find_tenancy(database, tenant_column))
    if datasource is None:
        # Nothing says that the files are one schema: they may be examples, each on its own.
        problems = [it for it in problems if all(other.path == it.span.path for other in it.others)]
    return database, problems


def _datasource(files: tuple[File, ...], problems: list[Problem]) -> Datasource | None:
    found = [Datasource(file, block) for file in files for block in _facts(file).datasources]
    message = "a second datasource in one schema; Prisma accepts one"
    problems.extend(
        Problem(other.name_span, message, "duplicate", (found[0].name_span,)) for other in found[1:]
    )
    return found[0] if found else None


def _provider(datasource: Datasource | None) -> Provider:
    setting = datasource.block.get("provider") if datasource else None
    name = setting.value if setting else None
    # "postgres" is an alias that Prisma accepts.
    name = "postgresql" if name == "postgres" else name
    return cast(Provider, name) if name in get_args(Provider) else "unknown"


def _relation_mode(datasource: Datasource | None, provider: Provider) -> Literal["foreignKeys", "prisma"]:
    """Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/relation-mode"""
    if provider == "mongodb":
        return "prisma"
    if datasource:
        # The setting's name until Prisma 4.5 was referentialIntegrity.
        setting = datasource.block.get("relationMode") or datasource.block.get("referentialIntegrity")
        if setting and setting.value == "prisma":
            return "prisma"
    return "foreignKeys"


Block = tuple[File, said.Model | said.Enum]
Member = TypeVar("Member", said.Field, said.EnumValue)


def _declared_once(files: tuple[File, ...], problems: list[Problem]) -> dict[str, Block]:
    """Every block by name. The first of one name counts, and each other is a problem."""
    declared: dict[str, Block] = {}
    for file in files:
        blocks: list[said.Model | said.Enum] = [*_facts(file).models, *_facts(file).enums]
        for block in sorted(blocks, key=lambda it: it.range):
            name = block.name.text
            if name in declared:
                problems.append(
                    _duplicate((file, block), declared[name], f"{name} is declared twice in one schema")
                )
            else:
                declared[name] = (file, block)
    return declared


def _duplicate(block: Block, first: Block, message: str) -> Problem:
    """Two blocks stand for one thing; the first of them counts."""
    here, there = (file.span(it.name.range) for file, it in (block, first))
    return Problem(here, message, "duplicate", (there,))


def _report_shared_names(declared: Mapping[str, Block], problems: list[Problem]) -> None:
    """Two fields of a model, two values of an enum, two tables or two enums with one name."""
    by_name: dict[tuple[object, ...], Block] = {}
    models = {name for name, (_, it) in declared.items() if isinstance(it, said.Model) and it.kind != "type"}
    for file, block in declared.values():
        problems += _shared_members(file, block, models)
        if isinstance(block, said.Model) and block.kind == "type":
            continue
        name = block.map or block.name.text
        key = (type(block), block.schema, name)
        if key in by_name:
            what = "enum" if isinstance(block, said.Enum) else "table"
            both = f"{block.name.text} and {by_name[key][1].name.text}"
            message = f"{both} are both the {what} {name} of the database"
            problems.append(_duplicate((file, block), by_name[key], message))
        by_name.setdefault(key, (file, block))


def _shared_members(file: File, block: said.Model | said.Enum, models: Set[str]) -> Iterator[Problem]:
    members: tuple[said.Field, ...] | tuple[said.EnumValue, ...]
    members = block.fields if isinstance(block, said.Model) else block.values
    by_field: dict[str, said.Field | said.EnumValue] = {}
    by_column: dict[str, said.Field | said.EnumValue] = {}
    for member in members:
        name, column = member.name.text, member.map or member.name.text
        if isinstance(member, said.Field) and member.type.text in models:
            column = f"{name} is a relation field, and no column"
        if name in by_field:
            first, message = by_field[name], f"{block.name.text}.{name} is declared twice"
        elif column in by_column:
            first = by_column[column]
            message = f"{name} and {first.name.text} of {block.name.text} are both {column} in the database"
        else:
            by_field[name] = by_column[column] = member
            continue
        yield Problem(file.span(member.name.range), message, "duplicate", (file.span(first.name.range),))


def _first_of_each_name(members: Iterable[Member]) -> list[Member]:
    by_name: dict[str, Member] = {}
    for member in members:
        by_name.setdefault(member.name.text, member)
    return list(by_name.values())


def _enum(database: Database, file: File, block: said.Enum) -> Enum:
    return Enum(
        database=database,
        name=block.map or block.name.text,
        model=block.name.text,
        values=tuple(value.map or value.name.text for value in _first_of_each_name(block.values)),
        span=file.span(block.name.range),
    )


def _table(database: Database, file: File, model: said.Model) -> Table:
    broken = any(
        it.range.start < model.range.end and it.range.end > model.range.start
        for it in file.facts.problems
        if it.kind == "syntax"
    )
    return Table(
        database=database,
        name=model.map or model.name.text,
        model=model.name.text,
        schema=model.schema,
        kind="view" if model.kind == "view" else "table",
        columns=MappingProxyType({}),
        indexes=(),
        foreign_keys=(),
        referenced_by=(),
        relation_fields=(),
        ignored=model.ignored,
        complete=not broken,
        span=file.span(model.range),
        name_span=file.span(model.name.range),
        append_at=file.span(Range(model.append_at, model.append_at)),
        append_after=model.append_after,
        trailer_at=(
            None if model.trailer_at is None else file.span(Range(model.trailer_at, model.trailer_at))
        ),
    )


def _fill(
    table: Table,
    file: File,
    model: said.Model,
    enums: Mapping[str, Enum],
    composites: frozenset[str],
    models: Iterable[str],
) -> None:
    """Give the table its columns, relation fields and indexes."""
    columns: dict[str, Column] = {}
    relation_fields = []
    fields = _first_of_each_name(model.fields)
    for field in fields:
        if _is_relation(field, enums, composites, models):
            relation_fields.append(_relation_field(table, file, field))
        else:
            columns[field.name.text] = _column(table, file, field, enums)
    force_setattr(table, "columns", MappingProxyType(columns))
    force_setattr(table, "relation_fields", tuple(relation_fields))
    keys = [key for field in fields for key in field.keys] + list(model.keys)
    force_setattr(table, "indexes", tuple(_index(table, file, key) for key in keys))


def _is_relation(
    field: said.Field, enums: Mapping[str, Enum], composites: frozenset[str], models: Iterable[str]
) -> bool:
    type = field.type.text
    if type in models:
        return True
    known = type in SCALARS or type in enums or type in composites or type.startswith("Unsupported(")
    return not known


def _column(table: Table, file: File, field: said.Field, enums: Mapping[str, Enum]) -> Column:
    return Column(
        table=table,
        name=field.map or field.name.text,
        field=field.name.text,
        type=field.type.text,
        native=field.native,
        enum=enums.get(field.type.text),
        nullable=field.arity == "optional",
        is_list=field.arity == "list",
        default=field.default,
        updated_at=field.updated_at,
        ignored=field.ignored,
        span=file.span(field.range),
        name_span=file.span(field.name.range),
    )


def _relation_field(table: Table, file: File, field: said.Field) -> RelationField:
    return RelationField(
        table=table,
        name=field.name.text,
        type=field.type.text,
        arity=field.arity,
        span=file.span(field.range),
        name_span=file.span(field.name.range),
        type_span=file.span(field.type.range),
        ignored=field.ignored,
    )


_METHODS = {
    "BTree": "btree",
    "Hash": "hash",
    "Gin": "gin",
    "Gist": "gist",
    "SpGist": "spgist",
    "Brin": "brin",
}


def _index(table: Table, file: File, key: said.KeyAttribute) -> Index:
    method = "fulltext" if key.kind == "fulltext" else _METHODS.get(key.type or "BTree", "btree")
    return Index(
        table=table,
        name=key.map,
        keys=tuple(_keys(table, key)),
        unique=key.kind in ("id", "unique"),
        primary=key.kind == "id",
        method=method,
        predicate=key.where,
        include=(),
        clustered=key.clustered,
        on_field=key.on_field,
        spans=(file.span(key.range),),
        removal=None if key.removal is None else file.span(key.removal),
    )


def _keys(table: Table, key: said.KeyAttribute) -> Iterator[Key]:
    for part in key.parts:
        column = table.columns.get(part.name.text)
        yield Key(
            column=column,
            expression=None if column else part.name.text,
            descending=part.sort == "Desc",
            length=part.length,
            opclass=part.ops,
        )


def _facts(file: File) -> said.PrismaFile:
    assert isinstance(file.facts, said.PrismaFile)
    return file.facts
