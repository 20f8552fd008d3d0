"""A statement that is sent once per row -> what to write instead, by what of it changes from pass to pass.

A library knows which columns are compared, not which of them are compared with something new each time.
"""

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries.query import READS, Query
from crowsfoot.link.code.frame import Frame
from crowsfoot.link.code.loops import within
from crowsfoot.link.code.shown import shown
from crowsfoot.link.code.usage import parts_of


def instead(frame: Frame, query: Query, number: int, loop: int) -> str:
    """`instead` of the query of a Django query set that the call of that number sends in that loop."""
    found = _BY_KEY.fullmatch(query.instead)
    values = frame.scope.values
    if query.library != "django" or not isinstance(values[number], facts.Call):
        return query.instead
    if found is None and not query.instead.startswith(_WITH_ROWS):
        return query.instead
    calls = list(_chain(values, number))
    manager = _receiver(values, calls[-1])
    comparing = [it for it in calls if _name(values, it) in _COMPARE]
    keys = [name for it in comparing for name, value in it.keywords if _varies(frame, value, loop)]
    keys = ["" if it == "**" else it for it in keys]
    if any(_varies(frame, it, loop) for call in comparing for it in call.args):
        keys.append("")  # by a condition that is an object
    plain = [it.removesuffix("__in") for it in keys if it and it.rpartition("__")[2] not in _LOOKUPS]
    if found is not None:
        if any(_name(values, it) in _UPDATE and _any_varies(frame, it, loop) for it in calls):
            return f"{found[1].removesuffix('filter(')}bulk_update()"
        if not keys or found[2] in (*plain, *(it.removesuffix("_id") for it in plain)):
            return query.instead
        # Counts are grouped by the same column: `.values("slug")`.
        rest = found[3].replace(f'"{found[2]}"', f'"{plain[0]}"') if plain else ""
        return f"{found[1]}{plain[0]}{rest}" if plain else _NOTHING_BETTER
    if manager is None or _varies(frame, manager, loop):
        return query.instead  # rows of the loop, or of what they lead to, have it
    if not plain or query.operation not in READS:
        return _NOTHING_BETTER
    counted = f'.values("{plain[0]}").annotate(…)' if query.operation in ("count", "aggregate") else ""
    own = shown(frame.scope, manager)
    if "(" in own:  # the code has a name for what comes of that call, and the row is called so elsewhere
        own = f"{query.api.partition('.')[0]}.{query.relation}"
    return f"{own}.filter({plain[0]}__in=…){counted}"


def _chain(values: tuple[facts.AnyValue, ...], number: int) -> Iterator[facts.Call]:
    """The calls of `query.filter().first()`, the last one first."""
    it = values[number]
    while isinstance(it, facts.Call):
        yield it
        receiver = _receiver(values, it)
        if receiver is None:
            return
        it = values[receiver]


def _any_varies(frame: Frame, call: facts.Call, loop: int) -> bool:
    return any(_varies(frame, value, loop) for _, value in call.keywords)


def _name(values: tuple[facts.AnyValue, ...], call: facts.Call) -> str:
    method = values[call.of]
    return method.name if isinstance(method, facts.Attribute) else ""


def _receiver(values: tuple[facts.AnyValue, ...], call: facts.Call) -> int | None:
    """`author.books`, of `author.books.filter()`."""
    method = values[call.of]
    return method.of if isinstance(method, facts.Attribute) else None


def _varies(frame: Frame, number: int, loop: int) -> bool:
    """Whether a value is made of what the loop goes over."""
    values, loops = frame.scope.values, frame.scope.loops
    pending, seen = [number], {number}
    while pending:
        it = values[pending.pop()]
        if not within(loops, it.loop, loop):
            continue  # it is there before the loop
        parts = [*(it.items if isinstance(it, facts.Display) else parts_of(it))]
        if isinstance(it, facts.Element):
            if it.over == loop:
                return True
            parts += [over] if (over := loops[it.over].over) is not None else []
        pending += [part for part in parts if part not in seen]
        seen.update(parts)
    return False


_BY_KEY: Final = re.compile(r"(.*filter\()(\w+)(__in=….*)")
_WITH_ROWS: Final = ("prefetch_related(Prefetch(", "annotate(…")
_NOTHING_BETTER: Final = "one query for all of them"
_UPDATE: Final = frozenset(("update", "aupdate"))
_COMPARE: Final = frozenset(("filter", "exclude", "get", "aget"))
# What a lookup ends with that compares by something else than equality.
_LOOKUPS: Final = frozenset(
    (
        *("iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"),
        *("regex", "iregex", "gt", "gte", "lt", "lte", "range", "isnull", "date", "year", "month", "day"),
    )
)
