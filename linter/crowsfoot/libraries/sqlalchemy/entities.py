"""What one argument of select() asks for: a model, a column, something computed, or a table of Core."""

from typing import Literal

import msgspec

from crowsfoot.libraries.objects import UNKNOWN, Args, At, Object
from crowsfoot.libraries.sqlalchemy.expressions import ColumnRef, Expression, RelationRef
from crowsfoot.libraries.sqlalchemy.receiver import Receiver, model_of, text


class Entity(msgspec.Struct, frozen=True):
    """One thing of a row: a model, one of its columns (or its relation's), or an expression."""

    model: str | None = None
    column: str | None = None
    kind: Literal["", "count", "exists", "aggregate"] = ""
    label: str = ""


def entity(it: Object, at: At) -> Entity:
    """What one argument of select() asks for."""
    if isinstance(it, ColumnRef):
        return Entity(it.model, it.name)
    if isinstance(it, RelationRef):
        return Entity(it.target)
    if isinstance(it, Expression):
        model = it.table or (it.of[0][0] if it.of else None)
        return Entity(model or None, "", it.kind, it.label)
    if isinstance(it, TableRef):
        return Entity(it.model, "*", label=it.name)
    model_found = model_of(it, at)
    return Entity(model_found.id) if model_found is not None else Entity()


class TableRef(Receiver, frozen=True):
    """A Table: of its own, or of a model."""

    name: str
    model: str | None = None

    def attribute(self, name: str, at: At) -> Object:
        if name in ("c", "columns"):
            return TableColumns(self)
        return super().attribute(name, at)

    def method(self, name: str, args: Args, at: At) -> Object:
        from crowsfoot.libraries.sqlalchemy.changes import Change
        from crowsfoot.libraries.sqlalchemy.statements import Select

        if name in ("insert", "update", "delete"):
            return Change(name, self.model, self.name)  # type: ignore[arg-type]
        if name == "select":
            return Select((entity(self, at),))
        return self if name in ("alias", "join", "outerjoin") else UNKNOWN


class TableColumns(Object, frozen=True):
    of: TableRef

    def attribute(self, name: str, at: At) -> Object:
        return ColumnRef(self.of.model or self.of.name, name)

    def item(self, index: Object, at: At) -> Object:
        name = text(index)
        return self.attribute(name, at) if name else Expression()
