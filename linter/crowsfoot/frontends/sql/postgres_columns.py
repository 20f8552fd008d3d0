"""PostgreSQL column definitions, constraints and index keys to facts."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, Literal

from crowsfoot.facts.sql import (
    ColumnDef,
    Constraint,
    Expression,
    IndexKey,
    Reference,
    TypeName,
)
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_expressions import expression, in_brackets
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import object_name, strings
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_words import GAP, NAME, Words
from crowsfoot.source import Range


def column(it: Tree, here: Here, end: int) -> ColumnDef:
    """The column that begins where the parser says and ends at end."""
    location = it["location"]
    start = here.at(location)
    name_range = here.name(location)
    written: Sequence[Tree] = it.get("constraints", ())
    stops = [here.at(each["Constraint"]["location"]) for each in written]
    collation: str | None = None
    if "collClause" in it:
        collation = it["collClause"]["collname"][-1]["String"]["sval"]
        stops.append(here.at(it["collClause"]["location"]))
        stops.sort()
    stops.append(end)
    type_name = type_of(it, here, stops[0]) if "typeName" in it else TypeName("", name_range)
    default: Expression | None = None
    generated: Expression | None = None
    stored = not_null = null_written = False
    identity: str | None = None
    constraints: list[Constraint] = []
    for index, each in enumerate(written):
        raw = each["Constraint"]
        kind = raw["contype"]
        if kind == "CONSTR_NOTNULL":
            not_null = True
        elif kind == "CONSTR_NULL":
            null_written = True
        elif kind not in _ATTRIBUTES:
            first = here.at(raw["location"])
            limit = here.until(first, _next(stops, first))
            if kind == "CONSTR_DEFAULT":
                match = _DEFAULT_AT.match(here.text, first, limit)
                default = expression(raw["raw_expr"], here, match.end() if match else first, limit)
            elif kind == "CONSTR_GENERATED":
                generated = in_brackets(raw["raw_expr"], here, first, limit, "AS")
                stored = raw.get("generated_kind") == "s"
            elif kind == "CONSTR_IDENTITY":
                identity = _IDENTITY.get(raw["generated_when"])
            else:
                attributes: list[str] = []
                for follower in range(index + 1, len(written)):
                    attribute = written[follower]["Constraint"]
                    if attribute["contype"] not in _ATTRIBUTES:
                        break
                    attributes.append(attribute["contype"])
                    last = here.at(attribute["location"])
                    limit = here.until(last, _next(stops, last))
                constraints.append(constraint(raw, here, limit, it["colname"], attributes))
    return ColumnDef(
        it["colname"],
        name_range,
        here.place(start, end),
        type_name,
        not_null,
        null_written,
        default,
        generated,
        stored,
        identity,
        collation,
        constraints=tuple(constraints),
    )


def type_of(it: Tree, here: Here, limit: int) -> TypeName:
    """The type of a column; limit is where the next known part begins."""
    start = here.at(it["typeName"]["location"])
    end = here.until(start, limit)
    if "compression" in it or "storage_name" in it or "fdwoptions" in it:
        words = Words(here.text, start, end)
        for index, word in enumerate(words.words):
            if index and word in ("COMPRESSION", "STORAGE", "OPTIONS"):
                end = words.ends[index - 1]
                break
    return types.read(it["typeName"], here.place(start, end), here.text[start:end])


def constraint(
    it: Tree,
    here: Here,
    end: int,
    column: str | None = None,
    attributes: Sequence[str] = (),
) -> Constraint:
    """A constraint of a table, or that of a column with the attributes that follow it."""
    start = here.at(it["location"])
    where = here.place(start, end)
    kind = _KINDS[it["contype"]]
    name = it.get("conname")
    at_column = column is not None
    enforced = kind not in ("foreign", "check") or it.get("is_enforced", False)
    if attributes:
        deferred = "CONSTR_ATTR_DEFERRED" in attributes
        deferrable = deferred or "CONSTR_ATTR_DEFERRABLE" in attributes
        enforced = "CONSTR_ATTR_NOT_ENFORCED" not in attributes
    else:
        deferrable = it.get("deferrable", False)
        deferred = it.get("initdeferred", False)
    if kind == "foreign":
        return Constraint(
            kind,
            where,
            name,
            (column,) if column is not None else strings(it["fk_attrs"]),
            references=Reference(
                object_name(it["pktable"], here),
                strings(it.get("pk_attrs", ())),
                _REFERENTIAL[it["fk_del_action"]],
                _REFERENTIAL[it["fk_upd_action"]],
            ),
            not_valid=it.get("skip_validation", False),
            enforced=enforced,
            deferrable=deferrable,
            deferred=deferred,
            at_column=at_column,
        )
    if kind == "check":
        return Constraint(
            kind,
            where,
            name,
            (column,) if column is not None else (),
            check=in_brackets(it["raw_expr"], here, start, end, "CHECK"),
            not_valid=it.get("skip_validation", False),
            enforced=enforced,
            at_column=at_column,
        )
    if kind == "exclude":
        return _exclusion(it, here, start, end)
    return Constraint(
        kind,
        where,
        name,
        (column,) if column is not None else strings(it.get("keys", ())),
        not_valid=it.get("skip_validation", False),
        deferrable=deferrable,
        deferred=deferred,
        using_index=it.get("indexname"),
        include=strings(it.get("including", ())),
        nulls_distinct="nulls_not_distinct" not in it,
        at_column=at_column,
    )


def index_key(it: Tree, here: Here, words: Words, first: int, end: int) -> IndexKey:
    """The key that the words from first to before end are."""
    read: Expression | None = None
    if "expr" in it:
        read = expression(it["expr"], here, *_key_expression(words, first, end))
    return key_at(it, here.place(*words.range(first, end)), read)


def key_at(it: Tree, where: Range, read: Expression | None = None) -> IndexKey:
    return IndexKey(
        where,
        it.get("name"),
        read,
        it.get("ordering") == "SORTBY_DESC",
        _NULLS.get(it.get("nulls_ordering", "")),
        it["opclass"][-1]["String"]["sval"] if "opclass" in it else None,
        it["collation"][-1]["String"]["sval"] if "collation" in it else None,
    )


_REFERENTIAL: Final = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}
_IDENTITY: Final = {"a": "always", "d": "by default"}
_KINDS: Final[dict[str, Literal["primary", "unique", "check", "foreign", "exclude", "not null"]]] = {
    "CONSTR_PRIMARY": "primary",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign",
    "CONSTR_EXCLUSION": "exclude",
    "CONSTR_NOTNULL": "not null",
}
# What can follow one of the above at a column, and belongs to it.
_ATTRIBUTES: Final = frozenset(
    (
        "CONSTR_ATTR_DEFERRABLE",
        "CONSTR_ATTR_NOT_DEFERRABLE",
        "CONSTR_ATTR_DEFERRED",
        "CONSTR_ATTR_IMMEDIATE",
        "CONSTR_ATTR_ENFORCED",
        "CONSTR_ATTR_NOT_ENFORCED",
    )
)
_DEFAULT_AT: Final = re.compile(
    rf"(?:CONSTRAINT{GAP}{NAME}{GAP})?DEFAULT(?![\w$]){GAP}", re.DOTALL | re.IGNORECASE
)
_NULLS: Final[dict[str, Literal["first", "last"]]] = {
    "SORTBY_NULLS_FIRST": "first",
    "SORTBY_NULLS_LAST": "last",
}


def _next(stops: Sequence[int], offset: int) -> int:
    """The first of the sorted stops after offset, or the last one."""
    return stops[min(bisect_right(stops, offset), len(stops) - 1)]


def _key_expression(words: Words, first: int, end: int) -> tuple[int, int]:
    """From where to where the expression of a key goes: in brackets, or a call of a function."""
    opening = first
    while opening < end and words.words[opening] != "(":
        opening += 1
    closing = words.closing.get(opening, end)
    if opening == first and closing > first + 1:
        return words.range(first + 1, closing)
    return words.range(first, min(closing + 1, end))


def _exclusion(it: Tree, here: Here, start: int, end: int) -> Constraint:
    words = Words(here.text, start, end)
    count = len(words.words)
    opening = words.find("(", words.find("EXCLUDE", 0, count), count)
    closing = words.closing.get(opening, count)
    keys: list[IndexKey] = []
    for item, (first, after) in zip(it["exclusions"], words.items(opening + 1, closing), strict=False):
        key = item["List"]["items"][0]["IndexElem"]
        keys.append(index_key(key, here, words, first, words.find("WITH", first, after)))
    predicate: Expression | None = None
    if "where_clause" in it:
        where = words.find("WHERE", closing, count)
        if where < count:
            predicate = in_brackets(it["where_clause"], here, words.starts[where], end, "WHERE")
    return Constraint(
        "exclude",
        here.place(start, end),
        it.get("conname"),
        tuple([key.column for key in keys if key.column is not None]),
        deferrable=it.get("deferrable", False),
        deferred=it.get("initdeferred", False),
        include=strings(it.get("including", ())),
        method=it.get("access_method", "btree"),
        keys=tuple(keys),
        predicate=predicate,
    )
