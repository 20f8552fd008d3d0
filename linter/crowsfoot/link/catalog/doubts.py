"""Statements that perhaps do not run: the names that are in doubt after them, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    Block,
    CreateTable,
    Delete,
    DropColumn,
    Grant,
    Insert,
    RedefineColumn,
    RenameEnumValue,
    RenameObject,
    Select,
    SetVariable,
    Statement,
    Update,
)
from crowsfoot.link.catalog.draft import Draft


def settle(draft: Draft, statement: Statement) -> None:
    """What was made or dropped without condition is there or gone, whatever came before."""
    doubtful = draft.catalog.doubtful
    settled = [name for name in touched(statement) if name in doubtful]
    if settled:
        for name in settled:
            doubtful = doubtful.discard(name)
        draft.catalog = replace(draft.catalog, doubtful=doubtful)


def touched_by_all(statements: Iterable[Statement]) -> Iterator[str]:
    """The names of what the statements would make, change or drop, those in blocks and IF NOT EXISTS too."""
    for statement in statements:
        yield from touched(replace(statement, conditional=True))
        for change in statement.does:
            if isinstance(change, Block):
                yield from touched_by_all(change.body)


def touched(statement: Statement) -> Iterator[str]:
    """The names of what the statement makes, changes or drops."""
    for change in statement.does:
        if getattr(change, "if_not_exists", False) and statement.conditional is False:
            continue  # what was there before may have stayed
        if isinstance(change, Block):
            continue
        elif isinstance(change, AddColumn):
            yield change.column.name
            yield from (it.name for it in change.column.constraints if it.name)
        elif isinstance(change, RedefineColumn):
            yield change.column
            yield change.definition.name
        elif isinstance(change, DropColumn | AlterColumn):
            yield change.column
        elif isinstance(change, AddConstraint):
            if change.constraint.name:
                yield change.constraint.name
            if change.constraint.kind == "primary":
                yield change.table.name
        elif isinstance(change, CreateTable):
            yield change.table.name
            yield from (it.name for it in change.constraints if it.name)
        elif isinstance(change, AddEnumValue | RenameEnumValue):
            yield change.value
            if isinstance(change, RenameEnumValue):
                yield change.new_value
        elif isinstance(change, SetVariable):
            continue
        elif not isinstance(change, Insert | Update | Delete | Select | Grant):
            for field in ("name", "view", "sequence", "function"):
                name = getattr(change, field, None)
                if name is not None:
                    yield str(getattr(name, "name", name))
            if isinstance(change, RenameObject):
                yield change.new_name
