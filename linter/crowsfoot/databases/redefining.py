"""A step that gives a new table the name of one that is gone -> how SQLite was made to change that table.

SQLite can alter little of a table. So a new one is made, filled from the old one, and takes its name when the
old one has been dropped: Prisma calls that RedefineTables, and Drizzle writes the like.
Source: https://www.sqlite.org/lang_altertable.html#otheralter
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from crowsfoot.facts.sql import DropObject, Insert, RenameObject, SetVariable, Transaction
from crowsfoot.link.history import Migration, Step

if TYPE_CHECKING:  # rules import this module, also where there is no migration
    from crowsfoot.link.catalog.model import Table


class Redefinition(msgspec.Struct, frozen=True, eq=False):
    """old is the table as it was when it was dropped, new the one that took its name."""

    old: Table
    new: Table
    dropped: Step
    renamed: Step
    filled: tuple[tuple[Step, Insert], ...]


def redefinition(step: Step) -> Redefinition | None:
    """What the step completes by renaming the new table."""
    rename = step.does[0] if step.does else None
    if not isinstance(rename, RenameObject) or rename.kind != "table":
        return None
    new = step.before.table(rename.name)
    if new is None or new.created_in < step.migration.number:
        return None
    wanted = step.before.fold(rename.new_name)
    for earlier in reversed(step.migration.steps[: step.number]):
        for change in earlier.does:
            if isinstance(change, DropObject) and step.before.fold(change.name.name) == wanted:
                old = earlier.before.table(change.name)
                if old is None or old.kind != "table" or old.number == new.number:
                    return None
                return Redefinition(old, new, earlier, step, tuple(_fillings(new, step)))
    return None


def _fillings(new: Table, step: Step) -> list[tuple[Step, Insert]]:
    return [
        (earlier, change)
        for earlier in step.migration.steps[: step.number]
        for change in earlier.does
        if isinstance(change, Insert) and earlier.before.number_of(change.table) == new.number
    ]


def enforces_foreign_keys(step: Step) -> bool | None:
    """Whether SQLite acts on foreign keys at the step; None where the migration and its tool do not tell.

    `PRAGMA foreign_keys` does nothing in a transaction. Outside of this file the tools decide, by the SQLite
    that they bring: Prisma, Drizzle on better-sqlite3 and sqlx act on foreign keys, unless told otherwise.
    Source: https://www.sqlite.org/foreignkeys.html#fk_enable
    Source: https://github.com/rusqlite/rusqlite/blob/master/libsqlite3-sys/build.rs
    Source: https://github.com/WiseLibs/better-sqlite3/blob/master/docs/compilation.md#bundled-configuration
    """
    kept: Any = step.migration.__dict__
    if "enforces_foreign_keys" not in kept:
        kept["enforces_foreign_keys"] = tuple(_enforced_before_each(step.migration))
    state: bool | None = kept["enforces_foreign_keys"][step.number]
    return state


def _enforced_before_each(migration: Migration) -> Iterator[bool | None]:
    """The same of every step, in one pass over the migration."""
    state: bool | None = True if migration.history.tool in ("prisma", "drizzle", "sqlx") else None
    begun = runs_in_transaction(migration)
    for step in migration.steps:
        yield state
        for change in step.does:
            if isinstance(change, Transaction):
                begun = change.action == "begin" or (begun and change.action not in ("commit", "rollback"))
            elif isinstance(change, SetVariable) and change.name == "foreign_keys" and change.value:
                wanted = is_on(change.value)
                if not begun:
                    state = wanted
                elif not wanted and state is None:
                    state = True  # whoever turns it off believes that it is on


def runs_in_transaction(migration: Migration) -> bool:
    """Whether the tool has begun a transaction before the first statement.

    golang-migrate sends the file as one text, inside of one.
    Source: https://github.com/golang-migrate/migrate/blob/master/database/sqlite3/sqlite3.go
    """
    return migration.transport == "transaction" or migration.history.tool == "golang-migrate"


def is_on(value: str) -> bool:
    return value.lower() in ("on", "1", "true", "yes")
