"""A project, and the report on it, to what is drawn: tables with columns, and foreign keys between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

import msgspec

from crowsfoot.drawing.cardinality import IN_WORDS, Cardinality, ends
from crowsfoot.drawing.findings import findings_by_table
from crowsfoot.drawing.heat import Asked, asked_by_table
from crowsfoot.drawing.places import Place, Places
from crowsfoot.finding import Diagnostic, Report, Severity
from crowsfoot.link.project import Column, Database, ForeignKey, Project, Table
from crowsfoot.reporters.terminal import visible
from crowsfoot.source import Source


class Field(msgspec.Struct, frozen=True):
    """A column: name is the user's, stored the database's."""

    name: str
    stored: str
    type: str
    nullable: bool
    primary: bool
    unique: bool  # by itself
    foreign: tuple[int, ...] = ()  # the edges that it is part of


class Said(msgspec.Struct, frozen=True):
    """A finding, for those who read the drawing."""

    rule: str
    severity: Severity
    message: str
    place: Place


class Node(msgspec.Struct, frozen=True):
    """A table. id is told once in the drawing; label is the user's name for it, name the database's."""

    id: str
    label: str
    name: str
    kind: str  # "table", "view", "join"
    schema: str | None
    database: int
    fields: tuple[Field, ...]
    place: Place
    findings: tuple[Said, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def queries(self) -> int:
        """How many places of the code ask it."""
        return len(self.asked)

    @property
    def loops(self) -> int:
        """How many of those are asked once per row of something."""
        return sum(it.repeated for it in self.asked)

    @property
    def worst(self) -> Severity | None:
        return max((it.severity for it in self.findings), default=None)


class Edge(msgspec.Struct, frozen=True):
    """A foreign key; source and target are positions among the nodes, near is what stands at the source."""

    source: int
    target: int
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    near: Cardinality
    far: Cardinality
    on_delete: str
    enforced: bool
    name: str | None


class Drawing(msgspec.Struct, frozen=True):
    """What is drawn. databases are the files that declare them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    databases: tuple[str, ...]

    def __str__(self) -> str:
        return f"{_count(len(self.nodes), 'table')}, {_count(len(self.edges), 'foreign key')}"

    def in_words(self, edge: Edge) -> str:
        """The edge in words: "Post.authorId refers to User.id: zero or more Post for exactly one User"."""
        near, far = self.nodes[edge.source].label, self.nodes[edge.target].label
        return (
            f"{near}.{_listed(edge.columns)} refers to {far}.{_listed(edge.target_columns)}: "
            f"{IN_WORDS[edge.near]} {near} for {IN_WORDS[edge.far]} {far}"
        )


