"""The tokens of a constraint or of the keys of an index to what they say, for the generic dialects."""

from __future__ import annotations

from typing import Final

from crowsfoot.facts.sql import (
    Constraint,
    CreateIndex,
    IndexKey,
    ObjectName,
    Reference,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor
from crowsfoot.frontends.sql.generic_expressions import expression
from crowsfoot.source import Range

INDEXES: Final = frozenset(("INDEX", "KEY", "FULLTEXT", "SPATIAL"))


def table_constraint(cur: Cursor, table: ObjectName) -> Constraint | CreateIndex | None:
    """The constraint or index that the tokens from here to the end define; None for what is neither.

    In MySQL a unique constraint is a unique index, and can be dropped as one.
    """
    first = cur.at
    name: str | None = None
    if cur.accept("CONSTRAINT") and cur.key not in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK"):
        cur.accept("IF", "NOT", "EXISTS")
        name = cur.name("the name of a constraint").text
    key = cur.key
    if key == "CHECK":
        return check(cur, first, name)
    if key == "FOREIGN":
        return _foreign_key(cur, first, name)
    if key == "PRIMARY":
        return _primary_key(cur, first, name)
    if key == "UNIQUE" or key in INDEXES or cur.sees("VECTOR", "INDEX"):
        return _key(cur, first, name, table)
    if name is not None and key != "DEFAULT":
        raise cur.unexpected("PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK")
    return None


def check(cur: Cursor, first: int, name: str | None, at_column: str | None = None) -> Constraint:
    cur.expect("CHECK")
    cur.accept("NOT", "FOR", "REPLICATION")
    opening = cur.at
    if cur.key != "(":
        raise cur.unexpected("`(`")
    cur.skip()
    inner = expression(Cursor(cur.text, cur.dialect, cur.tokens, opening + 1, cur.at - 1))
    enforced = True
    if cur.accept("NOT", "ENFORCED"):
        enforced = False
    else:
        cur.accept("ENFORCED")
    return Constraint(
        "check",
        cur.range_from(first),
        name,
        inner.columns if at_column is None else (at_column,),
        check=inner,
        enforced=enforced,
        at_column=at_column is not None,
    )


def references(cur: Cursor) -> tuple[Reference, bool, bool]:
    """What a foreign key refers to, and whether it is deferrable, and deferred."""
    cur.expect("REFERENCES")
    table = cur.object_name("a table")
    columns = cur.names() if cur.key == "(" else ()
    actions = {"DELETE": "NO ACTION", "UPDATE": "NO ACTION"}
    deferrable = deferred = False
    while not cur.done:
        if cur.key == "ON" and (cur.peek(1).key in actions or cur.dialect != "sqlserver"):
            cur.take()
            if cur.key not in actions:
                raise cur.unexpected("DELETE or UPDATE")
            event = cur.take().key
            actions[event] = _action(cur)
        elif cur.accept("MATCH"):
            cur.take()
        elif cur.accept("NOT", "DEFERRABLE"):
            deferrable = False
        elif cur.accept("DEFERRABLE"):
            deferrable = True
        elif cur.accept("INITIALLY"):
            deferred = cur.take().key == "DEFERRED"
        elif not cur.accept("NOT", "FOR", "REPLICATION"):
            break
    return Reference(table, columns, actions["DELETE"], actions["UPDATE"]), deferrable, deferred


def index_keys(cur: Cursor) -> tuple[IndexKey, ...]:
    """(a, b DESC, lower(c)), from bracket to bracket."""
    return tuple([_index_key(part) for part in cur.parts()])


def _primary_key(cur: Cursor, first: int, name: str | None) -> Constraint:
    cur.expect("PRIMARY")
    cur.expect("KEY")
    method = _clustering(cur)
    if cur.dialect == "mysql" and cur.key != "(" and cur.key != "USING":
        cur.name()  # which MySQL passes over, too
    _using(cur)
    keys = index_keys(cur)
    _options(cur)
    return Constraint(
        "primary", cur.range_from(first), name, _columns(keys), keys=_telling(keys), method=method
    )


def _foreign_key(cur: Cursor, first: int, name: str | None) -> Constraint:
    cur.expect("FOREIGN")
    cur.expect("KEY")
    if cur.dialect == "mysql":
        cur.accept("IF", "NOT", "EXISTS")
        if cur.key != "(":
            cur.name()  # of the index that is made for it
    columns = cur.names()
    target, deferrable, deferred = references(cur)
    if cur.dialect == "mysql":
        cur.end("a comma")
    return Constraint(
        "foreign",
        cur.range_from(first),
        name,
        columns,
        references=target,
        deferrable=deferrable,
        deferred=deferred,
    )


def _key(cur: Cursor, first: int, name: str | None, table: ObjectName) -> Constraint | CreateIndex:
    """UNIQUE, KEY, INDEX, FULLTEXT, SPATIAL."""
    unique = cur.accept("UNIQUE")
    method = "btree"
    if not unique and cur.key in ("FULLTEXT", "SPATIAL", "VECTOR"):
        method = cur.take().key.lower()
    clustering = _clustering(cur)
    place: Range | None = None
    is_index = cur.dialect == "mysql" or not unique
    if (cur.accept("INDEX") or cur.accept("KEY") or cur.dialect == "mysql") and cur.key not in ("(", "USING"):
        cur.accept("IF", "NOT", "EXISTS")
        token = cur.name("the name of an index")
        name, place = token.text, Range(token.start, token.end)
    if cur.dialect == "sqlserver":
        unique = cur.accept("UNIQUE") or unique
        clustering = _clustering(cur) or clustering
    method = _using(cur) or method
    keys = index_keys(cur)
    if is_index:
        cur.at = cur.stop
        return CreateIndex(
            cur.range_from(first),
            table,
            keys,
            name,
            place,
            unique,
            method,
            clustered=None if clustering is None else clustering == "clustered",
        )
    _options(cur)
    return Constraint(
        "unique", cur.range_from(first), name, _columns(keys), keys=_telling(keys), method=clustering
    )


def _options(cur: Cursor) -> None:
    """What is said of the index of a key, up to the end; in SQLite another constraint may follow."""
    if cur.dialect != "sqlite":
        cur.at = cur.stop
    elif cur.accept("ON", "CONFLICT"):
        cur.take()


def _index_key(part: Cursor) -> IndexKey:
    first = part.at
    descending = False
    collation = None
    stop = part.stop
    tokens = part.tokens
    while stop - first > 1:  # what follows the column or expression
        last = tokens[stop - 1]
        if last.key in ("ASC", "DESC"):
            descending = last.key == "DESC"
            stop -= 1
        elif stop - first > 2 and tokens[stop - 2].key == "COLLATE":
            collation = last.text
            stop -= 2
        else:
            break
    place = (
        part.range_from(first) if part.at > first else Range(tokens[first].start, tokens[part.stop - 1].end)
    )
    token = tokens[first]
    length = None
    if stop - first == 1 and token.kind in ("name", "word"):
        return IndexKey(place, token.text, descending=descending, collation=collation)
    if (
        part.dialect == "mysql"
        and stop - first == 4
        and token.kind in ("name", "word")
        and tokens[first + 1].key == "("
        and tokens[first + 2].kind == "number"
    ):
        length = int(tokens[first + 2].text) if tokens[first + 2].text.isdecimal() else None
        return IndexKey(place, token.text, descending=descending, length=length)
    if token.kind == "string" and stop - first == 1 and part.dialect == "mysql":
        part.name("a column")  # which says that it is a string
    if token.kind in ("name", "word") and tokens[first + 1].kind in ("name", "word", "number", "string"):
        part.at += 1
        if part.key not in ("AND", "OR", "IS", "IN", "NOT", "LIKE", "BETWEEN", "COLLATE", "GLOB"):
            raise part.unexpected("a comma")
        part.at -= 1
    key = expression(Cursor(part.text, part.dialect, tokens, first, stop))
    return IndexKey(place, expression=key, descending=descending, collation=collation)


def _columns(keys: tuple[IndexKey, ...]) -> tuple[str, ...]:
    return tuple([it.column for it in keys if it.column is not None])


def _telling(keys: tuple[IndexKey, ...]) -> tuple[IndexKey, ...]:
    """keys, if they say more than their columns."""
    return keys if any(it.descending or it.length is not None or it.column is None for it in keys) else ()


def _clustering(cur: Cursor) -> str | None:
    if cur.dialect == "sqlserver" and cur.key in ("CLUSTERED", "NONCLUSTERED"):
        return cur.take().key.lower()
    return None


def _using(cur: Cursor) -> str | None:
    return cur.name().text.lower() if cur.accept("USING") or cur.accept("TYPE") else None


def _action(cur: Cursor) -> str:
    """CASCADE, SET NULL, ..."""
    if cur.key in ("CASCADE", "RESTRICT"):
        return cur.take().key
    for first, second in (("SET", "NULL"), ("SET", "DEFAULT"), ("NO", "ACTION")):
        if cur.accept(first, second):
            return f"{first} {second}"
    raise cur.unexpected("CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION")
