"""Column(...) and mapped_column(...), with their annotations -> the column of the table, and its keys."""

from collections.abc import Mapping
from typing import Final

import msgspec

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Constant,
    External,
    Function,
    Object,
    OneOf,
    Subscripted,
)
from crowsfoot.libraries.sqlalchemy.column_types import NOTHING, ColumnType, is_type, of_python, type_of
from crowsfoot.libraries.sqlalchemy.expressions import ColumnRef
from crowsfoot.libraries.sqlalchemy.receiver import is_false, is_true, text
from crowsfoot.libraries.tables import ACTIONS, ColumnDef, Spot

_ENUM: Final = External("enum.Enum")
_COLUMNS: Final = ("Column", "mapped_column", "MappedColumn")


class Reference(msgspec.Struct, frozen=True):
    """ForeignKey(...): to is "table.column", or "#" and the id of a model, and an attribute."""

    to: str
    on_delete: str = "NoAction"
    on_update: str = "NoAction"
    written: bool = False
    name: str | None = None
    deferrable: bool = False


class Made(msgspec.Struct, frozen=True):
    """A column, and what its declaration says of keys."""

    column: ColumnDef
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    references: tuple[Reference, ...] = ()
    unread: bool = False  # it refers to something else as well, and nobody can tell what


class Annotated(msgspec.Struct, frozen=True):
    """What an annotation says: the type of Python, and what Annotated adds."""

    python: Object | None = None
    columns: tuple[Args, ...] = ()
    optional: bool = False


def is_column(it: Object | None) -> bool:
    return isinstance(it, Built) and last(it.name) in _COLUMNS


def column(
    name: str,
    args: Args,
    annotated: Annotated,
    spot: Spot,
    provider: str,
    at: At,
    types: Mapping[Object, Object],
    *,
    mapped: bool,
    aliases: Mapping[Object, Object] | None = None,
) -> Made:
    """The column; types is the type_annotation_map of its base, mapped says that it is annotated."""
    given = [*args.positional]
    keywords = dict(args.keywords)
    for more in annotated.columns:
        given += more.positional
        keywords = {**dict(more.keywords), **keywords}
    named = text(keywords.get("name")) or (text(given[0]) if given else None) or name
    keys = [it for it in given if isinstance(it, Built) and last(it.name) == "ForeignKey"]
    references = tuple(found for it in keys if (found := reference(it)) is not None)
    primary = is_true(keywords.get("primary_key"))
    said = keywords.get("nullable")
    if is_true(said) or is_false(said):
        nullable = is_true(said)
    elif mapped:
        nullable = annotated.optional
    else:
        nullable = True
    identity = any(isinstance(it, Built) and last(it.name) == "Identity" for it in given)
    kind = _type(given, keywords, annotated, provider, at, types)
    default, function = _default(keywords)
    made = ColumnDef(
        named,
        name,
        spot,
        kind.type,
        nullable=nullable and not primary and not identity,
        generated=identity or (_counts(primary, kind, keywords) and not references),
        default=default,
        default_function=function,
        updated_at="onupdate" in keywords or "server_onupdate" in keywords,
        enum=kind.enum,
        values=kind.values,
    )
    unique, indexed = is_true(keywords.get("unique")), is_true(keywords.get("index"))
    # In front stand its name and its type.
    unread = len(references) < len(keys) or UNKNOWN in given[2:] or "sa_column" in keywords
    return Made(made, primary, unique, indexed, references, unread)


def reference(it: Object) -> Reference | None:
    """ForeignKey(...)"""
    if not (isinstance(it, Built) and last(it.name) == "ForeignKey"):
        return None
    to = it.args.get(0, "column")
    if isinstance(to, ColumnRef):
        target: str | None = f"#{to.model}.{to.name}"
    else:
        target = text(to)
    if target is None:
        return None
    return _reference(target, it.args)


def _reference(target: str, args: Args) -> Reference:
    said = text(args.get(None, "ondelete"))
    return Reference(
        target,
        ACTIONS.get((said or "").upper(), "NoAction"),
        ACTIONS.get((text(args.get(None, "onupdate")) or "").upper(), "NoAction"),
        said is not None,
        text(args.get(None, "name")),
        is_true(args.get(None, "deferrable")),
    )


