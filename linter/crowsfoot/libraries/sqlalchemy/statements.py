"""Statements that ask for rows, before they are sent: select(), and what session.query() shares with it.

Nothing here sends anything: a session does, or a connection.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Object
from crowsfoot.libraries.query import ForAll, Operation, Query
from crowsfoot.libraries.sqlalchemy.entities import Entity, entity
from crowsfoot.libraries.sqlalchemy.expressions import (
    Column,
    ColumnRef,
    Condition,
    Expression,
    Ordered,
    RelationRef,
    both,
    by_keywords,
)
from crowsfoot.libraries.sqlalchemy.loading import Loads, Option, either_way, merged, optioned
from crowsfoot.libraries.sqlalchemy.receiver import Receiver, elements, is_none, model_of, text
from crowsfoot.libraries.sqlalchemy.rows import Row, tuple_of

NOT_A_COLUMN: Final = "?"  # in an order, by the name that no column has


class Selection(Receiver, frozen=True):
    """What rows are asked for, whichever way it is written."""

    entities: tuple[Entity, ...] = ()
    options: tuple[Option, ...] = ()
    condition: Condition = Condition()
    order: tuple[Ordered, ...] = ()
    limit: int | bool = False
    joins: tuple[tuple[str, str], ...] = ()  # a model, and the dotted path that leads to it
    said: str = "select"  # how the program writes it
    base: str | None = None  # what it selects from, where no entity says so

    def root(self) -> str | None:
        return next((it.model for it in self.entities if it.model), self.base)

    def changed(self, name: str, args: Args, at: At) -> "Selection | None":
        """The statement that a method of it gives; None where the method gives none."""
        if name in ("where", "filter", "having"):
            asked = next(
                (it for it in args.positional if isinstance(it, Expression) and it.kind == "exists"), None
            )
            if asked is not None and self.root() is None:
                # query(literal(True)).filter(query(Book).filter(...).exists())
                entities = (Entity(asked.table or None, "", "exists"),)
                return msgspec.structs.replace(self, entities=entities, condition=asked.where)
            given = (*args.positional, UNKNOWN) if args.spread else args.positional
            return msgspec.structs.replace(self, condition=both(self.condition, *given))
        if name == "filter_by":
            return msgspec.structs.replace(
                self, condition=both(self.condition, by_keywords(self._latest(), args))
            )
        if name == "options":
            given = optioned(args, at)
            return msgspec.structs.replace(self, options=tuple(dict.fromkeys(self.options + given)))
        if name == "order_by":
            return msgspec.structs.replace(self, order=_orders(self.order, args, self.root()))
        if name in ("limit", "fetch"):
            return msgspec.structs.replace(self, limit=_number(args.get(0)))
        if name in ("slice", "offset"):
            return msgspec.structs.replace(self, limit=self.limit or name == "slice")
        if name in ("join", "outerjoin", "join_from", "outerjoin_from"):
            return self._joined(name, args, at)
        if name == "select_from":
            it = args.get(0)
            model = model_of(it, at)
            base = it.of.root() if isinstance(it, Derived) else model.id if model is not None else None
            return msgspec.structs.replace(self, base=base) if base is not None else self
        if name in ("add_columns", "add_entity", "add_column", "with_entities", "with_only_columns"):
            more = tuple(entity(it, at) for one in args.positional for it in elements(one, at))
            kept = self.entities if name.startswith("add") else ()
            base = self.base or self.root()
            return msgspec.structs.replace(self, entities=kept + more, base=base)
        if name in _COMPOUND:
            return msgspec.structs.replace(self, condition=both(self.condition, UNKNOWN), order=())
        return self if name in _SAME else None

    def _latest(self) -> str:
        """filter_by() is about what was joined last, and else about the first."""
        return (self.joins[-1][0] if self.joins else self.root()) or ""

    def _joined(self, name: str, args: Args, at: At) -> "Selection":
        joins = self.joins
        known = dict(joins)
        for given in args.positional:
            if isinstance(given, RelationRef) and given.target:
                before = known.get(given.model)
                path = f"{before}.{given.name}" if before else given.name
                if given.target not in known:
                    joins += ((given.target, path),)
                continue
            model = model_of(given, at)
            root = at.models.get(self.root())
            if model is not None and root is not None and model.id not in known and model.id != root.id:
                ways = [it.name for it in root.fields.values() if it.target == model.id]
                joins += ((model.id, ways[0] if len(ways) == 1 else model.name),)
        on = [it for it in args.positional if isinstance(it, Condition)]
        if not on or name.startswith("outer") or args.get(None, "isouter") is not None:
            return msgspec.structs.replace(self, joins=joins)
        return msgspec.structs.replace(self, joins=joins, condition=both(self.condition, *on))

    def row(self, at: At, *, is_async: bool | None) -> Object:
        """One row of the result: a tuple of the entities."""
        items = tuple(self.thing(it, at, is_async=is_async) for it in self.entities)
        names = tuple(_name(it, at) for it in self.entities)
        return tuple_of(items, names)

    def thing(self, it: Entity, at: At, *, is_async: bool | None) -> Object:
        if it.model is None or it.kind:
            return UNKNOWN
        if it.column is not None:
            return UNKNOWN
        shared = self._shared(at.models.get(it.model))
        found = Row(it.model, self.loads(it.model).has(*shared), (), is_async)
        if len(shared) != 1:
            return found
        return msgspec.structs.replace(found, shared=shared[0][0], origin=at.place)

    def _shared(self, model: Model | None) -> tuple[tuple[str], ...]:
        """The relations that lead all rows to one: whatever loads that first, the others find it there.

        Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-a-cache
        """
        if model is None or not self.condition.equal:
            return ()
        # What only some ways compare leaves rows of several.
        sometimes = self.condition.where.optional
        known = {it[1] for it in self.condition.equal if it[0] == model.id and it not in sometimes}
        return tuple(
            (it.name,)
            for it in model.fields.values()
            if it.kind == "one"
            and (it.name in known or (it.key_attributes and known.issuperset(it.key_attributes)))
        )

    def loads(self, model: str) -> Loads:
        """What the options say of one of its entities."""
        others = {it.model for it in self.entities if it.column is None and it.model != model}
        return merged(it.loads for it in self.options if it.root is None or it.root not in others)

    def operation(self) -> Operation:
        kinds = {it.kind for it in self.entities}
        if len(kinds) == 1 and (kind := kinds.pop()):
            return kind
        return "select"

    def query(self, api: str, at: At, *, operation: Operation | None = None) -> Query:
        """What sending it asks for."""
        root = at.models.get(self.root())
        operation = operation or self.operation()
        condition = self.condition
        one = self.limit is not False and self.limit is not True and self.limit == 1
        compared = set(condition.equal) - set(condition.where.optional)
        by_key = root is not None and {(root.id, it) for it in root.primary_key} <= compared
        for_all = self._for_all(operation, root) if root is not None else None
        return Query(
            root.library if root is not None else "sqlalchemy",
            api,
            operation,
            model=root.id if root is not None else None,
            table=(root.table if root is not None else self._core_table()) or None,
            limit=self.limit,
            many=operation == "select" and not one and not by_key,
            loads=self.loads(root.id).eager() if root is not None else (),
            instead=for_all.said(for_all.keys) if for_all is not None else "one query for all of them",
            for_all=for_all,
            **condition.where.named(lambda column: self._names(column, at)),
            **(self._sorting(at) if operation == "select" else {}),
        )

    def _core_table(self) -> str:
        """The name of the Table that it selects from, which no model is."""
        return self.root() or next((it.label for it in self.entities if it.column == "*"), "")

    def _names(self, column: Column, at: At) -> tuple[str, ...]:
        model, name = column
        other = at.models.get(model)
        before = dict(self.joins).get(model) or (other.name if other is not None else "")
        own = model == self.root() or (not before and model == self._core_table())
        before = before or model
        return tuple([it if own else f"{before}.{it}" for it in _keys(other, name)])

    def _sorting(self, at: At) -> dict[str, Any]:
        """The fields of a Query that say in which order the rows come."""
        found = [
            (self._names(it.column, at)[0] if it.column is not None else NOT_A_COLUMN, it)
            for it in self.order
        ]
        return {
            "order": tuple([(name, it.direction) for name, it in found]),
            "nulls": tuple([(name, it.nulls) for name, it in found if it.nulls is not None]),
        }

    def _for_all(self, operation: Operation, root: Model) -> ForAll:
        names = [name for model, name in self.condition.equal if model == root.id]
        keys = dict.fromkeys(key for name in _telling(root, names) for key in _keys(root, name))
        columns = tuple(f"{root.name}.{it}" for it in keys)
        of = f"{self.said}({root.name})"
        if operation in ("count", "aggregate"):
            grouped = f"func.{operation}() with group_by({{}})"
            return ForAll(columns, grouped, grouped, none=f"{of} with group_by()")
        where = "filter" if self.said == "query" else "where"
        return ForAll(
            columns,
            one=f"{of}.{where}({{}}.in_(...))",
            several=f"{of}.{where}(tuple_({{}}).in_(...))",
            none=f"one {of} for all of them",
        )

    def joined(self, other: Object) -> Object | None:
        if type(other) is not type(self) or not isinstance(other, Selection):
            return None
        if other.entities != self.entities or other.base != self.base:
            return None
        return msgspec.structs.replace(
            self,
            options=either_way(self.options, other.options),
            condition=Condition(self.condition.where.or_else(other.condition.where)),
            order=self.order if self.order == other.order else (),
            limit=self.limit if self.limit == other.limit else self.limit or other.limit,
            joins=tuple(dict.fromkeys(self.joins + other.joins)),
        )


def _telling(model: Model, names: Sequence[str]) -> Sequence[str]:
    """Of what is compared, what tells the row alone: the other conditions remain as they are."""
    if set(model.primary_key) <= set(names):
        return model.primary_key
    unique = [it for it in names if it in model.fields and model.fields[it].unique]
    return unique[:1] or names


class Select(Selection, frozen=True):
    """select(Book).where(...)"""

    def method(self, name: str, args: Args, at: At) -> Object:
        if (it := self.changed(name, args, at)) is not None:
            return it
        if name == "exists":
            return Expression(self.condition.columns, "exists", table=self.root() or "", where=self.condition)
        if name in ("scalar_subquery", "as_scalar", "label"):
            return Expression(self.condition.columns)
        if name in ("subquery", "cte", "alias", "lateral"):
            return Derived(self)
        return UNKNOWN


class Derived(Receiver, frozen=True):
    """A statement that stands in another: select(...).subquery()."""

    of: Selection

    def attribute(self, name: str, at: At) -> Object:
        return Columns() if name in ("c", "columns") else super().attribute(name, at)

    def method(self, name: str, args: Args, at: At) -> Object:
        if name == "select":
            return Select((Entity(),), said="select")
        return self


class Columns(Object, frozen=True):
    """The columns of something that is no model."""

    def attribute(self, name: str, at: At) -> Object:
        return Expression()

    def item(self, index: Object, at: At) -> Object:
        return Expression()


def _name(it: Entity, at: At) -> str:
    if it.label or it.column:
        return it.label or it.column or ""
    model = at.models.get(it.model)
    return model.name if model is not None else ""


def _keys(model: Model | None, name: str) -> tuple[str, ...]:
    """The columns that a condition on an attribute is about: those of its key, where it is a relation."""
    field = model.fields.get(name) if model is not None else None
    return field.key_attributes if field is not None and field.key_attributes else (name,)


def _orders(before: tuple[Ordered, ...], args: Args, root: str | None) -> tuple[Ordered, ...]:
    found = [] if is_none(args.get(0)) else list(before)
    for it in args.positional:
        if isinstance(it, Ordered):
            found.append(it)
        elif isinstance(it, ColumnRef):
            found.append(Ordered(it.column, "asc"))
        elif not is_none(it):
            name = text(it)
            plain = name is not None and name.isidentifier() and root is not None
            found.append(Ordered((root, name) if plain else None, "asc"))  # type: ignore[arg-type]  # as plain says
    if args.spread:
        found.append(Ordered(None, "asc"))
    return tuple(dict.fromkeys(found))


def _number(it: Object | None) -> int | bool:
    if isinstance(it, Constant) and isinstance(it.value, int) and not isinstance(it.value, bool):
        return it.value
    return not (isinstance(it, Constant) and it.value is None)


# Of what rows come of it then, these say more than conditions do.
_COMPOUND: Final = frozenset(
    (
        "union",
        "union_all",
        "intersect",
        "intersect_all",
        "except_",
        "except_all",
        "from_self",
        "from_statement",
    )
)
_SAME: Final = frozenset(
    [
        "distinct",
        "group_by",
        "with_for_update",
        "execution_options",
        "correlate",
        "correlate_except",
        "prefix_with",
        "suffix_with",
        "with_hint",
        "with_statement_hint",
        "params",
        "enable_eagerloads",
        "yield_per",
        "populate_existing",
        "autoflush",
        "enable_assertions",
        "tuples",
        "reset_joinpoint",
        "with_session",
        "set_label_style",
        "with_labels",
        "reduce_columns",
        "only_return_tuples",
        "add_cte",
        "with_loader_criteria",
        "select_entity_from",
        "with_transformation",
        "unique",
        "self_group",
    ]
)
