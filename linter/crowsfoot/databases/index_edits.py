"""An index in the words of a library -> the edit of the class that has it, where a place for it is sure.

A place is sure where nothing but blanks can stand between it and what is known: behind the last argument of a
call that ends there, before the first element of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.finding import Edit
from crowsfoot.link.project import Column, Table
from crowsfoot.source import Span

# What makes a column. One of the user's own may take other arguments.
_COLUMNS: Final = re.compile(r"mapped_column|Column|Field|\w+Field")
_LIBRARIES: Final = ("sqlalchemy", "sqlmodel", "peewee", "tortoise", "playhouse")
_LONGEST: Final = 40  # blanks before an element


def to_column(table: Table, column: Column, keyword: str) -> Edit | None:
    """The edit that gives the column's call a keyword, such as "index=True"."""
    found = _class_of(table)
    if found is None:
        return None
    file, number = found
    scope = file.scopes[number]
    declared = dict(scope.names).get(column.field)
    if declared is None:
        return _to_annotation(table, file, scope, column, keyword)
    call = scope.values[declared]
    if not isinstance(call, facts.Call) or not _is_library(file, scope.values[call.of]):
        return None
    given = [scope.values[it] for it in (*call.args, *(value for _, value in call.keywords))]
    known = {name for name, _ in call.keywords}
    if {keyword.partition("=")[0], "**"} & known or any(isinstance(it, facts.Spread) for it in given):
        return None
    end = max((it.end for it in given), default=scope.values[call.of].end + 1)
    if end != call.end - 1:
        return None
    return _insert(table, end, f", {keyword}" if given else keyword)


def to_list(table: Table, of: str, said: str) -> Edit | None:
    """The edit that puts an element before the first one of `Meta.indexes` or `__table_args__`.

    An element that is a call is called as the one that it is put before: `sa.Index(...)`.
    """
    found = _class_of(table)
    if found is None:
        return None
    file, number = found
    inner, _, name = of.rpartition(".")
    if inner:
        number = next(
            (at for at, it in enumerate(file.scopes) if it.parent == number and it.name == inner), -1
        )
    listed = dict(file.scopes[number].names).get(name) if number >= 0 else None
    if listed is None:
        return None
    scope = file.scopes[number]
    value = scope.values[listed]
    if not isinstance(value, facts.Display) or value.kind not in ("list", "tuple") or not value.items:
        return None
    first = scope.values[value.items[0]]
    blanks = first.start - value.start - 1
    if not 0 <= blanks <= _LONGEST or isinstance(first, facts.Spread):
        return None
    word, bracket, arguments = said.partition("(")
    if word:
        word = word.rpartition(".")[2]
        called = next(_called(scope, value, word), word if word in dict(file.scopes[0].names) else None)
        if called is None:
            return None
        said = f"{called}{bracket}{arguments}"
    # In a list of one line another blank; else a line, as far to the right.
    return _insert(table, first.start, f"{said}, " if not blanks else f"{said},\n{' ' * (blanks - 1)}")


def _to_annotation(
    table: Table, file: facts.CodeFile, scope: facts.Scope, column: Column, keyword: str
) -> Edit | None:
    """`email: Mapped[str]`, which SQLAlchemy makes a column of as well."""
    number = dict(scope.annotations).get(column.field)
    annotation = scope.values[number] if number is not None else None
    if not isinstance(annotation, facts.Item) or _last(scope, annotation.of) != "Mapped":
        return None
    if "mapped_column" not in dict(file.scopes[0].names):
        return None
    return _insert(table, annotation.end, f" = mapped_column({keyword})")


def _is_library(file: facts.CodeFile, called: facts.AnyValue) -> bool:
    """Whether it is a column of a library that is called: `Column`, `db.Column`, `fields.TextField`."""
    if isinstance(called, facts.Attribute):
        return _COLUMNS.fullmatch(called.name) is not None
    if not isinstance(called, facts.Name) or not _COLUMNS.fullmatch(called.name):
        return False
    module = file.scopes[0]
    number = dict(module.names).get(called.name)
    if number is None:
        return any(name in _LIBRARIES for name, _ in file.stars)
    it = module.values[number]
    return isinstance(it, facts.Import) and it.module.partition(".")[0] in _LIBRARIES


def _class_of(table: Table) -> tuple[facts.CodeFile, int] | None:
    """The file that declares the table, and the number of its class there."""
    for file in table.database.files:
        if file.path == table.span.path and isinstance(file.facts, facts.CodeFile):
            for number, scope in enumerate(file.facts.scopes):
                if scope.kind == "class" and scope.name_range.start == table.span.start:
                    return file.facts, number
    return None


def _called(scope: facts.Scope, value: facts.Display, name: str) -> Iterator[str]:
    """How the elements call what the new one calls: "Index", "models.Index"."""
    for it in value.items:
        call = scope.values[it]
        if isinstance(call, facts.Call) and _last(scope, call.of) == name:
            of = scope.values[call.of]
            if isinstance(of, facts.Attribute):
                module = _last(scope, of.of)
                if module:
                    yield f"{module}.{name}"
            else:
                yield name


def _last(scope: facts.Scope, number: int) -> str:
    it = scope.values[number]
    if isinstance(it, (facts.Attribute, facts.Name)):
        return it.name
    return (it.name or it.module) if isinstance(it, facts.Import) else ""


def _insert(table: Table, at: int, text: str) -> Edit:
    return Edit(Span(table.span.path, at, at), text)
