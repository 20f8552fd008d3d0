"""The types that a rule can be over, and where the project keeps their values."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from crowsfoot.facts.sql import Block, Statement
from crowsfoot.link.automation import Command
from crowsfoot.link.code.access import Access, Code, Repeated
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
from crowsfoot.link.security.connections import (
    Connection,
    EnvironmentVariable,
    connections_for_rules,
    variables_of,
)
from crowsfoot.link.security.model import (
    SecuredFunction,
    SecuredPolicy,
    SecuredTable,
    SecuredView,
    Security,
    secured,
)
from crowsfoot.link.security.settings import ContextSetting, context_settings
from crowsfoot.link.wanted import Queried, queried

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
    Command: lambda project: project.commands,
    Repeated: lambda project: project.code.repeated if project.code else (),
    Access: lambda project: project.code.accesses if project.code else (),
    Code: lambda project: [project.code] if project.code else (),
    Queried: queried,
    History: lambda project: project.histories,
    Migration: lambda project: _new_migrations(project),
    Security: secured,
    SecuredTable: lambda project: [table for it in secured(project) for table in it.tables],
    SecuredPolicy: lambda project: [
        policy for it in secured(project) for table in it.tables for policy in table.policies
    ],
    SecuredView: lambda project: [view for it in secured(project) for view in it.views],
    SecuredFunction: lambda project: [function for it in secured(project) for function in it.functions],
    ContextSetting: context_settings,
    Connection: connections_for_rules,
    EnvironmentVariable: variables_of,
    Step: lambda project: [it for migration in _new_migrations(project) for it in migration.steps],
}


class Subjects(Mapping[type[Any], Sequence[Any]]):
    """The subjects of a project by their types, found when they are first asked for: by whichever process."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._found: dict[type[Any], Sequence[Any]] = {}

    def __getitem__(self, type: type[Any]) -> Sequence[Any]:
        found = self._found.get(type)
        if found is None:
            found = self._found[type] = SUBJECTS[type](self._project)
        return found

    def __iter__(self) -> Iterator[type[Any]]:
        return iter(SUBJECTS)

    def __len__(self) -> int:
        return len(SUBJECTS)


class ByOperation:
    """Steps, sorted by the types of what they do, in blocks or not."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = list(steps)
        self.dialects = {it.migration.history.dialect for it in self._steps}
        self._numbers: dict[type[Any], list[int]] = {}
        for number, step in enumerate(self._steps):
            for kind in _kinds(step.statement):
                self._numbers.setdefault(kind, []).append(number)

    def steps(self, kinds: Iterable[type[Any]]) -> list[Step]:
        """Those that do something of one of the kinds, in their order."""
        numbers: set[int] = set().union(*[self._numbers.get(kind, ()) for kind in kinds])
        return [self._steps[number] for number in sorted(numbers)]

    def migrations(self, kinds: Iterable[type[Any]]) -> list[Migration]:
        """Those with such a step, in their order."""
        return list(dict.fromkeys(it.migration for it in self.steps(kinds)))


def _kinds(statement: Statement) -> set[type[Any]]:
    kinds: set[type[Any]] = set(map(type, statement.does))
    for it in statement.does:
        if isinstance(it, Block):
            kinds.update(*map(_kinds, it.body))
    return kinds


def _new_migrations(project: Project) -> list[Migration]:
    return [it for history in project.histories for it in history.migrations if it.is_new]
