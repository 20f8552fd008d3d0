"""Documents -> what their blocks are linked as, and what is said of blocks -> what is said of documents.

Each block of Prisma or Python is a project by itself. The SQL of one document is one history, as a page that
creates a table enables its policies further down; it begins anew where a block creates what an earlier one
has created already. Nobody knows what else there is in the database that they speak of.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from crowsfoot.facts import Facts
from crowsfoot.facts.code import CodeFile
from crowsfoot.facts.common import Problem as FactProblem
from crowsfoot.facts.common import Unread
from crowsfoot.facts.documents import Block, Document
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.sql import (
    AlterTable,
    Change,
    CreatePolicy,
    CreateTable,
    CreateView,
    Dialect,
    SqlFile,
    Statement,
)
from crowsfoot.finding import Diagnostic, Directive, Edit, Finding, Fix, Related
from crowsfoot.link.layouts import Entry, Layout
from crowsfoot.link.project import Problem
from crowsfoot.source import Range, Span


class Part(NamedTuple):
    """Blocks that are linked together, as the files that they would be."""

    facts: Sequence[tuple[str, Facts]] = ()
    code: Sequence[tuple[str, CodeFile]] = ()
    layouts: Sequence[Layout] = ()
    migrations: Sequence[tuple[str, SqlFile]] = ()


class Blocks:
    """The blocks of all documents, each at a path of its own that no file has."""

    def __init__(self, documents: Iterable[tuple[str, Document]]) -> None:
        self._documents = dict(documents)
        self._blocks: dict[str, tuple[str, Block]] = {}
        for path, document in self._documents.items():
            for number, block in enumerate(document.blocks):
                self._blocks[_path(path, number, block)] = (path, block)

    def parts(self) -> Iterator[tuple[str, list[Part]]]:
        """The blocks of each document, as they are linked."""
        for path, document in self._documents.items():
            parts: list[Part] = []
            sql: list[tuple[str, SqlFile]] = []
            for number, block in enumerate(document.blocks):
                at = _path(path, number, block)
                match block.facts:
                    case SqlFile():
                        sql.append((at, block.facts))
                    case CodeFile():
                        parts.append(Part(code=[(at, block.facts)]))
                    case PrismaFile():
                        parts.append(Part(facts=[(at, block.facts)]))
            yield path, [_history(path, sql), *parts] if sql else parts

    def text(self, path: str, document: str) -> str:
        """The text of the block at that path; document is that of its document."""
        _, block = self._blocks[path]
        ends = [
            place + end - start
            for place, start, end in zip(block.places, block.starts, block.starts[1:], strict=False)
        ]
        return "".join(
            document[place:end] for place, end in zip(block.places, (*ends, block.range.end), strict=True)
        )

    def directives(self) -> Iterator[Directive]:
        """The comments between the blocks."""
        for path, document in self._documents.items():
            for it in document.comments:
                covers = Span(path, it.covers.start, it.covers.end) if it.covers else None
                yield Directive(Span(path, it.range.start, it.range.end), it.rules, it.reason, covers)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with those comments."""
        for path, document in self._documents.items():
            for it in document.problems:
                yield Problem(Span(path, it.range.start, it.range.end), it.message, it.kind)

    def in_one(self, diagnostic: Diagnostic) -> bool:
        """Whether all that it points at stands in one block."""
        finding = diagnostic.finding
        return all(it.span.path == finding.span.path for it in (*finding.related, *finding.flow))

    def unread(self) -> Iterator[tuple[str, FactProblem]]:
        """What we have failed on, by the path of its document."""
        for path, block in self._blocks.values():
            if isinstance(block.facts, Unread):
                yield from ((path, it) for it in block.facts.problems)

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic, at its place in the document."""
        return replace(diagnostic, finding=self._finding(diagnostic.finding))

    def directive(self, directive: Directive) -> Directive:
        """The comment in a block, at its place in the document. Of the whole file is of the whole block."""
        path, block = self._blocks[directive.span.path]
        whole = Span(path, block.range.start, block.range.end)
        covers = self.span(directive.covers) if directive.covers else whole
        return replace(directive, span=self.span(directive.span), covers=covers)

    def span(self, span: Span) -> Span:
        """Where a stretch of a block stands in the document."""
        known = self._blocks.get(span.path)
        if known is None:
            return span
        path, block = known
        start = _place(block, span.start)
        # The end of a line is not the beginning of the next, which may be indented.
        end = _place(block, span.end - 1) + 1 if span.end > span.start else start
        return Span(path, start, end)

    def _finding(self, finding: Finding) -> Finding:
        return replace(
            finding,
            span=self.span(finding.span),
            related=self._related(finding.related),
            flow=self._related(finding.flow),
            fix=self._fix(finding.fix) if finding.fix else None,
        )

    def _related(self, related: Sequence[Related]) -> tuple[Related, ...]:
        return tuple(replace(it, span=self.span(it.span)) for it in related)

    def _fix(self, fix: Fix) -> Fix | None:
        """The fix, its new lines as indented as the others; only help where they would begin differently."""
        lead = ""
        for path in {it.span.path for it in fix.edits} & self._blocks.keys():
            of_block = self._blocks[path][1].lead
            if of_block is None:
                return replace(fix, edits=()) if fix.snippet else None
            lead = of_block
        edits = (Edit(self._edited(it), it.text.replace("\n", f"\n{lead}")) for it in fix.edits)
        return replace(fix, edits=tuple(edits))

    def _edited(self, edit: Edit) -> Span:
        """What an edit replaces: with an end of a line goes what stands before the next one."""
        known = self._blocks.get(edit.span.path)
        if known is None:
            return edit.span
        path, block = known
        start, end = _place(block, edit.span.start), _place(block, edit.span.end)
        if end == block.range.end and start in block.places and not edit.text:
            start -= len(block.lead or "")  # the last line goes with what stands before it
        return Span(path, start, end)


_ENDINGS = {"prisma": "prisma", "sql": "sql", "python": "py"}


def _path(path: str, number: int, block: Block) -> str:
    return f"{path}#{number + 1}.{_ENDINGS[block.language]}"


def _place(block: Block, offset: int) -> int:
    stretch = bisect_right(block.starts, offset) - 1
    return block.places[stretch] + offset - block.starts[stretch]


def _history(path: str, blocks: Sequence[tuple[str, SqlFile]]) -> Part:
    """The SQL of one document."""
    layouts: list[Layout] = []
    migrations: list[tuple[str, SqlFile]] = []
    chapter: list[Entry] = []
    made: set[_Made] = set()
    dialect: Dialect | None = None
    for at, facts in blocks:
        if chapter and dialect and (facts.dialect != dialect or not made.isdisjoint(_makes(facts))):
            layouts.append(Layout(path, "plain", tuple(chapter), dialect, alone=True))
            chapter, made = [], set()
        chapter.append(Entry(at, at))
        migrations.append((at, _on_tables(facts, made)))
        dialect = facts.dialect
    if chapter and dialect:
        layouts.append(Layout(path, "plain", tuple(chapter), dialect, alone=True))
    return Part(layouts=layouts, migrations=migrations)


_Made = tuple[str, ...]


def _makes(facts: SqlFile) -> Iterator[_Made]:
    """What can be there but once."""
    for statement in facts.statements:
        for change in statement.does:
            yield from _made_by(change)


def _made_by(change: Change) -> Iterator[_Made]:
    match change:
        case CreateTable():
            yield "table", str(change.table)
        case CreateView():
            yield "table", str(change.view)
        case CreatePolicy():
            yield "policy", str(change.table), change.name


def _on_tables(facts: SqlFile, made: set[_Made]) -> SqlFile:
    """The facts, with the tables that policies are for and that the page has not made so far.

    They are put into made, as are those that it makes.

    A page that shows a policy takes its table for granted, and that its row-level security is on. Which
    columns it has, nobody knows.
    """
    statements: list[Statement] = []
    for statement in facts.statements:
        for change in statement.does:
            made.update(_made_by(change))
            if (
                isinstance(change, CreatePolicy)
                and change.table.schema not in _BROUGHT
                and ("table", str(change.table)) not in made
            ):
                made.add(("table", str(change.table)))
                statements.append(_granted(change))
        statements.append(statement)
    return replace(facts, statements=tuple(statements)) if len(statements) > len(facts.statements) else facts


# What the catalog knows without being told.
_BROUGHT: Final = frozenset(("auth", "storage", "realtime"))


def _granted(policy: CreatePolicy) -> Statement:
    here = Range(policy.range.start, policy.range.start)
    table = CreateTable(here, policy.table, options=(("using", "nobody knows what"),))
    return Statement(here, "CREATE TABLE", (table, AlterTable(here, policy.table, "enable rls")))
