"""PostgreSQL column definitions, constraints and index keys to facts."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import ColumnDef, Constraint, Expression, IndexKey, Reference, TypeName
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_expressions import expression, object_name
from crowsfoot.frontends.sql.postgres_words import GAP, NAME, Here, Words

_REFERENTIAL: Final = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_IDENTITY: Final = {"a": "always", "d": "by default"}
_ConstraintKind = Literal["primary", "unique", "check", "foreign", "exclude", "not null"]
_KINDS: Final[dict[int, _ConstraintKind]] = {
    pg.CONSTR_PRIMARY: "primary",
    pg.CONSTR_UNIQUE: "unique",
    pg.CONSTR_CHECK: "check",
    pg.CONSTR_FOREIGN: "foreign",
    pg.CONSTR_EXCLUSION: "exclude",
    pg.CONSTR_NOTNULL: "not null",
}
# What can follow one of the above at a column, and belongs to it.
_ATTRIBUTES: Final = frozenset(
    (
        pg.CONSTR_ATTR_DEFERRABLE,
        pg.CONSTR_ATTR_NOT_DEFERRABLE,
        pg.CONSTR_ATTR_DEFERRED,
        pg.CONSTR_ATTR_IMMEDIATE,
        pg.CONSTR_ATTR_ENFORCED,
        pg.CONSTR_ATTR_NOT_ENFORCED,
    )
)
_DEFAULT_AT: Final = re.compile(
    rf"(?:CONSTRAINT{GAP}{NAME}{GAP})?DEFAULT(?![\w$]){GAP}", re.DOTALL | re.IGNORECASE
)
_NULLS: Final[dict[int, Literal["first", "last"]]] = {
    pg.SORTBY_NULLS_FIRST: "first",
    pg.SORTBY_NULLS_LAST: "last",
}


def column(it: pg.ColumnDef, here: Here, end: int) -> ColumnDef:
    """The column that begins where the parser says and ends at end."""
    start = here.at(it.location)
    name_range = here.name(it.location)
    stops = [here.at(each.constraint.location) for each in it.constraints]
    collated = it.HasField("coll_clause")
    if collated:
        stops.append(here.at(it.coll_clause.location))
        stops.sort()
    stops.append(end)
    type_name = type_of(it, here, stops[0]) if it.HasField("type_name") else TypeName("", name_range)
    default: Expression | None = None
    generated: Expression | None = None
    stored = not_null = null_written = False
    identity: str | None = None
    constraints: list[Constraint] = []
    for index, each in enumerate(it.constraints):
        raw = each.constraint
        kind = raw.contype
        if kind == pg.CONSTR_NOTNULL:
            not_null = True
            continue
        if kind in _ATTRIBUTES:
            continue
        if kind == pg.CONSTR_NULL:
            null_written = True
            continue
        first = here.at(raw.location)
        limit = here.until(first, _next(stops, first))
        if kind == pg.CONSTR_DEFAULT:
            match = _DEFAULT_AT.match(here.text, first, limit)
            default = expression(raw.raw_expr, here, match.end() if match else first, limit)
        elif kind == pg.CONSTR_GENERATED:
            generated = in_brackets(raw.raw_expr, here, first, limit, "AS")
            stored = raw.generated_kind == "s"
        elif kind == pg.CONSTR_IDENTITY:
            identity = _IDENTITY.get(raw.generated_when)
        else:
            attributes: list[int] = []
            for follower in it.constraints[index + 1 :]:
                if follower.constraint.contype not in _ATTRIBUTES:
                    break
                attributes.append(follower.constraint.contype)
                last = here.at(follower.constraint.location)
                limit = here.until(last, _next(stops, last))
            constraints.append(constraint(raw, here, limit, it.colname, attributes))
    return ColumnDef(
        it.colname,
        name_range,
        here.place(start, end),
        type_name,
        not_null=not_null,
        null_written=null_written,
        default=default,
        generated=generated,
        stored=stored,
        identity=identity,
        collation=it.coll_clause.collname[-1].string.sval if collated else None,
        constraints=tuple(constraints),
    )


def type_of(it: pg.ColumnDef, here: Here, limit: int) -> TypeName:
    """The type of a column; limit is where the next known part begins."""
    start = here.at(it.type_name.location)
    end = here.until(start, limit)
    if it.compression or it.storage_name or it.fdwoptions:
        words = Words(here.text, start, end)
        for index, word in enumerate(words.words):
            if index and word in ("COMPRESSION", "STORAGE", "OPTIONS"):
                end = words.ends[index - 1]
                break
    return types.read(it.type_name, here.place(start, end), here.text[start:end])


def constraint(
    it: pg.Constraint, here: Here, end: int, column: str | None = None, attributes: Sequence[int] = ()
) -> Constraint:
    """A constraint of a table, or that of a column with the attributes that follow it."""
    start = here.at(it.location)
    where = here.place(start, end)
    kind = _KINDS[it.contype]
    name = it.conname or None
    at_column = column is not None
    deferrable = it.deferrable
    deferred = it.initdeferred
    enforced = True
    if attributes:
        deferred = pg.CONSTR_ATTR_DEFERRED in attributes
        deferrable = deferred or pg.CONSTR_ATTR_DEFERRABLE in attributes
        enforced = pg.CONSTR_ATTR_NOT_ENFORCED not in attributes
    if kind == "foreign":
        columns = (column,) if column is not None else tuple([each.string.sval for each in it.fk_attrs])
        return Constraint(
            kind,
            where,
            name,
            columns,
            references=Reference(
                object_name(it.pktable, here),
                tuple([each.string.sval for each in it.pk_attrs]),
                _REFERENTIAL.get(it.fk_del_action, "NO ACTION"),
                _REFERENTIAL.get(it.fk_upd_action, "NO ACTION"),
            ),
            not_valid=it.skip_validation,
            enforced=enforced and it.is_enforced,
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
            check=in_brackets(it.raw_expr, here, start, end, "CHECK"),
            not_valid=it.skip_validation,
            enforced=enforced and it.is_enforced,
            at_column=at_column,
        )
    if kind == "exclude":
        return _exclusion(it, here, start, end)
    return Constraint(
        kind,
        where,
        name,
        (column,) if column is not None else tuple([each.string.sval for each in it.keys]),
        not_valid=it.skip_validation,
        deferrable=deferrable,
        deferred=deferred,
        using_index=it.indexname or None,
        include=tuple([each.string.sval for each in it.including]),
        nulls_distinct=not it.nulls_not_distinct,
        at_column=at_column,
    )


def index_key(it: pg.IndexElem, here: Here, words: Words, first: int, end: int) -> IndexKey:
    """The key that the words from first to before end are."""
    where = here.place(*words.range(first, end))
    name = it.name
    read: Expression | None = None
    if not name:
        start, limit = _key_expression(words, first, end)
        read = expression(it.expr, here, start, limit)
    return IndexKey(
        where,
        name or None,
        read,
        it.ordering == pg.SORTBY_DESC,
        _NULLS.get(it.nulls_ordering),
        it.opclass[-1].string.sval if it.opclass else None,
        it.collation[-1].string.sval if it.collation else None,
    )


def in_brackets(node: pg.Node, here: Here, start: int, end: int, after: str) -> Expression:
    """The expression in the brackets that follow the word after, somewhere from start to end."""
    words = Words(here.text, start, end)
    index = words.find(after, 0, len(words.words)) + 1
    closing = words.closing.get(index, index)
    if closing > index + 1:
        start, end = words.range(index + 1, closing)
    return expression(node, here, start, end)


def _next(stops: Sequence[int], offset: int) -> int:
    """The first of the stops after offset."""
    return next((it for it in stops if it > offset), stops[-1])


def _key_expression(words: Words, first: int, end: int) -> tuple[int, int]:
    """From where to where the expression of a key goes: in brackets, or a call of a function."""
    opening = first
    while opening < end and words.words[opening] != "(":
        opening += 1
    closing = words.closing.get(opening, end)
    if opening == first and closing > first + 1:
        return words.range(first + 1, closing)
    return words.range(first, min(closing + 1, end))


def _exclusion(it: pg.Constraint, here: Here, start: int, end: int) -> Constraint:
    words = Words(here.text, start, end)
    count = len(words.words)
    opening = words.find("(", words.find("EXCLUDE", 0, count), count)
    closing = words.closing.get(opening, count)
    keys: list[IndexKey] = []
    for item, (first, after) in zip(it.exclusions, words.items(opening + 1, closing), strict=False):
        keys.append(
            index_key(item.list.items[0].index_elem, here, words, first, words.find("WITH", first, after))
        )
    predicate: Expression | None = None
    if it.HasField("where_clause"):
        where = words.find("WHERE", closing, count)
        if where < count:
            predicate = in_brackets(it.where_clause, here, words.starts[where], end, "WHERE")
    return Constraint(
        "exclude",
        here.place(start, end),
        it.conname or None,
        tuple([key.column for key in keys if key.column is not None]),
        deferrable=it.deferrable,
        deferred=it.initdeferred,
        include=tuple([each.string.sval for each in it.including]),
        method=it.access_method or "btree",
        keys=tuple(keys),
        predicate=predicate,
    )
