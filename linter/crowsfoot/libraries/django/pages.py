"""Paginators and their pages: a page is a slice of a query set, and is sent when it is gone over."""

from typing import ClassVar

import msgspec

from crowsfoot.libraries.django.querysets import QuerySet, evaluated
from crowsfoot.libraries.django.sending import query
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Many, Object, Place


class Paginator(Object, frozen=True):
    """Paginator(rows, per_page)."""

    rows: Object
    made: Place | None = None
    counts: bool = True  # as Django does, by count() of the rows

    def attribute(self, name: str, at: At) -> Object:
        if name in ("get_page", "page", "aget_page", "apage"):
            return Turn(self, name)
        if name in ("count", "num_pages"):
            self.count(at)
        if name == "object_list":
            return self.rows
        return Many(UNKNOWN, size="chunks") if name == "page_range" else UNKNOWN

    def element(self, at: At) -> Object:
        return _page(self, at)

    def count(self, at: At) -> None:
        """It counts once, whoever asks: which pages there are as well."""
        rows = self.rows
        if self.counts and isinstance(rows, QuerySet) and not rows.cached and not evaluated(rows, at):
            at.runs(query(rows, "count", "count", at), self.made)


class Turn(Object, frozen=True):
    """paginator.get_page, about to be called."""

    of: Paginator
    name: str

    def call(self, args: Args, at: At) -> Object:
        self.of.count(at)
        return _page(self.of, at)


class Page(Object, frozen=True):
    """Some of the rows; rows is a query set of them."""

    ROWS: ClassVar[bool] = True

    rows: Object

    def attribute(self, name: str, at: At) -> Object:
        return self.rows if name == "object_list" else UNKNOWN

    def element(self, at: At) -> Object:
        return self.rows.element(at)

    def item(self, index: Object, at: At) -> Object:
        return self.rows.element(at)

    def measured(self, at: At) -> None:
        self.rows.measured(at)

    def joined(self, other: Object) -> Object | None:
        rows = self.rows.joined(other.rows) if isinstance(other, Page) else None
        return Page(rows) if rows is not None else None

    def with_attribute(self, name: str, value: Object) -> Object:
        """`page.object_list = prefetch(page.object_list)`"""
        return Page(value) if name == "object_list" else self

    def moved(self, place: Place) -> Object:
        return Page(self.rows.moved(place))

    def asked_at(self) -> Object:
        return Page(self.rows.asked_at())

    @property
    def asked(self) -> Place | None:
        return getattr(self.rows, "asked", None)


def paginator(name: str, args: Args, at: At, counts: bool = True) -> Object | None:
    """Paginator(...) of Django, or of what derives from it."""
    rows = args.get(0, "object_list")
    return Paginator(rows, at.place, counts) if rows is not None else None


def cut(rows: QuerySet, at: At) -> QuerySet:
    """Those of one page, which are asked for there."""
    return msgspec.structs.replace(rows, made=at.place, cached=False, limit=True, narrowed=True)


def _page(of: Paginator, at: At) -> Object:
    rows = of.rows
    if isinstance(rows, QuerySet):
        rows = cut(rows, at)
    return Page(rows)
