"""PostgreSQL text to facts, by PostgreSQL's own grammar."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

from msgspec.structs import replace

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Insert, Operation, SqlFile, Statement, Unknown
from crowsfoot.frontends.sql import postgres_alter as alter
from crowsfoot.frontends.sql import postgres_functions as functions
from crowsfoot.frontends.sql import postgres_objects as objects
from crowsfoot.frontends.sql import postgres_roles as roles
from crowsfoot.frontends.sql import postgres_rows as rows
from crowsfoot.frontends.sql import postgres_sessions as sessions
from crowsfoot.frontends.sql import postgres_split as split
from crowsfoot.frontends.sql import postgres_tables as tables
from crowsfoot.frontends.sql import postgres_targets as targets
from crowsfoot.frontends.sql import postgres_views as views
from crowsfoot.frontends.sql import text as texts
from crowsfoot.frontends.sql.postgres_bulk import Bulk, shortened
from crowsfoot.frontends.sql.postgres_here import NO_NAMES, Here, Place, RefusedError
from crowsfoot.frontends.sql.postgres_parser import Tree, UnparsedError, parse
from crowsfoot.frontends.sql.postgres_walk import Walk
from crowsfoot.frontends.sql.postgres_words import trimmed, word_at
from crowsfoot.source import Range

_MOST_PROBLEMS: Final = 100
_MOST_AT_ONCE: Final = 90_000  # characters; the tree of a text takes fifty times its memory
_DEEPEST_BODY: Final = 5  # of EXECUTE in DO in EXECUTE ...
_BULKY: Final = 500_000  # characters of one statement
_LONGEST_REASON: Final = 80
_MOST_ROWS: Final = 1_000  # of a file that are told of value by value
_MOST_LOST: Final = 1_000  # names
_TOO_DEEP: Final = "this is nested too deeply to be read"


def read(text: str, *, terms: bool = True) -> SqlFile:
    """What the file says; a broken statement is a problem, and the others still count.

    terms: also what views and queries in functions are made of.
    """
    script = texts.prepare(text, "postgresql")
    reading = _Reading(terms=terms)
    statements = tuple(reading.file(script.text))
    problems = [*reading.problems, *script.problems]
    return SqlFile(
        "postgresql",
        statements,
        script.warnings,
        script.warned,
        script.runs_in_transaction,
        not statements and all(it.kind == "directive" for it in problems),
        script.comments,
        _first(problems) if problems else (),
        script.for_psql,
        tuple(reading.lost),
    )


class _Reading:
    """The reading of one file: what is wrong with it, and how deep in bodies it is."""

    def __init__(self, *, terms: bool) -> None:
        self.terms = terms
        self.problems: list[Problem] = []
        self.lost: dict[str, None] = {}
        self.depth = 0
        self.rows = _MOST_ROWS

    def file(self, text: str) -> Iterator[Statement]:
        for start, end in _portions(text):
            part = text[start:end] if start or end < len(text) else text
            if len(part) > _BULKY and (bulk := shortened(part)) is not None:
                yield from self._bulk(bulk, _from(start))
                continue
            try:
                yield from self.statements(part, _from(start))
            except UnparsedError:
                yield from self._one_by_one(text, start, end)

    def inner(
        self, text: str, place: Place, variables: frozenset[str], *, conditional: bool
    ) -> tuple[Statement, ...] | Problem:
        if self.depth >= _DEEPEST_BODY:
            return Problem(place(0, len(text)), _TOO_DEEP, "unsupported")
        self.depth += 1
        try:
            return tuple(self.statements(text, place, variables, conditional=conditional))
        except UnparsedError as error:
            return _problem(error, text, place)
        finally:
            self.depth -= 1

    def statements(
        self,
        text: str,
        place: Place,
        variables: frozenset[str] = NO_NAMES,
        *,
        conditional: bool = False,
    ) -> list[Statement]:
        """The statements of a text that can be read as a whole. Raises UnparsedError."""
        raws = parse(text)
        at = offsets(text)
        found: list[Statement] = []
        for raw in raws:
            start = raw.stmt_location
            end = at(start + raw.stmt_len) if raw.stmt_len else len(text)
            here = Here(text, at, *trimmed(text, at(start), end), place, self, variables)
            ((kind, it),) = raw.stmt.items()
            try:
                does = _does(kind, it, here)
            except RefusedError as refused:
                self.problems.append(refused.problem)
                continue
            except RecursionError:
                self.problems.append(Problem(here.range, _TOO_DEEP, "unsupported"))
                continue
            lenient = kind == "AlterTableStmt" and "missing_ok" in it
            heading = texts.heading(text, here.start) if self.depth == 0 else None
            found.append(Statement(here.range, here.verb, does, conditional, lenient, heading=heading))
        return found

    def _bulk(self, bulk: Bulk, place: Place) -> Iterator[Statement]:
        """An INSERT of very many rows."""
        broken = bulk.broken
        if broken is not None:
            self.problems.append(
                Problem(place(broken.offset, broken.offset + 1), broken.message, broken.kind)
            )
            return

        def shifted(start: int, end: int) -> Range:
            return place(bulk.offset(start), bulk.offset(end))

        try:
            found = self.statements(bulk.text, shifted)
        except UnparsedError as error:
            self.problems.append(_problem(error, bulk.text, shifted))
            return
        for it in found:
            does = [replace(each, rows=bulk.rows) if isinstance(each, Insert) else each for each in it.does]
            yield replace(it, does=tuple(does))

    def _one_by_one(self, text: str, first: int, limit: int) -> Iterator[Statement]:
        """The statements of a text that is broken somewhere."""
        portion = text[first:limit]
        for start, end in split.statements(portion):
            statement = portion[start:end]
            try:
                yield from self.statements(statement, _from(first + start))
            except UnparsedError as error:
                parts = list(split.every_statement(statement))
                if len(parts) == 1:
                    self._lose(error, statement, _from(first + start))
                    continue
                for begin, stop in parts:
                    part = statement[begin:stop]
                    place = _from(first + start + begin)
                    try:
                        yield from self.statements(part, place)
                    except UnparsedError as inner:
                        self._lose(inner, part, place)

    def _lose(self, error: UnparsedError, text: str, place: Place) -> None:
        self.problems.append(_problem(error, text, place))
        if len(self.lost) < _MOST_LOST:
            self.lost.update(texts.names_in_definition(text))


def _does(kind: str, it: Tree, here: Here) -> tuple[Operation, ...]:
    handler = _HANDLERS.get(kind)
    if handler is None:
        walk = Walk(here)
        walk.node({kind: it})
        return (Unknown(here.range, tuple(walk.tables)),)
    does = handler(it, here)
    if kind == "CreateSchemaStmt":  # which can make what is in it, too
        for element in it.get("schemaElts", ()):
            for inner, made in element.items():
                for part in ("relation", "view", "sequence"):
                    made.get(part, {}).setdefault("schemaname", it.get("schemaname"))
                does += _does(inner, made, here)
    return does


def offsets(text: str) -> Callable[[int], int]:
    """Bytes of UTF-8, which the parser counts, to code points of text."""
    if text.isascii():
        return int
    starts: list[int] = []
    extra: list[int] = [0]
    total = 0
    for match in _NOT_ASCII.finditer(text):
        starts.append(match.start() + total)
        total += len(match[0].encode()) - len(match[0])
        extra.append(total)
    # Words begin at the start of such a run or outside of it, never inside.
    return lambda offset: offset - extra[bisect_right(starts, offset - 1)]


def _portions(text: str) -> Iterator[tuple[int, int]]:
    """A text in parts that are not too large, each of whole statements."""
    if len(text) <= _MOST_AT_ONCE:
        yield 0, len(text)
        return
    first = 0
    for start, end in split.statements(text):
        if end - first > _MOST_AT_ONCE and start > first:
            yield first, start
            first = start
    yield first, len(text)


def _from(base: int) -> Place:
    if base == 0:
        return Range
    return lambda start, end: Range(base + start, base + end)


def _problem(error: UnparsedError, text: str, place: Place) -> Problem:
    """A problem at the word that PostgreSQL stumbles over, or the last one."""
    reason = error.message
    if len(reason) > _LONGEST_REASON or "\n" in reason:
        line = reason.partition("\n")[0][:_LONGEST_REASON]
        reason = f'{line}..."' if reason.endswith('"') else f"{line}..."
    return Problem(place(*word_at(text, error.offset)), reason, error.kind)


def _first(problems: list[Problem]) -> tuple[Problem, ...]:
    """The problems in the order of the text; of very many, the first ones and how many more."""
    problems.sort(key=lambda it: it.range)
    if len(problems) <= _MOST_PROBLEMS:
        return tuple(problems)
    rest = len(problems) - _MOST_PROBLEMS
    more = Problem(problems[_MOST_PROBLEMS].range, f"{rest} more statements could not be read")
    return (*problems[:_MOST_PROBLEMS], more)


_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_HANDLERS: Final[dict[str, Callable[[Tree, Here], tuple[Operation, ...]]]] = {
    "AlterDatabaseSetStmt": roles.alter_database_set,
    "AlterDefaultPrivilegesStmt": roles.default_privileges,
    "AlterDomainStmt": objects.alter_domain,
    "AlterEnumStmt": objects.alter_enum,
    "AlterExtensionStmt": objects.alter_extension,
    "AlterFunctionStmt": objects.alter_function,
    "AlterObjectDependsStmt": targets.depend,
    "AlterObjectSchemaStmt": targets.move,
    "AlterOwnerStmt": targets.change_owner,
    "AlterPolicyStmt": objects.alter_policy,
    "AlterPublicationStmt": objects.alter_publication,
    "AlterRoleSetStmt": roles.alter_role_set,
    "AlterRoleStmt": roles.alter_role,
    "AlterSeqStmt": objects.alter_sequence,
    "AlterStatsStmt": objects.alter_statistics,
    "AlterTableStmt": alter.alter_table,
    "AlterTypeStmt": objects.alter_type,
    "CallStmt": sessions.call,
    "ClusterStmt": sessions.cluster,
    "CommentStmt": targets.comment,
    "CompositeTypeStmt": objects.create_composite,
    "ConstraintsSetStmt": sessions.set_constraints,
    "CopyStmt": rows.copy,
    "CreateDomainStmt": objects.create_domain,
    "CreateEnumStmt": objects.create_enum,
    "CreateEventTrigStmt": objects.create_event_trigger,
    "CreateExtensionStmt": objects.create_extension,
    "CreateForeignTableStmt": tables.create_foreign_table,
    "CreateFunctionStmt": functions.create_function,
    "CreatePolicyStmt": objects.create_policy,
    "CreatePublicationStmt": objects.create_publication,
    "CreateRangeStmt": objects.create_range,
    "CreateRoleStmt": roles.create_role,
    "CreateSchemaStmt": objects.create_schema,
    "CreateSeqStmt": objects.create_sequence,
    "CreateStatsStmt": objects.create_statistics,
    "CreateStmt": tables.create_table,
    "CreateTableAsStmt": views.create_table_as,
    "CreateTrigStmt": objects.create_trigger,
    "CreatedbStmt": objects.create_database,
    "DefineStmt": objects.define,
    "DeleteStmt": rows.delete,
    "DiscardStmt": sessions.discard,
    "DoStmt": functions.do,
    "DropOwnedStmt": targets.drop_owned,
    "DropRoleStmt": targets.drop_roles,
    "DropStmt": targets.drop,
    "DropdbStmt": targets.drop_database,
    "ExplainStmt": sessions.explain,
    "GrantRoleStmt": roles.grant_role,
    "GrantStmt": roles.grant,
    "ImportForeignSchemaStmt": sessions.import_tables,
    "IndexStmt": tables.create_index,
    "InsertStmt": rows.insert,
    "LockStmt": sessions.lock,
    "MergeStmt": rows.merge,
    "ReassignOwnedStmt": targets.reassign_owned,
    "RefreshMatViewStmt": views.refresh,
    "ReindexStmt": sessions.reindex,
    "RenameStmt": targets.rename,
    "RuleStmt": objects.create_rule,
    "SelectStmt": rows.select,
    "TransactionStmt": sessions.transaction,
    "TruncateStmt": rows.truncate,
    "UpdateStmt": rows.update,
    "VacuumStmt": sessions.vacuum,
    "VariableSetStmt": sessions.set_variable,
    "ViewStmt": views.create_view,
}
