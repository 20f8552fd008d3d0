"""A change that makes a busy PostgreSQL wait -> the migrations that come to the same and do not.

Which statements may share a file hangs on how the migration tool hands it over (tools.Transport).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

import msgspec

from crowsfoot.databases.safe_ddl_steps import RULES, Step
from crowsfoot.databases.tools import Tool, Transport
from crowsfoot.facts.sql import Change
from crowsfoot.link.catalog.model import Catalog


class Script(msgspec.Struct, frozen=True):
    """One migration file: its statements, each without a semicolon, and what it is for.

    release: before it is run, the code must have been deployed that the text asks for.
    """

    statements: tuple[str, ...]
    purpose: str
    release: str = ""
    marker: str = ""  # a first line that tells the tool not to open a transaction

    def __str__(self) -> str:
        lines = [*([self.marker] if self.marker else []), *[f"{it};" for it in self.statements]]
        return "\n".join(lines)


class Advice(msgspec.Struct, frozen=True):
    """Migration files, in order, of which the first takes the place of the change."""

    scripts: tuple[Script, ...]

    def __str__(self) -> str:
        """As one text to paste, with a comment over each file."""
        found = []
        for number, script in enumerate(self.scripts, 1):
            head = f"-- {number}. {script.purpose}" if len(self.scripts) > 1 else f"-- {script.purpose}"
            if script.release:
                head += f"; first {script.release}"
            found.append(f"{head}\n{script}")
        return "\n\n".join(found)


def safe_ddl(
    change: Change, before: Catalog, postgres: int, transport: Transport, tool: Tool = "prisma"
) -> Advice | None:
    """The safe way to make the change; None where there is none, or the change itself is one."""
    return safe_sequence([change], before, postgres, transport, tool)


def safe_sequence(
    changes: Sequence[Change], before: Catalog, postgres: int, transport: Transport, tool: Tool = "prisma"
) -> Advice | None:
    """The safe way to make all of them, which one statement made; None where one of them has none."""
    ways: list[list[Step]] = []
    for change in changes:
        rule = RULES.get(type(change))
        steps = rule(change, before, postgres) if rule is not None else None
        if not steps:
            return None
        ways.append(steps)
    return Advice(_files(_side_by_side(ways), transport, tool)) if ways else None


def _side_by_side(ways: list[list[Step]]) -> list[Step]:
    """First the first step of each, then the second; those that may share a transaction become one."""
    if len(ways) == 1:
        return ways[0]
    found: list[Step] = []
    for row in zip_longest(*ways):
        together: list[Step] = []
        for step in row:
            if step is not None:
                (found if step.concurrent or step.repeated else together).append(step)
        if together:
            statements = tuple([it for step in together for it in step.statements])
            purpose = "; ".join(dict.fromkeys(step.purpose for step in together))
            releases = dict.fromkeys(step.release for step in together if step.release)
            found.append(Step(statements, purpose, release="; ".join(releases)))
    return found


def lock_timeout(transport: Transport, seconds: int = 5) -> tuple[str, str | None]:
    """The statement that keeps a file from waiting long for a lock, and the one that ends that.

    SET LOCAL ends with the transaction; where each statement is a transaction of its own, it does nothing.
    """
    if transport in ("batch", "transaction"):
        return f"SET LOCAL lock_timeout = '{seconds}s'", None
    return f"SET lock_timeout = '{seconds}s'", "RESET lock_timeout"


# --- files -------------------------------------------------------------------------------------------------

# sqlparser, which cuts files for Prisma since 7.4, cannot read these; then the file is sent as one batch.
# Source: https://github.com/prisma/prisma-engines/pull/5847
_NOT_SPLIT: Final = ("DROP INDEX CONCURRENTLY", "REINDEX", "DO ")

# What tells the tool not to open a transaction. Drizzle and plain folders have nothing of the kind.
_MARKERS: Final[dict[str, str]] = {
    "dbmate": "-- migrate:up transaction:false",
    "flyway": "-- flyway: executeInTransaction=false (in the .conf of the script)",
    "goose": "-- +goose NO TRANSACTION",
    "sqlx": "-- no-transaction",
}
_OUTSIDE: Final[dict[str, str]] = {
    "drizzle": "outside of the migrations, which Drizzle runs in one transaction"
}


def _files(steps: list[Step], transport: Transport, tool: Tool) -> tuple[Script, ...]:
    found: list[Script] = []
    whole = True  # the last file is finished
    for step in steps:
        joined = found[-1].statements + step.statements if found else ()
        if not (whole or step.repeated or step.release) and _can_join(joined, transport):
            purpose = f"{found[-1].purpose}; {step.purpose}"
            found[-1] = Script(joined, purpose, found[-1].release)
            continue
        whole = step.repeated
        marker = _MARKERS.get(tool, "") if step.concurrent and transport == "transaction" else ""
        alone = step.concurrent and not _can_join((*step.statements, ""), transport)
        where = _OUTSIDE.get(tool, "alone in its file")
        purpose = f"{step.purpose}, {where}" if alone else step.purpose
        found.append(Script(step.statements, purpose, step.release, marker))
    return tuple(found)


def _can_join(statements: tuple[str, ...], transport: Transport) -> bool:
    """Whether each statement of such a file is a transaction of its own."""
    if transport == "split":
        return not any(it.startswith(_NOT_SPLIT) for it in statements)
    return transport == "adapter"
