"""The keywords of filter() -> which columns they compare, and by how."""

from collections.abc import Iterator
from typing import Final, Literal

from crowsfoot.libraries.calls import options, string
from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import Args, Built, Constant, Many, Object
from crowsfoot.libraries.query import Kind, Query, comparing

# Source: https://tortoise.github.io/query.html#filtering
_RANGES: Final = frozenset(
    ("gt", "gte", "lt", "lte", "range", "startswith", "year", "quarter", "month", "week")
)
_OTHERS: Final = frozenset(
    (
        *(
            "not",
            "not_in",
            "not_isnull",
            "contains",
            "icontains",
            "istartswith",
            "endswith",
            "iendswith",
            "iexact",
        ),
        *("search", "contained_by", "overlap", "len", "filter", "posix_regex", "iposix_regex", "day", "hour"),
        *("minute", "second", "microsecond"),
    )
)
ALL_LOADED: Final = "*"  # whatever there is: what the call names is not written out


def filtered(query: Query, args: Args, negated: bool = False) -> Query:
    """The query with what the arguments of filter(), get() or exclude() compare."""
    return comparing(query, (("others" if negated else kind, path) for kind, path in _compared(args)))


def _compared(args: Args) -> Iterator[tuple[Kind, str]]:
    for it in args.positional:
        for option in options(it):
            if isinstance(option, Built) and last(option.name) == "Q":
                yield from _compared(option.args)
    for key, value in args.keywords:
        if key not in ("using_db", "join_type"):
            yield _looked_up(key, value)


def _looked_up(key: str, value: Object) -> tuple[Kind, str]:
    head, _, lookup = key.rpartition("__")
    if head and lookup == "isnull":
        return "null" if value != Constant(False) else "others", _path(head)
    if head and lookup == "in":
        return "among", _path(head)
    if head and lookup in _RANGES:
        return "ranges", _path(head)
    if head and lookup in _OTHERS:
        return "others", _path(head)
    return "null" if value == Constant(None) else "equal", _path(key)


def _path(key: str) -> str:
    return key.replace("__", ".")


def ordered(args: Args) -> tuple[tuple[str, Literal["asc", "desc"]], ...]:
    """ "-created_at" of order_by()."""
    found: list[tuple[str, Literal["asc", "desc"]]] = []
    for it in args.positional:
        name = string(it)
        if name is None:
            return ()
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
