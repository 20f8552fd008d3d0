"""F("name"), what is asked of it, and what order_by() may be given instead of a name: F("name").desc()."""

from __future__ import annotations

from typing import Literal

from crowsfoot.libraries.django import names
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Object


class F(Object, frozen=True):
    """F("name")"""

    name: str

    def attribute(self, name: str, at: At) -> Object:
        return _Sorting(self.name, name) if name in ("asc", "desc") else UNKNOWN


class _Sorting(Object, frozen=True):
    """F("name").desc, about to be called."""

    of: str
    way: str

    def call(self, args: Args, at: At) -> Object:
        return Ordered(self.of, self.way, _nulls(args))


class Ordered(Object, frozen=True):
    """F("name").desc(nulls_last=True)"""

    of: str
    way: str
    nulls: Literal["first", "last"] | None = None


def expression(args: Args) -> Object | None:
    """F(...)"""
    name = names.text(args.get(0, "name"))
    return F(name) if name is not None else None


def order_by(args: Args) -> Object | None:
    """OrderBy(F("name"), descending=True)"""
    of = args.get(0, "expression")
    if not isinstance(of, F):
        return None
    return Ordered(of.name, "desc" if names.truth(args.get(1, "descending")) else "asc", _nulls(args))


def _nulls(args: Args) -> Literal["first", "last"] | None:
    if names.truth(args.get(None, "nulls_first")):
        return "first"
    return "last" if names.truth(args.get(None, "nulls_last")) else None
