"""session.query(...): a statement that sends itself, when it is gone over or asked for its rows.

https://docs.sqlalchemy.org/en/20/orm/queryguide/query.html
"""

from typing import Final

import msgspec

from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Many, Object, Sliced
from crowsfoot.libraries.query import Operation
from crowsfoot.libraries.sqlalchemy.entities import Entity, entity
from crowsfoot.libraries.sqlalchemy.expressions import Condition, Expression
from crowsfoot.libraries.sqlalchemy.results import first
from crowsfoot.libraries.sqlalchemy.rows import Row
from crowsfoot.libraries.sqlalchemy.sent import each_loaded
from crowsfoot.libraries.sqlalchemy.statements import Derived, Selection
from crowsfoot.libraries.where import Where

_SINGLE: Final = frozenset(("first", "one", "one_or_none", "first_or_404", "one_or_404"))
_COUNTS: Final[dict[str, Operation]] = {"count": "count", "delete": "delete", "update": "update"}


class LegacyQuery(Selection, frozen=True):
    """session.query(Book).filter(...); receiver is how the program writes what it begins with."""

    said: str = "query"
    receiver: str = "session.query"
    is_async: bool | None = None
    writes: bool = False  # a dynamic collection, that rows are added to and removed from

    def method(self, name: str, args: Args, at: At) -> Object:
        if self.writes and name in ("add", "append", "remove", "extend", "add_all"):
            return UNKNOWN
        if name == "get" or name in ("get_or_404", "get_or_create"):
            return self._by_key(name, args, at)
        if name == "all":
            return self._sent("all()", at)
        if name in _SINGLE:
            asked = msgspec.structs.replace(self, limit=1) if name.startswith("first") else self
            asked._send(f"{name}()", at, operation=self._of_kind())
            return self._element(at)
        if name in ("scalar", "scalar_one", "scalars"):
            self._send(f"{name}()", at, operation=self._of_kind())
            return first(self._element(at))
        if operation := _COUNTS.get(name):
            self._send(f"{name}()", at, operation=operation)
            return UNKNOWN
        if name == "paginate":
            return paginated(self, at)
        if name == "exists":
            return Expression(self.condition.columns, "exists", table=self.root() or "", where=self.condition)
        if name in ("subquery", "cte", "alias", "as_scalar", "scalar_subquery", "label", "statement"):
            return Derived(self)
        if name == "select" and self.writes:
            return self
        if name == "with_entities":
            more = tuple(entity(it, at) for it in args.positional)
            return msgspec.structs.replace(self, entities=more, base=self.base or self.root())
        return self.changed(name, args, at) or UNKNOWN

    def _of_kind(self) -> Operation:
        return self.operation()

    def _by_key(self, name: str, args: Args, at: At) -> Object:
        root = at.models.get(self.root())
        if root is None:
            return UNKNOWN
        key = tuple((root.id, it) for it in root.primary_key)
        with_key = msgspec.structs.replace(self, condition=Condition(Where(equal=key)))
        with_key._send(f"{name}()", at)
        return self._element(at)

    def _sent(self, how: str, at: At) -> Many:
        self._send(how, at)
        rows = Many(self._element(at), size="fixed" if self.limit is not True and self.limit == 1 else "rows")
        each_loaded(rows, at)
        return rows

    def _send(self, how: str, at: At, *, operation: Operation | None = None) -> None:
        at.runs(self.query(f"{self._shown(at)}.{how}" if how else self._shown(at), at, operation=operation))

    def _shown(self, at: At) -> str:
        if not self.receiver.endswith("query"):
            return self.receiver
        names = [model.name for it in self.entities[:1] if (model := at.models.get(it.model)) is not None]
        if self.receiver.endswith(".query") and self.receiver != "session.query":
            return self.receiver
        return f"{self.receiver}({names[0] if names else ''})"

    def _element(self, at: At) -> Object:
        """One entity comes as itself, several come as a tuple."""
        if len(self.entities) == 1 and self.entities[0].column is None and not self.entities[0].kind:
            return self.thing(self.entities[0], at, is_async=self.is_async)
        return self.row(at, is_async=self.is_async)

    def element(self, at: At) -> Object:
        return self._sent("", at).of

    def item(self, index: Object, at: At) -> Object:
        if isinstance(index, Sliced):
            high = index.high
            limit = (
                high.value if isinstance(high, Constant) and isinstance(high.value, int) else high is not None
            )
            return msgspec.structs.replace(self, limit=limit)._sent("[:]", at)
        msgspec.structs.replace(self, limit=1)._send("[0]", at)
        return self._element(at)


def dynamic(row: Row, field: Field, model: Model, at: At) -> Object:
    """A collection that is a query: lazy="dynamic", or "write_only"."""
    back = at.models.get(field.target)
    keys = back.fields[field.back].key_attributes if back and field.back in back.fields and field.back else ()
    condition = Condition(Where(equal=tuple((field.target or "", it) for it in keys), whole=bool(keys)))
    entities = (Entity(field.target),)
    receiver = f"{model.name}.{field.name}"
    return LegacyQuery(entities, condition=condition, receiver=receiver, is_async=row.is_async, writes=True)


class Pagination(Object, frozen=True):
    """What paginate() gives. https://flask-sqlalchemy.readthedocs.io/en/stable/pagination/"""

    rows: Many

    def attribute(self, name: str, at: At) -> Object:
        return self.rows if name == "items" else UNKNOWN

    def element(self, at: At) -> Object:
        return self.rows.of


def paginated(query: LegacyQuery, at: At) -> Object:
    """A page of it, and a count of all."""
    return Pagination(query._sent("paginate()", at))