def references_of(args: Args) -> list[Reference]:
    """Where the columns of ForeignKeyConstraint(["a", "b"], ["t.a", "t.b"]) lead."""
    targets = args.get(1, "refcolumns")
    items = getattr(targets, "items", None) or ()
    found = []
    for it in items:
        named = f"#{it.model}.{it.name}" if isinstance(it, ColumnRef) else text(it)
        if named is None:
            return []
        found.append(_reference(named, args))
    return found


def _type(
    given: list[Object],
    keywords: Mapping[str, Object],
    annotated: Annotated,
    provider: str,
    at: At,
    types: Mapping[Object, Object],
) -> ColumnType:
    said = keywords.get("type_") or next((it for it in given[:2] if is_type(it, at)), None)
    if said is not None:
        return type_of(said, provider, at)
    python = annotated.python
    # A foreign key has the type of what it refers to, whatever its annotation says.
    if python is None or any(isinstance(it, Built) and last(it.name) == "ForeignKey" for it in given):
        return NOTHING
    if python in types:
        return type_of(types[python], provider, at)
    every = types.get(_ENUM)
    if isinstance(python, Class) and isinstance(every, Built) and last(every.name) == "Enum":
        of_class = Args((python, *every.args.positional[1:]), every.args.keywords)
        found = type_of(Built(every.name, of_class), provider, at)
        if found.values:
            return found
    return of_python(python, provider, at)


def _counts(primary: bool, kind: ColumnType, keywords: Mapping[str, Object]) -> bool:
    """Whether the database counts: of an only key that is an integer, where nobody says otherwise."""
    return (
        primary
        and kind.type in ("integer", "bigint", "smallint")
        and not is_false(keywords.get("autoincrement"))
    )


def _default(keywords: Mapping[str, Object]) -> tuple[str | int | float | bool | None, str | None]:
    for key in ("server_default", "default", "insert_default"):
        it = keywords.get(key)
        if isinstance(it, Constant):
            return it.value, None
        if isinstance(it, External):
            word = last(it.name)
            now = word in ("now", "utcnow")
            return None, "uuid" if word.startswith("uuid") else "now" if now else "dbgenerated"
        if isinstance(it, Function | Class | Built) or it is not None:
            return None, "dbgenerated"
    if "default_factory" in keywords:
        return None, "dbgenerated"
    return None, None


def annotated(annotation: Object | None, *, optional: bool) -> Annotated:
    """What stands in Mapped[...], or, of SQLModel, what the annotation is."""
    it = annotation
    columns: tuple[Args, ...] = ()
    for _ in range(_DEEPEST):
        if isinstance(it, OneOf):
            known = [one for one in it.options if one != Constant(None)]
            optional = optional or len(known) < len(it.options)
            it = known[0] if len(known) == 1 else None
        elif isinstance(it, Subscripted) and isinstance(it.of, External):
            word = last(it.of.name)
            if word == "Annotated":
                columns += tuple(
                    one.args for one in it.items[1:] if is_column(one) and isinstance(one, Built)
                )
                it = it.items[0] if it.items else None
            elif word == "Optional":
                optional, it = True, it.items[0] if it.items else None
            elif word in ("Union",):
                known = [one for one in it.items if one != Constant(None)]
                optional, it = optional or len(known) < len(it.items), known[0] if len(known) == 1 else None
            elif word in ("Mapped", "InstrumentedAttribute", "Required", "Final"):
                it = it.items[0] if it.items else None
            else:
                break
        else:
            break
    if isinstance(it, Constant) and isinstance(it.value, str):
        words = it.value.replace("Optional[", "").replace("Mapped[", "").strip("] ")
        optional = optional or "None" in it.value or "Optional" in it.value
        names = [one.strip() for one in words.split("|") if one.strip() != "None"]
        it = External(f"builtins.{last(names[0])}") if len(names) == 1 else None
    return Annotated(it, columns, optional)


_DEEPEST: Final = 8
