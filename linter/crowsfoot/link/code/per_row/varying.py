"""A statement that is sent once per row -> what to write instead, by what of it changes from pass to pass.

A library knows which columns are compared, not which of them are compared with something new each time.
"""

from collections.abc import Callable, Iterator, Set
from functools import partial
from typing import Final, TypeAlias

from crowsfoot.facts import code as facts
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.evaluation.loops import within
from crowsfoot.link.code.evaluation.shown import shown
from crowsfoot.link.code.evaluation.usage import parts_of

Varies: TypeAlias = Callable[[int], bool]
Is: TypeAlias = Callable[[facts.AnyValue], bool]


def instead(scope: facts.Scope, query: Query, number: int, varies: Varies) -> str:
    """`instead` of the query of a Django query set that the call of that number sends in a loop.

    varies tells of a value of the scope whether it changes from pass to pass.
    """
    values = scope.values
    if query.library != "django" or not isinstance(values[number], facts.Call):
        return query.instead
    calls = list(_chain(values, number))
    manager = _receiver(values, calls[-1])
    if _name(values, calls[0]) in _LINKS and query.instead.endswith(_ONE_BY_ONE):
        # add() takes any number of rows; with bulk=False, it saves each of them.
        alone = manager is not None and len(calls) == 1 and not calls[0].keywords and not varies(manager)
        return f"{query.api.removesuffix('()')}(*…)" if alone else query.instead
    for_all = query.for_all
    if for_all is None:
        return query.instead
    comparing = [it for it in calls if _name(values, it) in _COMPARE]
    keys = [name for it in comparing for name, value in it.keywords if varies(value)]
    keys = ["" if it == "**" else it for it in keys]
    if any(varies(it) for call in comparing for it in call.args):
        keys.append("")  # by a condition that is an object
    plain = _plain(keys)
    if for_all.of:
        if manager is None or varies(manager):
            return query.instead  # rows of the loop, or of what they lead to, have it
        own = shown(scope, manager)
        # What comes of a call has a name in the code, and the row is called so elsewhere.
        return for_all.said(plain[:1], own if "(" not in own else "")
    if any(_name(values, it) in _UPDATE and any(varies(of) for _, of in it.keywords) for it in calls):
        return for_all.each
    if not keys or {*for_all.keys} & {*plain, *(it.removesuffix("_id") for it in plain)}:
        return query.instead
    return for_all.said(plain[:1])


def _plain(keys: list[str]) -> list[str]:
    """What is compared with one value in each pass: one query can ask for them all.

    What is compared with a list in each pass comes after that.
    """
    plain = [it for it in keys if it and it.rpartition("__")[2] not in _LOOKUPS]
    return [it for it in plain if not it.endswith("__in")] or [it.removesuffix("__in") for it in plain]


def _chain(values: tuple[facts.AnyValue, ...], number: int) -> Iterator[facts.Call]:
    """The calls of `query.filter().first()`, the last one first."""
    it = values[number]
    while isinstance(it, facts.Call):
        yield it
        receiver = _receiver(values, it)
        if receiver is None:
            return
        it = values[receiver]


def _name(values: tuple[facts.AnyValue, ...], call: facts.Call) -> str:
    method = values[call.of]
    return method.name if isinstance(method, facts.Attribute) else ""


def _receiver(values: tuple[facts.AnyValue, ...], call: facts.Call) -> int | None:
    """`author.books`, of `author.books.filter()`."""
    method = values[call.of]
    return method.of if isinstance(method, facts.Attribute) else None


def by_loop(scope: facts.Scope, loop: int) -> Varies:
    """What of a scope is made of what that loop of it goes over."""

    def is_before(it: facts.AnyValue) -> bool:
        return not within(scope.loops, it.loop, loop)

    def is_element(it: facts.AnyValue) -> bool:
        return isinstance(it, facts.Element) and it.over == loop

    return partial(_is_made_of, scope, is_element, is_before)


def by_parameters(scope: facts.Scope, changing: Set[int]) -> Varies:
    """What of a function is made of those parameters."""

    def is_changing(it: facts.AnyValue) -> bool:
        return isinstance(it, facts.Parameter) and it.index in changing

    return partial(_is_made_of, scope, is_changing, lambda it: False)


def _is_made_of(scope: facts.Scope, counts: Is, is_left_out: Is, number: int) -> bool:
    """Whether a value is made of one that counts, by way of none that is left out."""
    values, loops = scope.values, scope.loops
    pending, seen = [number], {number}
    while pending:
        it = values[pending.pop()]
        if is_left_out(it):
            continue
        if counts(it):
            return True
        parts = [*(it.items if isinstance(it, facts.Display) else parts_of(it))]
        if isinstance(it, facts.Element):
            parts += [over] if (over := loops[it.over].over) is not None else []
        pending += [part for part in parts if part not in seen]
        seen.update(parts)
    return False


_LINKS: Final = frozenset(("add", "remove", "aadd", "aremove"))
_ONE_BY_ONE: Final = (
    "through.objects.bulk_create()",
    "through.objects.filter(…__in=…).delete()",
    ".update(…)",
)
_UPDATE: Final = frozenset(("update", "aupdate"))
_COMPARE: Final = frozenset(("filter", "exclude", "get", "aget"))
# What a lookup ends with that compares by something else than equality.
_LOOKUPS: Final = frozenset(
    (
        *("iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"),
        *("regex", "iregex", "gt", "gte", "lt", "lte", "range", "isnull", "date", "year", "month", "day"),
    )
)
