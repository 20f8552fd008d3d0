"""How right and how loud each tool is on real migrations: `python migrations.py APPS TRUTH.json`.

TRUTH.json is what truth.py wrote of the same APPS. What is counted:

- Working under a lock: a statement that scans, rewrites or builds an index of a table that existed before its
  file, while its transaction holds a lock on such a table that keeps others from writing (SHARE or stronger).
  This is the truth that the lock and scan rules are held against.
- Touching rows: a statement that scans, rewrites, indexes, writes to, empties or drops such a table or a
  column of it, whatever lock it holds.
- Touching tables: one that does so, or takes a lock on such a table beyond ACCESS SHARE.
- On new tables: a statement that locks tables of its own file beyond ACCESS SHARE, and no older one.

A finding belongs to the statement that its place lies in, or to the next one where it lies between two; what
has no place is counted, but belongs to none. A statement counts once for a tool, however many of its rules
speak. Files that PostgreSQL refuses are left out of precision and recall: what would have run did not. They
have a table of their own.
"""

import argparse
import bisect
import json
import os
import resource
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare import seconds
from migrations_claims import CLAIMS
from migrations_tools import Found, Tool, arguments, findings, tools

BLOCKING = ("SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")
WRITING = ("insert_stmt", "update_stmt", "delete_stmt", "merge_stmt")
QUERIES = (*WRITING, "select_stmt", "create_table_as_stmt")


class Statement(NamedTuple):
    """What is asked of one statement."""

    path: str
    number: int
    line: int  # 1-based
    kind: str
    text: str
    works: bool  # under a lock
    locks: bool  # its transaction holds a lock on an older table that blocks writers
    touches_rows: bool
    touches_tables: bool
    on_new: bool
    truth: dict[str, Any]


def works_under_lock(truth: dict[str, Any]) -> bool:
    """Whether a statement scans, rewrites or indexes older tables while others may not write to one."""
    worked = truth["scanned"] or truth["rewritten"] or truth["indexed"]
    return bool(worked) and any(mode in BLOCKING for mode in truth["held"].values())


class File:
    """A file with its statements, and where they begin and end."""

    def __init__(self, folder: Path, ran: dict[str, Any], own: dict[str, Any]) -> None:
        self.path: str = ran["path"]
        self.refused: bool = ran["code"] is not None
        self.text = Path(folder, self.path).read_bytes().decode()
        self.lines = [0]
        self.lines += [at + 1 for at, character in enumerate(self.text) if character == "\n"]
        self.ends: list[int] = [it["end"] for it in ran["statements"]]
        self.statements = [
            self.statement(number, it, own["statements"][number] if own["code"] is None else it)
            for number, it in enumerate(ran["statements"])
        ]

    def statement(self, number: int, truth: dict[str, Any], own: dict[str, Any]) -> Statement:
        """own is the same statement in a transaction of its own, where no other has taken its locks."""
        worked = truth["scanned"] or truth["rewritten"] or truth["indexed"]
        beyond = [table for table, mode in own["locks"].items() if mode != "ACCESS SHARE"]
        written = own["kind"] in WRITING and beyond
        touches = bool(worked or truth["emptied"] or truth["dropped"] or written)
        return Statement(
            path=self.path,
            number=number,
            line=bisect.bisect(self.lines, truth["start"]),
            kind=truth["kind"],
            text=self.text[truth["start"] : truth["end"]],
            works=works_under_lock(truth),
            locks=any(mode in BLOCKING for mode in truth["held"].values()),
            touches_rows=touches,
            touches_tables=touches or bool(beyond),
            on_new=bool(own["new"]) and not beyond and not touches,
            truth=truth,
        )

    def at(self, found: Found, after: int = 0) -> int | None:
        """The number of the statement that the finding belongs to; after is where to look for its text."""
        if found.text is not None:
            offset = start = self.text.find(found.text, after)
        elif found.line is not None and found.line < len(self.lines):
            start = self.lines[found.line]
            offset = start + (found.column or 0)
        else:
            return None
        number = bisect.bisect_left(self.ends, offset + 1)
        return number if start >= 0 and number < len(self.statements) else None


