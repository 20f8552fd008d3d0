"""The types that a rule can be over, and where the project keeps their values."""

from collections.abc import Callable, Sequence
from typing import Any

from crowsfoot.link.project import (
    Column,
    Database,
    ForeignKey,
    Index,
    Problem,
    Project,
    Relation,
    Table,
    UnresolvedRelation,
)

SUBJECTS: dict[type[Any], Callable[[Project], Sequence[Any]]] = {
    Project: lambda project: [project],
    Problem: lambda project: project.problems,
    Database: lambda project: project.databases,
    Table: lambda project: list(project.tables()),
    Column: lambda project: [it for table in project.tables() for it in table.columns.values()],
    Index: lambda project: [it for table in project.tables() for it in table.indexes],
    ForeignKey: lambda project: [it for table in project.tables() for it in table.foreign_keys],
    Relation: lambda project: [it for database in project.databases for it in database.relations],
    UnresolvedRelation: lambda project: [it for database in project.databases for it in database.unresolved],
}
