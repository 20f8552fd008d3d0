"""A statement of SQL that is sent once per row -> what to write instead, by what changes from pass to pass.

Its text says which placeholder is compared with which column, the call what is given for each of them, there
or wherever on the way that is put together: `store.select(sql, [book.id])`.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from crowsfoot.facts import code as facts
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.raw.queries import instead_by
from crowsfoot.libraries.raw.statements import read
from crowsfoot.link.code.per_row.unchanging import Step, Way, arguments, is_fixed

At: TypeAlias = tuple[Step, int]  # a value of the scope of that step


def sql_said_of(way: Way, query: Query) -> str:
    """`instead` of the query of that SQL, with all columns that are compared with something new each time."""
    said = read(query.sql or "")
    if not said.given:
        return query.instead
    changes = {by: _changes(way, query.sql or "", by) for by in (*said.given_by, *said.besides)}
    if any(changes[by] is None for by in said.given_by):
        return query.instead
    columns = tuple(name for name, by in zip(said.given, said.given_by, strict=True) if changes[by])
    only = all(changes[by] is False for by in said.besides)
    if not columns or (said.operation == "update" and not only):
        return query.instead
    return instead_by(columns, said, query.library, query.sql or "", only)


def _changes(way: Way, sql: str, placeholder: str) -> bool | None:
    """Whether that is given something else in each pass; None where nobody can tell."""
    found = _given_for(way, sql, placeholder) if placeholder else None
    return None if found is None else not is_fixed(way, *found)


def _given_for(way: Way, sql: str, placeholder: str) -> At | None:
    """What the call gives for the placeholder, in a list or dict, or, with asyncpg, fetch(sql, key, name)."""
    at = len(way.steps) - 1
    call = _with_values(way.steps[at])
    if call is None:
        return None
    values = way.steps[at].scope.values
    if len(call.args) < 2:
        named = next((it for name, it in call.keywords if name in _VALUES), None)
        return None if named is None else _within(way, at, named, placeholder)
    first = values[call.args[1]]
    if isinstance(first, facts.Spread):
        return _within(way, at, first.of, placeholder)
    if f"${placeholder}" in sql and not isinstance(first, facts.Display):
        return _nth(way.steps[at], call.args[1:], int(placeholder) - 1) if placeholder.isdecimal() else None
    return _within(way, at, call.args[1], placeholder)


def _with_values(step: Step) -> facts.Call | None:
    """The call that sends the statement; of `execute(sql)` and `execute(sql, values)`, the latter."""
    values = step.scope.values
    call = values[step.value]
    if not isinstance(call, facts.Call) or not call.args:
        return None
    if len(call.args) > 1 or call.keywords:
        return call
    word, sql = facts.word_of(values, call.of), values[call.args[0]]
    if not isinstance(sql, facts.Parameter):
        return call
    for it in values:
        if isinstance(it, facts.Call) and len(it.args) > 1 and facts.word_of(values, it.of) == word:
            other = values[it.args[0]]
            if isinstance(other, facts.Parameter) and other.index == sql.index:
                return it
    return call


def _within(way: Way, at: int, number: int, placeholder: str) -> At | None:
    """What a list, a tuple or a dict has for the placeholder, wherever on the way that is written."""
    for _ in range(_MOST_STEPS):
        step = way.steps[at]
        it = step.scope.values[number]
        if isinstance(it, facts.Display):
            return _entry(step, it, placeholder)
        if isinstance(it, facts.Call) and len(it.args) == 1:
            if facts.word_of(step.scope.values, it.of) not in _CONTAINERS:
                return None
            number = it.args[0]
        elif isinstance(it, facts.Parameter) and at > 0:
            if step.scope.params[it.index].kind == "args":
                return _among_rest(way, at, it.index, placeholder)
            given = arguments(way.steps[at - 1], step.scope) or ()
            found = given[it.index] if it.index < len(given) else None
            if found is None:
                return None
            at, number = at - 1, found
        else:
            return None
    return None


def _entry(step: Step, it: facts.Display, placeholder: str) -> At | None:
    if it.kind != "dict":
        return _nth(step, it.items, int(placeholder) - 1) if placeholder.isdecimal() else None
    for key, item in zip(it.keys, it.items, strict=True):
        name = step.scope.values[key] if key >= 0 else None
        if isinstance(name, facts.Const) and name.value == placeholder:
            return step, item
    return None


def _among_rest(way: Way, at: int, index: int, placeholder: str) -> At | None:
    """What a function with `*values` is given for the placeholder."""
    caller, scope = way.steps[at - 1], way.steps[at].scope
    call = caller.scope.values[caller.value]
    if not isinstance(call, facts.Call) or not placeholder.isdecimal():
        return None
    is_method = scope.params[0].name in ("self", "cls")
    before = index - 1 if is_method and isinstance(caller.scope.values[call.of], facts.Attribute) else index
    return _nth(caller, call.args, before + int(placeholder) - 1)


def _nth(step: Step, items: Sequence[int], number: int) -> At | None:
    """One of the values; None where those before it are not all there: `[*keys, name]`."""
    if not 0 <= number < len(items):
        return None
    if any(isinstance(step.scope.values[it], facts.Spread) for it in items[: number + 1]):
        return None
    return step, items[number]


_VALUES: Final = frozenset(("parameters", "params", "values", "args", "vars"))
_CONTAINERS: Final = frozenset(("tuple", "list"))
_MOST_STEPS: Final = 10
