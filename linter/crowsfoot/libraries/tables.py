"""What a library makes of its models in the database: tables with columns, indexes and foreign keys.

Each library has a `tables.py` that writes these down; link.code.schema.tables makes a Database of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from crowsfoot.libraries.models import Models
from crowsfoot.libraries.objects import Args, At, Class, Object

# What SQL does with the rows of a foreign key, to what a ForeignKeyDef calls it.
ACTIONS: Final = {
    "CASCADE": "Cascade",
    "RESTRICT": "Restrict",
    "NO ACTION": "NoAction",
    "SET NULL": "SetNull",
    "SET DEFAULT": "SetDefault",
}


class Spot(NamedTuple):
    """A place in a file, in code points."""

    path: str
    start: int
    end: int


class ColumnDef(msgspec.Struct, frozen=True, array_like=True):
    """A column. type is as the database calls it, "varchar(50)"; None where the target of a key decides."""

    name: str
    field: str  # as the user calls it
    spot: Spot
    type: str | None = None
    nullable: bool = False
    generated: bool = False  # the database counts: serial, identity, AUTOINCREMENT
    default: str | int | float | bool | None = None  # a constant, in the database or in the library
    default_function: str | None = None  # "now", "uuid", "dbgenerated"
    updated_at: bool = False  # the library writes the time of every change
    enum: str | None = None  # the name of an enum type of the database
    values: tuple[str, ...] = ()  # of that enum
    key_type: str | None = None  # the type of a foreign key to it, where that is another
    few: bool = False  # the library lets in only a few values


class KeyDef(msgspec.Struct, frozen=True, array_like=True):
    """One entry of an index; column is the database's name."""

    column: str | None
    expression: str | None = None
    descending: bool = False
    opclass: str | None = None
    nulls: Literal["first", "last"] | None = None  # where written


class IndexDef(msgspec.Struct, frozen=True, array_like=True):
    """An index, a unique constraint or a primary key; written is what the user wrote that makes it."""

    keys: tuple[KeyDef, ...]
    spot: Spot
    written: str
    name: str | None = None
    unique: bool = False
    primary: bool = False
    method: str = "btree"
    predicate: str | None = None
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True
    on_field: bool = False
    implied: bool = False  # the library makes it by itself, for a foreign key or beside another index
    refused_by: str | None = None  # what keeps the library from it
    indexed_apart: bool = False  # by a statement of its own, and not as a constraint of the table


class ForeignKeyDef(msgspec.Struct, frozen=True, array_like=True):
    """A foreign key to the TableDef with the id target; without target_columns, to its primary key."""

    columns: tuple[str, ...]
    target: str
    spot: Spot
    target_columns: tuple[str, ...] = ()
    on_delete: str = "NoAction"
    on_update: str = "NoAction"
    on_delete_written: bool = False
    by_library: bool = False  # it is the library that follows on_delete: the database has no action
    enforced: bool = True
    name: str | None = None
    deferrable: bool = False


class TableDef(msgspec.Struct, frozen=True, array_like=True):
    """A table. id is the model's, model its name; those that no class stands for have the table's."""

    id: str
    name: str
    model: str
    spot: Spot  # of the name
    library: str
    columns: tuple[ColumnDef, ...] = ()
    indexes: tuple[IndexDef, ...] = ()
    foreign_keys: tuple[ForeignKeyDef, ...] = ()
    schema: str | None = None
    kind: Literal["table", "view", "join"] = "table"
    complete: bool = True  # all of its columns are known: what is absent here is absent there
    ignored: bool = False  # the library does not create it


class Called(NamedTuple):
    """A call that stands in a module: the dotted name, its arguments, and where they and the whole stand."""

    name: str
    args: Args
    spot: Spot
    parts: tuple[Spot, ...]


class Argument(NamedTuple):
    """An argument of a call in the body of a class: its variable of the body, or how it is written."""

    name: str | None
    descending: bool
    shown: str


