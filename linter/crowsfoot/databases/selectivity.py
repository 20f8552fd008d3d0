"""A column or a table -> what the schema lets one think of its rows: whether they are many, and alike."""

import re

from crowsfoot.link.project import Column, Table

# Words that columns end in which tell rows apart.
_TELLS_APART = (
    r"(?i:.*_)?(?i:ids?|uuid|guid|key|token|hash|digest|email|slug|username|code|sha|url|path)"
    r"|\w+(Id|Key|Token)"
)


def has_few_values(column: Column) -> bool:
    """Whether each of its values stands in a large part of the rows: it is a flag, an enum, or a choice."""
    return column.type == "Boolean" or column.enum is not None or column.few


def tells_apart(column: Column) -> bool:
    """Whether it is named like what tells rows apart, or refers to one row of a table."""
    return bool(re.fullmatch(_TELLS_APART, column.field)) or any(
        column in fk.columns for fk in column.table.foreign_keys
    )


def names_row(column: Column) -> bool:
    """Whether a value of it finds about one row: an identifier from elsewhere, a token, an address."""
    return tells_apart(column) and not any(column in fk.columns for fk in column.table.foreign_keys)


def is_tenant(column: Column) -> bool:
    """Whether it says whose row it is."""
    tenancy = column.table.database.tenancy
    return tenancy is not None and tenancy.column(column.table) is column


def grows(table: Table) -> bool:
    """Whether each row belongs to one of another table, so that there are more than anybody would type in.

    Settings, kinds and places of work are listed, too, and stay few.
    """
    own = {index.columns[0] for index in table.indexes if index.unique and index.columns}
    parents = {column for fk in table.foreign_keys if fk.target is not table for column in fk.columns}
    return any(
        column in parents or re.fullmatch(r"(?i:.+_)id|\w+Id", column.field)
        for column in table.columns.values()
        if not column.nullable and column not in own
    )
