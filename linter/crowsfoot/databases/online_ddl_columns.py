"""A column that is added, dropped or defined anew in MySQL or MariaDB -> the work that it makes."""

from typing import Final

from msgspec.structs import replace

from crowsfoot.databases.online_ddl_model import Action, Work
from crowsfoot.facts.sql import AddColumn, ColumnDef, DropColumn, RedefineColumn, TypeName
from crowsfoot.link.catalog.model import Column, Table

# How many bytes a character can take, of the character sets that are in use.
# Source: https://dev.mysql.com/doc/refman/8.4/en/charset-charsets.html
_BYTES: Final = {
    "ascii": 1,
    "binary": 1,
    "latin1": 1,
    "latin2": 1,
    "cp1251": 1,
    "ucs2": 2,
    "gbk": 2,
    "utf8": 3,
    "utf8mb3": 3,
    "utf8mb4": 4,
}
_DEFAULT_CHARSET: Final = "utf8mb4"  # MySQL's from 8.0 on, and what Prisma writes
_TEXTS: Final = frozenset(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"))
_INTEGERS: Final = frozenset(("tinyint", "smallint", "mediumint", "int", "bigint"))
_NOW: Final = frozenset(("now", "current_timestamp", "localtime", "localtimestamp"))


def add(it: Action) -> list[Work]:
    change: AddColumn = it.change
    column = change.column
    server = it.server
    why = f"the column `{column.name}` is added"
    if column.identity == "auto_increment":
        # Rows are numbered under a lock. Source: the manual's note on "Adding a column"
        first = Work(
            "INPLACE",
            "SHARED",
            f"the rows are numbered in `{column.name}`",
            change.range,
            True,
            adds_primary=_primary(column),
        )
        return [first]
    if column.generated is not None:
        if column.stored:
            return [it.copy(f"`{column.name}` is computed for every row while the table is copied")]
        return [it.metadata(why)]
    if _computed(column, mariadb=server.mariadb):
        if not server.mariadb:
            # MySQL refuses INSTANT here, whatever the expression; whether INPLACE will do is not documented.
            # Source: https://github.com/vitessio/vitess/issues/16024
            return [it.rebuild(f"the default of `{column.name}` is an expression, so rows are written anew")]
        return [
            it.copy(f"the default of `{column.name}` is computed for every row while the table is copied")
        ]
    last = column.position is None
    instant = last or server.version >= ((10, 4) if server.mariadb else (8, 0, 29))
    return [it.reshape(why, instant=instant), *_constraints(it, column)]


def drop(it: Action) -> list[Work] | None:
    change: DropColumn = it.change
    column = it.before.column(it.table, change.column)
    if column is None:
        return None
    name = column.name.lower()
    why = f"the column `{column.name}` is dropped"
    primary = it.table.primary_key
    if primary is not None and name in [(key or "").lower() for key in primary.columns]:
        return [replace(it.copy("the rows are copied into the order of a hidden key"), drops_primary=True)]
    if column.generated is not None and not column.stored:
        return [it.metadata(why)]
    indexes = [[(key or "").lower() for key in index.columns] for index in it.table.indexes.values()]
    whole = any(keys == [name] for keys in indexes)
    shortened = any(name in keys and len(keys) > 1 for keys in indexes)
    if it.server.mariadb:
        texts = [index for index in it.table.indexes.values() if index.method == "fulltext"]
        if texts and all([(key or "").lower() for key in index.columns] == [name] for index in texts):
            return [Work("INPLACE", "NONE", why, change.range, True)]
        work = it.reshape(why, instant=it.server.version >= (10, 4))
        if shortened:
            return [work, it.build("an index is built without the column")]
        return [work, it.drop_index("the index of the column goes with it")] if whole else [work]
    instant = it.server.version >= (8, 0, 29) and not (whole or shortened)
    return [it.reshape(why, instant=instant)]


def alter(it: Action) -> list[Work] | None:
    """ALTER COLUMN ... SET DEFAULT, DROP DEFAULT, SET INVISIBLE."""
    if it.change.change in ("set default", "drop default"):
        return [it.metadata("a default is changed")]
    return [it.metadata("a column is hidden or shown")] if it.change.change == "set options" else None


def redefine(it: Action) -> list[Work] | None:
    """MODIFY and CHANGE, which say all of a column anew: what is other than before is what costs."""
    change: RedefineColumn = it.change
    new = change.definition
    old = it.before.column(it.table, change.column)
    if old is None:
        return None
    name = f"`{new.name}`"
    work: list[Work] = []
    if old.generated is not None or new.generated is not None:
        both_virtual = (
            old.generated is not None and new.generated is not None and not old.stored and not new.stored
        )
        same = (
            old.generated is not None
            and new.generated is not None
            and old.generated.text == new.generated.text
            and old.stored == new.stored
        )
        if not same and not both_virtual:
            return [it.copy(f"{name} is computed anew while the table is copied")]
    if (new.identity == "auto_increment") != (old.identity == "auto_increment"):
        return [it.copy(f"the numbering of {name} changes while the table is copied")]
    work += _type_work(it, old, new)
    if new.name.lower() != old.name.lower():
        work.append(
            it.metadata("a column is renamed", instant=it.server.mariadb or it.server.version >= (8, 0, 28))
        )
    if _not_null(it.table, old) != (new.not_null or _primary(new)):
        verb = "refuses" if new.not_null else "takes"
        if it.server.mariadb and it.row_format == "redundant" and not new.not_null:
            work.append(it.metadata(f"{name} takes NULL"))
        else:
            work.append(it.rebuild(f"{name} {verb} NULL from now on, so rows are written anew"))
    if new.position is not None and _moves(it.table, old, new.position):
        instant = it.server.mariadb and it.server.version >= (10, 4)
        work.append(it.reshape(f"the column {name} is moved", instant=instant))
    for constraint in new.constraints:
        if constraint.kind == "unique":
            work.append(it.build("a unique index is built"))
        elif constraint.kind == "check" and not it.server.mariadb and it.server.version >= (8, 0, 16):
            work.append(it.copy("every row is checked while the table is copied"))
    return work or [it.metadata(f"the definition of {name} changes")]


def converts_nothing(it: Action) -> bool:
    """Whether CONVERT TO names the character set and collation that all columns have."""
    words = (it.change.text or "").lower().split()
    return (
        len(words) == 1
        and words[0] == dict(it.table.options).get("charset", "").lower()
        and "collate" not in dict(it.table.options)
        and not any(column.type.charset or column.collation for column in it.table.columns.values())
    )


def _constraints(it: Action, column: ColumnDef) -> list[Work]:
    """The work for what is written at a new column."""
    work: list[Work] = []
    for constraint in column.constraints:
        if constraint.kind == "unique":
            work.append(it.build("a unique index is built"))
        elif constraint.kind == "primary":
            work.append(
                replace(
                    it.rebuild("the rows are put in the order of their new primary key"), adds_primary=True
                )
            )
        elif constraint.kind == "check" and not it.server.mariadb and it.server.version >= (8, 0, 16):
            work.append(it.copy("every row is checked while the table is copied"))
        elif constraint.kind == "foreign" and (it.server.mariadb or it.server.version >= (9, 0)):
            # MySQL reads and forgets a REFERENCES at a column before 9.0.
            if it.foreign_key_checks:
                work.append(it.copy("every row is checked against the other table while this one is copied"))
            else:
                work.append(it.build("an index is built for the foreign key"))
    return work


def _computed(column: ColumnDef, *, mariadb: bool) -> bool:
    """Whether the default is another for each row."""
    default = column.default
    if default is None or default.value is not None or default.null:
        return False
    if not default.columns and not default.has_query and set(default.functions) <= _NOW:
        return not mariadb and default.text.startswith("(")
    if mariadb:
        # What is the same for all rows of a statement is computed once.
        return bool(default.columns) or default.has_query or bool(set(default.functions) & _EACH_ROW)
    return True


_EACH_ROW: Final = frozenset(("uuid", "sys_guid", "uuid_short", "nextval", "uuid_v4", "uuid_v7"))


# --- types -------------------------------------------------------------------------------------------------


def _type_work(it: Action, old: Column, new: ColumnDef) -> list[Work]:
    was, will = old.type, new.type
    changed = it.copy(f"the type of `{new.name}` changes from {was} to {will}, so the table is copied")
    if was.name != will.name or was.unsigned != will.unsigned:
        return [changed]
    if will.name in ("enum", "set"):
        if _charset(it.table, was, old.collation) != _charset(it.table, will, new.collation):
            return [changed]
        if will.args[: len(was.args)] != was.args or _members(will) != _members(was):
            return [changed]
        if _collation(old.collation) != _collation(new.collation):
            return [changed]
        return [] if was.args == will.args else [it.metadata(f"values are appended to `{new.name}`")]
    if will.name in _TEXTS:
        return _text_work(it, old, new, changed)
    if will.name == "varbinary":
        return _length_work(it, new, _length(was), _length(will), changed)
    if was.args == will.args or will.name in _INTEGERS:  # whose argument is a width for display
        return []
    return [changed]


def _text_work(it: Action, old: Column, new: ColumnDef, changed: Work) -> list[Work]:
    was, will = old.type, new.type
    charset = _charset(it.table, was, old.collation)
    new_charset = _charset(it.table, will, new.collation)
    indexed = any(
        old.name.lower() in [(key or "").lower() for key in index.columns]
        for index in it.table.indexes.values()
    )
    if charset != new_charset:
        # Every utf8mb3 is utf8mb4; no index may have a part of the column as its key.
        wider = {charset, new_charset} <= {"utf8", "utf8mb3", "utf8mb4"} and new_charset == "utf8mb4"
        prefix = any(
            key.length is not None and (key.column or "").lower() == old.name.lower()
            for index in it.table.indexes.values()
            for key in index.keys
        )
        if not (it.server.mariadb and it.server.version >= (10, 4, 3) and wider and not prefix):
            return [changed]
    elif _collation(old.collation) != _collation(new.collation):
        if not (it.server.mariadb and it.server.version >= (10, 4, 3)):
            return [changed]
        if indexed:
            return [it.build(f"the indexes of `{new.name}` are built in the order of the new collation")]
    if will.name == "char" or will.name == "varchar":
        if will.name == "char" and was.args != will.args:
            return [changed]
        old_bytes = _length(was) * _BYTES.get(charset, 4)
        new_bytes = _length(will) * _BYTES.get(new_charset, 4)
        if will.name == "varchar":
            if _length(will) < _length(was):
                return [changed]
            return _length_work(it, new, old_bytes, new_bytes, changed)
    return []


def _length_work(it: Action, new: ColumnDef, old: int, will: int, changed: Work) -> list[Work]:
    """VARCHAR and VARBINARY that grow from old to will bytes; their length takes one byte up to 255."""
    if old == will:
        return []
    if will < old:
        return [changed]
    crosses = (old <= 255) != (will <= 255)
    # MariaDB writes a length of up to 127 the same way in either case; a REDUNDANT row has its own way.
    same = (
        it.server.mariadb and it.server.version >= (10, 4, 3) and (old <= 127 or it.row_format == "redundant")
    )
    if crosses and not same:
        return [changed]
    return [it.metadata(f"`{new.name}` grows", instant=it.server.mariadb)]


def _length(type: TypeName) -> int:
    return int(type.args[0]) if type.args and type.args[0].isdecimal() else 1


def _members(type: TypeName) -> int:
    """The bytes that a value takes."""
    count = len(type.args)
    if type.name == "enum":
        return 1 if count <= 255 else 2
    return min([it for it in (1, 2, 3, 4, 8) if it * 8 >= count], default=8)


def _charset(table: Table, type: TypeName, collation: str | None) -> str:
    """The character set of a column: its own, that of its collation, or that of its table."""
    if type.charset:
        return type.charset
    if collation:
        return collation.lower().partition("_")[0]
    options = dict(table.options)
    if "charset" in options:
        return options["charset"].lower()
    return options["collate"].lower().partition("_")[0] if "collate" in options else _DEFAULT_CHARSET


def _collation(name: str | None) -> str:
    return (name or "").lower()


# --- what is known of a column ----------------------------------------------------------------------------


def _primary(column: ColumnDef) -> bool:
    return any(it.kind == "primary" for it in column.constraints)


def _not_null(table: Table, column: Column) -> bool:
    primary = table.primary_key
    return column.not_null or (
        primary is not None and column.name.lower() in [(key or "").lower() for key in primary.columns]
    )


def _moves(table: Table, column: Column, position: str) -> bool:
    """Whether FIRST or AFTER says another place than the column has."""
    names = [name.lower() for name in table.columns]
    at = names.index(column.name.lower())
    if position == "first":
        return at != 0
    return at == 0 or names[at - 1] != position.removeprefix("after ").lower()
