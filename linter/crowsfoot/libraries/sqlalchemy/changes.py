"""Statements that are no select(): insert(), update(), delete() and text(), before they are sent."""

from typing import Final, Literal

import msgspec

from crowsfoot.libraries.objects import UNKNOWN, Args, At, Object
from crowsfoot.libraries.query import Operation, Query
from crowsfoot.libraries.sqlalchemy.entities import Entity, entity
from crowsfoot.libraries.sqlalchemy.expressions import Condition, both, by_keywords
from crowsfoot.libraries.sqlalchemy.receiver import Receiver


class Change(Receiver, frozen=True):
    """insert(), update() or delete(), of the ORM or of a table."""

    operation: Literal["insert", "update", "delete", "upsert"]
    model: str | None = None
    table: str = ""
    condition: Condition = Condition()
    returning: tuple[Entity, ...] = ()
    whole: bool = False  # values() was given a list of rows

    def method(self, name: str, args: Args, at: At) -> Object:
        if name in ("where", "filter"):
            return msgspec.structs.replace(self, condition=both(self.condition, *args.positional))
        if name == "filter_by":
            condition = both(self.condition, by_keywords(self.model or "", args))
            return msgspec.structs.replace(self, condition=condition)
        if name in ("returning", "return_defaults"):
            return msgspec.structs.replace(self, returning=tuple(entity(it, at) for it in args.positional))
        if name in ("on_conflict_do_update", "on_conflict_do_nothing", "on_duplicate_key_update"):
            return msgspec.structs.replace(self, operation="upsert")
        return self if name in _SAME_CHANGE else UNKNOWN

    def query(self, api: str, at: At) -> Query:
        model = at.models.get(self.model)
        name = model.name if model is not None else self.table
        column = next((name for _, name in self.condition.equal), None)
        if self.operation in ("insert", "upsert"):
            instead = f"{api.partition('(')[0]}(insert({name}), [...])"
        elif self.operation == "update":
            instead = f"{api.partition('(')[0]}(update({name}), [...])"
        else:
            instead = f"delete({name}).where({name}.{column or 'id'}.in_(...))"
        return Query(
            model.library if model is not None else "sqlalchemy",
            api,
            self.operation,
            model=self.model,
            table=(model.table if model is not None else self.table) or None,
            equal=tuple(name for _, name in self.condition.equal),
            null=tuple(name for _, name in self.condition.null),
            among=tuple(name for _, name in self.condition.among),
            ranges=tuple(name for _, name in self.condition.ranges),
            others=tuple(name for _, name in self.condition.others),
            many=bool(self.returning),
            instead=instead,
        )

    def joined(self, other: Object) -> Object | None:
        if not isinstance(other, Change) or (other.operation, other.model, other.table) != (
            self.operation,
            self.model,
            self.table,
        ):
            return None
        return msgspec.structs.replace(self, condition=both(self.condition, other.condition))


class Text(Receiver, frozen=True):
    """text("SELECT ..."); None where the text is put together: then written is it, with holes."""

    sql: str | None = None
    written: str | None = None

    def method(self, name: str, args: Args, at: At) -> Object:
        return self

    def query(self, api: str, at: At) -> Query:
        return Query(
            "sqlalchemy",
            api,
            operation_of(self.sql),
            sql=self.sql or self.written,
            many=True,
            instead=_instead_of(self.sql),
            interpolated=self.written is not None,
        )


def operation_of(sql: str | None) -> Operation:
    """What kind of statement a text is, by its first word."""
    word = sql.split(None, 1)[0].lower().lstrip("(") if sql and sql.strip() else ""
    return _OPERATIONS.get(word, "execute")


def _instead_of(sql: str | None) -> str:
    operation = operation_of(sql)
    if operation in ("insert", "update", "upsert", "delete"):
        return "execute(text(...), [...])"
    return "" if sql is not None and operation == "execute" else "one statement for all of them"


_OPERATIONS: Final[dict[str, Operation]] = {
    "select": "select",
    "with": "select",
    "insert": "insert",
    "update": "update",
    "delete": "delete",
    "merge": "upsert",
}

_SAME_CHANGE: Final = frozenset(
    [
        "values",
        "execution_options",
        "inline",
        "from_select",
        "prefix_with",
        "suffix_with",
        "with_hint",
        "ordered_values",
        "options",
        "params",
        "with_dialect_options",
    ]
)
