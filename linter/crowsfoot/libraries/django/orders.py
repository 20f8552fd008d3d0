"""What order_by() and Meta.ordering are given -> the order of rows.

Each key of an order is a column, which way, and where NULL comes if that is said. What is no column has a
name that no column has: "?".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from crowsfoot.libraries.django import names, shapes
from crowsfoot.libraries.django.expressions import F, Ordered
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import Constant, Object

SortKey = tuple[str, Any, Any]
NOT_A_COLUMN: Final = "?"


def order(given: Iterable[Object], model: Model | None, models: Models) -> tuple[SortKey, ...]:
    """order_by(...): columns, and which way."""
    found: list[SortKey] = []
    for it in given:
        found += _keys(it, model, models)
        if found and found[-1][0] == NOT_A_COLUMN:
            break
    return tuple(found)


def ordering(model: Model | None, models: Models) -> tuple[SortKey, ...]:
    """Meta.ordering, which holds for every query set of rows that is not told otherwise."""
    if model is None or not model.ordered:
        return ()
    known: tuple[str, ...] = getattr(model, "ordering", ())
    return order(map(Constant, known or (NOT_A_COLUMN,)), model, models)


def reversed_order(of: tuple[SortKey, ...]) -> tuple[SortKey, ...]:
    """The same from its end."""
    return tuple((it, "asc" if way == "desc" else "desc", _OTHER[nulls]) for it, way, nulls in of)


def sorting(of: tuple[SortKey, ...]) -> dict[str, Any]:
    """The fields of a Query that say so."""
    return {
        "order": tuple([(it, way) for it, way, _ in of]),
        "nulls": tuple([(it, nulls) for it, _, nulls in of if nulls is not None]),
    }


def _keys(it: Object, model: Model | None, models: Models) -> tuple[SortKey, ...]:
    if isinstance(it, F):
        it = Ordered(it.name, "asc")
    if isinstance(it, Ordered):
        return ((_column(it.of, model, models), it.way, it.nulls),)
    name = names.text(it)
    if not name:
        return ((NOT_A_COLUMN, "asc", None),)
    way = "desc" if name.startswith("-") else "asc"
    return ((_column(name.lstrip("-+"), model, models, by_rows=True), way, None),)


def _column(name: str, model: Model | None, models: Models, by_rows: bool = False) -> str:
    """The path to the column; a relation stands for its key, unless its rows have an order of their own.

    Source: https://docs.djangoproject.com/en/stable/ref/models/querysets/#order-by
    """
    found, rest = shapes.path_of(name, model, models)
    if not found or rest:
        return NOT_A_COLUMN
    if by_rows and model is not None and name == found[0]:
        field = model.fields.get(name)
        target = models.target(field) if field is not None and field.kind == "one" else None
        if target is not None and target.ordered:
            return NOT_A_COLUMN
    return ".".join(found)


_OTHER: Final = {None: None, "first": "last", "last": "first"}
