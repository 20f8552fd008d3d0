"""A query and the catalog: to the names and types of the columns that it gives.

A type that is not known has an empty name: better none than a wrong one.
Source: https://www.postgresql.org/docs/current/typeconv.html and .../functions.html
"""

from __future__ import annotations

from collections.abc import Sequence

from crowsfoot.facts.sql import Query, Result, Shape, Source, TypeName
from crowsfoot.link.catalog.builtin import TEXTS, TYPES, element
from crowsfoot.link.catalog.model import Catalog
from crowsfoot.source import Range

Columns = list[tuple[str, TypeName]]

_NOWHERE = Range(0, 0)
_UNKNOWN = TypeName("", _NOWHERE)
_OPEN = TypeName("unknown", _NOWHERE)  # a string constant or NULL, which becomes what is wanted
_TEXT = TypeName("text", _NOWHERE)
_BOOLEAN = TypeName("boolean", _NOWHERE)
_LADDER = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_NUMBERS = frozenset(_LADDER)
_MOMENTS = ("date", "timestamp without time zone", "timestamp with time zone")
_COMPARISONS = frozenset(
    [
        "=",
        "<>",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "~",
        "~*",
        "!~",
        "!~*",
        "~~",
        "~~*",
        "@>",
        "<@",
        "&&",
        "?",
        "?|",
        "?&",
        "@@",
    ]
)

_FIXED = {
    name: type
    for type, names in {
        "bigint": "count row_number rank dense_rank",
        "integer": "ntile length char_length character_length octet_length position strpos cardinality"
        " array_length jsonb_array_length json_array_length array_position ascii",
        "double precision": "percent_rank cume_dist random date_part similarity",
        "numeric": "extract",
        "boolean": "bool_and bool_or every starts_with pg_try_advisory_lock",
        "text": "lower upper concat concat_ws substr substring left right trim btrim ltrim rtrim replace"
        " string_agg to_char md5 split_part regexp_replace format repeat reverse initcap lpad rpad translate"
        " quote_ident quote_literal chr encode array_to_string jsonb_typeof json_typeof to_hex overlay",
        "jsonb": "jsonb_build_object jsonb_build_array jsonb_agg jsonb_object_agg to_jsonb jsonb_set"
        " jsonb_strip_nulls jsonb_insert",
        "json": "json_build_object json_build_array json_agg json_object_agg to_json row_to_json",
        "uuid": "gen_random_uuid uuid_generate_v4",
        "timestamp with time zone": "now current_timestamp clock_timestamp statement_timestamp"
        " transaction_timestamp to_timestamp",
        "timestamp without time zone": "localtimestamp",
        "date": "current_date to_date make_date",
        "interval": "age make_interval",
        "tsvector": "to_tsvector setweight",
        "tsquery": "to_tsquery plainto_tsquery websearch_to_tsquery",
    }.items()
    for name in names.split()
}
# These give the type of their first argument.
_SAME = frozenset(
    [
        "min",
        "max",
        "abs",
        "lag",
        "lead",
        "first_value",
        "last_value",
        "nth_value",
        "greatest",
        "least",
        "coalesce",
        "nullif",
        "mode",
        "sign",
        "any_value",
    ]
)


def results(catalog: Catalog, query: Query) -> Columns | None:
    """The columns of the query, None where it is not known how many there are."""
    if query.result is not None:
        return _Scope(catalog, query.result, None).columns()
    return None


