"""Tables of django-tables2: what their columns read of each row that they show.

Counted on django-tables2 3.0 with Django 5.2: a table shows the rows that it is given as they are, and reads
the path of each column row by row.
https://django-tables2.readthedocs.io/en/latest/pages/accessors.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from crowsfoot.libraries import dotted
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.managers import Manager
from crowsfoot.libraries.django.per_row import Reading, of_one, readings, tell_rows
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.read_paths import attribute, element, read, tell_text
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.django.templates import GenericView
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Function,
    Instance,
    Many,
    Object,
    Place,
)


class Column(Object, frozen=True):
    """A column of the program's own class."""

    cls: Class
    args: Args


class Shown(NamedTuple):
    """A column of a table; value is None for one that Meta alone names."""

    name: str
    place: Place
    value: Object | None
    path: tuple[str, ...]


def is_table(cls: Class, at: At) -> bool:
    return _derives(cls, ("Table",), at)


def is_view(cls: Class, at: At) -> bool:
    """Whether it derives from a view of django-tables2 that shows one table."""
    return _derives(cls, _VIEWS, at)


def column(cls: Class, args: Args, at: At) -> Object | None:
    """What a call of a class of the program makes that derives from a column of django-tables2."""
    outside = names.outside(at.lineage(cls))
    is_one = any(it.startswith(_PACKAGE) and dotted.last(it).endswith("Column") for it in outside)
    return Column(cls, args) if is_one else None


def made(cls: Class, args: Args, at: At) -> None:
    """BookTable(books): what that shows is read when the table is rendered."""
    rows = args.get(0, "data")
    left_out = args.get(None, "exclude")
    hidden = names.texts(left_out)
    if rows is not None and not args.spread and (left_out is None or hidden):
        _show(cls, rows, hidden, at.place, at)


def review(cls: Class, at: At) -> None:
    """What the table of a view sends for each of the rows that the view lists."""
    view = GenericView(cls)
    own = at.member(cls, "get_table_class", view)
    said = at.apart().call(own, Args()) if own is not None else at.member(cls, "table_class", view)
    data = at.member(cls, "get_table_data", view)
    rows = at.apart().call(data or attribute(view, "get_queryset", at), Args())
    place = _place(cls, view, at)
    tables = [it for it in options(said) if isinstance(it, Class) and is_table(it, at)]
    if place is not None and len(tables) == 1:
        _show(tables[0], rows, (), place, at)


def _place(cls: Class, view: GenericView, at: At) -> Place | None:
    """Where the view says which rows, if it does so itself; else where it says which table."""
    for name in ("get_table_data", "get_queryset", "queryset", "model", "table_class"):
        written, method = at.written(cls, name), at.member(cls, name, view)
        if written is not None:
            return (at.returned(method) if isinstance(method, Function) else None) or written
    return None


def _show(cls: Class, rows: Object, hidden: tuple[str, ...], place: Place, at: At) -> None:
    """Says of each column what it sends for each row."""
    rows = rows.query_set(at) if isinstance(rows, Manager) else rows
    if isinstance(rows, QuerySet):
        row = rows.one() if rows.kind == "rows" and not rows.empty else UNKNOWN
    else:
        row = rows.of if isinstance(rows, Many) else UNKNOWN
    row = of_one(row)
    if not isinstance(row, Row) or _is_dynamic(cls, at):
        return
    found: list[Reading] = []
    for it in _columns(cls, at):
        if it.name not in hidden:
            found += _read(cls, it, row, at)
    tell_rows(found, rows, f"table {cls.name}", place, at)