def places(files: dict[str, File], all_found: Iterable[Found]) -> list[tuple[Found, Statement | None]]:
    """The findings, each with its statement."""
    placed: list[tuple[Found, Statement | None]] = []
    after: dict[str, int] = {}  # pgfence tells its statements in their order
    for found in all_found:
        file = files.get(found.path.removeprefix("./"))
        if file is None:
            continue  # not of a migration
        number = file.at(found, after.get(file.path, 0))
        if found.text is not None and number is not None:
            after[file.path] = max(0, file.text.find(found.text, after.get(file.path, 0)))
        placed.append((found, file.statements[number] if number is not None else None))
    return placed


class Score(NamedTuple):
    """What one tool has said."""

    findings: int
    on_new: int
    work: set[tuple[str, int]]
    lock: set[tuple[str, int]]
    rules: Counter[str]
    rules_on_new: Counter[str]
    did: Counter[str]  # what the statements did under a lock that each rule claims to work there
    of_statements: dict[tuple[str, int], list[str]]  # the rules that speak of each
    failing: set[str]  # the files of which it says that PostgreSQL refuses them


def score(name: str, files: dict[str, File], all_found: Sequence[Found]) -> Score:
    claims = CLAIMS[name.partition(",")[0]]
    work: set[tuple[str, int]] = set()
    lock: set[tuple[str, int]] = set()
    on_new: Counter[str] = Counter()
    did: Counter[str] = Counter()
    of_statements: dict[tuple[str, int], list[str]] = {}
    placed = places(files, all_found)
    for found, statement in placed:
        if statement is None or files[statement.path].refused:
            continue
        key = (statement.path, statement.number)
        of_statements.setdefault(key, []).append(found.rule)
        if found.rule in claims["work"]:
            work.add(key)
            did[f"{found.rule}: {deed(statement)}"] += 1
        if found.rule in claims["lock"]:
            lock.add(key)
        if statement.on_new:
            on_new[found.rule] += 1
    rules = Counter(it.rule for it, _ in placed)
    said = {it.path.removeprefix("./") for it in all_found if it.rule in claims["fails"]}
    return Score(
        len(placed), on_new.total(), work, lock, rules, on_new, did, of_statements, said & files.keys()
    )


def deed(statement: Statement) -> str:
    """The heaviest that the statement did under a lock, in a word."""
    if not statement.works:
        return "nothing"
    return next(it for it in ("rewritten", "indexed", "scanned") if statement.truth[it])


def load(folder: Path, truth: dict[str, Any], transport: str) -> dict[str, File]:
    own = {it["path"]: it for it in truth["split"]}
    return {it["path"]: File(folder, it, own[it["path"]]) for it in truth[transport]}


def percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def table(scores: dict[str, Score], statements: dict[tuple[str, int], Statement]) -> Iterable[str]:
    """The comparison, as lines of Markdown."""
    works = {key for key, it in statements.items() if it.works}
    changes = {key for key in works if statements[key].kind not in QUERIES}
    rows = sum(it.touches_rows for it in statements.values())
    tables = sum(it.touches_tables for it in statements.values())
    yield (
        f"{len(statements):,} statements; {len(works)} work under a lock, {len(changes)} of them are not"
        f" INSERT, UPDATE, DELETE or queries; {tables:,} touch older tables, {rows} of them their rows; "
        f"{sum(it.on_new for it in statements.values()):,} are on new tables only"
    )
    yield ""
    yield (
        "| | findings | for each statement that touches tables | rows | on new tables"
        " | claim work under a lock | precision | recall | of changes of the schema"
        " | claim a lock | precision |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for name, it in scores.items():
        right = it.work & works
        held = sum(statements[key].locks for key in it.lock)
        yield (
            f"| {name} | {it.findings:,} | {it.findings / tables:.2f} | {it.findings / rows:.2f}"
            f" | {it.on_new:,} | {len(it.work):,} | {percent(len(right), len(it.work))}"
            f" | {percent(len(right), len(works))} | {percent(len(right & changes), len(changes))}"
            f" | {len(it.lock):,} | {percent(held, len(it.lock))} |"
        )


def refusals(scores: dict[str, Score], files: dict[str, File]) -> Iterable[str]:
    """Which files each tool says to fail, as lines of Markdown."""
    refused = {path for path, file in files.items() if file.refused}
    yield f"PostgreSQL refuses {len(refused)} files"
    yield ""
    yield "| | files said to fail | refused |"
    yield "|---|--:|--:|"
    for name, it in scores.items():
        yield f"| {name} | {len(it.failing)} | {len(it.failing & refused)} |"


def details(scores: dict[str, Score], statements: dict[tuple[str, int], Statement]) -> dict[str, object]:
    """What each tool says in vain and misses, statement by statement."""
    works = {key for key, it in statements.items() if it.works}

    def told(score: Score, keys: Iterable[tuple[str, int]]) -> list[dict[str, object]]:
        chosen = [(statements[key], score.of_statements.get(key, [])) for key in sorted(keys)]
        return [
            {"at": f"{it.path}:{it.line}", "kind": it.kind, "text": it.text, "did": it.truth, "rules": rules}
            for it, rules in chosen
        ]

    return {
        name: {
            "rules": dict(it.rules.most_common()),
            "rules on new tables": dict(it.rules_on_new.most_common()),
            "what claimed statements did": dict(sorted(it.did.items())),
            "claimed in vain": told(it, it.work - works),
            "missed": told(it, works - it.work),
            "missed, by kind and rules": missed(it, works - it.work, statements),
            "locks claimed in vain": told(it, (key for key in it.lock if not statements[key].locks)),
        }
        for name, it in scores.items()
    }


def missed(
    score: Score, keys: Iterable[tuple[str, int]], statements: dict[tuple[str, int], Statement]
) -> dict[str, int]:
    """How many statements of each kind; with the rules that speak of them nevertheless."""
    spoken = (
        f"{statements[key].kind}: {', '.join(sorted(set(score.of_statements.get(key, [])))) or '-'}"
        for key in keys
    )
    return dict(Counter(spoken).most_common())


def times(measured: dict[str, Tool], folder: Path, paths: list[str], rounds: int) -> Iterable[str]:
    """Whole processes over all files, one after the other in each round, as lines of Markdown."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users have their bytecode
        taken: dict[str, list[float]] = {name: [] for name in measured}
        worked: dict[str, list[float]] = {name: [] for name in measured}
        for round in range(rounds + 1):
            for name, tool in measured.items():
                before = processor_time()
                took = seconds(arguments(tool, folder, paths), environment)
                if round:  # the first one warms the disk and writes bytecode and the cache
                    taken[name].append(took)
                    worked[name].append(processor_time() - before)
    yield f"{len(paths):,} files, {rounds} rounds, {os.cpu_count()} cores"
    yield ""
    yield "| | min | median | max | ratio to squawk (median) | processor time (median) | ratio to squawk |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name, some in taken.items():
        low, middle, high = min(some), statistics.median(some), max(some)
        yield (
            f"| {name} | {low:.3f} s | {middle:.3f} s | {high:.3f} s | {ratio(some, taken['squawk']):.2f}"
            f" | {statistics.median(worked[name]):.3f} s | {ratio(worked[name], worked['squawk']):.2f} |"
        )


def processor_time() -> float:
    """What all processes that were waited for have used; of all cores, and steadier than the clock."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ratio(some: list[float], base: list[float]) -> float:
    """The median of the ratios within each round."""
    return statistics.median(one / other for one, other in zip(some, base, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("applications", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--transport", choices=("batch", "split"), default="batch")
    parser.add_argument("--rounds", type=int, default=0, help="how often to take the time; 0: not at all")
    parser.add_argument("--details", type=Path, help="where to write what each tool says in vain and misses")
    parser.add_argument("--only", action="append", help="a tool, by name; may be given again")
    asked = parser.parse_args()
    folder: Path = asked.applications.resolve()
    truth = json.loads(asked.truth.read_text())
    files = load(folder, truth, asked.transport)
    measured = {
        name: it for name, it in tools(asked.transport).items() if not asked.only or name in asked.only
    }
    statements = {
        (it.path, it.number): it for file in files.values() for it in file.statements if not file.refused
    }
    scores = {
        name: score(name, files, findings(tool, folder, list(files)))
        for name, tool in measured.items()
        if tool.scored
    }
    print(f"{truth['server'].partition(' on ')[0]}, {asked.transport}; {len(files):,} files")
    print(*table(scores, statements), "", *refusals(scores, files), "", sep="\n")
    if asked.details:
        asked.details.write_text(json.dumps(details(scores, statements), indent=1))
    if asked.rounds:
        print(*times(measured, folder, list(files), asked.rounds), sep="\n")


if __name__ == "__main__":
    main()
