"""A step that alters a table of MySQL or MariaDB -> what that costs the table, where it is in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from crowsfoot.databases.blocking import may_not_run
from crowsfoot.databases.emptied import is_emptied
from crowsfoot.facts.sql import ObjectName, SetVariable, Statement
from crowsfoot.link.history import Migration, Step

if TYPE_CHECKING:  # rules import this module, also where there is no migration
    from crowsfoot.databases.online_ddl_model import Cost
    from crowsfoot.link.catalog.model import Table

# What is taken for the server: the newest releases with long support, which can do most without a copy.
_MYSQL: Final = (8, 4)
_MARIADB: Final = (11, 8)


def table_of(step: Step) -> Table | None:
    """The table in use that the step alters: it was there before the deploy, and has rows."""
    for change in step.does:
        name = getattr(change, "table", None)
        if isinstance(name, ObjectName):
            table = step.existing(name)
            return None if table is None or table.kind != "table" or is_emptied(table, step) else table
    return None


def cost_of(step: Step) -> Cost | None:
    """What the step costs the table in use that it alters; None where that is not known."""
    known: Cost | None = step.__dict__.get("cost", _UNKNOWN)
    if known is _UNKNOWN:
        known = step.__dict__["cost"] = _cost(step) if _alters(step) else None
    return known


_UNKNOWN: Final[Any] = object()


def costs_apart(step: Step) -> Iterator[Cost | None]:
    """What each of its actions would cost in a statement of its own."""
    for change in step.does:
        yield _cost(step, replace(step.statement, does=(change,)))


def is_refused(step: Step) -> bool:
    """Whether neither MySQL nor MariaDB can alter the table as the written ALGORITHM and LOCK want it."""
    if not (step.statement.algorithm or step.statement.lock) or not _alters(step):
        return False
    costs = [_cost(step, mariadb=it) for it in (False, True)]
    return all(it is not None and it.refused for it in costs)


def _alters(step: Step) -> bool:
    history = step.migration.history
    if history.dialect != "mysql" or history.provider == "singlestore":
        return False
    return table_of(step) is not None and not may_not_run(step)


def _cost(step: Step, statement: Statement | None = None, *, mariadb: bool | None = None) -> Cost | None:
    from crowsfoot.databases.online_ddl import online_ddl

    if mariadb is None:
        mariadb = "mariadb" in step.migration.history.path.lower()
    return online_ddl(
        statement or step.statement,
        step.before,
        "mariadb" if mariadb else "mysql",
        _MARIADB if mariadb else _MYSQL,
        foreign_key_checks=_checks_foreign_keys(step),
    )


def _checks_foreign_keys(step: Step) -> bool:
    kept: Any = step.migration.__dict__
    if "checks_foreign_keys" not in kept:
        kept["checks_foreign_keys"] = tuple(_checks_before_each(step.migration))
    checks: bool = kept["checks_foreign_keys"][step.number]
    return checks


def _checks_before_each(migration: Migration) -> Iterator[bool]:
    """Whether foreign keys are checked, as each of its steps meets it."""
    checks = True
    for step in migration.steps:
        yield checks
        for change in step.does:
            if isinstance(change, SetVariable) and change.name == "foreign_key_checks":
                checks = (change.value or "1").lower() not in ("0", "off", "false")