class _Scope:
    """One SELECT: what names stand for in it."""

    def __init__(self, catalog: Catalog, result: Result, outer: _Scope | None) -> None:
        self.catalog = catalog
        self.result = result
        self.outer = outer
        self.with_: dict[str, Columns | None] = {}
        self.sources: dict[str, Columns | None] = {}
        for source in result.sources:
            if source.hidden:
                self.with_[source.name] = renamed(self.inner(source.result), source.columns)
        for source in result.sources:
            if not source.hidden:
                self.sources[source.name] = renamed(self.source(source), source.columns)
        self.found: dict[tuple[str, str | None], TypeName] = {}
        self.by_name = {name: None if it is None else dict(it) for name, it in self.sources.items()}

    def inner(self, result: Result | None) -> Columns | None:
        return None if result is None else _Scope(self.catalog, result, self).columns()

    def source(self, source: Source) -> Columns | None:
        if source.table is None:
            return self.inner(source.result)
        if source.table.schema is None:
            scope: _Scope | None = self
            while scope is not None:
                if source.table.name in scope.with_:
                    return scope.with_[source.table.name]
                scope = scope.outer
        table = self.catalog.table(source.table)
        if table is None or not table.complete:
            return None
        return [(it.name, it.type) for it in table.columns.values()]

    def columns(self) -> Columns | None:
        found: Columns = []
        for name, shape in self.result.columns:
            if shape.kind != "star":
                found.append((name or figured(shape), settled(self.type(shape))))
                continue
            for source in [shape.table] if shape.table is not None else list(self.sources):
                columns = self.sources.get(source)
                if columns is None:
                    return None
                found += columns
        if not self.result.branches:
            return found
        others = [self.branch(it) for it in self.result.branches]
        if any(it is None or len(it) != len(found) for it in others):
            return [(name, _UNKNOWN) for name, _ in found]
        known = [it for it in others if it is not None]
        return [
            (name, common(self.catalog, [type, *(it[place][1] for it in known)]))
            for place, (name, type) in enumerate(found)
        ]

    def branch(self, result: Result) -> Columns | None:
        return _Scope(self.catalog, result, self).columns()

    def type(self, shape: Shape) -> TypeName:
        kind = shape.kind
        if kind == "column":
            return self.column(shape.name, shape.table)
        if kind == "constant":
            return TypeName(shape.name, _NOWHERE) if shape.name else _OPEN
        if kind == "cast" and shape.type is not None:
            return self.known(shape.type)
        if kind == "call":
            return self.call(shape)
        if kind == "operator":
            return operated(self.catalog, shape.name, [self.type(it) for it in shape.of])
        if kind == "either":
            return common(self.catalog, [self.type(it) for it in shape.of])
        if kind == "array" and shape.of:
            inner = settled(common(self.catalog, [self.type(it) for it in shape.of]))
            return arrayed(inner)
        if kind == "query":
            columns = self.inner(shape.result)
            return columns[0][1] if columns else _UNKNOWN
        return _UNKNOWN

    def column(self, name: str, table: str | None) -> TypeName:
        key = (name, table)
        type = self.found.get(key)
        if type is None:
            type = self.found[key] = self.looked_up(name, table)
        return type

    def looked_up(self, name: str, table: str | None) -> TypeName:
        scope: _Scope | None = self
        while scope is not None:
            if table is not None:
                if table in scope.by_name:
                    return (scope.by_name[table] or {}).get(name, _UNKNOWN)
            else:
                known = [it for it in scope.by_name.values() if it is not None]
                if len(known) < len(scope.by_name):
                    return _UNKNOWN
                found = [it[name] for it in known if name in it]
                if found:
                    return found[0] if len(found) == 1 else _UNKNOWN
            scope = scope.outer
        return _UNKNOWN

    def known(self, type: TypeName) -> TypeName:
        if type.schema is None and type.name in TYPES:
            return type
        found = self.catalog.type(type.name, type.schema)
        schema = None if found is None else found.schema
        return TypeName(type.name, type.range, type.args, schema, type.dimensions)

    def call(self, shape: Shape) -> TypeName:
        # What PostgreSQL brings comes first: pg_catalog is searched before all else.
        name = shape.name
        if name in _FIXED:
            return TypeName(_FIXED[name], _NOWHERE)
        given = [self.type(it) for it in shape.of]
        first = given[0] if given else _UNKNOWN
        if name in _SAME:
            type = common(self.catalog, given) if name in ("greatest", "least", "coalesce") else bare(first)
            return TypeName("text", _NOWHERE) if type.name == "character varying" else type
        if name == "array_agg":
            return arrayed(first)
        if name == "unnest":
            return element(first)
        maker = _COMPUTED.get(name)
        if maker is None:
            return self.own_function(name, given)
        if name == "date_trunc" and len(given) > 1:
            first = given[1]
        result = maker.get(first.name)
        return _UNKNOWN if result is None or first.dimensions else TypeName(result, _NOWHERE)

    def own_function(self, name: str, given: Sequence[TypeName]) -> TypeName:
        """What a function of the user's gives."""
        for schema in self.catalog.search_path:
            for function in self.catalog.functions.get((schema, name), ()):
                if len(function.arguments) != len(given):
                    continue
                returns = function.returns or ""
                if returns in ("anyelement", "anycompatible"):
                    wanted = [
                        type for type, it in zip(given, function.arguments, strict=True) if it == returns
                    ]
                    return common(self.catalog, wanted)
                return self.known(parsed(returns)) if returns in TYPES else _UNKNOWN
        return _UNKNOWN


def parsed(name: str) -> TypeName:
    return TypeName(name, _NOWHERE)


def renamed(columns: Columns | None, names: Sequence[str]) -> Columns | None:
    if columns is None or not names:
        return columns
    return [
        (names[place] if place < len(names) else name, type) for place, (name, type) in enumerate(columns)
    ]


