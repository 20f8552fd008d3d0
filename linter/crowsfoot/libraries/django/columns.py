"""What the body of a Django model assigns -> the column that it makes, and what the field says of indexes."""

from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.column_types import key_type, type_of
from crowsfoot.libraries.django.fields import MANAGERS, MANY, ONE, ONE_TO_ONE, called_as
from crowsfoot.libraries.objects import (
    Args,
    At,
    Class,
    Constant,
    External,
    Function,
    Many,
    Object,
    Table,
)
from crowsfoot.libraries.tables import ColumnDef, Spot

_NO_COLUMN: Final = (*MANY, *MANAGERS, "GenericForeignKey", "GenericRelation", "AuditlogHistoryField")

# What a row's deletion does to those that refer to it.
# Source: https://docs.djangoproject.com/en/stable/ref/models/fields/#django.db.models.ForeignKey.on_delete
_ON_DELETE: Final = {
    "CASCADE": "Cascade",
    "PROTECT": "Restrict",
    "RESTRICT": "Restrict",
    "SET_NULL": "SetNull",
    "SET_DEFAULT": "SetDefault",
    "DO_NOTHING": "NoAction",
    # Of Django 6.1, where the database does it.
    "DB_CASCADE": "Cascade",
    "DB_SET_NULL": "SetNull",
    "DB_SET_DEFAULT": "SetDefault",
}

# More of them, such as countries or currencies, tell rows apart.
_FEW: Final = range(1, 21)


class Made(msgspec.Struct, frozen=True):
    """A column of a field, and what of it the table needs to know."""

    column: ColumnDef
    unique: bool = False
    primary: bool = False
    indexed: bool = False  # an index that is not unique
    indexed_by_default: bool = False  # because nobody said otherwise
    is_key: bool = False  # a foreign key
    one_to_one: bool = False
    parent_link: bool = False
    on_delete: str = "NoAction"
    by_library: bool = True
    to_field: str | None = None
    constraint: bool = True  # db_constraint


def column(name: str, value: Object, spot: Spot, provider: str, at: At) -> Made | None:
    """The column that `name = value` makes; None where it makes none."""
    kind, args = called_as(value, at)
    if kind is None:
        return None
    last = dotted.last(kind)
    if last.endswith(_NO_COLUMN) or last in ("CompositePrimaryKey",):
        return None
    if last.endswith((*ONE_TO_ONE, *ONE)):
        return _key(name, args, spot, one_to_one=last.endswith(ONE_TO_ONE))
    if not last.endswith("Field"):
        return None
    primary = names.truth(args.get(None, "primary_key")) is True
    unique = names.truth(args.get(None, "unique")) is True
    said = names.truth(args.get(None, "db_index"))
    indexed = (last == "SlugField" if args.get(None, "db_index") is None else said is True) and not unique
    nullable = names.truth(args.get(None, "null")) is True or last == "NullBooleanField"
    default, function = _default(args.get(None, "default") or args.get(None, "db_default"))
    now = any(names.truth(args.get(None, it)) is True for it in ("auto_now", "auto_now_add"))
    made = ColumnDef(
        names.text(args.get(None, "db_column")) or name,
        name,
        spot,
        _type(last, args, provider, at),
        # SQLite and PostgreSQL have no key with nulls.
        nullable=nullable and not primary,
        generated=last.endswith("AutoField"),
        default=default,
        default_function="now" if now else function,
        updated_at=names.truth(args.get(None, "auto_now")) is True,
        key_type=key_type(last, provider),
        few=_count(args.get(None, "choices"), at) in _FEW,
    )
    return Made(
        made, unique or primary, primary, indexed and not primary, indexed_by_default=last == "SlugField"
    )


def _count(choices: Object | None, at: At) -> int:
    """How many choices a field has; 0 where that is not written out, groups of choices counted as one."""
    if isinstance(choices, Class):
        return sum(not isinstance(it, Function) for it in at.attributes(choices).values())
    if isinstance(choices, Many) and choices.size == "fixed":
        return len(choices.items or ())
    return len(choices.named) if isinstance(choices, Table) else 0


def _type(kind: str, args: Args, provider: str, at: At) -> str | None:
    if kind == "ArrayField":
        base = args.get(0, "base_field")
        of, inner = called_as(base, at) if base is not None else (None, Args())
        found = _type(dotted.last(of), inner, provider, at) if of is not None else None
        size = names.number(args.get(1, "size"))
        return None if found is None else f"{found}[{'' if size is None else size}]"
    if kind == "GeneratedField":
        output = args.get(None, "output_field")
        of, inner = called_as(output, at) if output is not None else (None, Args())
        return _type(dotted.last(of), inner, provider, at) if of is not None else None
    # The first argument of a field is its verbose name; only these have their own in front.
    length = names.number(args.get(None, "max_length"))
    digits = (
        names.number(args.get(None, "max_digits")),
        names.number(args.get(None, "decimal_places")),
    )
    both = None if digits[0] is None or digits[1] is None else (digits[0], digits[1])
    return type_of(kind, provider, length, both)


def _key(name: str, args: Args, spot: Spot, *, one_to_one: bool) -> Made:
    primary = names.truth(args.get(None, "primary_key")) is True
    unique = one_to_one or primary or names.truth(args.get(None, "unique")) is True
    said = args.get(None, "db_index")
    deletes = args.get(1, "on_delete")
    word = dotted.last(deletes.name) if isinstance(deletes, External) else ""
    action = _ON_DELETE.get(word, "SetDefault" if deletes is not None else "Cascade")
    made = ColumnDef(
        names.text(args.get(None, "db_column")) or f"{name}_id",
        name,
        spot,
        nullable=names.truth(args.get(None, "null")) is True and not primary,
    )
    return Made(
        made,
        unique,
        primary,
        indexed=not unique and names.truth(said) is not False,
        indexed_by_default=said is None,
        is_key=True,
        one_to_one=one_to_one,
        parent_link=names.truth(args.get(None, "parent_link")) is True,
        on_delete=action,
        by_library=not word.startswith("DB_"),
        to_field=names.text(args.get(None, "to_field")),
        constraint=names.truth(args.get(None, "db_constraint")) is not False,
    )


def _default(it: Object | None) -> tuple[str | int | float | bool | None, str | None]:
    """A constant, or the name of a function."""
    if isinstance(it, Constant):
        return it.value, None
    if isinstance(it, External):
        word = dotted.last(it.name)
        return None, "uuid" if word.startswith("uuid") else "now" if word == "now" else "dbgenerated"
    return None, "dbgenerated" if isinstance(it, Function | Class) else None
