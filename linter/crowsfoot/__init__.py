"""A linter and schema advisor for projects that keep a relational schema in their repository.

These names are what a rule needs; a rule of your own imports them from here.
"""

from crowsfoot.finding import Confidence, Edit, Finding, Fix, Related, Safety, Severity
from crowsfoot.link.automation import Command
from crowsfoot.link.history import History, Migration, Step
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
from crowsfoot.rule import Rule, rule
from crowsfoot.source import Span

__version__ = "0.1.0"

__all__ = [
    "Column",
    "Command",
    "Confidence",
    "Database",
    "Edit",
    "Finding",
    "Fix",
    "ForeignKey",
    "History",
    "Index",
    "Migration",
    "Problem",
    "Project",
    "Related",
    "Relation",
    "Rule",
    "Safety",
    "Severity",
    "Span",
    "Step",
    "Table",
    "UnresolvedRelation",
    "__version__",
    "rule",
]
