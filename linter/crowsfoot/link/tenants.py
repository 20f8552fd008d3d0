"""Database -> Tenancy: which column says whose row it is, where that is certain enough to speak of.

The configuration may name the column. Without it the schema has to make it plain: a column with a tenant's
name, required, in more than half of the tables and in at least MIN_TABLES, always referring to one table.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from crowsfoot.link.project import Column, Database, ForeignKey, Tenancy

MIN_TABLES = 4

# What people call the customer that rows belong to.
_NAMES = (
    r"(?i)(tenant|organi[sz]ation|org|workspace|team|account|company|customer|client|merchant|shop|store)"
    r"_?(id|uuid)"
)


def find_tenancy(database: Database, configured: str | None) -> Tenancy | None:
    """What the configuration names or the schema makes plain; None where there are no tenants."""
    if configured:
        return _configured(database, configured)
    candidates: dict[tuple[str, str], list[ForeignKey]] = {}
    for fk in database.foreign_keys():
        name = fk.columns[0].field
        if len(fk.columns) == 1 and fk.required and fk.target is not fk.table and re.fullmatch(_NAMES, name):
            candidates.setdefault((name, fk.target.model), []).append(fk)
    tables = [it for it in database.tables.values() if it.kind == "table" and not it.ignored]
    for (name, _), keys in candidates.items():
        target = keys[0].target
        columns = {fk.table.model: fk.columns[0] for fk in keys}
        others = [table for table in tables if table is not target]
        if len(columns) >= MIN_TABLES and 2 * len(columns) > len(others):
            return Tenancy(name, MappingProxyType(columns), target, configured=False)
    return None


def _configured(database: Database, name: str) -> Tenancy | None:
    columns = {
        table.model: column
        for table in database.tables.values()
        for column in table.columns.values()
        if name in (column.field, column.name)
    }
    return tenancy_by(columns, database, configured=True)


def tenancy_by(columns: Mapping[str, Column], database: Database, *, configured: bool) -> Tenancy | None:
    """What these columns come to, by model name; None where there are none."""
    if not columns:
        return None
    targets = {
        fk.target.model: fk.target
        for fk in database.foreign_keys()
        if len(fk.columns) == 1 and fk.columns[0] is columns.get(fk.table.model)
    }
    field = next(iter(columns.values())).field
    target = next(iter(targets.values())) if len(targets) == 1 else None
    return Tenancy(field, MappingProxyType(dict(columns)), target, configured=configured)
