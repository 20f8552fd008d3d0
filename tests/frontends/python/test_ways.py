"""What Python really leaves in variables: generated functions are run, and each value read must be foreseen."""

import ast
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from crowsfoot.facts.code import Call, Const, Either, Name, Scope
from crowsfoot.frontends.python import read

_NAMES = "abc"


class Writer:
    """Writes a function that assigns numbers, each once, and says which it reads, each place once."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0

    def function(self) -> str:
        begin = [f"    {name} = {self.fresh()}" for name in _NAMES[:2]]
        return "\n".join(["def f():", *begin, *self.block(1, 0, loop=False, final=False), ""])

    def fresh(self) -> int:
        self.number += 1
        return self.number

    def block(self, indent: int, depth: int, loop: bool, final: bool) -> Iterator[str]:
        for _ in range(self.random.randint(1, 4)):
            yield from self.statement(indent, depth, loop, final)

    def statement(self, indent: int, depth: int, loop: bool, final: bool) -> Iterator[str]:
        begin = "    " * indent
        name = self.random.choice(_NAMES)
        kinds = ["assign", "assign", "read", "read", "fail"]
        if depth < 4:
            kinds += ["if", "for", "while", "endless", "try", "finally", "with", "match"]
        if not final:
            kinds += ["return"] + ["continue", "break"] * loop
        kind = self.random.choice(kinds)

        def inner(loop: bool = loop, final: bool = final) -> Iterator[str]:
            return self.block(indent + 1, depth + 1, loop, final)

        if kind == "assign":
            yield f"{begin}{name} = {self.fresh()}"
        elif kind == "read":
            yield f"{begin}saw({self.fresh()}, {name})"
        elif kind == "fail":
            yield f"{begin}may_fail()"
        elif kind in ("return", "break", "continue"):
            yield f"{begin}if choose():"
            yield f"{begin}    {kind}"
        elif kind == "if":
            yield f"{begin}if choose():"
            yield from inner()
            if self.random.random() < 0.5:
                yield f"{begin}elif choose():"
                yield from inner()
            if self.random.random() < 0.5:
                yield f"{begin}else:"
                yield from inner()
        elif kind in ("for", "while", "endless"):
            head = {"for": "for _ in some():", "while": "while choose():", "endless": "while True:"}[kind]
            yield f"{begin}{head}"
            if kind == "endless":
                yield f"{begin}    if choose():"
                yield f"{begin}        break"
            yield from inner(loop=True, final=False)
            if self.random.random() < 0.3:
                yield f"{begin}else:"
                yield from inner()
        elif kind == "try":
            yield f"{begin}try:"
            yield from inner()
            yield f"{begin}except Failed:"
            yield from inner()
            if self.random.random() < 0.5:
                yield f"{begin}else:"
                yield from inner()
        elif kind == "finally":
            yield f"{begin}try:"
            yield from inner()
            yield f"{begin}finally:"
            yield f"{begin}    saw({self.fresh()}, {name})"
        elif kind == "with":
            yield f"{begin}with suppress(Failed):"
            yield from inner()
        else:
            yield f"{begin}match choose():"
            yield f"{begin}    case True:"
            yield from ("    " + line for line in inner())
            yield f"{begin}    case other:"
            yield f"{begin}        saw({self.fresh()}, {name})"


class FailedError(Exception):
    pass


class EnoughError(Exception):
    pass


def really(code: str, seed: int) -> set[tuple[int, int]]:
    """Where each number was read, in one run that decides at random."""
    decide = random.Random(seed)
    seen: set[tuple[int, int]] = set()
    left = 300

    def choose() -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            raise EnoughError
        return decide.random() < 0.4

    def may_fail() -> None:
        if decide.random() < 0.3:
            raise FailedError

    world: dict[str, Any] = {
        "saw": lambda place, number: seen.add((place, number)),
        "some": lambda: range(decide.randint(0, 3)),
        "choose": choose,
        "may_fail": may_fail,
        "Failed": FailedError,
        "suppress": suppress,
    }
    exec(code, world)
    with suppress(FailedError, EnoughError, NameError):
        world["f"]()
    return seen


def foreseen(scope: Scope, number: int) -> set[int]:
    """The constants that a value may be."""
    found: set[int] = set()
    seen: set[int] = set()
    waiting = [number]
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        value = scope.values[number]
        if isinstance(value, Either):
            waiting.extend(value.options)
        else:
            assert isinstance(value, Const | Name), value
            if isinstance(value, Const):
                assert isinstance(value.value, int)
                found.add(value.value)
    return found


def missing(code: str, runs: int) -> set[tuple[int, int]]:
    """What was read in some run and not foreseen."""
    (scope,) = (it for it in read(code).scopes if it.name == "f")
    places: dict[int, set[int]] = {}
    for it in scope.values:
        if isinstance(it, Call) and len(it.args) == 2:
            place = scope.values[it.args[0]]
            assert isinstance(place, Const)
            assert isinstance(place.value, int)
            places[place.value] = foreseen(scope, it.args[1])
    return {
        (place, number)
        for seed in range(runs)
        for place, number in really(code, seed)
        if number not in places[place]
    }


def test_every_value_that_is_really_read_is_foreseen() -> None:
    for seed in range(300):
        code = Writer(seed).function()
        ast.parse(code)
        assert not missing(code, 12), code


@pytest.mark.parametrize(
    ("code", "place", "options"),
    [
        ("a = 1\n    a = 2\n    saw(9, a)", 9, {2}),
        ("a = 1\n    if choose():\n        a = 2\n        return\n    saw(9, a)", 9, {1}),
        ("a = 1\n    while True:\n        a = 2\n        break\n    saw(9, a)", 9, {2}),
        ("a = 1\n    for _ in some():\n        a = 2\n        saw(9, a)\n        a = 3", 9, {2}),
        ("a = 1\n    try: a = 2\n    except Failed: return\n    saw(9, a)", 9, {2}),
    ],
)
def test_no_more_is_foreseen_than_may_be(code: str, place: int, options: set[int]) -> None:
    scope = read(f"def f():\n    {code}\n").scopes[1]
    (call,) = (it for it in scope.values if isinstance(it, Call) and len(it.args) == 2)
    assert foreseen(scope, call.args[1]) == options
