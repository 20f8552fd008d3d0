"""A table and a step -> whether the migration has deleted all rows of the table before the step."""

from crowsfoot.databases.touched import touching
from crowsfoot.facts.sql import Delete, Truncate
from crowsfoot.link.catalog.model import Table
from crowsfoot.link.history import Step


def is_emptied(table: Table, step: Step) -> bool:
    """Whether an earlier statement of the same migration has left the table without rows."""
    truncated = [earlier for earlier, _ in touching(Truncate, table.number, step.migration)]
    deleted = [it for it, delete in touching(Delete, table.number, step.migration) if not delete.filtered]
    return any(it.number < step.number and not it.statement.conditional for it in (*truncated, *deleted))