def settled(type: TypeName) -> TypeName:
    """A string constant that nothing else is wanted of is a text."""
    return _TEXT if type is _OPEN else type


def bare(type: TypeName) -> TypeName:
    """The type without its arguments: max() of a numeric(10,2) is a numeric."""
    return TypeName(type.name, type.range, (), type.schema, type.dimensions) if type.args else type


def arrayed(type: TypeName) -> TypeName:
    if not type.name or type.dimensions:
        return type
    return TypeName(type.name, type.range, type.args, type.schema, 1)


def figured(shape: Shape) -> str:
    """The name of a column that has none written, as FigureColname() makes it."""
    if shape.kind in ("column", "call"):
        return shape.name
    if shape.kind == "cast" and shape.type is not None:
        return shape.type.name
    return {"array": "array", "either": "case"}.get(shape.kind, "?column?")


def common(catalog: Catalog, types: Sequence[TypeName]) -> TypeName:
    """The type that CASE, COALESCE or UNION makes of several."""
    fixed = [it for it in types if it is not _OPEN]
    if not fixed:
        return _OPEN
    first = fixed[0]
    if len(fixed) == len(types) and all(it is first for it in fixed):  # as branches of CASE often are
        return first if first.name else _UNKNOWN
    names = {it.name for it in fixed}
    if "" in names:
        return _UNKNOWN
    if len(names) == 1 and len({(it.schema, bool(it.dimensions)) for it in fixed}) == 1:
        alike = len(fixed) == len(types) and len({it.args for it in fixed}) == 1
        return fixed[0] if alike else bare(fixed[0])
    if any(it.dimensions for it in fixed):
        return _UNKNOWN
    for ladder in (_LADDER, _MOMENTS):
        if names.issubset(ladder):
            return TypeName(max(names, key=ladder.index), _NOWHERE)
    return _TEXT if names <= TEXTS - {"citext"} else _UNKNOWN


def operated(catalog: Catalog, operator: str, operands: Sequence[TypeName]) -> TypeName:
    if operator in _COMPARISONS:
        return _BOOLEAN
    if len(operands) == 1:
        return bare(operands[0])
    if len(operands) != 2:
        return _UNKNOWN
    left, right = operands
    if operator in ("->>", "#>>"):
        return _TEXT
    if operator in ("->", "#>", "#-") or (operator in ("||", "-") and left.name == "jsonb"):
        return left
    if operator == "||":
        for it in (left, right):
            if it.dimensions or it.name == "jsonb":
                return it
        return _TEXT if {left.name, right.name} & TEXTS else _UNKNOWN
    if operator not in ("+", "-", "*", "/", "%"):
        return _UNKNOWN
    if left is _OPEN or right is _OPEN:
        return bare(right if left is _OPEN else left)
    names = {left.name, right.name}
    if names <= _NUMBERS:
        if "real" in names and names != {"real"}:
            return TypeName("double precision", _NOWHERE)
        return TypeName(max(names, key=_LADDER.index), _NOWHERE)
    if operator in ("+", "-"):
        return moved(left.name, right.name, operator)
    return _UNKNOWN


def moved(left: str, right: str, operator: str) -> TypeName:
    """Sums and differences of dates and times."""
    if operator == "-" and left == right and left in _MOMENTS:
        return TypeName("integer" if left == "date" else "interval", _NOWHERE)
    if right == "interval" and left in _MOMENTS:
        return TypeName("timestamp without time zone" if left == "date" else left, _NOWHERE)
    if left == "date" and right in ("smallint", "integer"):
        return TypeName("date", _NOWHERE)
    if left == right == "interval":
        return TypeName("interval", _NOWHERE)
    return _UNKNOWN


_WHOLE_TO_DOUBLE = dict.fromkeys(_LADDER, "double precision") | {"numeric": "numeric"}
_COMPUTED: dict[str, dict[str, str]] = {
    "sum": {
        "smallint": "bigint",
        "integer": "bigint",
        "bigint": "numeric",
        "numeric": "numeric",
        "real": "real",
        "double precision": "double precision",
        "interval": "interval",
        "money": "money",
    },
    "avg": {
        "smallint": "numeric",
        "integer": "numeric",
        "bigint": "numeric",
        "numeric": "numeric",
        "real": "double precision",
        "double precision": "double precision",
        "interval": "interval",
    },
    **dict.fromkeys(
        ("round", "ceil", "ceiling", "floor", "trunc", "sqrt", "power", "exp", "ln", "log"), _WHOLE_TO_DOUBLE
    ),
    "date_trunc": {
        "timestamp without time zone": "timestamp without time zone",
        "timestamp with time zone": "timestamp with time zone",
        "date": "timestamp with time zone",
        "interval": "interval",
    },
}
