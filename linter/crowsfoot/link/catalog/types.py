"""Types: looked up, made, changed; and constants that must be values of an enum."""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddEnumValue,
    AlterDomain,
    Constraint,
    CreateDomain,
    CreateEnum,
    CreateType,
    ObjectName,
    RenameEnumValue,
    TypeName,
)
from crowsfoot.link.catalog import names
from crowsfoot.link.catalog.builtin import is_known, printed
from crowsfoot.link.catalog.constants import check_default
from crowsfoot.link.catalog.draft import Draft, UnclearError, edited, less
from crowsfoot.link.catalog.model import MOST, Check, Domain, Enum, OtherType, Type
from crowsfoot.source import Range

# The types that extensions bring; an extension that is not here may bring any.
EXTENSION_TYPES: dict[str, frozenset[str]] = {
    name: frozenset(types.split())
    for name, types in {
        "plpgsql": "",
        "citext": "citext",
        "hstore": "hstore ghstore",
        "ltree": "ltree lquery ltxtquery ltree_gist",
        "vector": "vector halfvec sparsevec",
        "cube": "cube",
        "uuid-ossp": "",
        "pgcrypto": "",
        "pg_trgm": "gtrgm",
        "btree_gin": "",
        "btree_gist": "gbtreekey4 gbtreekey8 gbtreekey16 gbtreekey32 gbtreekey_var gbtreekey2",
        "unaccent": "",
        "fuzzystrmatch": "",
        "pg_stat_statements": "",
        "pgstattuple": "",
        "tablefunc": "tablefunc_crosstab_2 tablefunc_crosstab_3 tablefunc_crosstab_4",
        "intarray": "query_int intbig_gkey",
        "earthdistance": "earth",
        "pg_prewarm": "",
        "dblink": "dblink_pkey_results",
        "postgres_fdw": "",
        "file_fdw": "",
    }.items()
}


def resolved(draft: Draft, type: TypeName) -> TypeName:
    """The type, with the schema where it is one of the user's own; refuses one that nobody has made."""
    if not draft.postgres:
        return type
    if type.schema is None and is_known(type):
        return type
    catalog = draft.catalog
    found = catalog.type(type.name, type.schema)
    if found is not None:
        if found.schema == type.schema:
            return type
        return TypeName(type.name, type.range, type.args, found.schema, type.dimensions)
    name = ObjectName(type.name, type.range, type.schema)
    foreign = any(draft.is_foreign(it) for it in catalog.search_path)
    if catalog.number_of(name) is None and not foreign and not is_brought(draft, type.name):
        with suppress(UnclearError):
            draft.refuse_missing("42704", "type", name)
    return TypeName(type.name, type.range, type.args, None, type.dimensions)


def is_brought(draft: Draft, type: str) -> bool:
    """Whether an extension brings a type of that name, or may do so."""
    for extension in draft.catalog.extensions:
        types = EXTENSION_TYPES.get(extension)
        if types is None or type in types:
            return True
    return False


def as_own(type: Type, range: Range) -> TypeName:
    return TypeName(type.name, range, (), type.schema)


# --- constants ---------------------------------------------------------------------------------------------


# --- making and changing -----------------------------------------------------------------------------------


def claim_type(draft: Draft, schema: str, name: str, range: Range) -> None:
    """Refuses a name that a type or table of the schema has."""
    catalog = draft.catalog
    key = (catalog.fold(schema), catalog.fold(name))
    if key in catalog.types or key in catalog.names:
        draft.refuse("42710", f'type "{name}" already exists', range, name)


def create_enum(draft: Draft, change: CreateEnum) -> None:
    schema = draft.schema_for(change.name)
    name = change.name.name
    claim_type(draft, schema, name, change.name.range)
    twice = next((it for n, it in enumerate(change.values) if it in change.values[:n]), None)
    if twice is not None:
        # Measured on PostgreSQL 16; 18 has words of its own for it.
        if draft.session.postgres >= 18:
            draft.refuse("42710", f'enum label "{twice}" used more than once', change.range)
        draft.refuse(
            "23505",
            'duplicate key value violates unique constraint "pg_enum_typid_label_index"',
            change.range,
        )
    draft.put_type(Enum(schema, name, change.values, draft.span(change.range), draft.migration))
    draft.session.new_types.add((schema, name))


def create_domain(draft: Draft, change: CreateDomain) -> None:
    schema = draft.schema_for(change.name)
    name = change.name.name
    claim_type(draft, schema, name, change.name.range)
    type = resolved(draft, change.type)
    if change.default is not None:
        check_default(draft, change.default, type, name)
    checks: dict[str, Check] = {}
    for it in change.checks:
        add_domain_check(draft, schema, name, checks, it)
    draft.put_type(
        Domain(schema, name, type, draft.span(change.range), change.not_null, change.default, checks)
    )


def add_domain_check(
    draft: Draft, schema: str, domain: str, checks: dict[str, Check], it: Constraint
) -> None:
    if it.check is None:
        return
    name = it.name or names.constraint_name(draft, schema, domain, None, "check", checks)
    if name in checks:
        draft.refuse("42710", f'constraint "{name}" for domain "{domain}" already exists', it.range, name)
    checks[name] = Check(
        name, it.check, draft.span(it.range), valid=not it.not_valid, added_in=draft.migration
    )


