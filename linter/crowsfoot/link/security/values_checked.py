"""A value that a program writes into SQL -> whether it has been checked before: a UUID or a number breaks out
of no string.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator
    from crowsfoot.link.code.evaluation.frame import Frame

# What makes of a value something of which every text is harmless, or raises.
_MAKES: Final = frozenset(("UUID", "int", "float", "bool", "Decimal", "uuid4", "uuid1", "uuid7", "hex"))
_QUOTES: Final = frozenset(("Literal", "Identifier", "quote_ident", "quote_literal", "quote_name", "adapt"))
_CHECKS: Final = frozenset(("match", "fullmatch", "isdigit", "isdecimal", "isalnum", "UUID", "int"))
_TYPES: Final = frozenset(("UUID", "int", "UUID4", "PositiveInt", "float", "bool"))
# What whoever runs the program says, and nobody who uses it.
_OPERATORS: Final = frozenset(("settings", "config", "environ", "os", "conf"))
_WORDS: Final = ("valid", "sanitize", "quote", "getenv", "escape")
_MOST: Final = 60


def is_checked(evaluator: Evaluator, frame: Frame, value: int) -> bool:
    """Whether all that the call there puts into its text has been checked in the same function."""
    values = frame.scope.values
    it = values[value]
    if isinstance(it, facts.Awaited):
        it = values[it.of]
    if not isinstance(it, facts.Call) or not it.args:
        return False
    leaves = list(_leaves(values, it.args[0]))
    return bool(leaves) and all(_is_safe(evaluator, frame, each) for each in leaves)


def _leaves(values: tuple[facts.AnyValue, ...], number: int) -> Iterator[int]:
    """The values that a text is put together of, constants aside."""
    waiting, seen = [number], 0
    while waiting and seen < _MOST:
        seen += 1
        current = waiting.pop()
        it = values[current]
        match it:
            case facts.Text():
                waiting += [each for each in it.parts if isinstance(each, int)]
            case facts.Operation():
                waiting += it.operands
            case facts.Display():
                waiting += it.items
            case facts.Call():
                of = values[it.of]
                name = facts.word_of(values, it.of)
                if name in ("text", "str", "SQL", "raw"):
                    waiting += it.args
                elif name == "format" and isinstance(of, facts.Attribute):
                    waiting += [of.of, *it.args, *(each for _, each in it.keywords)]
                else:
                    yield current
            case facts.Const():
                pass
            case _:
                yield current


def _is_safe(evaluator: Evaluator, frame: Frame, number: int) -> bool:
    values = frame.scope.values
    it = values[number]
    if isinstance(it, facts.Call):
        name = facts.word_of(values, it.of)
        of = values[it.of]
        if isinstance(of, facts.Attribute) and facts.word_of(values, of.of) in _OPERATORS:
            return True  # os.environ.get("SCHEMA")
        return name in _MAKES or name in _QUOTES or any(word in name for word in _WORDS)
    if isinstance(it, facts.Attribute) and (it.name == "hex" or facts.word_of(values, it.of) in _OPERATORS):
        return True
    if isinstance(it, facts.Name) and it.name.isupper():
        return True  # a constant, which no request chooses
    if isinstance(it, facts.Parameter):
        param = frame.scope.params[it.index]
        if param.annotation is not None and frame.scope.parent >= 0:
            around = evaluator.program.scope(frame.path, frame.scope.parent).values
            if facts.word_of(around, param.annotation) in _TYPES:
                return True
    # UUID(tenant) before it: what is no UUID raises.
    for each in values[: max(number, len(values))]:
        if isinstance(each, facts.Call) and (number in each.args or _same_name(values, each.args, it)):
            name = facts.word_of(values, each.of)
            if name in _CHECKS or "valid" in name.lower():
                return True
    return False


def _same_name(values: tuple[facts.AnyValue, ...], args: tuple[int, ...], it: facts.AnyValue) -> bool:
    if not isinstance(it, facts.Attribute):
        return False
    return any(
        isinstance(each := values[arg], facts.Attribute) and (each.of, each.name) == (it.of, it.name)
        for arg in args
    )
