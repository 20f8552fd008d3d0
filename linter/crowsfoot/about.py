"""A finding to the table that it is about: by the name of its subject, by its statement, or by its place."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import takewhile

import msgspec

from crowsfoot.databases.blocking import operations
from crowsfoot.facts.sql import ObjectName
from crowsfoot.finding import Diagnostic
from crowsfoot.link.history import History, Migration, Step
from crowsfoot.link.project import Database, Project, Table, once
from crowsfoot.source import Span


class Owner(msgspec.Struct, frozen=True, order=True):
    """A table as its users call it, and where it is declared; stored is its name in the database, if another.

    Tables of one name can stand in several databases: where tells them apart.
    """

    name: str
    where: str
    stored: str = ""


class Tables:
    """The tables of a project, by all that findings say of them."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, diagnostic: Diagnostic) -> Owner | None:
        """The table; None where it is about a file, a command, a connection, or about many tables."""
        found = self._about(diagnostic)
        return found.owner if found else None

    def table_of(self, diagnostic: Diagnostic) -> Table | None:
        """Likewise, as the project has it; None also for a table that only migrations know."""
        found = self._about(diagnostic)
        return found.table if found else None

    def _about(self, diagnostic: Diagnostic) -> "_Candidate | None":
        span, subject = diagnostic.finding.span, diagnostic.finding.subject
        migration = self._migrations.get(span.path)
        if span in self._asked:
            return self._named(self._asked[span], span.path)
        if subject and not (migration and subject == migration.name):
            for name in _names(subject):
                if found := self._named(name, span.path):
                    return found
        if migration is not None:
            return self._of_step(migration, span)
        return self._around(span)

    def _named(self, name: str, path: str) -> "_Candidate | None":
        """Of several tables that of the file's own database, of the nearest, or of that with most tables."""
        found = self._by_name.get(name, ())
        if len(found) < 2:
            return found[0] if found else None
        return max(found, key=lambda it: (path in it.paths, _shared(path, it.folder), it.tables))

    @cached_property
    def _by_name(self) -> Mapping[str, list["_Candidate"]]:
        """Names in code before those in the database, and both before those that only migrations know."""
        names: dict[str, dict[Owner, _Candidate]] = {}
        for stored in (False, True):
            for database in self._project.databases:
                for table in database.tables.values():
                    found = _candidate(table)
                    name = table.name if stored else table.model
                    names.setdefault(name, {}).setdefault(found.owner, found)
        for history in self._project.histories:
            for name in _made(history):
                if name not in names:
                    owner = Owner(name, history.path)
                    names[name] = {owner: _Candidate(owner, history.path)}
        return {name: list(found.values()) for name, found in names.items()}

    @cached_property
    def _migrations(self) -> Mapping[str, Migration]:
        return {it.file.path: it for history in self._project.histories for it in history.migrations}

    @cached_property
    def _asked(self) -> Mapping[Span, str]:
        """The table that is asked at each place of the code."""
        code = self._project.code
        if code is None:
            return {}
        found = {it.span: it.query.table for it in code.repeated}
        found |= {it.span: it.query.table for it in code.accesses}
        return {span: table for span, table in found.items() if table}

    def _of_step(self, migration: Migration, span: Span) -> "_Candidate | None":
        number = bisect_right(migration.steps, span.start, key=lambda it: it.span.start) - 1
        if number < 0 or span.start > migration.steps[number].span.end:
            return None
        for name in _touched(migration.steps[number]):
            if found := self._named(name, span.path):
                return found
        return None

    def _around(self, span: Span) -> "_Candidate | None":
        """The declaration that the place lies in."""
        declared = self._declared.get(span.path, ())
        number = bisect_right(declared, span.start, key=lambda it: it[0].start) - 1
        if number < 0:
            return None
        where, table = declared[number]
        return _candidate(table) if span.end <= where.end else None

    @cached_property
    def _declared(self) -> Mapping[str, list[tuple[Span, Table]]]:
        found: dict[str, list[tuple[Span, Table]]] = {}
        for table in self._project.tables():
            if table.kind != "join":
                found.setdefault(table.span.path, []).append((table.span, table))
        return {path: sorted(them, key=lambda it: it[0]) for path, them in found.items()}


class _Candidate(msgspec.Struct, frozen=True):
    """A table that a name may mean: where its database is declared, and how many tables that has."""

    owner: Owner
    folder: str
    paths: frozenset[str] = frozenset()
    tables: int = 0
    table: Table | None = None


def _candidate(table: Table) -> _Candidate:
    database = table.database
    return _Candidate(
        Owner(table.model, database.path, table.name if table.name != table.model else ""),
        database.history.path if database.history else database.path,
        _paths(database),
        len(database.tables),
        table,
    )


@once
def _paths(database: Database) -> frozenset[str]:
    return frozenset(it.path for it in database.files)


def _touched(step: Step) -> Iterator[str]:
    """The tables that a statement names, by itself or by an index, under the names that they have then."""
    for change in operations(step.statement):
        for value in (getattr(change, "table", None), getattr(change, "name", None)):
            if isinstance(value, ObjectName):
                table = step.before.table(value) or step.after.table(value) or step.before.index_table(value)
                if table is not None:
                    yield str(table)


def _names(subject: str) -> Iterator[str]:
    """Whatever in it may be a table's name, the longest first: "Order.customerId", "Order(a, b)", ...

    A policy is '"name" on table', a query 'function: table.find()'.
    """
    for text in dict.fromkeys((subject, subject.rpartition(" on ")[2], subject.rpartition(": ")[2])):
        yield text
        head = text.partition("(")[0]
        while head:
            yield head
            head = head.rpartition(".")[0]


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    parts = zip(one.split("/")[:-1], other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda it: it[0] == it[1], parts))


def _made(history: History) -> Iterable[str]:
    """The tables that the migrations make, those that are gone again among them."""
    found: dict[str, None] = {}
    for migration in history.migrations:
        for step in migration.steps:
            if step.before is not step.after:
                found.update(dict.fromkeys(_touched(step)))
    return found
