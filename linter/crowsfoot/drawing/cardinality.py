"""A foreign key to what stands at its two ends in crow's foot notation."""

from typing import Literal

from crowsfoot.link.project import ForeignKey, Index, once

Cardinality = Literal["one", "zero-or-one", "many", "zero-or-many"]

IN_WORDS: dict[Cardinality, str] = {
    "one": "exactly one",
    "zero-or-one": "zero or one",
    "many": "one or more",
    "zero-or-many": "zero or more",
}


@once
def ends(fk: ForeignKey) -> tuple[Cardinality, Cardinality]:
    """(at the table that has the columns, at the table that they refer to).

    No foreign key asks that some row refers to each row of its target: the near end is never "one" or "many".
    """
    near: Cardinality = "zero-or-one" if is_unique(fk) else "zero-or-many"
    far: Cardinality = "one" if fk.required else "zero-or-one"
    return near, far


def is_unique(fk: ForeignKey) -> bool:
    """Whether no two rows refer to the same row: some of its columns are a key for all rows."""
    columns = set(fk.columns)
    return any(_tells_rows_apart(index) and columns.issuperset(index.columns) for index in fk.table.indexes)


def _tells_rows_apart(index: Index) -> bool:
    # An expression tells no column, and a partial index nothing about the other rows.
    whole = all(key.column is not None for key in index.keys)
    return index.unique and index.predicate is None and whole and bool(index.keys)
