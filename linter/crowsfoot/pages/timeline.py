"""Replayed migrations to a timeline: what each statement locks, whom that keeps waiting, and how long.

Of PostgreSQL it is told from the locks that were measured, of MySQL and MariaDB from how their tables are
altered, of SQL Server from its manual. SQLite has one writer at a time, whatever the statement.
Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
Source: https://sqlite.org/lockingv3.html
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Final

import msgspec

from crowsfoot.databases.altering import cost_of, table_of
from crowsfoot.databases.blocking import effects_of, keeps_out, may_not_run, some, work_on_rows
from crowsfoot.databases.locks_model import Lock, Mode
from crowsfoot.link.history import History, Migration, Step
from crowsfoot.link.project import Project, once
from crowsfoot.pages.shown import shown
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.places import place
from crowsfoot.secrets import masked

_LONGEST = 110  # characters of a statement,
_READ = 1000  # made of so many of its text
_MOST_LINES = 100  # of one migration; the lightest of more are only counted


class Weight(IntEnum):
    """How much a statement disturbs those who use the database, from the least to the most."""

    NONE = 0  # nobody who reads or writes waits
    MOMENT = 1  # they wait for a moment, once the lock is had
    WRITES = 2  # writers wait while rows are worked on
    ALL = 3  # readers and writers wait while rows are worked on


class Line(msgspec.Struct, frozen=True):
    """A statement that locks something which was there before. line is 0 where the text is not known."""

    line: int
    statement: str
    mode: str  # the strongest lock, in the database's words
    tables: tuple[str, ...]  # what is locked so
    blocks: str  # "reads and writes", "writes", ...
    lasts: str  # until when, as a clause
    weight: Weight


class Entry(msgspec.Struct, frozen=True):
    """One migration.

    quiet is how many of its statements lock nothing that is in use, more how many do and are not among lines,
    which has the heaviest.
    """

    name: str
    path: str
    lines: tuple[Line, ...]
    quiet: int
    weight: Weight
    new: bool
    runs: str  # in which transactions
    fails: str = ""  # the first failure, in the database's words
    more: int = 0


class Timeline(msgspec.Struct, frozen=True):
    """The migrations of one folder, in the order in which they run; known says what its locks are told by."""

    path: str
    title: str
    known: str
    entries: tuple[Entry, ...]

    def count(self, weight: Weight) -> int:
        """How many migrations are as heavy as that."""
        return sum(it.weight is weight for it in self.entries)


def timelines(project: Project, view: View) -> tuple[Timeline, ...]:
    """One for each folder of migrations that has any; those that are not new are told of as well."""
    return tuple(_timeline(it, view) for it in project.histories if it.migrations)


def _timeline(history: History, view: View) -> Timeline:
    dialect = _DIALECTS[history.dialect]
    version = f" {history.postgres}" if history.dialect == "postgresql" else ""
    narrowed = not all(it.is_new for it in history.migrations)
    entries = tuple(_entry(it, view, narrowed) for it in history.migrations)
    return Timeline(
        t.visible(view.path(history.path)),
        f"{history.tool} · {dialect}{version}",
        _KNOWN[history.dialect],
        entries,
    )


_DIALECTS: Final = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "sqlserver": "SQL Server",
}
_KNOWN: Final = {
    "postgresql": "Locks as PostgreSQL takes them, on tables that were there before the deploy.",
    "mysql": "How MySQL or MariaDB alters tables that were there before the deploy, at best.",
    "sqlite": "SQLite lets one connection write at a time: while a migration's transaction runs, others wait "
    "to write.",
    "sqlserver": "Locks as SQL Server's manual gives them, on tables that were there before the deploy.",
}


def _entry(migration: Migration, view: View, narrowed: bool) -> Entry:
    tell = _TELLERS.get(migration.history.dialect)
    told = [line for step in migration.steps for line in (tell(step, view) if tell else ())]
    heaviest = sorted(range(len(told)), key=lambda it: -told[it].weight)[:_MOST_LINES]
    lines = tuple(told[it] for it in sorted(heaviest))
    failure = migration.failure
    return Entry(
        name=t.visible(migration.name),
        path=t.visible(view.path(migration.file.path)),
        lines=lines,
        quiet=len(migration.steps) - len(told),
        weight=max((it.weight for it in lines), default=Weight.NONE),
        new=narrowed and migration.is_new,
        runs=_runs(migration),
        fails=shown(failure.message) if failure else "",
        more=len(told) - len(lines),
    )


def _runs(migration: Migration) -> str:
    if len(migration.steps) < 2:
        return "one statement" if migration.steps else "nothing in it"
    count = len(migration.transactions)
    if count == 1:
        return "one transaction"
    return "each statement by itself" if count == len(migration.steps) else f"{count} transactions"


# --- PostgreSQL --------------------------------------------------------------------------------------------


def _of_postgres(step: Step, view: View) -> Iterator[Line]:
    if may_not_run(step):
        return
    effects = effects_of(step)
    locks = [it for it in effects.locks if _in_use(it, step)]
    if not locks:
        return
    mode = max(it.mode for it in locks)
    lasts, works = _lasts(step, view)
    blocking = [it.mode for it in locks if keeps_out(it)]
    weight = Weight.NONE
    if blocking:
        weight = (Weight.ALL if max(blocking).blocks_reads else Weight.WRITES) if works else Weight.MOMENT
    yield Line(
        line=_line(step, view),
        statement=_short(step, view),
        mode=str(mode),
        tables=tuple(dict.fromkeys(t.visible(str(it)) for it in locks if it.mode == mode)),
        blocks=_BLOCKS[mode] if blocking or not mode.blocks_writes else "REFRESH",
        lasts=lasts,
        weight=weight,
    )


def _in_use(lock: Lock, step: Step) -> bool:
    """Whether somebody may have to do with what is locked: it was there before the deploy."""
    return lock.table is not None and lock.kind != "index" and not step.is_new(lock.table)


def _lasts(step: Step, view: View) -> tuple[str, bool]:
    """How long the lock is held, and whether rows are worked on meanwhile."""
    worked = list(work_on_rows(step))
    following, later = _ahead(step.migration)[step.number]
    more = f", and for {following} more statement{'s' * (following > 1)} of its transaction" * (following > 0)
    if worked:
        kind = max((it.kind for it in worked), key=_KINDS.index)
        names = some(list(dict.fromkeys(t.visible(str(it.table)) for it in worked if it.kind == kind)))
        return _DONE[kind].format(names) + more, True
    if later is not None:
        line = _line(later, view)
        where = f" (line {line})" if line else ""
        return f"to the end of its transaction, in which a later statement goes through rows{where}", True
    return f"for a moment{more}", False


@once
def _ahead(migration: Migration) -> Mapping[int, tuple[int, Step | None]]:
    """For each statement, how many follow in its transaction, and the first of them that works on rows."""
    found: dict[int, tuple[int, Step | None]] = {}
    for transaction in migration.transactions:
        working: Step | None = None
        for following, step in enumerate(reversed(transaction.steps)):
            found[step.number] = following, working
            if any(True for _ in work_on_rows(step)):
                working = step
    return found


_KINDS: Final = ("truncate", "scan", "index build", "rewrite")
_DONE: Final = {
    "scan": "while all rows of {} are read",
    "index build": "while an index of {} is built",
    "rewrite": "while {} is written anew",
}

# Source: https://www.postgresql.org/docs/current/explicit-locking.html#TABLE-LOCK-COMPATIBILITY
_BLOCKS: Final = {
    Mode.ACCESS_SHARE: "only DROP, TRUNCATE and most of ALTER TABLE",
    Mode.ROW_SHARE: "changes of the schema",
    Mode.ROW_EXCLUSIVE: "index builds and changes of the schema; of writes, those to the same rows",
    Mode.SHARE_UPDATE_EXCLUSIVE: "VACUUM and changes of the schema",
    Mode.SHARE: "writes",
    Mode.SHARE_ROW_EXCLUSIVE: "writes",
    Mode.EXCLUSIVE: "writes",
    Mode.ACCESS_EXCLUSIVE: "reads and writes",
}


# --- others ------------------------------------------------------------------------------------------------


def _of_mysql(step: Step, view: View) -> Iterator[Line]:
    table, cost = table_of(step), cost_of(step)
    if table is None or cost is None:
        return
    blocks = {"NONE": "", "SHARED": "writes", "EXCLUSIVE": "reads and writes"}[cost.lock]
    weight = {"NONE": Weight.NONE, "SHARED": Weight.WRITES, "EXCLUSIVE": Weight.ALL}[cost.lock]
    if weight and cost.algorithm == "INSTANT":
        weight = Weight.MOMENT
    yield Line(
        line=_line(step, view),
        statement=_short(step, view),
        mode=f"ALGORITHM={cost.algorithm}, LOCK={cost.lock}",
        tables=(t.visible(str(table)),),
        blocks=blocks or "neither reads nor writes",
        lasts=f"{cost.why}{'; every row is written anew' if cost.rebuilds else ''}",
        weight=weight,
    )


def _of_sqlserver(step: Step, view: View) -> Iterator[Line]:
    from crowsfoot.databases.online_ddl_sqlserver import cost

    table = table_of(step)
    found = cost(step.statement, step.before) if table is not None and not may_not_run(step) else None
    if table is None or found is None or not found.lock:
        return
    heavy = Weight.ALL if found.lock == "Sch-M" else Weight.WRITES
    yield Line(
        line=_line(step, view),
        statement=_short(step, view),
        mode=found.lock,
        tables=(t.visible(str(table)), *(t.visible(str(it)) for it in found.also)),
        blocks="reads and writes" if found.lock == "Sch-M" else "writes",
        lasts=f"for a moment: {found.why}" if found.time == "instant" else f"{found.why} ({found.time})",
        weight=Weight.MOMENT if found.time == "instant" else heavy,
    )


_TELLERS: Final = {"postgresql": _of_postgres, "mysql": _of_mysql, "sqlserver": _of_sqlserver}


def _line(step: Step, view: View) -> int:
    where = place(view, step.span)
    return where.line if where else 0


def _short(step: Step, view: View) -> str:
    """The statement on one line, as far as there is room."""
    source = view.sources.get(step.span.path)
    if source is None:
        return t.visible(step.statement.verb)
    words = masked(source.text[step.span.start : min(step.span.end, step.span.start + _READ)]).split()
    text = t.visible(" ".join(words))
    cut = len(text) > _LONGEST or step.span.end > step.span.start + _READ
    return f"{text[:_LONGEST].rstrip()}…" if cut else text
