"""What machinery sends for each row that it shows -> one statement told where the rows are asked for.

A serializer, a page of the admin and the choices of a form read their rows by names that the program lists.
What that sends is gathered as readings, then told at the query set, and at whatever reads.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from crowsfoot.libraries.django import plans
from crowsfoot.libraries.django.plans import Plan
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.django.sending import shown
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import At, Function, Object, Place
from crowsfoot.libraries.query import Query


class Reading(NamedTuple):
    """Something that is sent for a row; place is the field, or the line of its method, that reads it.

    many: it is sent once for each of several rows; else as often as the row itself is shown. named: the field
    says so itself, by its name or source; else of a method, that is what reads.
    """

    place: Place
    query: Query
    many: bool
    named: bool = False
    of_method: bool = False


def readings(
    within: At, row: Object, place: Place, many: bool, own: bool = False, source: tuple[str, ...] = ()
) -> list[Reading]:
    """What has been sent apart for a row; own: by a method of what reads, and then it is told there."""
    found: list[Reading] = []
    if not isinstance(row, Row):
        return found  # nobody knows what it is: it may be a result of a search
    kept = frozenset(_kept(row.plan))
    for query, chain in within.sent:
        # `if hasattr(self, "_tags"): return self._tags`, where a Prefetch or an annotation has filled that,
        # or may have done so where nobody knows how the row was fetched
        looked_for = _looked_for(within, chain) if chain else _NOTHING
        if looked_for and (kept & looked_for or (many and not row.sure)):
            continue
        if any(_is_left_to_others(within, it) for it in chain):
            continue
        if _is_of(query, row, len(chain) - own, within):
            named = query.relation in source
            in_method = bool(chain) and own
            found.append(Reading(chain[0] if in_method else place, query, many, named, in_method))
    return found


def _is_of(query: Query, row: Row, depth: int, at: At) -> bool:
    """Whether it is asked because of the row; others may be kept, as may be what is asked far below."""
    path = _PATH.search(query.instead)
    if query.relation and path is not None and row.model is not None:
        words = tuple(path[1].split("__"))
        known = row.path[row.own :]
        rest = words[len(known) :] if words[: len(known)] == known else ()
        if not rest or rest[0] in _kept(row.plan):
            return bool(rest)
        # A query set of its own in between, as of `row.books.order_by("at")`, is where its rows are loaded.
        read = query.api.partition(".")[0]
        return rest[0] in row.model.fields and any(shown(it) == read for it in _along(row.model, rest, at))
    return bool(query.relation) or depth <= 1


def _along(model: Model, path: tuple[str, ...], at: At) -> Iterator[Model]:
    """The models of which the relations of a path are read."""
    found: Model | None = model
    for name in path:
        if found is None:
            return
        yield found
        field = found.fields.get(name)
        found = at.models.target(field) if field is not None else None


def of_one(row: Object) -> Object:
    """A row of a list that a single row leads to: what is read of that one is there for all that follow."""
    if not isinstance(row, Row) or row.model is None or not row.path:
        return row
    plan = row.plan
    for field in row.model.fields.values():
        known = plans.of(plan, field.name)
        if field.kind == "one" and field.back == row.path[-1] and known is not None:
            plan = plans.with_path(plan, (field.name,), msgspec.structs.replace(known, ones=True))
    return msgspec.structs.replace(row, plan=plan)


def _looked_for(at: At, chain: tuple[Place, ...]) -> frozenset[str]:
    """What the functions on the way look for, as they may have to do without."""
    found = (at.looked_for(Function(it.path, it.scope, ""), it.value) for it in chain)
    return frozenset().union(*found)


def _is_left_to_others(at: At, place: Place) -> bool:
    """Whether it is for those who give no such context: a view that shows many rows has asked for all."""
    return any(of == "context" and key not in _OF_EACH_VIEW for of, key in at.lacking(place))


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


def tell(found: Iterable[Reading], rows: Object, how: str, at: At) -> None:
    """Says of each place that reads what it sends, once per row.

    What one has loaded, the others have; what is asked is asked anew at each place.
    """
    groups: dict[tuple[object, ...], list[Reading]] = {}
    for it in sorted(found, key=lambda it: not it.named):
        groups.setdefault(_group(it), []).append(it)
    said: set[str] = set()
    for group in groups.values():
        query = together([it.query for it in group])
        if query.instead not in said or not _is_load(query):
            said.add(query.instead)
            deepest = max(group, key=lambda it: len(it.query.instead))
            at.each(rows, how).elsewhere(deepest.place).runs(query)


def _group(it: Reading) -> tuple[object, ...]:
    """A field is one, and so is in a method what it loads by way of one relation."""
    path = _PATH.search(it.query.instead) if it.of_method and _is_load(it.query) else None
    return (it.place.path, it.place.scope, path[1].partition("__")[0]) if path is not None else (it.place,)


def _is_load(query: Query) -> bool:
    """Whether to load it with the rows, as it is, is all there is to write instead."""
    return _LOADING.match(query.instead) is not None


def tell_rows(found: Iterable[Reading], rows: Object, how: str, place: Place, at: At) -> None:
    """Says it of many rows: where they are asked for, and at each place that reads."""
    sure = [it for it in found if it.many and it.query.likely]
    if sure and not rows.at_most_one:
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


_NOTHING: Final[frozenset[str]] = frozenset()
_LOADS: Final = re.compile(r'(select_related|prefetch_related)\(("\w+")\)')
_LOADING: Final = re.compile(r'(select|prefetch)_related\("')
_PATH: Final = re.compile(r'"(\w+)"')
_MOST_NAMED: Final = 4
# https://www.django-rest-framework.org/api-guide/generic-views/#other-methods
_OF_EACH_VIEW: Final = frozenset(("request", "format", "view"))
