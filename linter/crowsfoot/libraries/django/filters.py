"""Sets of filters of django-filter: `BookFilter(request.GET, queryset=books).qs` has the rows of books."""

import msgspec

from crowsfoot.libraries.django import managers
from crowsfoot.libraries.django.plans import Plan
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Object
from crowsfoot.libraries.where import SOMETHING


class FilterSet(Object, frozen=True):
    """A set of filters over rows."""

    cls: Class
    rows: Object

    def attribute(self, name: str, at: At) -> Object:
        found = at.member(self.cls, name, self)
        return found if found is not None else self.inherited(name, at)

    def inherited(self, name: str, at: At) -> Object:
        if name == "qs" and isinstance(self.rows, QuerySet):
            # By what, whoever asks for the page says.
            where = self.rows.where.and_(SOMETHING)
            return msgspec.structs.replace(self.rows, made=at.place, narrowed=True, cached=False, where=where)
        if name == "filter_queryset":
            return Filtering()
        return self.rows if name in ("qs", "queryset") else UNKNOWN


class Filtering(Object, frozen=True):
    """super().filter_queryset of a set of filters, about to be called: what comes with the rows stays."""

    def call(self, args: Args, at: At) -> Object:
        return args.get(0, "queryset") or UNKNOWN


def loaded(cls: Class, rows: QuerySet, at: At) -> QuerySet:
    """The rows that the list of a view shows which has that set of filters: it may load more with them."""
    of = FilterSet(cls, rows)
    method = at.member(cls, "filter_queryset", of)
    made = at.call(method, Args((rows,))) if method is not None else at.member(cls, "qs", of)
    return made if isinstance(made, QuerySet) and made.model is rows.model else rows


def filter_set(cls: Class, args: Args, model: Model | None, at: At) -> FilterSet:
    """What a call of its class makes; without a query set it takes all rows of its model."""
    rows = args.get(1, "queryset")
    if rows is None:
        rows = (
            managers.default(model, at).query_set(at)
            if model is not None
            else QuerySet(None, Plan(anything=True))
        )
    return FilterSet(cls, rows)
