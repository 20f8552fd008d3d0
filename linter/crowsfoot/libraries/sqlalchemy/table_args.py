"""Index(...), UniqueConstraint(...), PrimaryKeyConstraint(...) -> the indexes that they make.

https://docs.sqlalchemy.org/en/20/core/constraints.html
"""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import md5
from typing import Final, Literal

from msgspec.structs import replace

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import Args, Built, Object
from crowsfoot.libraries.sqlalchemy.changes import Text
from crowsfoot.libraries.sqlalchemy.expressions import ColumnRef, Condition, Ordered, asked
from crowsfoot.libraries.sqlalchemy.receiver import is_true, text
from crowsfoot.libraries.tables import Argument, IndexDef, KeyDef, Spot
from crowsfoot.libraries.where import NOTHING
from crowsfoot.libraries.where import written as written_of

# The database's name of a column, by that of the attribute or its own; None where there is none such.
Columns = Callable[[str], str | None]


def index_of(
    it: Object, written: Sequence[Argument], spot: Spot, table: str, columns: Columns, provider: str
) -> IndexDef | None:
    """The index that an element of __table_args__ makes; None where it makes none that can be read."""
    if not makes_index(it) or not isinstance(it, Built) or it.args.spread:
        return None
    word = last(it.name)
    if word == "Index":
        return _index(it.args, written, spot, columns, provider)
    found = [_key(one, written, number, columns) for number, one in enumerate(it.args.positional)]
    keys = tuple(key for key in found if key is not None)
    if not keys or len(keys) < len(found):
        return None
    primary = word == "PrimaryKeyConstraint"
    return IndexDef(
        keys,
        spot,
        f"{word}({_shown(keys)})",
        text(it.args.get(None, "name")),
        unique=True,
        primary=primary,
        include=_names(it.args.get(None, f"{provider}_include")),
        nulls_distinct=not is_true(it.args.get(None, f"{provider}_nulls_not_distinct")),
    )


def makes_index(it: Object) -> bool:
    """Whether it makes one, whether or not it can be read."""
    return isinstance(it, Built) and last(it.name) in ("Index", "UniqueConstraint", "PrimaryKeyConstraint")


def _index(
    args: Args, written: Sequence[Argument], spot: Spot, columns: Columns, provider: str
) -> IndexDef | None:
    name = text(args.get(0, "name"))
    ops = dict(getattr(args.get(None, f"{provider}_ops"), "named", ()))
    keys = []
    for number, one in enumerate(args.positional[1:], start=1):
        key = _key(one, written, number, columns)
        if key is None:
            return None
        opclass = text(ops.get(key.column))
        keys.append(KeyDef(key.column, key.expression, key.descending, opclass) if opclass else key)
    if not keys:
        return None
    where = args.get(None, f"{provider}_where")
    shown = name if name is not None else _shown(keys)
    return IndexDef(
        tuple(keys),
        spot,
        f'Index("{shown}")' if name is not None else f"Index({shown})",
        None if name is None else shortened(name, provider),
        unique=is_true(args.get(None, "unique")),
        method=text(args.get(None, f"{provider}_using")) or "btree",
        predicate=None if where is None else _predicate(where, columns),
        include=_names(args.get(None, f"{provider}_include")),
        nulls_distinct=not is_true(args.get(None, f"{provider}_nulls_not_distinct")),
        indexed_apart=True,
    )


def _key(it: Object, written: Sequence[Argument], number: int, columns: Columns) -> KeyDef | None:
    named = text(it)
    if named is not None:
        return KeyDef(columns(named) or named)
    if isinstance(it, ColumnRef):
        return KeyDef(columns(it.name) or it.name)
    if isinstance(it, Ordered) and it.column is not None:
        name = it.column[1]
        return KeyDef(columns(name) or name, descending=it.direction == "desc", nulls=it.nulls)
    argument = written[number] if number < len(written) else None
    if argument is not None and argument.name is not None and (found := columns(argument.name)):
        return KeyDef(found, descending=argument.descending)
    if isinstance(it, Text):
        return _of_sql(it.sql, columns) if it.sql else None
    if isinstance(it, Built) and last(it.name) == "literal_column" and (said := text(it.args.get(0, "text"))):
        return _of_sql(said, columns)
    return KeyDef(None, argument.shown) if argument is not None else None


def _of_sql(said: str, columns: Columns) -> KeyDef:
    """`created_at DESC`, or another expression."""
    match = re.fullmatch(r"(\w+)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?", said.strip(), re.IGNORECASE)
    column = columns(match[1]) if match is not None else None
    if match is None or column is None:
        return KeyDef(None, said)
    nulls: Mapping[str, Literal["first", "last"]] = {"first": "first", "last": "last"}
    descending = (match[2] or "").lower() == "desc"
    return KeyDef(column, descending=descending, nulls=nulls.get((match[3] or "").lower()))


def _predicate(it: Object, columns: Columns) -> str:
    """As SQL, where it says that columns are null or equal constants; else so that it equals no other."""
    if isinstance(it, Text) and it.sql is not None:
        return it.sql
    if isinstance(it, (Condition, ColumnRef)):
        asked_of = asked(it)
        present = it.present if isinstance(it, Condition) else ()
        ranges = tuple(column for column in asked_of.ranges if column not in present)
        said = [f"{columns(column[1]) or column[1]} IS NOT NULL" for column in present]
        if (rest := replace(asked_of, ranges=ranges)) != NOTHING or not said:
            said.append(written_of(rest.named(lambda of: (columns(of[1]) or of[1],))))
        return " AND ".join(said) if "?" not in said else f"? {it}"
    return text(it) or f"? {it}"


def _names(it: Object | None) -> tuple[str, ...]:
    items = getattr(it, "items", None) or ()
    found = (one.name if isinstance(one, ColumnRef) else text(one) for one in items)
    return tuple(it for it in found if it is not None)


def _shown(keys: Sequence[KeyDef]) -> str:
    return ", ".join(f'"{key.column}"' if key.column else key.expression or "?" for key in keys)


_LONGEST: Final[Mapping[str, int]] = {"postgresql": 63, "mysql": 64, "cockroachdb": 63}


def index_name(schema: str | None, table: str, column: str, provider: str) -> str:
    """Of index=True. Source: ix_%(column_0_label)s of sqlalchemy/sql/naming.py and schema.py"""
    prefix = f"{schema.replace('.', '_')}_" if schema else ""
    return shortened(f"ix_{prefix}{table}_{column}", provider)


def shortened(name: str, provider: str) -> str:
    """IdentifierPreparer.truncate_and_render_index_name()"""
    longest = _LONGEST.get(provider)
    if longest is None or len(name) <= longest:
        return name
    return f"{name[: longest - 8]}_{md5(name.encode(), usedforsecurity=False).hexdigest()[-4:]}"
