"""What machinery sends for each row that it shows -> one statement told where the rows are asked for.

A serializer, a page of the admin and the options of a form read their rows by names that the program lists. What
that sends is gathered as readings, then told at the query set, and at whatever reads.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from crowsfoot.libraries.django.plans import Plan
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.objects import At, Function, Object, Place
from crowsfoot.libraries.query import Query


class Reading(NamedTuple):
    """Something that is sent for a row; place is the field, or the line of its method, that reads it.

    many: it is sent once for each of several rows; else as often as the row itself is shown. named: the field
    says so itself, by its name or source.
    """

    place: Place
    query: Query
    many: bool
    named: bool = False


def readings(
    within: At, row: Object, place: Place, many: bool, own: bool = False, source: tuple[str, ...] = ()
) -> list[Reading]:
    """What has been sent apart for a row; own: by a method of what reads, and then it is told there."""
    found: list[Reading] = []
    kept = frozenset(_kept(row.plan)) if isinstance(row, Row) else frozenset[str]()
    for query, chain in within.sent:
        # `if hasattr(self, "_tags"): return self._tags` asks for nothing where a Prefetch or annotation fills that.
        if not chain or not kept & _words(within, chain[-1]):
            named = query.relation in source
            found.append(Reading(chain[0] if chain and own else place, query, many, named))
    return found


def _words(at: At, place: Place) -> frozenset[str]:
    """What the function reads that the place is in."""
    return at.words(Function(place.path, place.scope, ""))


def _kept(plan: Plan) -> Iterator[str]:
    """The attributes that rows have got besides their fields."""
    yield from plan.free
    for name, _, below in plan.listed:
        yield name
        yield from _kept(below)
    for _, below in plan.loaded:
        yield from _kept(below)


def distinct(found: Iterable[Reading]) -> list[Reading]:
    """Without what a row has already, as something else has read it before."""
    # Of two fields that name a relation, either may be shown alone.
    given = list(found)
    seen = {it.query.instead for it in given if it.named}
    kept: list[Reading] = []
    for it in given:
        if it.named or it.query.instead not in seen:
            seen.add(it.query.instead)
            kept.append(it)
    return kept


def tell(found: Iterable[Reading], rows: Object, how: str, at: At) -> None:
    """Says of each place that reads what it sends, once per row."""
    places: dict[Place, list[Query]] = {}
    for it in distinct(found):
        places.setdefault(it.place, []).append(it.query)
    for place, queries in places.items():
        at.each(rows, how).elsewhere(place).runs(together(queries))


def tell_rows(found: Iterable[Reading], rows: Object, how: str, place: Place, at: At) -> None:
    """Says it of many rows: where they are asked for, and at each place that reads."""
    sure = [it for it in found if it.many and it.query.likely]
    if sure:
        at.each(rows, how).elsewhere(place).runs(together([it.query for it in sure]))
        tell(sure, rows, how, at)


def together(queries: list[Query]) -> Query:
    """One of them, with what to write for all of them in place of it."""
    sure = [it for it in queries if it.likely] or queries
    first = next((it for it in sure if _LOADS.fullmatch(it.instead)), sure[0])
    # Where it is told is not where the row is read, so that it is no relation that the evaluator knows there.
    return msgspec.structs.replace(first, cause="call", instead=_instead(sure))


def _instead(queries: list[Query]) -> str:
    paths: dict[str, dict[str, None]] = {}
    others: dict[str, None] = {}
    for it in queries:
        found = _LOADS.fullmatch(it.instead)
        if found is None:
            others[it.instead] = None
        else:
            paths.setdefault(found[1], {})[found[2]] = None
    said: list[str] = []
    for method in sorted(paths, reverse=True):
        names = _longest(tuple(paths[method]))
        more = ", …" if len(names) > _MOST_NAMED else ""
        said.append(f"{method}({', '.join(names[:_MOST_NAMED])}{more})")
    return ".".join(said) if said else next(iter(others))


def _longest(names: tuple[str, ...]) -> list[str]:
    """Without those that others begin with: "author__publisher" loads "author"."""
    return [it for it in names if not any(other.startswith(it[:-1] + "__") for other in names)]


_LOADS: Final = re.compile(r'(select_related|prefetch_related)\(("\w+")\)')
_MOST_NAMED: Final = 4
