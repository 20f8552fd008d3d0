"""Types of Strawberry that name no model: what they read of the rows that a resolver returns for them.

A field without a resolver reads the attribute of its name, and a resolver has the row itself for self.
https://strawberry.rocks/docs/guides/accessing-parent-data
"""

from __future__ import annotations

from typing import Final

import msgspec

from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django.managers import Manager
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.read_paths import element, read
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.graphql import is_of
from crowsfoot.libraries.objects import (
    RESOLVER,
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Function,
    Many,
    Object,
    Place,
)
from crowsfoot.libraries.sqlalchemy.annotations import said
from crowsfoot.libraries.standard import Coroutine


def respond(annotation: Object | None, value: Object, at: At, seen: tuple[Class, ...] = ()) -> None:
    """Says what the fields of a type send for each row that is returned for it."""
    cls = next((it for it in said(annotation).classes if _is_plain(it, at)), None)
    if cls is None or cls in seen or len(seen) >= _DEEPEST:
        return
    for it in options(value.of if isinstance(value, Coroutine) else value):
        many = isinstance(it, QuerySet | Manager | Many)
        row = element(it, at.each(UNKNOWN, RESOLVER).apart()) if many else it
        for each in options(row):
            if isinstance(each, Row) and not it.at_most_one:
                _fields(cls, each, it if many else None, at, (*seen, cls))


def _is_plain(cls: Class, at: At) -> bool:
    """Whether it is a type of Strawberry's own, with no model behind it."""
    return any(
        is_of(it, "type", "interface") and getattr(it, "name", "").startswith("strawberry.")
        for it in at.class_decorators(cls)
    )


def _fields(cls: Class, row: Row, rows: Object | None, at: At, seen: tuple[Class, ...]) -> None:
    """What each field reads of a row; rows is None where there is but this one."""
    for owner in (it for it in at.lineage(cls) if isinstance(it, Class)):
        assigned = at.attributes(owner)
        for name, annotation in at.annotations(owner).items():
            place = at.written(owner, name)
            if place is not None and not _is_resolved(assigned.get(name)):
                within = at.each(UNKNOWN, RESOLVER).apart()
                of = read(row, (name,), within)
                _answer(annotation, of, within, at, seen)
                _tell(within, place, rows, False, at)
        for it in assigned.values():
            if isinstance(it, Function) and any(is_of(found, "field") for found in at.decorated(it)):
                within = at.each(UNKNOWN, RESOLVER).apart()
                made = within.call(msgspec.structs.replace(it, bound=row), Args())
                _answer(at.annotated(it), made, within, at, seen)
                _tell(within, at.returned(it), rows, True, at)


def _answer(annotation: Object | None, made: Object, within: At, at: At, seen: tuple[Class, ...]) -> None:
    """What a field asks for when it is answered, and what the types send that it leads to."""
    for it in options(made.of if isinstance(made, Coroutine) else made):
        if isinstance(it, QuerySet | Manager):
            element(it, within)  # whatever is returned lazily is asked for then
    respond(annotation, made, at, seen)


def _tell(within: At, place: Place | None, rows: Object | None, own: bool, at: At) -> None:
    """Says it of each of the rows; own: a resolver has sent it, and then it is told there."""
    for query, chain in within.sent if rows is not None else ():
        here, behind = (chain[0], chain[1:]) if own and chain else (place, ())
        if here is not None and rows is not None:
            once = msgspec.structs.replace(query, cause="call")
            at.each(rows, _HOW).elsewhere(here, behind).runs(once)


def _is_resolved(value: Object | None) -> bool:
    """Whether what is assigned to a field says another way to it than the attribute of its name."""
    if value is None:
        return False
    return not is_of(value, "field") or (
        isinstance(value, Built)
        and any(value.args.get(0 if it == "resolver" else None, it) for it in ("resolver", "extensions"))
    )


_HOW: Final = "resolver's type"
_DEEPEST: Final = 4
