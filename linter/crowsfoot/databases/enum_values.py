"""A change of an enum column -> the values that the migration itself takes care of."""

from crowsfoot.facts.sql import AlterColumn, Delete, Update
from crowsfoot.link.catalog.model import Table
from crowsfoot.link.history import Step


def handled_values(table: Table, column: str, change: AlterColumn, step: Step) -> frozenset[str]:
    """Those that an earlier UPDATE or DELETE of the migration names, or the USING of the change itself."""
    found = {it.text for it in change.expression.literals} if change.expression else set()
    for earlier in step.migration.steps[: step.number]:
        for other in earlier.does:
            if not isinstance(other, Update | Delete) or other.query is None:
                continue
            if earlier.before.number_of(other.table) == table.number:
                found |= {it.text for it in other.query.literals}
    return frozenset(found)
