"""Targets of assignments to what is bound and stored: names, attributes, items, and nests of them."""

import ast
from collections.abc import Iterator

from crowsfoot.facts.code import Part, Store, StoreItem
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.variables import Frame, bind


def store(frame: Frame, target: ast.expr, value: int, annotation: int | None = None) -> None:
    """target = the value of that number."""
    kind = target.__class__
    if kind is ast.Name:
        bind(frame, target.id, value)  # type: ignore[attr-defined]
    elif kind is ast.Attribute:
        of = target.value  # type: ignore[attr-defined]
        number = frame.read[of.__class__](frame, of)
        frame.values.append(Store(*place(frame, target), number, target.attr, value, annotation))  # type: ignore[attr-defined]
    elif kind is ast.Subscript:
        of, at = target.value, target.slice  # type: ignore[attr-defined]
        number = frame.read[of.__class__](frame, of)
        index = frame.read[at.__class__](frame, at)
        frame.values.append(StoreItem(*place(frame, target), number, index, value))
    else:
        unpack(frame, target, value)


def unpack(frame: Frame, target: ast.expr, value: int) -> None:
    """target, be it a nest of names, = the value of that number; after a star, indexes count from the end."""
    waiting = [(target, value)]
    while waiting:
        target, value = waiting.pop()
        kind = target.__class__
        if kind is ast.Starred:
            target = target.value  # type: ignore[attr-defined]
            kind = target.__class__
        if kind is not ast.Tuple and kind is not ast.List:
            store(frame, target, value)
            continue
        parts = []
        elements: list[ast.expr] = target.elts  # type: ignore[attr-defined]
        starred = False
        for index, element in enumerate(elements):
            at: int | None = index
            if element.__class__ is ast.Starred:
                starred, at = True, None
            elif starred:
                at = index - len(elements)
            frame.values.append(Part(*place(frame, element), value, at))
            parts.append((element, len(frame.values) - 1))
        waiting.extend(reversed(parts))


def names_of(target: ast.expr) -> Iterator[str]:
    """The names that an assignment to target binds."""
    waiting = [target]
    while waiting:
        it = waiting.pop()
        if isinstance(it, ast.Name):
            yield it.id
        elif isinstance(it, ast.Tuple | ast.List):
            waiting.extend(reversed(it.elts))
        elif isinstance(it, ast.Starred):
            waiting.append(it.value)
