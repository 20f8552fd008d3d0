"""What we say of 161 statements, and what PostgreSQL 10 to 18 were seen to do with them.

postgres_locks.json holds what each major version did: pg_locks of the statement's own session, counters of
sequential scans, and the numbers of the files of tables and indexes, before and after. In it "+" stands before
what the statement made, and "seq:" before sequences.

What cannot run in a transaction was sampled from another session while the statement waited for a lock. Such
a sample shows what was held at that moment, and no scans. So there every lock that was seen must be one that
we tell of, no table may be missing, and the scans are left out.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.databases.locks import Effects, Mode, effects
from crowsfoot.facts.sql import AlterTable, Maintain
from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog import execute, model
from crowsfoot.link.project import File

pytestmark = pytest.mark.oracle

MAJORS = range(10, 19)
MODES = {str(mode): mode for mode in Mode}


class Verdict:
    """What a script of one or more statements does."""

    def __init__(self, setup: str, script: str, postgres: int) -> None:
        facts = read(setup, "postgresql")
        assert not facts.problems, facts.problems
        start = _replay(model.empty("postgresql"), facts, 0, postgres)
        self.before = start
        facts = read(script, "postgresql")
        assert not facts.problems, facts.problems
        self.statements = facts.statements
        self.parts: list[Effects] = []
        now = start
        for statement in facts.statements:
            ran = execute.run(
                now, [statement], file=File("x.sql", facts), migration=1, in_block=False, postgres=postgres
            )
            self.parts.append(
                effects(
                    statement,
                    now,
                    ran.catalog,
                    postgres,
                    timezone_utc="timezone='UTC'" in setup,
                    deploy_start=1,
                )
            )
            now = ran.catalog
        self.after = now

    @property
    def locks(self) -> dict[str, Mode]:
        """The strongest lock of each table, view and sequence that was there before, by its name then."""
        found: dict[str, Mode] = {}
        for part in self.parts:
            for lock in part.locks:
                if lock.table is not None:
                    old = self.before.tables.get(lock.table.number)
                    if old is None:
                        continue
                    name = old.name
                else:
                    if (lock.schema, lock.name) not in self.before.sequences:
                        continue
                    name = f"seq:{lock.name}"
                found[name] = max(lock.mode, found.get(name, lock.mode))
        return found

    @property
    def index_locks(self) -> dict[str, Mode]:
        found: dict[str, Mode] = {}
        for part in self.parts:
            for name, mode in part.index_locks.items():
                if any(name == known for _, known in self.before.index_tables):
                    found[name] = max(mode, found.get(name, mode))
        return found

    @property
    def made(self) -> set[str]:
        """New tables, views and sequences."""
        return {
            f"seq:+{lock.name}" if lock.table is None else f"+{self.after.tables[lock.table.number].name}"
            for part in self.parts
            for lock in part.asked
            if lock.new and lock.kind != "index"
        }

    def tables(self, kind: str) -> set[str]:
        numbers = {table.number for part in self.parts for table in getattr(part, kind)}
        return {self.before.tables[it].name for it in numbers if it in self.before.tables}

    @property
    def rebuilt(self) -> set[str]:
        known = {name for _, name in self.before.index_tables}
        return {name for part in self.parts for name in part.rebuilt if name in known}


def _replay(catalog: model.Catalog, facts: Any, migration: int, postgres: int) -> model.Catalog:
    for statement in facts.statements:
        ran = execute.run(
            catalog,
            [statement],
            file=File("x.sql", facts),
            migration=migration,
            in_block=False,
            postgres=postgres,
        )
        assert ran.failure is None, ran.failure
        catalog = ran.catalog
    return catalog


def _cases(corpus: Path) -> list[tuple[dict[str, Any], int, dict[str, Any]]]:
    text = (corpus / "oracle" / "postgres_locks.json").read_text()
    return [
        (case, major, each["verdict"])
        for case in json.loads(text)
        for each in case["measured"]
        for major in each["majors"]
    ]


def test_locks_scans_and_rewrites_are_those_that_nine_major_versions_were_seen_to_make(corpus: Path) -> None:
    cases = _cases(corpus)
    assert len({case["case"] for case, _, _ in cases}) == 161
    wrong = []
    for case, major, seen in cases:
        verdict = Verdict(case["setup"], case["statement"], major)
        wrong += [f"{case['case']} on {major}: {it}" for it in _differences(verdict, seen)]
    assert not wrong, "\n".join(wrong)


def _differences(verdict: Verdict, seen: dict[str, Any]) -> list[str]:
    if "error" in seen:
        return _refusal(verdict, seen["error"])
    found: list[str] = []
    sampled = not seen["in_transaction"]
    if sampled == all(part.in_transaction for part in verdict.parts):
        found.append(f"in a transaction: seen {not sampled}")
    indexes = {name for _, name in verdict.before.index_tables}
    locks = {
        name: MODES[mode]
        for name, mode in seen.get("locks", {}).items()
        if "+" not in name and name not in indexes
    }
    index_locks = {name: MODES[mode] for name, mode in seen.get("locks", {}).items() if name in indexes}
    if sampled:
        found += [
            f"{name} sampled {mode}, not {verdict.locks.get(name)}"
            for name, mode in locks.items()
            if verdict.locks.get(name, 0) < mode
        ]
        # Only the second transaction of DETACH ... CONCURRENTLY locks the partition.
        late = {
            it.other.name
            for statement in verdict.statements
            for it in statement.does
            if isinstance(it, AlterTable) and it.other is not None
        }
        if set(verdict.locks) - late != set(locks) - late:
            found.append(f"locks on {set(verdict.locks)}, sampled {set(locks)}")
    elif verdict.locks != locks:
        found.append(f"locks {_said(verdict.locks)}, seen {_said(locks)}")
    # VACUUM and REINDEX go from index to index: which of them a sample shows is chance.
    maintained = any(isinstance(it, Maintain) for s in verdict.statements for it in s.does)
    if not (sampled and maintained) and verdict.index_locks != index_locks:
        found.append(f"locks of indexes {_said(verdict.index_locks)}, seen {_said(index_locks)}")
    made = {name for name in seen.get("locks", {}) if name.startswith(("+", "seq:+"))}
    known_made = {
        name for name in made if name.startswith("seq:") or name[1:] in {n for _, n in verdict.after.names}
    }
    if not sampled and verdict.made != known_made:
        found.append(f"made {verdict.made}, seen {known_made}")
    if not sampled and verdict.tables("scanned") != set(seen.get("scanned", ())):
        found.append(f"scanned {verdict.tables('scanned')}, seen {seen.get('scanned')}")
    if verdict.tables("rewritten") != set(seen.get("rewritten", ())):
        found.append(f"rewritten {verdict.tables('rewritten')}, seen {seen.get('rewritten')}")
    if verdict.rebuilt != set(seen.get("index_rebuilt", ())):
        found.append(f"rebuilt {verdict.rebuilt}, seen {seen.get('index_rebuilt')}")
    return found


def _refusal(verdict: Verdict, error: str) -> list[str]:
    code, _, message = error.partition(": ")
    (part,) = verdict.parts
    if code == "25001":
        ours = f"{part.alone} cannot run inside a transaction block"
        return [] if ours == message else [f"{ours!r}, seen {message!r}"]
    ours = part.refused.code if part.refused else "nothing"
    return [] if ours == code else [f"refused with {ours}, seen {error}"]


def _said(locks: dict[str, Mode]) -> str:
    return ", ".join(f"{name}: {mode}" for name, mode in sorted(locks.items()))
