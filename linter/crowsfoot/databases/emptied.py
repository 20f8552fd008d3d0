"""A table and a step -> whether the migration has deleted all rows of the table before the step."""

from crowsfoot.facts.sql import Delete, Truncate
from crowsfoot.link.catalog.model import Table
from crowsfoot.link.history import Step


def is_emptied(table: Table, step: Step) -> bool:
    """Whether an earlier statement of the same migration has left the table without rows."""
    for earlier in step.migration.steps[: step.number]:
        for change in earlier.does:
            if isinstance(change, Truncate):
                emptied = any(earlier.before.number_of(it) == table.number for it in change.tables)
            elif isinstance(change, Delete):
                emptied = not change.filtered and earlier.before.number_of(change.table) == table.number
            else:
                continue
            if emptied and not earlier.statement.conditional:
                return True
    return False
