"""What a condition asks of columns: which it compares and by how, and what AND, OR and NOT make of that.

Columns are whatever a library tells them apart by, until its query names them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, Generic, TypeVar, get_args

import msgspec

from crowsfoot.libraries.query import Kind, Query

C = TypeVar("C", bound=Hashable)
_T = TypeVar("_T")

# What goes beyond is no query that an index could be chosen for.
_MOST: Final = 40
_LONGEST: Final = 100  # characters of a constant
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Where(msgspec.Struct, Generic[C], frozen=True, cache_hash=True):
    """The columns that are compared. Each field is what the field of that name is to a Query."""

    equal: tuple[C, ...] = ()
    null: tuple[C, ...] = ()
    among: tuple[C, ...] = ()
    ranges: tuple[C, ...] = ()
    others: tuple[C, ...] = ()
    functions: tuple[tuple[C, str], ...] = ()
    either: tuple[tuple[C, ...], ...] = ()
    constants: tuple[tuple[C, str], ...] = ()
    optional: tuple[C, ...] = ()
    whole: bool = True

    @property
    def all(self) -> tuple[C, ...]:
        return (*self.equal, *self.null, *self.among, *self.ranges, *self.others)

    @property
    def served(self) -> tuple[C, ...]:
        """Those that an index of the column serves."""
        return (*self.equal, *self.null, *self.among, *self.ranges)

    @property
    def _how(self) -> tuple[tuple[str, C], ...]:
        return tuple((kind, column) for kind in _KINDS for column in getattr(self, kind))

    def with_(self, kind: Kind, columns: Iterable[C]) -> Where[C]:
        known: tuple[C, ...] = getattr(self, kind)
        return msgspec.structs.replace(self, **{kind: _each_once(known, tuple(columns))})

    def and_(self, other: Where[C]) -> Where[C]:
        if other == NOTHING:
            return self
        if self == NOTHING:
            return other
        return Where(
            _each_once(self.equal, other.equal),
            _each_once(self.null, other.null),
            _each_once(self.among, other.among),
            _each_once(self.ranges, other.ranges),
            _each_once(self.others, other.others),
            _each_once(self.functions, other.functions),
            self.either or other.either,
            _each_once(self.constants, other.constants),
            _each_once(self.optional, other.optional),
            self.whole and other.whole,
        )

    def negated(self) -> Where[C]:
        """NOT of one IS NULL leaves what an index serves, and NOT of all else does not."""
        compared = self.all
        if compared == self.null and len(compared) == 1:
            return Where(ranges=compared, whole=self.whole)
        return Where(others=tuple(dict.fromkeys(compared)), whole=self.whole)

    def or_else(self, other: Where[C]) -> Where[C]:
        """What either this or the other asks, as the run decides: some ways do not compare what only one
        does, or not in that way.
        """
        if self == other:
            return self
        sometimes = {column for _, column in {*self._how} ^ {*other._how}}
        both = self.and_(other)
        return msgspec.structs.replace(
            both,
            functions=tuple(it for it in self.functions if it in other.functions),
            either=self.either if self.either == other.either else (),
            constants=tuple(it for it in self.constants if it in other.constants),
            optional=_each_once(both.optional, tuple(it for it in both.all if it in sometimes)),
        )

    def named(self, names: Callable[[C], tuple[str, ...]]) -> dict[str, Any]:
        """The fields of a Query that say so, by the names of the columns."""

        def all_of(columns: tuple[C, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(name for it in columns for name in names(it))) if columns else ()

        def with_words(pairs: tuple[tuple[C, str], ...]) -> tuple[tuple[str, str], ...]:
            return tuple((name, word) for it, word in pairs for name in names(it))

        return {
            "equal": all_of(self.equal),
            "null": all_of(self.null),
            "among": all_of(self.among),
            "ranges": all_of(self.ranges),
            "others": all_of(self.others),
            "functions": with_words(self.functions),
            "either": tuple(all_of(branch) for branch in self.either),
            "constants": with_words(self.constants),
            "optional": all_of(self.optional),
            "whole": self.whole,
        }


NOTHING: Final[Where[Any]] = Where()
SOMETHING: Final[Where[Any]] = Where(whole=False)  # nobody can tell what


def any_of(branches: Iterable[Where[C]]) -> Where[C]:
    """OR. No index of one column serves that, unless all compare the same one; one for each branch does."""
    known = tuple(branches)
    if len(known) == 1:
        return known[0]
    whole = all(it.whole for it in known)
    columns = tuple(dict.fromkeys(column for it in known for column in it.all))
    if (
        len(columns) == 1
        and all(it.equal or it.among for it in known)
        and not any(it.null or it.ranges or it.others for it in known)
    ):
        return Where(among=columns, whole=whole)
    either: list[tuple[C, ...]] = []
    for it in known:
        either += it.either if it.either and not it.served else (it.served,)
    served = len(either) > 1 and all(either) and len(either) <= _MOST
    return Where(others=columns[:_MOST], either=tuple(either) if served else (), whole=whole)


def asking(query: Query, more: Where[str]) -> Query:
    """The query that asks for that as well."""
    before: Where[str] = Where(**{it: getattr(query, it) for it in _FIELDS})
    return msgspec.structs.replace(query, **msgspec.structs.asdict(before.and_(more)))


def either_way(query: Query, other: Query) -> Query:
    """The query where it may as well be the other one: what only one of them compares, some ways do not
    ask, and rows are in an order only where both are.
    """
    one, two = (Where(**{name: getattr(it, name) for name in _FIELDS}) for it in (query, other))
    same = (query.order, query.nulls) == (other.order, other.nulls)
    return msgspec.structs.replace(
        query,
        order=query.order if same else (),
        nulls=query.nulls if same else (),
        **msgspec.structs.asdict(one.or_else(two)),
    )


def written(fields: dict[str, Any]) -> str:
    """The fields of a Query that a Where has given as SQL, where they are IS NULL and constants; else "?"."""
    said = [
        *(f"{it} IS NULL" for it in fields["null"]),
        *(f"{it} = {value}" for it, value in fields["constants"]),
    ]
    more = (
        len(fields["equal"]) > len(fields["constants"])
        or fields["among"]
        or fields["ranges"]
        or fields["others"]
    )
    return " AND ".join(said) if said and fields["whole"] and not more else "?"


def constant(value: str | int | float | bool | None) -> str | None:
    """A constant as SQL writes it; None for NULL, which equals nothing, and for what is too long."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'" if len(value) <= _LONGEST else None
    return str(value)


def _each_once(one: tuple[_T, ...], other: tuple[_T, ...]) -> tuple[_T, ...]:
    if not other:
        return one
    return tuple(dict.fromkeys((*one, *other)))[:_MOST]


_FIELDS: Final = Where.__struct_fields__
