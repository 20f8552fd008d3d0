"""A function -> when a pool or an engine calls it: as a connection is made, or each time it is handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal

from crowsfoot.facts import code as facts

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator
    from crowsfoot.link.code.evaluation.frame import Frame

Event = Literal["", "connect", "checkout", "return"]

# Source: https://docs.sqlalchemy.org/en/20/core/events.html
_EVENTS: Final[dict[str, Event]] = {
    "connect": "connect",
    "first_connect": "connect",
    "engine_connect": "checkout",
    "checkout": "checkout",
    "begin": "checkout",
    "after_begin": "checkout",
    "checkin": "return",
    "reset": "return",
}
# asyncpg.create_pool(init=, setup=, reset=), psycopg_pool.ConnectionPool(configure=, check=, reset=)
_ARGUMENTS: Final[dict[str, Event]] = {
    "init": "connect",
    "configure": "connect",
    "setup": "checkout",
    "check": "checkout",
    "reset": "return",
}
_LISTENS: Final = ("listens_for", "listen")


def event_of(evaluator: Evaluator, frame: Frame, given: Mapping[str, Event]) -> Event:
    """When the scope is called; given are the functions that other scopes give to a pool, by name."""
    scope = frame.scope
    if scope.kind not in ("function", "lambda") or scope.parent < 0:
        return ""
    around = evaluator.program.scope(frame.path, scope.parent).values
    for number in scope.decorators:
        it = around[number]
        if isinstance(it, facts.Call):
            word = facts.word_of(around, it.of)
            if word in _LISTENS:
                return _named(around, it)
            if word == "receiver" and any(
                facts.word_of(around, arg) == "connection_created" for arg in it.args
            ):
                return "connect"
    for it in around:
        if not isinstance(it, facts.Call):
            continue
        word = facts.word_of(around, it.of)
        if word == "listen" and any(_is_it(around, arg, frame.number, scope.name) for arg in it.args):
            return _named(around, it)
        of = around[it.of]
        if (
            word == "connect"
            and isinstance(of, facts.Attribute)
            and facts.word_of(around, of.of) == "connection_created"
        ) and any(_is_it(around, arg, frame.number, scope.name) for arg in it.args):
            return "connect"
        if word.lower().endswith("pool"):
            for key, arg in it.keywords:
                if key in _ARGUMENTS and _is_it(around, arg, frame.number, scope.name):
                    return _ARGUMENTS[key]
    return given.get(scope.name, "") if scope.parent == 0 else ""


def says_pools(file: facts.CodeFile) -> bool:
    """Whether the file may make a pool, as far as its words tell."""
    return "pool\n" in file.words.lower()


def given_to_pools(files: Iterable[facts.CodeFile]) -> dict[str, Event]:
    """The functions that those files give to pools, which are often made in a function: `startup()`."""
    found: dict[str, Event] = {}
    for file in files:
        for scope in file.scopes[1:]:
            for it in scope.values:
                # An exact type, which is told apart faster: these are all values of the program.
                if type(it) is not facts.Call or not it.keywords:
                    continue
                if not facts.word_of(scope.values, it.of).lower().endswith("pool"):
                    continue
                for key, arg in it.keywords:
                    value = scope.values[arg]
                    if key in _ARGUMENTS and isinstance(value, facts.Name | facts.Import):
                        found.setdefault(value.name, _ARGUMENTS[key])
    return found


def _named(values: tuple[facts.AnyValue, ...], call: facts.Call) -> Event:
    for number in call.args:
        it = values[number]
        if isinstance(it, facts.Const) and isinstance(it.value, str):
            return _EVENTS.get(it.value, "")
    return ""


def _is_it(values: tuple[facts.AnyValue, ...], number: int, scope: int, name: str) -> bool:
    it = values[number]
    if isinstance(it, facts.Defined):
        return it.scope == scope
    return bool(name) and isinstance(it, facts.Name) and it.name == name
