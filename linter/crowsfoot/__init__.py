"""A linter and schema advisor for projects that keep a relational schema in their repository.

These names are what a rule needs; a rule of your own imports them from here.
"""

from typing import TYPE_CHECKING

from crowsfoot.finding import Confidence, Edit, Finding, Fix, Related, Safety, Severity
from crowsfoot.rule import Rule, rule
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.link.automation import Command
    from crowsfoot.link.code.access import Access, Code, Repeated
    from crowsfoot.link.code.per_row.told import once_per_row
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
    from crowsfoot.link.security.connections import Connection, EnvironmentVariable
    from crowsfoot.link.security.model import (
        SecuredFunction,
        SecuredPolicy,
        SecuredTable,
        SecuredView,
        Security,
    )
    from crowsfoot.link.security.settings import ContextSetting
    from crowsfoot.link.wanted import Queried

__version__ = "0.1.0"

__all__ = [
    "Access",
    "Code",
    "Column",
    "Command",
    "Confidence",
    "Connection",
    "ContextSetting",
    "Database",
    "Edit",
    "EnvironmentVariable",
    "Finding",
    "Fix",
    "ForeignKey",
    "History",
    "Index",
    "Migration",
    "Problem",
    "Project",
    "Queried",
    "Related",
    "Relation",
    "Repeated",
    "Rule",
    "Safety",
    "SecuredFunction",
    "SecuredPolicy",
    "SecuredTable",
    "SecuredView",
    "Security",
    "Severity",
    "Span",
    "Step",
    "Table",
    "UnresolvedRelation",
    "__version__",
    "once_per_row",
    "rule",
]


_LINKED = (
    *("project", "history", "automation", "code.access", "code.per_row.told", "security.model", "wanted"),
    *("security.settings", "security.connections"),
)


def __getattr__(name: str) -> object:
    """The linked types, once a rule asks for them: a run that is answered from the cache needs none."""
    if name in __all__:
        from importlib import import_module

        for module in _LINKED:
            found = vars(import_module(f"crowsfoot.link.{module}")).get(name)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
