"""Pages of the admin that list rows: what each column asks of each row.

Counted on Django 5.2 and 6.1. A column that is a foreign key makes the page join what cannot be NULL, as
list_select_related = True does; `a__b`, methods and __str__ are read as they stand.
https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#django.contrib.admin.ModelAdmin.list_select_related
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import managers, names
from crowsfoot.libraries.django.eager import selected
from crowsfoot.libraries.django.models import LIBRARY_NAME
from crowsfoot.libraries.django.per_row import Reading, readings, tell
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.read_paths import attribute, read
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Constant, Function, Many, Object, Place
from crowsfoot.libraries.query import Query


class AdminPage(Object, frozen=True):
    """self of a page; without a model where it is not known which it lists."""

    cls: Class
    model: Model | None = None

    def attribute(self, name: str, at: At) -> Object:
        if name == "model" and self.model is not None:
            found: Object | None = self.model.cls
            return found or UNKNOWN
        found = at.member(self.cls, name, self)
        return found if found is not None else self.inherited(name, at)

    def inherited(self, name: str, at: At) -> Object:
        """What it has from a class of Django's."""
        return Rows(self.model) if name == "get_queryset" and self.model is not None else UNKNOWN


class Rows(Object, frozen=True):
    """super().get_queryset, about to be called."""

    model: Model

    def call(self, args: Args, at: At) -> Object:
        return managers.default(self.model, at).query_set(at)


def is_page(cls: Class, at: At) -> bool:
    return any(dotted.last(it).endswith("Admin") for it in names.outside(at.lineage(cls)))


def rows_of(cls: Class, model: Model, at: At) -> QuerySet | None:
    """The rows that a page, or what stands within one, gives to its methods and actions."""
    return _rows(cls, model, tuple(_columns(cls, at)), at)


def registered(name: str, args: Args, at: At) -> Object | None:
    """admin.site.register(Book, BookAdmin)"""
    page = args.get(1, "admin_class")
    given = args.get(0, "model_or_iterable")
    if isinstance(page, Class) and given is not None:
        for it in given.items or () if isinstance(given, Many) else (given,):
            model = at.model_of(it)
            if model is not None:
                at.note(page, _OF + model.id)
    return None


def review(cls: Class, model: Model | None, at: At) -> None:
    """What the list of a page sends for each row; model is what it lists, as far as the class says it."""
    columns = tuple(_columns(cls, at))
    models = [model] if model is not None else list(_models(cls, columns, at))
    if not models or _is_dynamic(cls, at):
        return
    found = [_of_model(cls, it, columns, at) for it in models]
    # Where it is not known which model it is, all that it may be tell the same.
    places = set.intersection(*({it.place for it in of} for of in found))
    tell([it for it in found[0] if it.place in places], UNKNOWN, "page of the admin", at)


def _of_model(cls: Class, model: Model, columns: tuple[tuple[Object, Place], ...], at: At) -> list[Reading]:
    found: list[Reading] = []
    rows = _rows(cls, model, columns, at)
    if rows is None:
        return found
    row = rows.one()
    assert isinstance(row, Row)
    for column, place in columns:
        within = at.each(UNKNOWN, "page of the admin").apart()
        own = _shown(cls, column, row, within)
        found += [it for it in readings(within, row, place, many=True, own=own) if it.query.likely]
    for name, place in _listed(cls, "list_editable", at):
        field = model.fields.get(names.text(name) or "")
        target = at.models.target(field) if field is not None and field.kind != "column" else None
        if target is not None:
            found.append(Reading(place, _choices(target), many=True))
    return found


def _shown(cls: Class, column: Object, row: Row, at: At) -> bool:
    """What one column of one row shows; whether that is what a method of the page says."""
    name, model = names.text(column), row.model
    method: Object | None = column
    if name is not None:
        is_field = model is not None and name in model.fields
        method = at.member(cls, name, AdminPage(cls, model)) if not is_field else None
        if method is None and name == "__str__":
            row.told(at)
        elif method is None:
            read(row, (name,) if is_field else tuple(name.split("__")), at).told(at)
    if isinstance(method, Function):
        at.call(method, Args((row,)))
    return method is not None


