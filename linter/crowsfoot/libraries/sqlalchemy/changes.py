"""Statements that are no select(): insert(), update(), delete() and text(), before they are sent."""

from typing import Any, Final, Literal

import msgspec

from crowsfoot.libraries.objects import UNKNOWN, Args, At, Object
from crowsfoot.libraries.query import ForAll, Operation, Query
from crowsfoot.libraries.raw.queries import is_per_table
from crowsfoot.libraries.raw.statements import Statement, read
from crowsfoot.libraries.sqlalchemy.entities import Entity, entity
from crowsfoot.libraries.sqlalchemy.expressions import Column, ColumnRef, Condition, asked, both, by_keywords
from crowsfoot.libraries.sqlalchemy.receiver import Receiver, elements, text
from crowsfoot.libraries.where import written


class Change(Receiver, frozen=True):
    """insert(), update() or delete(), of the ORM or of a table."""

    operation: Literal["insert", "update", "delete", "upsert"]
    model: str | None = None
    table: str = ""
    condition: Condition = Condition()
    returning: tuple[Entity, ...] = ()
    whole: bool = False  # values() was given a list of rows
    target: tuple[str, ...] = ()  # of ON CONFLICT
    target_where: str | None = None

    def method(self, name: str, args: Args, at: At) -> Object:
        if name in ("where", "filter"):
            return msgspec.structs.replace(self, condition=both(self.condition, *args.positional))
        if name == "filter_by":
            condition = both(self.condition, by_keywords(self.model or "", args))
            return msgspec.structs.replace(self, condition=condition)
        if name in ("returning", "return_defaults"):
            return msgspec.structs.replace(self, returning=tuple(entity(it, at) for it in args.positional))
        if name in ("on_conflict_do_update", "on_conflict_do_nothing", "on_duplicate_key_update"):
            target, target_where = _target(args, at)
            return msgspec.structs.replace(self, operation="upsert", target=target, target_where=target_where)
        return self if name in _SAME_CHANGE else UNKNOWN

    def query(self, api: str, at: At) -> Query:
        model = at.models.get(self.model)
        name = model.name if model is not None else self.table
        column = next((name for _, name in self.condition.equal), None)
        for_all = None
        if self.operation in ("insert", "upsert"):
            instead = f"{api.partition('(')[0]}(insert({name}), [...])"
        elif self.operation == "update":
            instead = f"{api.partition('(')[0]}(update({name}), [...])"
        else:
            of = f"delete({name})"
            for_all = ForAll(
                (f"{name}.{column or 'id'}",), f"{of}.where({{}}.in_(...))", none=f"one {of} for all of them"
            )
            instead = for_all.said(for_all.keys)
        return Query(
            model.library if model is not None else "sqlalchemy",
            api,
            self.operation,
            model=self.model,
            table=(model.table if model is not None else self.table) or None,
            many=bool(self.returning),
            instead=instead,
            for_all=for_all,
            target=self.target,
            target_where=self.target_where,
            **self.condition.where.named(self._names),
        )

    def _names(self, column: Column) -> tuple[str, ...]:
        model, name = column
        return (name if model in (self.model, self.table) else f"{model}.{name}",)

    def joined(self, other: Object) -> Object | None:
        if not isinstance(other, Change) or (other.operation, other.model, other.table) != (
            self.operation,
            self.model,
            self.table,
        ):
            return None
        condition = Condition(self.condition.where.or_else(other.condition.where))
        return msgspec.structs.replace(self, condition=condition)


def _target(args: Args, at: At) -> tuple[tuple[str, ...], str | None]:
    """The columns of ON CONFLICT, and its WHERE, as far as that is one of constants.

    Source: https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#insert-on-conflict-upsert
    """
    given = elements(args.get(None, "index_elements"), at)
    columns = [it.name if isinstance(it, ColumnRef) else text(it) for it in given]
    where = args.get(None, "index_where")
    if where is None:
        said = None
    elif isinstance(where, Text):
        said = where.sql or "?"
    else:
        said = written(asked(where).named(lambda column: (column[1],)))
    return (tuple(it for it in columns if it) if None not in columns else ()), said


class Text(Receiver, frozen=True):
    """text("SELECT ..."); None where the text is put together: then written is it, with holes."""

    sql: str | None = None
    written: str | None = None

    def method(self, name: str, args: Args, at: At) -> Object:
        return self

    def query(self, api: str, at: At) -> Query:
        text = self.sql or self.written
        said = read(text) if text is not None else Statement("")
        if said.verb and (not said.reads_rows or is_per_table(said)):
            # As for the drivers: no other statement does for all what is of the session, or of each table.
            return Query("sqlalchemy", api, "execute", sql=text, interpolated=self.written is not None)
        known = said.table is not None and said.reads_rows
        counts = known and said.operation in ("count", "exists", "aggregate")
        return Query(
            "sqlalchemy",
            api,
            said.operation if counts else operation_of(text),
            sql=text,
            many=True,
            instead=_instead_of(text),
            interpolated=self.written is not None,
            likely=not said.table_unknown,
            **(_asked(said) if known else {"whole": False}),
        )


def _asked(said: Statement) -> dict[str, Any]:
    """The fields of a Query that say what a text asks of its table."""
    return {
        "table": said.table,
        "order": said.order,
        "nulls": said.nulls,
        "limit": said.limit,
        "target": said.target,
        "target_where": said.target_where,
        **msgspec.structs.asdict(said.where),
    }


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
