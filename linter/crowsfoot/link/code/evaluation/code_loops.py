"""A scope -> its loops over code: classes, functions. A program has as many as it says, and no row adds one.

`for model in models: log(model.__name__)`, `for handler in handlers: handler(event)`, `if model is Book`.
"""

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.facts import code as facts


def over_code(scope: facts.Scope) -> frozenset[int]:
    """The numbers of the loops whose elements are used as nothing but a class or a function can be."""
    values = scope.values
    elements = (values[number] for it in values for number in _as_code(values, it))
    return frozenset([loop for it in elements if (loop := _loop(values, it)) is not None])


def _as_code(values: tuple[facts.AnyValue, ...], it: facts.AnyValue) -> Iterator[int]:
    """What is called, asked for its name as code has one, or compared with a class, by that value."""
    if isinstance(it, facts.Call):
        yield it.of
        if facts.word_of(values, it.of) == "issubclass":
            yield from it.args[:1]
    elif isinstance(it, facts.Attribute) and it.name in _OF_CODE:
        yield it.of
    elif isinstance(it, facts.Operation) and it.operator in _SAME and len(it.operands) == 2:
        one, other = it.operands
        yield from (one,) if _is_class(values[other]) else ()
        yield from (other,) if _is_class(values[one]) else ()


def _loop(values: tuple[facts.AnyValue, ...], it: facts.AnyValue) -> int | None:
    """The loop that has it as its variable, or as one of those: `for name, model in models.items()`."""
    while isinstance(it, facts.Part):
        it = values[it.of]
    return it.over if isinstance(it, facts.Element) else None


def _is_class(it: facts.AnyValue) -> bool:
    return isinstance(it, facts.Name | facts.Import) and _CLASS.fullmatch(it.name) is not None


_OF_CODE: Final = frozenset(("__name__", "__qualname__", "__subclasses__"))
_SAME: Final = frozenset(("==", "!=", "is", "is not"))
_CLASS: Final = re.compile(r"[A-Z]+[a-z]\w*")
