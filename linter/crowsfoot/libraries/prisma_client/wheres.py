"""The `where`, `order` and `include` of a call -> what it compares, what it sorts by, and what it loads."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from crowsfoot.libraries.calls import entries, options, string
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import UNKNOWN, Constant, Many, Object, Table
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where, any_of, constant

Direction = Literal["asc", "desc"]

# Source: https://prisma-client-py.readthedocs.io/en/stable/reference/operations/#filtering-by-field-values
_RANGES: Final = frozenset(("lt", "lte", "gt", "gte"))
_PREFIXES: Final = ("startswith", "startsWith")
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


def asked(where: Object | None, model: Model | None, models: Models) -> Where[str]:
    """What a `where` asks; a column goes through relations: "author.name"."""
    found = _asked(where, model, models, "", 0)
    return found if where is None or is_known(where) else found.and_(SOMETHING)


def is_known(where: Object | None) -> bool:
    """It is written out, so that what it does not name is not compared."""
    known = [it for it in options(where) if isinstance(it, Table)]
    # What two of them have become is not told key by key.
    return bool(known) and (bool(known[0].named) or known[0].keys is UNKNOWN)


def _asked(where: Object | None, model: Model | None, models: Models, prefix: str, depth: int) -> Where[str]:
    if depth > _DEEPEST:
        return SOMETHING
    found: Where[str] = NOTHING
    later = next((it.later for it in options(where) if isinstance(it, Table)), ())
    for name, value in entries(where).items():
        asked = _under(name, value, model, models, prefix, depth)
        # What is put in later may as well not be.
        found = found.and_(NOTHING.or_else(asked) if name in later else asked)
    return found


def _under(
    name: str, value: Object, model: Model | None, models: Models, prefix: str, depth: int
) -> Where[str]:
    """What one entry asks."""
    if name in ("AND", "OR", "NOT"):
        return _combined(name, value, model, models, prefix, depth)
    field = model.fields.get(name) if model is not None else None
    inner = entries(value)
    if field is not None and field.kind != "column":
        target = models.target(field)
        found: Where[str] = NOTHING
        for word, nested in inner.items() if inner.keys() & _OF_RELATIONS else (("is", value),):
            within = _asked(nested, target, models, f"{prefix}{name}.", depth + 1)
            found = found.and_(within if word in ("is", "some") else within.negated())
        return found
    if inner and field is None and not inner.keys() & (_RANGES | _OPERATORS):
        # A compound key by its name: {"user_id_team_id": {"user_id": ..., "team_id": ...}}
        return _asked(value, model, models, prefix, depth + 1)
    return _of_column(f"{prefix}{name}", value, inner)


def _of_column(path: str, value: Object, inner: Mapping[str, Object]) -> Where[str]:
    if not inner:
        return _equal(path, value)
    found: Where[str] = NOTHING
    # Of any case: PostgreSQL is sent ILIKE.
    ignoring_case = "mode" in inner and string(inner["mode"]) != "default"
    for word, operand in inner.items():
        if word == "mode":
            continue
        if ignoring_case and (how := _IGNORING_CASE.get(word)):
            found = found.and_(Where(others=(path,), functions=((path, how),)))
        elif word == "equals":
            found = found.and_(_equal(path, operand))
        elif word == "in" and not ignoring_case:
            found = found.and_(Where(among=(path,)))
        elif (word in _RANGES and not ignoring_case) or (word == "not" and operand == Constant(None)):
            found = found.and_(Where(ranges=(path,)))
        elif word in _PREFIXES:
            found = found.and_(Where(others=(path,), functions=((path, "like"),)))
        else:
            found = found.and_(Where(others=(path,)))
    return found


_IGNORING_CASE: Final = {
    **dict.fromkeys(("equals", "startswith", "startsWith"), "ilike"),
    **dict.fromkeys(("contains", "endswith", "endsWith"), "icontains"),
}


def _equal(path: str, value: Object) -> Where[str]:
    if value == Constant(None):
        return Where(null=(path,))
    said = constant(value.value) if isinstance(value, Constant) else None
    return Where(equal=(path,), constants=((path, said),) if said is not None else ())


def _combined(
    word: str, value: Object, model: Model | None, models: Models, prefix: str, depth: int
) -> Where[str]:
    """AND, OR and NOT take one filter or a list of them."""
    written = is_written(value)
    branches = [_asked(it, model, models, prefix, depth + 1) for it in _branches(value)]
    if word == "OR":
        found = any_of(branches)
    else:
        found = NOTHING
        for it in branches:
            found = found.and_(it)
        found = found.negated() if word == "NOT" else found
    return found if written else found.negated().and_(SOMETHING)


def is_written(value: Object) -> bool:
    """All branches are there: it is one filter, or a list whose elements are written out."""
    if isinstance(value, Many):
        return value.items is not None and all(map(is_known, value.items))
    return is_known(value)


def _branches(value: Object) -> Iterator[Object]:
    for it in options(value):
        if isinstance(it, Many):
            yield from it.items if it.items is not None else (it.of,)
        else:
            yield it


def ordered(order: Object | None) -> tuple[tuple[str, Direction], ...]:
    """{"created_at": "desc"}, or a list of such; "?" is what is no column, or not known."""
    found: list[tuple[str, Direction]] = []
    for branch in _branches(order) if order is not None else ():
        if not is_known(branch):
            found.append(("?", "asc"))
        for name, value in entries(branch).items():
            inner = entries(value)
            way = string(inner.get("sort") if "sort" in inner else value)
            found.append((name if way in ("asc", "desc") else "?", "desc" if way == "desc" else "asc"))
    return tuple(found)


def nulls_of(order: Object | None) -> tuple[tuple[str, Literal["first", "last"]], ...]:
    """{"created_at": {"sort": "desc", "nulls": "last"}}"""
    found: list[tuple[str, Literal["first", "last"]]] = []
    for branch in _branches(order) if order is not None else ():
        for name, value in entries(branch).items():
            where = string(entries(value).get("nulls"))
            if where is not None:
                found.append((name, "first" if where == "first" else "last"))
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