def _read(cls: Class, shown: Shown, row: Row, at: At) -> list[Reading]:
    """What one column sends for a row."""
    within = at.each(UNKNOWN, _HOW).apart()
    value = read(row, shown.path, within)
    args: Args = getattr(shown.value, "args", Args())
    given = Args(keywords=(("record", row), ("value", value)))
    link = args.get(None, "linkify")
    if isinstance(link, Function):
        within.call(link, given)
    own = at.member(cls, f"render_{shown.name}", Instance(cls))
    if own is None and isinstance(shown.value, Column):
        own = at.member(shown.value.cls, "render", shown.value)
    template = names.text(args.get(None, "template_name"))
    if own is not None:
        within.call(own, given)
    elif template is not None:
        within.renders(template, {"record": row, "value": value})
    elif isinstance(value, QuerySet | Manager):
        tell_text(element(value, within), within)
    elif _shows_text(shown.value):
        tell_text(value, within)
    return readings(within, row, shown.place, many=True, own=own is not None, source=shown.path)


def _shows_text(value: Object | None) -> bool:
    """Whether a cell is the text of its value: that of a template, or of a checkbox, is not."""
    if isinstance(value, Built):
        return dotted.last(value.name) not in _NO_TEXT
    return value is None


def _columns(cls: Class, at: At) -> Iterator[Shown]:
    """All that are shown: those that the class and its bases declare, and those that Meta names."""
    found = {it.name: it for it in _declared(cls, at)}
    meta = at.member(cls, "Meta", cls)
    if isinstance(meta, Class):
        model = at.member(meta, "model", meta)
        known = at.model_of(model) if isinstance(model, Class) else None
        for it in _named(meta, known, at) if known is not None else ():
            found.setdefault(it.name, it)
        for name in names.texts(at.member(meta, "exclude", meta)):
            found.pop(name, None)
    return iter(found.values())


def _declared(cls: Class, at: At) -> Iterator[Shown]:
    taken: set[str] = set()
    for it in names.classes(at.lineage(cls)):
        for name, value in at.attributes(it).items():
            place = at.written(it, name)
            if name in taken or place is None:
                continue
            taken.add(name)
            args: Args = getattr(value, "args", Args())
            if _is_column(value) and names.truth(args.get(None, "visible")) is not False:
                accessor = args.get(None, "accessor")
                if isinstance(accessor, Built):  # A("author.name")
                    accessor = accessor.args.get(0)
                said = names.text(accessor)
                if said is not None or accessor is None or names.is_none(accessor):
                    yield Shown(name, place, value, tuple(_STEPS.split(said or name)))


def _named(meta: Class, model: Model, at: At) -> Iterator[Shown]:
    """What Meta.fields names; without it, all columns of the model."""
    said = at.member(meta, "fields", meta)
    holder = next((it for it in names.classes(at.lineage(meta)) if at.written(it, "fields")), None)
    if isinstance(said, Many) and said.items is not None and holder is not None:
        for index, it in enumerate(said.items):
            name, place = names.text(it), at.written(holder, "fields", index)
            if name is not None and place is not None:
                yield Shown(name, place, None, tuple(_STEPS.split(name)))
    elif said is None and (whole := at.written(meta, "model")) is not None:
        for name, field in model.fields.items():
            if field.kind == "one" and field.stored:
                yield Shown(name, whole, None, (name,))


def _is_column(value: Object) -> bool:
    if isinstance(value, Built):
        return value.name.startswith(_PACKAGE) and dotted.last(value.name).endswith("Column")
    return isinstance(value, Column)


def _is_dynamic(cls: Class, at: At) -> bool:
    """Whether the program decides when it makes a table which columns there are, or loads more itself."""
    init = at.member(cls, "__init__", Instance(cls))
    return init is not None and bool(at.words(init) & _CHANGES)


def _derives(cls: Class, from_: tuple[str, ...], at: At) -> bool:
    outside = names.outside(at.lineage(cls))
    return any(it.startswith(_PACKAGE) and dotted.last(it) in from_ for it in outside)


_PACKAGE: Final = "django_tables2."
_HOW: Final = "table"
_STEPS: Final = re.compile(r"\.|__")
_VIEWS: Final = ("SingleTableView", "SingleTableMixin", "SingleTableMixinBase")
_NO_TEXT: Final = frozenset(("TemplateColumn", "CheckBoxColumn"))
_CHANGES: Final = frozenset(
    (
        *("columns", "base_columns", "exclude", "hide", "sequence"),
        *("select_related", "prefetch_related", "prefetch_related_objects"),
    )
)
