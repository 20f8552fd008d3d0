"""Schemas of django-ninja: what they read of each row that an operation returns.

Fields read the attribute of their name or alias, and `resolve_<field>()` is given the row.
https://django-ninja.dev/guides/response/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.managers import Manager
from crowsfoot.libraries.django.per_row import Reading, of_one, readings, tell, tell_rows
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.read_paths import element, read
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Class, Instance, Many, Object, Table
from crowsfoot.libraries.sqlalchemy.annotations import said


def review_function(
    decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
) -> None:
    """What is read of the rows that an operation returns: response=list[BookOut], or its annotation."""
    route = next((it for it in decorators if _is_route(it)), None)
    if not isinstance(route, Built):
        return
    response = route.args.get(None, "response") or annotation
    if isinstance(response, Table):  # `{200: BookOut, 404: Error}`: what is answered comes first
        response = next(options(response.values), None)
    cls = _schema(response, at)
    if cls is not None:
        _respond(cls, returned, at)


def _respond(cls: Class, returned: Object, at: At) -> None:
    for it in options(returned):
        rows = it.query_set(at) if isinstance(it, Manager) else it
        if isinstance(rows, QuerySet | Many):
            row = of_one(element(rows, at.each(UNKNOWN, _HOW).apart()))
            tell_rows(list(_read(cls, row, True, at)), rows, f"schema {cls.name}", at.place, at)
        else:
            found = (it for it in _read(cls, rows, False, at) if it.many and it.query.likely)
            tell(found, UNKNOWN, f"schema {cls.name}", at)


def _read(cls: Class, row: Object, many: bool, at: At, depth: int = 0) -> Iterator[Reading]:
    """What all fields of a schema, and of those within, send for a row."""
    if not isinstance(row, Row) or depth >= _DEEPEST:
        return
    for name, (owner, annotation) in _fields(cls, at).items():
        place = at.written(owner, name)
        if place is None:
            continue
        within = at.each(UNKNOWN, _HOW).apart()
        path = _path(name, at.attributes(owner).get(name))
        own = at.member(cls, f"resolve_{name}", Instance(cls))
        of = within.call(own, Args((row,))) if own is not None else read(row, path, within)
        listed = isinstance(of, QuerySet | Manager | Many)
        inner = element(of, within) if listed else of
        source = () if own is not None else path
        yield from readings(within, row, place, many, own is not None, source)
        child = _schema(annotation, at)
        if child is not None:
            yield from _read(child, inner, many or listed, at, depth + 1)


def _fields(cls: Class, at: At) -> dict[str, tuple[Class, Object]]:
    """Its fields, each with the class that says it last."""
    found: dict[str, tuple[Class, Object]] = {}
    for it in names.classes(at.lineage(cls)):
        for name, annotation in at.annotations(it).items():
            found.setdefault(name, (it, annotation))
    return found


def _path(name: str, default: Object | None) -> tuple[str, ...]:
    """The attributes that a field reads: `Field(None, alias="author.name")` is two of them."""
    if isinstance(default, Built) and dotted.last(default.name) == "Field":
        alias = names.text(default.args.get(None, "validation_alias") or default.args.get(None, "alias"))
        return tuple((alias or name).split("."))
    return (name,)


def _schema(annotation: Object | None, at: At) -> Class | None:
    for it in said(annotation).classes:
        if any(base.startswith("ninja") for base in names.outside(at.lineage(it))):
            return it
    return None


def _is_route(it: Object) -> bool:
    return isinstance(it, Built) and it.name.startswith("ninja") and dotted.last(it.name) in _ROUTES


_HOW: Final = "schema"
_DEEPEST: Final = 4
_ROUTES: Final = frozenset(
    f"{prefix}{it}" for it in ("get", "post", "put", "patch", "api_operation") for prefix in ("", "http_")
)