class Reading(Protocol):
    """The program, as one who looks for tables asks it."""

    @property
    def models(self) -> Models: ...
    @property
    def provider(self) -> str:
        """The kind of database, "unknown" where nothing says it."""

    def at(self, cls: Class) -> At:
        """Somebody to ask, in the body of the class."""

    def at_spot(self, spot: Spot) -> At:
        """Somebody to ask, in the module of that place."""

    def spot(self, cls: Class, name: str = "") -> Spot:
        """Where the body of the class assigns or annotates the name; without a name, the class's own."""

    def parts(self, cls: Class, name: str) -> tuple[Spot, ...]:
        """Where the elements stand of the list or tuple that the body of the class gives the name."""

    def arguments(self, cls: Class, name: str) -> tuple[tuple[Argument, ...], ...]:
        """Of each call among those elements, its positional arguments as they are written."""

    def with_names(self, cls: Class, name: str, known: Mapping[str, Object]) -> Object | None:
        """What the body of the class gives the name, if these are what other names of it are."""

    def entries(self, cls: Class, name: str) -> tuple[tuple[Object, Object], ...]:
        """The keys and values of the dict that the body of the class gives the name."""

    def is_optional(self, cls: Class, name: str) -> bool:
        """Whether the annotation of the name says `| None`, and not only of a part of the type."""

    def setting(self, name: str) -> Object | None:
        """What a module of settings assigns to that name."""

    def heirs(self, of: Class | str) -> Sequence[Class]:
        """The classes of the program that derive from one of its own, or from one of a library."""

    def calls(self, names: Sequence[str]) -> "Iterator[Called]":
        """What modules call of libraries, by the last words of the dotted names."""


def resolved(tables: Iterable[TableDef], unknown: str | None = None) -> list[TableDef]:
    """The same, with the types and target columns of foreign keys, as their targets have them.

    unknown is the type of a key whose target nobody knows.
    """
    by_id = {it.id: it for it in tables}
    types: dict[tuple[str, str, bool], str | None] = {}

    def columns_of(fk: ForeignKeyDef) -> tuple[str, ...]:
        target = by_id.get(fk.target)
        if target is None:
            return ()
        if fk.target_columns:
            named = {it.field: it.name for it in target.columns}
            held = {it.name for it in target.columns}
            return tuple(it if it in held else named.get(it, it) for it in fk.target_columns)
        primary = next((it for it in target.indexes if it.primary), None)
        return tuple(it.column for it in primary.keys if it.column) if primary is not None else ()

    def type_of(table: str, name: str, depth: int) -> str | None:
        key = (table, name, depth > 0)
        if key not in types:
            types[key] = None
            it = by_id.get(table)
            column = next((one for one in it.columns if one.name == name), None) if it is not None else None
            found = column.type if column is not None else None
            if column is not None and depth > 0:
                found = column.key_type or found
            if column is not None and it is not None and found is None and depth < _DEEPEST:
                for fk in it.foreign_keys:
                    if name in fk.columns and fk.target in by_id:
                        theirs = columns_of(fk)
                        if len(theirs) == len(fk.columns):
                            found = type_of(fk.target, theirs[fk.columns.index(name)], depth + 1)
                            break
            types[key] = found
        return types[key]

    done = []
    for it in by_id.values():
        keyed = {name for fk in it.foreign_keys for name in fk.columns}
        columns = tuple(
            msgspec.structs.replace(
                column, type=type_of(it.id, column.name, 0) or (unknown if column.name in keyed else None)
            )
            if column.type is None
            else column
            for column in it.columns
        )
        keys = tuple(msgspec.structs.replace(fk, target_columns=columns_of(fk)) for fk in it.foreign_keys)
        done.append(msgspec.structs.replace(it, columns=columns, foreign_keys=keys))
    return done


_DEEPEST = 20
