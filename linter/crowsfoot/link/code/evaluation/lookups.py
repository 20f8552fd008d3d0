"""A lookup of a template, `book.author`, to what is read: an element or an attribute, called if it can be.

https://docs.djangoproject.com/en/5.2/ref/templates/language/#variables
"""

from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    Class,
    Constant,
    Function,
    Instance,
    Object,
    OneOf,
    Table,
)
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.here import Here

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def of_lookup(out: "Evaluator", frame: Frame, number: int, value: facts.Lookup) -> Object:
    of = out.get(frame, value.of)
    if of is UNKNOWN:
        return UNKNOWN
    options = of.options if isinstance(of, OneOf) else (of,)
    return standard.join([_looked_up(out, it, frame, number, value) for it in options])


def _looked_up(out: "Evaluator", of: Object, frame: Frame, number: int, value: facts.Lookup) -> Object:
    at, name = Here(out, frame, number), value.name
    if name.isdecimal():
        return of.item(Constant(int(name) if len(name) < 10 else None), at)
    if isinstance(of, Table) and not value.called:
        known = next((it for key, it in of.named if key == name), None)
        if known is not None or name not in _OF_DICTS:
            return of.values if known is None and not of.named else known or UNKNOWN
    if isinstance(of, Class):
        return UNKNOWN  # a class is called as well: what it makes of nothing is nobody's row
    found = out.read(of, name, at)
    if value.called:
        return found
    options = found.options if isinstance(found, OneOf) else (found,)
    return standard.join([_called(out, it, name, frame, number) for it in options])


def _called(out: "Evaluator", found: Object, name: str, frame: Frame, number: int) -> Object:
    if isinstance(found, Function):
        params = out.program.scope(found.path, found.scope).params
        rest = params[found.bound is not None :]
        if any(it.kind == "positional" and it.default is None for it in rest):
            return UNKNOWN  # what asks for arguments is shown as nothing
        return out.call(found, Args(), frame, number)
    if isinstance(found, (Class, Instance)) or name in _CHANGES:
        return found
    made = found.call(Args(), Here(out, frame, number))
    return found if made is UNKNOWN else made


_OF_DICTS: Final = frozenset(("items", "keys", "values"))
# Templates call nothing that changes data.
# https://docs.djangoproject.com/en/5.2/ref/templates/api/#variables-and-lookups
_CHANGES: Final = frozenset(
    (
        *("delete", "save", "save_base", "update", "create", "get_or_create", "update_or_create"),
        *("bulk_create", "bulk_update", "add", "remove", "clear", "set"),
    )
)
