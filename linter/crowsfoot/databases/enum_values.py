"""A change of an enum column -> the values that the migration itself takes care of."""

from crowsfoot.databases.touched import touching
from crowsfoot.facts.sql import AlterColumn, Delete, RedefineColumn, Update
from crowsfoot.link.catalog.model import Table
from crowsfoot.link.history import Step


def handled_values(
    table: Table, column: str, change: AlterColumn | RedefineColumn, step: Step
) -> frozenset[str]:
    """Those that an earlier UPDATE or DELETE of the migration names, or the USING of the change itself."""
    using = change.expression if isinstance(change, AlterColumn) else None
    found = {it.text for it in using.literals} if using else set()
    writes: list[tuple[Step, Update | Delete]] = []
    writes += touching(Update, table.number, step.migration)
    writes += touching(Delete, table.number, step.migration)
    for earlier, other in writes:
        if earlier.number < step.number and other.query is not None:
            found |= {it.text for it in other.query.literals}
    return frozenset(found)
