"""The keywords of filter() -> which columns they compare, and by how."""

from typing import Final, Literal

import msgspec

from crowsfoot.libraries.calls import options, string
from crowsfoot.libraries.objects import Args, Built, Constant, Many, Object
from crowsfoot.libraries.query import Query

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
    found = {kind: list(getattr(query, kind)) for kind in ("equal", "null", "among", "ranges", "others")}
    _collect(args, found, negated)
    return msgspec.structs.replace(query, **{kind: tuple(dict.fromkeys(it)) for kind, it in found.items()})


def _collect(args: Args, found: dict[str, list[str]], negated: bool) -> None:
    for it in args.positional:
        for option in options(it):
            if isinstance(option, Built) and option.name.rpartition(".")[2] == "Q":
                _collect(option.args, found, negated)
    for key, value in args.keywords:
        if key in ("using_db", "join_type"):
            continue
        path, kind = _compared(key, value)
        found["others" if negated else kind].append(path)


def _compared(key: str, value: Object) -> tuple[str, str]:
    head, _, last = key.rpartition("__")
    if head and last == "isnull":
        return _path(head), "null" if value != Constant(False) else "others"
    if head and last == "in":
        return _path(head), "among"
    if head and last in _RANGES:
        return _path(head), "ranges"
    if head and last in _OTHERS:
        return _path(head), "others"
    return _path(key), "null" if value == Constant(None) else "equal"


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
