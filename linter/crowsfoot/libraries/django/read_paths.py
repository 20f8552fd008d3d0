"""The path of a field, such as "author.name" -> what is read by it, each attribute called where it can be."""

from __future__ import annotations

from crowsfoot.libraries import standard
from crowsfoot.libraries.django.managers import Manager, ManagerMethod
from crowsfoot.libraries.django.querysets import Method
from crowsfoot.libraries.django.rows import Row, RowMethod
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Function, Instance, Many, Object, OneOf


def read(of: Object, source: tuple[str, ...], at: At) -> Object:
    """What DRF makes of the path of a field: each attribute, called where it can be."""
    for name in source:
        of = _called(attribute(of, name, at), at)
    return of


def read_key(row: Object, source: tuple[str, ...], at: At) -> None:
    """The key of what the path leads to: the last row but one has it itself, unless the other side does."""
    of = read(row, source[:-1], at)
    if source and isinstance(of, Row) and of.model is not None:
        known = of.model.fields.get(source[-1])
        if known is not None and not known.stored:
            read(of, source[-1:], at)


def element(of: Object, at: At) -> Object:
    """One of the rows of a manager, a query set or a list."""
    if isinstance(of, OneOf):
        return standard.join([element(it, at) for it in of.options])
    if isinstance(of, Manager):
        of = of.attribute("all", at).call(Args(), at)
    return of.of if isinstance(of, Many) else of.element(at)


def attribute(of: Object, name: str, at: At) -> Object:
    """of.name, whatever it is an attribute of."""
    if isinstance(of, OneOf):
        return standard.join([attribute(it, name, at) for it in of.options])
    if isinstance(of, Instance):
        found = at.member(of.cls, name, of) if isinstance(of.cls, Class) else None
        return found if found is not None else UNKNOWN
    return of.attribute(name, at)


def _called(of: Object, at: At) -> Object:
    return at.call(of, Args()) if isinstance(of, Function | ManagerMethod | Method | RowMethod) else of


def tell_text(of: Object, at: At) -> None:
    for it in of.options if isinstance(of, OneOf) else (of,):
        it.told(at)