def _rows(cls: Class, model: Model, columns: tuple[tuple[Object, Place], ...], at: At) -> QuerySet | None:
    """The rows of the list, as the page fetches them."""
    within = at.each(UNKNOWN, "page of the admin").apart()
    page = AdminPage(cls, model)
    rows = within.call(attribute(page, "get_queryset", within), Args((UNKNOWN,)))
    if not isinstance(rows, QuerySet) or rows.kind != "rows":
        return None
    said = at.member(cls, "list_select_related", page)
    if isinstance(said, Constant):
        everything = said.value is True
    elif isinstance(said, Many):
        if said.items is None:
            return None
        plan = selected(rows.plan, model, Args(said.items), at) if said.items else rows.plan
        return msgspec.structs.replace(rows, plan=plan)
    elif said is None:
        everything = False
    else:
        return None
    keys = (model.fields.get(names.text(it) or "") for it, _ in columns)
    if not rows.plan.selected and (everything or any(it is not None and _is_key(it) for it in keys)):
        rows = msgspec.structs.replace(rows, plan=selected(rows.plan, model, Args(), at))
    return rows


def _is_key(field: Field) -> bool:
    return field.kind == "one" and field.stored


def _choices(target: Model) -> Query:
    """What list_editable sends: each row has a list of choices of its own."""
    return Query(
        LIBRARY_NAME,
        f"{target.name}.objects.all()",
        "select",
        model=target.id,
        table=target.table,
        many=True,
        instead="get_changelist_formset() with choices that are fetched once",
    )


def _columns(cls: Class, at: At) -> Iterator[tuple[Object, Place]]:
    listed = list(_listed(cls, "list_display", at))
    if not listed and at.member(cls, "list_display", cls) is None:
        listed = [(Constant("__str__"), at.defined(cls))]
    yield from listed


def _listed(cls: Class, name: str, at: At) -> Iterator[tuple[Object, Place]]:
    """The elements of a list that the class or one of its bases writes out."""
    for it in names.classes(at.lineage(cls)):
        said, whole = at.attributes(it).get(name), at.written(it, name)
        if said is None or whole is None:
            continue
        if isinstance(said, Many) and said.items is not None:
            for index, item in enumerate(said.items):
                yield item, at.written(it, name, index) or whole
        return


def _models(cls: Class, columns: tuple[tuple[Object, Place], ...], at: At) -> Iterator[Model]:
    """Those that the page is registered for; else those that have all its columns, if they are few."""
    known = [at.models.get(it.removeprefix(_OF)) for it in at.notes(cls) if it.startswith(_OF)]
    if known:
        yield from (it for it in known if it is not None)
        return
    wanted = {
        text.partition("__")[0]
        for it, _ in columns
        if (text := names.text(it)) and text != "__str__" and at.member(cls, text, cls) is None
    }
    if not wanted:
        return
    having = [{it.id for it in at.models.with_field(name)} for name in sorted(wanted)]
    fitting = [
        it.id
        for it in at.models.with_field(min(wanted))
        if it.library == LIBRARY_NAME
        and it.cls is not None
        and not it.abstract
        and all(it.id in ids for ids in having)
    ]
    if len(fitting) <= _MOST:
        yield from (model for id in fitting if (model := at.models.get(id)) is not None)


def _is_dynamic(cls: Class, at: At) -> bool:
    """Whether the program decides at run time which columns there are, or how their rows are fetched."""
    columns = at.member(cls, "get_list_display", cls)
    if columns is not None and "get_list_display" not in at.words(columns):
        return True  # what calls super() shows more columns, or fewer
    return at.member(cls, "get_list_select_related", cls) is not None or _lists_otherwise(cls, at)


def _lists_otherwise(cls: Class, at: At) -> bool:
    """Whether get_changelist() gives a class that loads more with the rows."""
    method = at.member(cls, "get_changelist", cls)
    if not isinstance(method, Function):
        return method is not None
    made = at.apart().call(method, Args((UNKNOWN,)))
    if not isinstance(made, Class):
        return True
    own = (at.member(made, it, made) for it in ("get_queryset", "apply_select_related"))
    return any(it is not None and bool(at.words(it) & _LOADING) for it in own)


_OF: Final = "page of "
_MOST: Final = 3
_LOADING: Final = frozenset(("select_related", "prefetch_related", "only", "defer"))