def create_type(draft: Draft, change: CreateType) -> None:
    schema = draft.schema_for(change.name)
    claim_type(draft, schema, change.name.name, change.name.range)
    for _, type in change.attributes:
        resolved(draft, type)
    draft.put_type(OtherType(schema, change.name.name, draft.span(change.range), bool(change.attributes)))


def alter_domain(draft: Draft, change: AlterDomain) -> None:
    domain = own_type(draft, change.name)
    if not isinstance(domain, Domain):
        draft.refuse("42809", f"{printed(domain.name)} is not a domain", change.name.range, domain.name)
    what = change.change
    if what == "add constraint" and change.constraint is not None:
        checks = dict(domain.checks)
        if change.constraint.kind == "check":
            add_domain_check(draft, domain.schema, domain.name, checks, change.constraint)
        domain = replace(domain, checks=checks)
    elif what in ("drop constraint", "validate constraint"):
        name = change.text or ""
        if name not in domain.checks:
            if not change.if_exists and not (draft.session.postgres >= 17 and domain.not_null):
                draft.refuse(
                    "42704",
                    f'constraint "{name}" of domain "{domain.name}" does not exist',
                    change.range,
                    name,
                )
        elif what == "drop constraint":
            domain = replace(domain, checks=less(domain.checks, name))
        else:
            valid = replace(domain.checks[name], valid=True)
            domain = replace(domain, checks=edited(domain.checks, name, valid))
    elif what in ("set not null", "drop not null"):
        domain = replace(domain, not_null=what == "set not null")
    elif what == "set default":
        if change.expression is not None:
            check_default(draft, change.expression, domain.type, domain.name)
        domain = replace(domain, default=change.expression)
    elif what == "drop default":
        domain = replace(domain, default=None)
    draft.put_type(domain)


def own_type(draft: Draft, name: ObjectName) -> Type:
    """The user's type of that name; refuses where there is none."""
    found = draft.catalog.type(name.name, name.schema)
    if found is not None:
        return found
    if is_brought(draft, name.name):
        raise UnclearError
    return draft.refuse_missing("42704", "type", name)


def own_enum(draft: Draft, name: ObjectName) -> Enum:
    type = own_type(draft, name)
    if not isinstance(type, Enum):
        draft.refuse("42809", f"{printed(type.name)} is not an enum", name.range, type.name)
    return type


def add_enum_value(draft: Draft, change: AddEnumValue) -> None:
    enum = own_enum(draft, change.type)
    session = draft.session
    key = (enum.schema, enum.name)
    if session.postgres < 12 and session.in_block and key not in session.new_types:
        draft.refuse("25001", "ALTER TYPE ... ADD cannot run inside a transaction block", change.range)
    if len(enum.values) > MOST:
        draft.leave_out()
    values = list(enum.values)
    if change.value in values:
        if change.if_not_exists:
            return
        draft.refuse("42710", f'enum label "{change.value}" already exists', change.range, change.value)
    neighbor = change.before if change.before is not None else change.after
    if neighbor is None:
        values.append(change.value)
    elif neighbor in values:
        values.insert(values.index(neighbor) + (change.before is None), change.value)
    else:
        draft.refuse(
            "22023", f'"{neighbor}" is not an existing enum label', change.range, neighbor, enum.name
        )
    draft.put_type(replace(enum, values=tuple(values)))
    # A type made in the same transaction is safe on 10, 11 and from 17 on: measured on all majors.
    if key not in session.new_types or 12 <= session.postgres < 17:
        session.new_values.add((*key, change.value))


def rename_enum_value(draft: Draft, change: RenameEnumValue) -> None:
    enum = own_enum(draft, change.type)
    if change.value not in enum.values:
        draft.refuse(
            "22023", f'"{change.value}" is not an existing enum label', change.range, change.value, enum.name
        )
    if change.new_value in enum.values:
        draft.refuse(
            "42710", f'enum label "{change.new_value}" already exists', change.range, change.new_value
        )
    values = tuple(change.new_value if it == change.value else it for it in enum.values)
    draft.put_type(replace(enum, values=values))
    rename_defaults(draft, enum, change.value, change.new_value)
    new = draft.session.new_values
    if (enum.schema, enum.name, change.value) in new:
        new.discard((enum.schema, enum.name, change.value))
        new.add((enum.schema, enum.name, change.new_value))


def rename_defaults(draft: Draft, enum: Enum, old: str, new: str) -> None:
    """Defaults that are the value are the renamed one: PostgreSQL stores its number."""
    quoted, becomes = ("'" + it.replace("'", "''") + "'" for it in (old, new))
    for number in sorted(draft.catalog.users.get(("type", enum.schema, enum.name), ())):
        table = draft.catalog.tables[number]
        columns = dict(table.columns)
        for column in table.columns.values():
            default = column.default
            if default is not None and column.type.name == enum.name and default.value == old:
                default = replace(default, value=new, text=default.text.replace(quoted, becomes))
                columns[column.name] = replace(column, default=default)
        draft.put(replace(table, columns=columns))
