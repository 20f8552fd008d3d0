"""CREATE TABLE and CREATE INDEX to operations."""

import re
from typing import Final

from crowsfoot.facts.sql import (
    ColumnDef,
    Constraint,
    CreateIndex,
    CreateTable,
    Expression,
    IndexKey,
    ObjectName,
    Operation,
)
from crowsfoot.frontends.sql.postgres_columns import column, constraint, index_key, key_at
from crowsfoot.frontends.sql.postgres_expressions import expression
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import object_name, options
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_words import BLANKS, NAME, Words
from crowsfoot.source import Range


def create_table(it: Tree, here: Here) -> tuple[Operation, ...]:
    return (_create_table(it, here, ()),)


def create_foreign_table(it: Tree, here: Here) -> tuple[Operation, ...]:
    return (_create_table(it["base"], here, (("server", it["servername"]),)),)


def create_index(it: Tree, here: Here) -> tuple[Operation, ...]:
    relation = it["relation"]
    name_range: Range | None = None
    predicate: Expression | None = None
    plain = _plain_index(it, here)
    if plain is not None:
        name_range, keys = plain
    else:
        words = here.words
        count = len(words.words)
        table = words.index(here.at(relation["location"]))
        opening = words.words.index("(", table)
        closing = words.closing.get(opening, count)
        keys = [
            index_key(each["IndexElem"], here, words, first, end)
            for each, (first, end) in zip(it["indexParams"], words.items(opening + 1, closing), strict=False)
        ]
        if "idxname" in it:
            on = table - 1 if words.words[table - 1] == "ON" else table - 2  # ON ONLY
            name_range = here.place(*words.range(on - 1, on))
        if "whereClause" in it:
            where = words.find("WHERE", closing, count)
            predicate = expression(it["whereClause"], here, *words.range(min(where + 1, count - 1), count))
    return (
        CreateIndex(
            here.range,
            object_name(relation, here),
            tuple(keys),
            it.get("idxname"),
            name_range,
            unique=it.get("unique", False),
            method=it.get("accessMethod", "btree"),
            concurrently=it.get("concurrent", False),
            if_not_exists=it.get("if_not_exists", False),
            only="inh" not in relation,
            include=tuple([each["IndexElem"]["name"] for each in it.get("indexIncludingParams", ())]),
            predicate=predicate,
            nulls_distinct="nulls_not_distinct" not in it,
        ),
    )


# As tools write it. The words of any other are told one by one, which takes ten times as long.
_PLAIN_INDEX: Final = re.compile(
    rf"CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?P<name>{NAME}) ON (?:{NAME}\.)?{NAME}"
    r"(?: USING \w+)? ?\((?P<keys>[^()'$/-]*)\)"
)


def _plain_index(it: Tree, here: Here) -> tuple[Range, list[IndexKey]] | None:
    """Where the name of the index stands, and its keys, where nothing but plain columns is indexed."""
    written = _PLAIN_INDEX.fullmatch(here.text, here.start, here.end)
    if written is None or "idxname" not in it:
        return None
    parts = written["keys"].split(",")
    elements = [each["IndexElem"] for each in it["indexParams"]]
    if len(parts) != len(elements) or any("expr" in each for each in elements):
        return None
    keys: list[IndexKey] = []
    start = written.start("keys")
    for each, part in zip(elements, parts, strict=True):
        begin = start + len(part) - len(part.lstrip(BLANKS))
        keys.append(key_at(each, here.place(begin, start + len(part.rstrip(BLANKS)))))
        start += len(part) + 1
    return here.place(*written.span("name")), keys


