"""The `where`, `order` and `include` of a call -> what it compares, what it sorts by, and what it loads."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from crowsfoot.libraries.calls import entries, options, string
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import Constant, Many, Object, Table
from crowsfoot.libraries.query import Kind

Direction = Literal["asc", "desc"]

# Source: https://prisma-client-py.readthedocs.io/en/stable/reference/operations/#filtering-by-field-values
_RANGES: Final = frozenset(("lt", "lte", "gt", "gte", "startswith", "startsWith"))
_OF_RELATIONS: Final = frozenset(("is", "is_not", "some", "every", "none"))
_OPERATORS: Final = frozenset(
    (
        *("equals", "in", "not", "not_in", "contains", "endswith", "mode", "search", "path"),
        *("has", "has_every", "has_some", "is_empty"),
        # The names of the engine, which JSON filters are given as they are.
        *("hasEvery", "hasSome", "isEmpty", "notIn", "endsWith", "string_contains", "array_contains"),
    )
)
_DEEPEST: Final = 8


class Compared(NamedTuple):
    """A column that is compared; path leads through relations: "author.name"."""

    kind: Kind
    path: str


def compared(where: Object | None, model: Model | None, models: Models) -> list[Compared]:
    """What a `where` compares."""
    return [*_compared(where, model, models, "", 0)]


def is_known(where: Object | None) -> bool:
    """It is written out, so that what it does not name is not compared."""
    return any(isinstance(it, Table) for it in options(where))


def _compared(
    where: Object | None, model: Model | None, models: Models, prefix: str, depth: int
) -> Iterator[Compared]:
    if depth > _DEEPEST:
        return
    for name, value in entries(where).items():
        if name in ("AND", "OR", "NOT"):
            yield from _combined(name, value, model, models, prefix, depth)
            continue
        field = model.fields.get(name) if model is not None else None
        inner = entries(value)
        if field is not None and field.kind != "column":
            target = models.target(field)
            for word, nested in inner.items() if inner.keys() & _OF_RELATIONS else (("is", value),):
                found = _compared(nested, target, models, f"{prefix}{name}.", depth + 1)
                yield from (it if word in ("is", "some") else Compared("others", it.path) for it in found)
        elif inner and field is None and not inner.keys() & (_RANGES | _OPERATORS):
            # A compound key by its name: {"user_id_team_id": {"user_id": ..., "team_id": ...}}
            yield from _compared(value, model, models, prefix, depth + 1)
        else:
            yield from _of_column(f"{prefix}{name}", value, inner)


def _of_column(path: str, value: Object, inner: Mapping[str, Object]) -> Iterator[Compared]:
    if not inner:
        yield Compared("null" if value == Constant(None) else "equal", path)
    kinds: list[Kind] = []
    for word, operand in inner.items():
        if word == "equals":
            kinds.append("null" if operand == Constant(None) else "equal")
        elif word == "in":
            kinds.append("among")
        elif word in _RANGES:
            kinds.append("others" if word.lower() == "startswith" and "mode" in inner else "ranges")
        elif word != "mode":
            kinds.append("others")
    yield from (Compared(kind, path) for kind in dict.fromkeys(kinds))


def _combined(
    word: str, value: Object, model: Model | None, models: Models, prefix: str, depth: int
) -> Iterator[Compared]:
    """AND, OR and NOT take one filter or a list of them."""
    branches = [[*_compared(it, model, models, prefix, depth + 1)] for it in _branches(value)]
    every = [it for branch in branches for it in branch]
    if word == "AND" or (word == "OR" and len(branches) == 1):
        yield from every
    elif (
        word == "OR"
        and len({it.path for it in every}) == 1
        and {it.kind for it in every} <= {"equal", "among"}
    ):
        yield Compared("among", every[0].path)
    else:
        yield from (Compared("others", it.path) for it in every)


def _branches(value: Object) -> Iterator[Object]:
    for it in options(value):
        if isinstance(it, Many):
            yield from it.items if it.items is not None else (it.of,)
        else:
            yield it


def ordered(order: Object | None) -> tuple[tuple[str, Direction], ...]:
    """{"created_at": "desc"}, or a list of such."""
    found: list[tuple[str, Direction]] = []
    for branch in _branches(order) if order is not None else ():
        for name, value in entries(branch).items():
            found.append((name, "desc" if string(value) == "desc" else "asc"))
    return tuple(found)


def included(include: Object | None, prefix: str = "") -> tuple[str, ...]:
    """The paths of relations that come with the rows: {"posts": {"include": {"author": True}}}"""
    found: list[str] = []
    for name, value in entries(include).items():
        if value in (Constant(False), Constant(None)):
            continue
        found.append(prefix + name)
        if prefix.count(".") < _DEEPEST:
            found += included(entries(value).get("include"), f"{prefix}{name}.")
    return tuple(found)
