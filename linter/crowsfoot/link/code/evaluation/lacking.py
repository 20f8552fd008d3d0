"""A function that looks entries up in an attribute of what it is given -> what it does where there is none.

`self.context["counts"]` with an `except KeyError`; `known = self.context.get("counts")` and what follows `if
known is not None: return known[row.pk]`: whoever gives the entry has asked for all of it at once.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from crowsfoot.facts import code as facts

Values = Sequence[facts.AnyValue]


class Lacking(NamedTuple):
    """The values from first to before end are come to where the attribute has no entry of that key."""

    attribute: str
    key: str
    first: int
    end: int


def lacking(scope: facts.Scope) -> tuple[Lacking, ...]:
    """All such stretches of a function."""
    if not scope.perhaps:
        return ()
    values = scope.values
    looked_up = {number: it for number, value in enumerate(values) if (it := _entry(values, value))}
    if not looked_up:
        return ()
    branches = {first: end for kind, first, end in scope.perhaps if kind == facts.BRANCH}
    rests = {first: end for kind, first, end in scope.perhaps if kind == -1}
    found = [*_caught(values, looked_up, branches)]
    for number, value in enumerate(values):
        first, tested = number + 1, _tested(values, value, looked_up)
        if tested is None or first not in branches:
            continue
        (attribute, key), is_there = tested
        if is_there:
            first = branches[first]
        end = (rests if is_there else branches).get(first)
        if end is not None:
            found.append(Lacking(attribute, key, first, end))
    return tuple(found)


def _entry(values: Values, it: facts.AnyValue) -> tuple[str, str] | None:
    """What is looked up there, by which key: `self.context["counts"]`, `self.context.get("counts")`.

    What is looked up in such an entry counts as well: it may be there for other rows alone.
    """
    for _ in range(_DEEPEST):
        of, key = _looked_up(values, it)
        if of is None or key is None:
            return None
        holder = values[of]
        if type(holder) is facts.Attribute and type(values[holder.of]) is facts.Parameter:
            word = values[key]
            return (
                (holder.name, word.value)
                if type(word) is facts.Const and isinstance(word.value, str)
                else None
            )
        it = holder
    return None


def _looked_up(values: Values, it: facts.AnyValue) -> tuple[int | None, int | None]:
    """In which value it is looked up, and by which."""
    if type(it) is facts.Item:
        return it.of, it.index
    if type(it) is facts.Call and it.args:
        method = values[it.of]
        if type(method) is facts.Attribute and method.name == "get":
            return method.of, it.args[0]
    return None, None


def _caught(
    values: Values, looked_up: dict[int, tuple[str, str]], branches: dict[int, int]
) -> Iterator[Lacking]:
    """What an `except KeyError` does behind the nearest entry that is read before."""
    for first, end in branches.items():
        names = [first, *range(first + 1, min(first + 3, end))]  # `except (KeyError, TypeError)` is three
        if any(type(it := values[at]) is facts.Name and it.name in _CAUGHT for at in names):
            before = [at for at in looked_up if at < first and type(values[at]) is facts.Item]
            if before:
                yield Lacking(*looked_up[before[-1]], first, end)


def _tested(
    values: Values, it: facts.AnyValue, looked_up: dict[int, tuple[str, str]]
) -> tuple[tuple[str, str], bool] | None:
    """The entry that a test is about, and whether the branch behind it is for those that have it."""
    if type(it) is facts.Tested:
        return (looked_up[it.of], True) if it.of in looked_up else None
    if type(it) is not facts.Operation:
        return None
    of = it.operands[0]
    if it.operator == "not":
        return (looked_up[of], False) if of in looked_up else None
    if it.operator in ("is", "is not") and of in looked_up:
        other = values[it.operands[1]]
        is_none = type(other) is facts.Const and other.value is None
        return (looked_up[of], it.operator == "is not") if is_none else None
    if it.operator in ("in", "not in"):
        word, holder = values[of], values[it.operands[1]]
        if (
            type(word) is facts.Const
            and isinstance(word.value, str)
            and type(holder) is facts.Attribute
            and type(values[holder.of]) is facts.Parameter
        ):
            return (holder.name, word.value), it.operator == "in"
    return None


_CAUGHT: Final = frozenset(("KeyError", "LookupError"))
_DEEPEST: Final = 3
