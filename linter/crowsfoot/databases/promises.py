"""A constraint that a migration drops -> what no longer holds when the migration has run."""

from crowsfoot.link.catalog.model import Table
from crowsfoot.link.history import Step
from crowsfoot.prose import series
from crowsfoot.source import Span


def lost_promise(name: str, table: Table, step: Step) -> tuple[str, Span] | None:
    """What may happen without the constraint, and where it was made.

    None where the migration puts another one in its place, drops the columns or the table, or where it is
    not known.
    """
    end = step.migration.steps[-1].after.tables.get(table.number)
    if end is None:
        return None
    if (fk := table.foreign_keys.get(name)) is not None:
        kept = any(set(it.columns) == set(fk.columns) for it in end.foreign_keys.values())
        if kept or not set(fk.columns) <= end.columns.keys():
            return None
        target = step.before.tables.get(fk.target)
        if target is None or fk.target not in step.migration.steps[-1].after.tables:
            return None
        return (
            f"{series(list(fk.columns))} of {table} may refer to a row of {target} that is not there",
            fk.span,
        )
    if (index := table.indexes.get(name)) is not None and index.unique:
        columns = set(index.columns)
        kept = any(
            it.unique and set(it.columns) <= columns and not it.predicate for it in end.indexes.values()
        )
        if kept or None in columns or not columns <= end.columns.keys():
            return None
        return (
            f"two rows of {table} may have the same {series([str(it) for it in index.columns])}",
            index.span,
        )
    if (check := table.checks.get(name)) is not None:
        return f"{table} may hold rows for which {check.expression.text} is false", check.span
    return None
