"""A statement and what sends it -> the query, and the result that it brings."""

from crowsfoot.libraries.objects import UNKNOWN, At, Built, Constant, Many, Object, OneOf
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.sqlalchemy.changes import Change, Text, operation_of
from crowsfoot.libraries.sqlalchemy.results import Result
from crowsfoot.libraries.sqlalchemy.rows import Row, Tuple
from crowsfoot.libraries.sqlalchemy.statements import Selection


def is_statement(it: Object | None) -> bool:
    """Whether that is surely something to be executed, of this library."""
    if isinstance(it, OneOf):
        return any(is_statement(option) for option in it.options)
    return isinstance(it, Selection | Change | Text)


def execute(
    statement: Object | None, how: str, at: At, *, is_async: bool | None, streaming: bool = False
) -> Object:
    """Sends it; how is the way that the program says it: "session.execute"."""
    if isinstance(statement, OneOf):
        statement = next((it for it in statement.options if is_statement(it)), statement.options[0])
    if isinstance(statement, Selection):
        at.runs(statement.query(f"{how}({_shown(statement, at)})", at))
        row = statement.row(at, is_async=is_async)
        each_loaded(Many(row), at)
        single = statement.limit is not True and statement.limit == 1
        return Result(row, streaming, single)
    if isinstance(statement, Change):
        at.runs(statement.query(f"{how}({_changed(statement, at)})", at))
        rows = Selection(statement.returning).row(at, is_async=is_async)
        return Result(rows if statement.returning else UNKNOWN, streaming)
    if isinstance(statement, Text):
        at.runs(statement.query(f"{how}(text())", at))
        return Result(UNKNOWN, streaming)
    sql = statement.value if isinstance(statement, Constant) and isinstance(statement.value, str) else None
    if sql is not None:
        at.runs(Text(sql).query(f"{how}()", at))
    elif isinstance(statement, Built):
        # Of another kind: DDL, a sequence, something of an extension.
        at.runs(Query("sqlalchemy", f"{how}({statement.name.rpartition('.')[2]}())", "execute"))
    else:
        at.runs(
            Query(
                "sqlalchemy",
                f"{how}()",
                operation_of(None),
                instead="one statement for all of them",
                many=True,
            )
        )
    return Result(UNKNOWN, streaming)


def each_loaded(rows: Many, at: At) -> None:
    """What is loaded once per row as soon as the rows are there: immediateload(), lazy="immediate"."""
    of = rows.of
    for it in of.items or () if isinstance(of, Tuple) else (of,):
        if not isinstance(it, Row):
            continue
        model = at.models.get(it.model)
        if model is None:
            continue
        for field in model.fields.values():
            if field.kind == "column" or (it.loads.how(field.name) or field.loading) != "each":
                continue
            at.each(rows, "immediateload").runs(it.query(field, model, at))


def _shown(statement: Selection, at: At) -> str:
    model = at.models.get(statement.root())
    return f"{statement.said}({model.name if model is not None else ''})"


def _changed(statement: Change, at: At) -> str:
    model = at.models.get(statement.model)
    word = "insert" if statement.operation == "upsert" else statement.operation
    return f"{word}({model.name if model is not None else statement.table})"
