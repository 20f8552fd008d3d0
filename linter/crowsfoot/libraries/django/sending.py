"""A query set or row, and what is asked of it -> the Query: what is sent, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from crowsfoot.libraries.django import plans
from crowsfoot.libraries.django.orders import ordering, sorting
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import At
from crowsfoot.libraries.query import ForAll, Operation, Query

if TYPE_CHECKING:
    from crowsfoot.libraries.django.querysets import QuerySet
    from crowsfoot.libraries.django.rows import Row

LIBRARY_NAME: Final = "django"


def query(
    of: QuerySet,
    operation: Operation,
    method: str,
    at: At,
    many: bool = False,
    limit: int | bool | None = None,
    target: tuple[str, ...] = (),
) -> Query:
    """What a query set sends when `method` is called on it, or, where that is empty, when it is gone over."""
    where = of.where
    row = _owner(of)
    if row is not None and of.relation:
        field = row.model.fields.get(of.relation) if row.model is not None else None
        if field is not None and field.back:
            where = where.with_("equal", (field.back,))
        else:  # a generic relation asks by the kind of its row as well
            where = msgspec.structs.replace(where, whole=False)
    lazy = (
        row is not None and not row.given and not of.narrowed and operation in ("select", "count", "exists")
    )
    instead, for_all = _instead(of, operation, method)
    return Query(
        LIBRARY_NAME,
        f"{_head(of)}{of.api}{_said(method)}",
        operation,
        cause="relation" if lazy else "call",
        model=of.model.id if of.model is not None else None,
        table=of.model.table if of.model is not None else None,
        limit=of.limit if limit is None else limit,
        many=many,
        loads=plans.paths(of.plan),
        relation=of.relation,
        instead=instead,
        for_all=for_all,
        likely=of.sure and (row is None or row.sure or not lazy),
        target=target,
        narrowed=of.plan.only is not None or bool(of.plan.deferred),
        **msgspec.structs.asdict(where),
        **_sorting(of, operation, at),
    )


def _sorting(of: QuerySet, operation: Operation, at: At) -> dict[str, Any]:
    """Rows come in an order; what counts, changes or groups them has none."""
    if operation != "select":
        return {}
    if of.order is not None:
        return sorting(of.order)
    grouped = of.kind != "rows" and of.plan.free
    return sorting(ordering(of.model, at.models)) if of.model is not None and not grouped else {}


def relation_read(row: Row, field: Field, at: At) -> Query:
    """What reading row.field sends, where it leads to one row that is not loaded."""
    target = at.models.target(field)
    return Query(
        LIBRARY_NAME,
        f"{shown(row.model)}.{field.name}",
        "select",
        cause="relation",
        model=target.id if target is not None else None,
        table=target.table if target is not None else None,
        equal=(field.back or "",)
        if not field.stored and field.back
        else (target.primary_key if target else ()),
        limit=1,
        relation=field.name,
        instead=_loading(row, field),
        likely=row.sure,
    )


def column_read(row: Row, name: str) -> Query:
    """What reading a column sends that the row was fetched without."""
    model = row.model
    way = f'only(…, "{name}")' if row.plan.only is not None else f'defer() without "{name}"'
    return Query(
        LIBRARY_NAME,
        f"{shown(model)}.{name}",
        "select",
        cause="deferred",
        model=model.id if model is not None else None,
        table=model.table if model is not None else None,
        equal=model.primary_key if model is not None else (),
        limit=1,
        relation=name,
        instead=way,
        likely=row.sure,
    )


def row_write(row: Row, operation: Operation, method: str, instead: str) -> Query:
    """What a method of a row sends."""
    model = row.model
    return Query(
        LIBRARY_NAME,
        f"{shown(model)}.{method}()",
        operation,
        model=model.id if model is not None else None,
        table=model.table if model is not None else None,
        equal=model.primary_key if model is not None and operation != "insert" else (),
        instead=instead,
    )


def shown(model: Model | None) -> str:
    """What code usually calls a row of the model."""
    return model.name.lower() if model is not None and not model.abstract else "row"


def _owner(of: QuerySet) -> Row | None:
    owner: Row | None = of.owner  # type: ignore[assignment]
    return owner


def _head(of: QuerySet) -> str:
    row = _owner(of)
    if row is not None:
        return f"{shown(row.model)}.{of.relation}"
    if of.kin:
        return shown(of.model)
    return f"{of.model.name}.objects" if of.model is not None else "objects"


def _said(method: str) -> str:
    return method if not method or method == "[]" else f".{method}()"


def _loading(row: Row, field: Field) -> str:
    path = "__".join((*row.path[row.own :], field.name))
    generic = getattr(field, "generic", False)
    if row.single and not generic and field.kind == "one":
        return f'select_related("{path}")'
    return f'prefetch_related("{path}")'


def _instead(of: QuerySet, operation: Operation, method: str) -> tuple[str, ForAll | None]:
    """What to write instead, and, where it depends on the columns that change, what by which of them."""
    found = _WRITES.get(method.removeprefix("a") if method[:1] == "a" and method[1:] in _WRITES else method)
    if found is not None:
        return _of_many_rows(of, found), None
    if operation in ("update", "delete"):
        return _many(of, f".{operation}()")
    row = _owner(of)
    counted = '.values("{}").annotate(…)' if operation in ("count", "aggregate") else ""
    if row is not None:
        return _with_rows(of, row, operation, counted)
    in_bulk = operation == "select" and of.model is not None and of.where.equal == of.model.primary_key
    if of.model is not None and in_bulk:
        return f"{of.model.name}.objects.in_bulk(…)", None
    return _many(of, counted)


def _with_rows(of: QuerySet, row: Row, operation: Operation, counted: str) -> tuple[str, ForAll | None]:
    """What loads a relation with the rows that have it; where they are the same rows in each pass, another
    column tells the passes apart.
    """
    path = "__".join((*row.path[row.own :], of.relation))
    if not of.narrowed:
        return ("one query before the loop" if row.given else f'prefetch_related("{path}")'), None
    if operation == "select":
        text = f'prefetch_related(Prefetch("{path}", queryset=…, to_attr=…))'
    elif operation == "exists":
        text = "annotate(…=Exists(…))"
    else:
        text = f'annotate(…=Count("{path}", filter=…))'
    name = f"{shown(row.model)}.{of.relation}"
    return text, ForAll((), f"{{of}}.filter({{}}__in=…){counted}", none=_NOTHING_BETTER, of=name)


def _of_many_rows(of: QuerySet, write: str) -> str:
    """A write of the manager, or of the rows that link the two sides of a relation, by its whole name."""
    if not write.startswith("through."):
        return f"{of.model.name}.objects.{write}" if of.model is not None and not of.model.abstract else write
    row = _owner(of)
    if row is None or row.model is None or not of.relation:
        return write
    field = row.model.fields.get(of.relation)
    if getattr(field, "far_key", False) and of.model is not None:
        # Nothing links them but a key of the rows themselves.
        return f"{of.model.name}.objects.filter(pk__in=…).update(…)"
    return f"{row.model.name}.{of.relation}.{write}"


def _key(of: QuerySet) -> str:
    """The column that tells the passes apart: one that no two rows share, or else the last that is compared
    with one value, or with some.
    """
    fields = of.model.fields if of.model is not None else {}
    known = _told(of)
    own = (
        it for it in known if (field := fields.get(it)) is not None and field.unique and field.kind != "many"
    )
    return next(own, known[-1] if known else "pk").replace(".", "__")


def _told(of: QuerySet) -> tuple[str, ...]:
    """What is compared with a value, or with some, that is no constant."""
    same = {name for name, _ in of.where.constants}
    return tuple(it for it in of.where.equal if it not in same) or of.where.among


def _many(of: QuerySet, rest: str) -> tuple[str, ForAll | None]:
    """The query for all passes at once: filter(shelf__in=…), and what is done with that."""
    if not _told(of) and of.where.all:
        return _NOTHING_BETTER, None  # no column tells the passes apart by what it is equal to
    head = f"{of.model.name}.objects." if of.model is not None else ""
    for_all = ForAll(
        (_key(of),), f"{head}filter({{}}__in=…){rest}", none=_NOTHING_BETTER, each=f"{head}bulk_update()"
    )
    return for_all.said(for_all.keys), for_all


_NOTHING_BETTER: Final = "one query for all of them"
_WRITES: Final = {
    "create": "bulk_create()",
    **dict.fromkeys(("create_user", "create_superuser"), "bulk_create(), with make_password(…)"),
    "bulk_create": "bulk_create() after the loop",
    "bulk_update": "bulk_update() after the loop",
    "get_or_create": "bulk_create(ignore_conflicts=True)",
    "update_or_create": "bulk_create(update_conflicts=True)",
    "add": "through.objects.bulk_create()",
    "remove": "through.objects.filter(…__in=…).delete()",
    "clear": "through.objects.filter(…__in=…).delete()",
    "set": "through.objects.bulk_create()",
}
