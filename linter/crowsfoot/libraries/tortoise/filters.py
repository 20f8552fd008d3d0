"""The keywords of filter() -> which columns they compare, and by how."""

from typing import Final, Literal

from crowsfoot.libraries.calls import string
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Constant, Many, Object
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where, any_of, asking, constant

# Source: https://tortoise.github.io/query.html#filtering
_RANGES: Final = frozenset(("gt", "gte", "lt", "lte", "range"))
_OTHERS: Final = frozenset(
    (
        *(
            "not",
            "not_in",
            "contains",
            "endswith",
            "search",
            "contained_by",
            "overlap",
            "len",
            "filter",
        ),
        *(
            "posix_regex",
            "iposix_regex",
            "year",
            "quarter",
            "month",
            "week",
            "day",
            "hour",
            "minute",
            "second",
        ),
        *("microsecond", "time"),
    )
)
# What is sent instead of the column itself. Measured on Tortoise 1.1.9.
_MADE: Final = {
    **{it: it for it in ("iexact", "startswith", "istartswith", "icontains", "date")},
    "iendswith": "icontains",
}
ALL_LOADED: Final = "*"  # whatever there is: what the call names is not written out


def filtered(query: Query, args: Args, negated: bool = False) -> Query:
    """The query with what the arguments of filter(), get() or exclude() compare."""
    found = _asked(args)
    return asking(query, found.negated() if negated else found)


def _asked(args: Args, either: bool = False) -> Where[str]:
    parts = [SOMETHING] if args.spread else []
    parts += (_condition(it) for it in args.positional)
    parts += (_looked_up(key, value) for key, value in args.keywords if key not in _NO_LOOKUPS)
    if either:
        return any_of(parts)
    found: Where[str] = NOTHING
    for it in parts:
        found = found.and_(it)
    return found


_NO_LOOKUPS: Final = frozenset(("using_db", "join_type"))


class Q(Object, frozen=True):
    """Q(...)"""

    where: Where[str]

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        parts = [_condition(it) for it in operands]
        if operator in ("~", "not"):
            return Q(parts[0].negated())
        if operator in ("|", "|="):
            return Q(any_of(parts))
        found: Where[str] = NOTHING
        for it in parts:
            found = found.and_(it)
        return Q(found)

    def joined(self, other: Object) -> Object | None:
        return Q(self.where.or_else(other.where)) if isinstance(other, Q) else None


def q(args: Args) -> Q:
    """Q(a=1, b=2, join_type="OR")"""
    rest = tuple(each for each in args.keywords if each[0] != "join_type")
    kind = args.get(None, "join_type")
    return Q(_asked(args._replace(keywords=rest), kind is not None and string(kind) != "AND"))


def _condition(it: Object) -> Where[str]:
    return it.where if isinstance(it, Q) else SOMETHING


def _looked_up(key: str, value: Object) -> Where[str]:
    head, _, lookup = key.rpartition("__")
    column = _path(head)
    if head and lookup in ("isnull", "not_isnull"):
        missing = (value == Constant(True)) == (lookup == "isnull")
        known = isinstance(value, Constant)
        return NOTHING.with_(("null" if missing else "ranges") if known else "others", (column,))
    if head and lookup == "in":
        return Where(among=(column,))
    if head and lookup in _RANGES:
        return Where(ranges=(column,))
    if head and lookup in _MADE:
        return Where(others=(column,), functions=((column, _MADE[lookup]),))
    if head and lookup in _OTHERS:
        return Where(others=(column,))
    column = _path(key)
    if value == Constant(None):
        return Where(null=(column,))
    said = constant(value.value) if isinstance(value, Constant) else None
    return Where(equal=(column,), constants=((column, said),) if said is not None else ())


def _path(key: str) -> str:
    return key.replace("__", ".")


def ordered(args: Args) -> tuple[tuple[str, Literal["asc", "desc"]], ...]:
    """ "-created_at" of order_by(); "?" is what is no column."""
    found: list[tuple[str, Literal["asc", "desc"]]] = []
    for it in (*args.positional, UNKNOWN) if args.spread else args.positional:
        name = string(it) if isinstance(it, Constant) else "?"
        if name is None:
            name = "?"
        found.append((_path(name.lstrip("-")), "desc" if name.startswith("-") else "asc"))
    return tuple(found)


def paths(args: Args) -> tuple[str, ...]:
    """What prefetch_related() and select_related() name, each with what leads to it."""
    found: list[str] = [ALL_LOADED] if args.spread else []
    for it in args.positional:
        if isinstance(it, Built) and it.name.rpartition(".")[2] == "Prefetch":
            it = it.args.get(0, "relation") or it
        for name in (
            [string(each) for each in it.items] if isinstance(it, Many) and it.items else [string(it)]
        ):
            if name is None:
                found.append(ALL_LOADED)
                continue
            parts = name.split("__")
            found += (".".join(parts[: count + 1]) for count in range(len(parts)))
    return tuple(dict.fromkeys(found))


def within(loaded: tuple[str, ...], name: str) -> tuple[str, ...] | None:
    """What is loaded of the relation's rows; None where the relation itself is not."""
    if ALL_LOADED in loaded:
        return (ALL_LOADED,)
    if name not in loaded:
        return None
    return tuple(it[len(name) + 1 :] for it in loaded if it.startswith(f"{name}."))