class UnknownTableError(Exception):
    """There is no table of that name; known are those that there are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


def draw(
    project: Project, report: Report | None = None, sources: Mapping[str, Source] | None = None
) -> Drawing:
    """Everything there is to draw. Findings need the report, and their lines the sources."""
    databases = [it for it in project.databases if it.tables]
    tables = [(at, table) for at, database in enumerate(databases) for table in database.tables.values()]
    number = {table: n for n, (_, table) in enumerate(tables)}
    keys = [fk for database in databases for fk in database.foreign_keys() if fk.target in number]
    found = findings_by_table(project, number, report) if report is not None else {}
    places = Places(sources or {})
    asked = asked_by_table(project, number, places)
    ids = _ids(databases, tables)

    parts: dict[Column, list[int]] = {}
    for n, fk in enumerate(keys):
        for column in fk.columns:
            parts.setdefault(column, []).append(n)
    nodes = tuple(
        Node(
            id=ids[table],
            label=visible(table.model),
            name=visible(table.name),
            kind=table.kind,
            schema=visible(table.schema) if table.schema is not None else None,
            database=at,
            fields=tuple(_fields(table, parts)),
            place=places.of(table.name_span),
            findings=tuple(_said(it, places) for it in found.get(table, ())),
            asked=tuple(asked.get(table, ())),
        )
        for at, table in tables
    )
    edges = tuple(_edge(fk, number) for fk in keys)
    return Drawing(nodes, edges, tuple(visible(it.path) for it in databases))


def around(drawing: Drawing, names: Sequence[str], depth: int) -> Drawing:
    """The tables of those names, and those that at most so many foreign keys lead to, in either direction.

    Raises UnknownTableError.
    """
    by_name: dict[str, list[int]] = {}
    for n, node in enumerate(drawing.nodes):
        for name in {node.id, node.label, node.name}:
            by_name.setdefault(name.casefold(), []).append(n)
    kept: set[int] = set()
    for name in names:
        if name.casefold() not in by_name:
            raise UnknownTableError(name, tuple(sorted({it.label for it in drawing.nodes})))
        kept.update(by_name[name.casefold()])
    near: dict[int, set[int]] = {}
    for edge in drawing.edges:
        near.setdefault(edge.source, set()).add(edge.target)
        near.setdefault(edge.target, set()).add(edge.source)
    edge_of = set(kept)
    for _ in range(depth):
        edge_of = {it for n in edge_of for it in near.get(n, ())} - kept
        kept |= edge_of
        if not edge_of:
            break
    return _only(drawing, kept)


def _only(drawing: Drawing, kept: Set[int]) -> Drawing:
    """The drawing of those nodes, and of the edges between them."""
    order = [n for n in range(len(drawing.nodes)) if n in kept]
    now = {n: at for at, n in enumerate(order)}
    held = [(n, it) for n, it in enumerate(drawing.edges) if it.source in kept and it.target in kept]
    edge_now = {n: at for at, (n, _) in enumerate(held)}
    replace = msgspec.structs.replace
    nodes = (
        replace(
            drawing.nodes[n],
            fields=tuple(
                replace(it, foreign=tuple(edge_now[e] for e in it.foreign if e in edge_now))
                for it in drawing.nodes[n].fields
            ),
        )
        for n in order
    )
    edges = (replace(it, source=now[it.source], target=now[it.target]) for _, it in held)
    return Drawing(tuple(nodes), tuple(edges), drawing.databases)


def _ids(databases: Sequence[Database], tables: Iterable[tuple[int, Table]]) -> dict[Table, str]:
    """The name of each table in the drawing: its model, with the database where two have one of that name."""
    ids: dict[Table, str] = {}
    taken: set[str] = set()
    for at, table in tables:
        name = visible(table.model)
        if name in taken:
            name = f"{visible(databases[at].path)}:{name}"
        while name in taken:
            name += "'"
        taken.add(name)
        ids[table] = name
    return ids


def _fields(table: Table, foreign: Mapping[Column, Sequence[int]]) -> Iterator[Field]:
    primary = set(table.primary_key.columns) if table.primary_key is not None else set()
    unique = {
        it.columns[0]
        for it in table.indexes
        if it.unique and not it.primary and it.predicate is None and len(it.keys) == len(it.columns) == 1
    }
    for column in table.columns.values():
        yield Field(
            name=visible(column.field),
            stored=visible(column.name),
            type=visible(column.type) + ("[]" if column.is_list else ""),
            nullable=column.nullable,
            primary=column in primary,
            unique=column in unique,
            foreign=tuple(foreign.get(column, ())),
        )


def _edge(fk: ForeignKey, number: Mapping[Table, int]) -> Edge:
    near, far = ends(fk)
    return Edge(
        source=number[fk.table],
        target=number[fk.target],
        columns=tuple(visible(it.field) for it in fk.columns),
        target_columns=tuple(visible(it.field) for it in fk.target_columns),
        near=near,
        far=far,
        on_delete=fk.on_delete,
        enforced=fk.enforced,
        name=visible(fk.name) if fk.name is not None else None,
    )


def _said(diagnostic: Diagnostic, places: Places) -> Said:
    finding = diagnostic.finding
    return Said(diagnostic.rule, diagnostic.severity, visible(finding.message), places.of(finding.span))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