_LIKE_OPTIONS: Final = (
    (1 << 0, "comments"),
    (1 << 1, "compression"),
    (1 << 2, "constraints"),
    (1 << 3, "defaults"),
    (1 << 4, "generated"),
    (1 << 5, "identity"),
    (1 << 6, "indexes"),
    (1 << 7, "statistics"),
    (1 << 8, "storage"),
)
_PARTS_OF_MOST: Final = {"relation", "tableElts", "oncommit", "if_not_exists"}
_MOST_BETWEEN: Final = 1_000  # characters of blanks and comments behind LIKE
_LIKE_ALL: Final = 0x7FFFFFFF
_STRATEGIES: Final = {
    "PARTITION_STRATEGY_LIST": "list",
    "PARTITION_STRATEGY_RANGE": "range",
    "PARTITION_STRATEGY_HASH": "hash",
}


def _create_table(it: Tree, here: Here, more_options: tuple[tuple[str, str], ...]) -> CreateTable:
    columns: list[ColumnDef] = []
    constraints: list[Constraint] = []
    like: list[tuple[ObjectName, tuple[str, ...]]] = []
    elements = [each for element in it.get("tableElts", ()) for each in element.items()]
    starts = [
        _like(here, each["relation"]["location"]) if kind == "TableLikeClause" else here.at(each["location"])
        for kind, each in elements
    ]
    if starts:
        last = here.text[here.end - 1] == ")" and here.verb == "CREATE TABLE" and it.keys() <= _PARTS_OF_MOST
        starts.append(here.end - 1 if last else _list_end(here, it["relation"]["location"]))
    for index, (kind, each) in enumerate(elements):
        if kind == "ColumnDef":
            columns.append(column(each, here, here.until(starts[index], starts[index + 1])))
        elif kind == "Constraint":
            constraints.append(constraint(each, here, here.until(starts[index], starts[index + 1])))
        else:
            like.append(
                (
                    object_name(each["relation"], here),
                    _like_options(each.get("options", 0)),
                )
            )
    parents = tuple([object_name(each["RangeVar"], here) for each in it.get("inhRelations", ())])
    bound = it.get("partbound")
    partition_by: str | None = None
    partition_keys: tuple[str, ...] = ()
    if "partspec" in it:
        partition_by = _STRATEGIES.get(it["partspec"]["strategy"])
        partition_keys = _partition_keys(it["partspec"], here)
    relation = it["relation"]
    return CreateTable(
        here.range,
        object_name(relation, here),
        tuple(columns),
        tuple(constraints),
        if_not_exists=it.get("if_not_exists", False),
        temporary=relation["relpersistence"] == "t",
        unlogged=relation["relpersistence"] == "u",
        partition_by=partition_by,
        partition_keys=partition_keys,
        partition_of=parents[0] if bound is not None and parents else None,
        default_partition=bound is not None and bound.get("is_default", False),
        like=tuple(like),
        inherits=() if bound is not None else parents,
        options=(*options(it.get("options", ())), *more_options),
        on_commit_drop=it.get("oncommit") == "ONCOMMIT_DROP",
    )


def _like(here: Here, location: int) -> int:
    """Where the word LIKE stands before the table at a location."""
    end = here.at(location)
    before = here.text[max(here.start, end - _MOST_BETWEEN) : end].lower()
    return end - len(before) + max(before.rfind("like"), 0)


def _list_end(here: Here, relation: int) -> int:
    """Where the bracket stands that closes the list of a table at a location."""
    words = here.words
    opening = words.index(here.at(relation))
    while words.words[opening] != "(":
        opening += 1
    closing = words.closing[opening]
    return words.starts[closing] if closing < len(words.starts) else here.end


def _like_options(bits: int) -> tuple[str, ...]:
    if bits == _LIKE_ALL:
        return ("all",)
    return tuple([name for bit, name in _LIKE_OPTIONS if bits & bit])


def _partition_keys(it: Tree, here: Here) -> tuple[str, ...]:
    words = Words(here.text, here.at(it["location"]), here.end)
    opening = words.find("(", 0, len(words.words))
    places = words.items(opening + 1, words.closing.get(opening, opening))
    elements = [each["PartitionElem"] for each in it["partParams"]]
    return tuple(
        [
            each.get("name") or here.compact(*words.range(*place))
            for each, place in zip(elements, places, strict=False)
        ]
    )
