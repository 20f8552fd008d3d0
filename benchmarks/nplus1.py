"""How many queries that run once per row each tool finds, at labelled places: `python nplus1.py CHECKOUTS`.

The labels say of places in public repositories whether they ask the database once per row (`n+1`) or not
(`ok`). A label counts once for a tool, however many of its claims hit it (see nplus1_labels.py). TP and FN
are `n+1` labels that are hit and that are not, FP and TN are `ok` labels that are hit and that are not.
A claim counts where it stands, not at its related places; what those would hit is told with the misses.

CHECKOUTS holds the files of each labelled revision (see nplus1_checkouts.py); with --clones they are written.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nplus1_checkouts import check_out, checkout
from nplus1_labels import Claims, Label, Score, lines_of, misses, read_labels, score, unlabelled
from nplus1_tools import CONFIDENCES, CannotRunError, Claim, Tool, crowsfoot, peers, program

ROOT = Path(__file__).resolve().parent.parent

# Here every call in a loop that looks like one of an ORM has a label; tests and migrations are left out.
ZONES = {
    ("readthedocs/readthedocs.org", "7937196123747181054d4c2361ec81f93c37f8f2"): "readthedocs/",
    ("pypi/warehouse", "6b62157124ab7865029afeeadf282bce27d601d9"): "warehouse/",
}

SHAPES = {
    "a": "query call",
    "b": "lazy relation",
    "c": "chain of relations",
    "d": "method of a relation",
    "e": "behind a call",
    "f": "fan-out",
    "g": "serializer, template, admin",
    "h": "response model, resolver",
    "i": "recursion",
    "j": "write",
    "k": "get or create",
    "l": "not a loop over rows",
    "m": "not an ORM, or not a query",
    "n": "Prisma's batches",
}


def main() -> None:
    arguments = _arguments()
    labels = [
        it
        for it in read_labels(arguments.labels)
        if it.library != "prisma-ts"  # TypeScript
        and all(word in f"{it.repo} {it.revision} {it.path}" for word in arguments.only)
    ]
    labels = with_checkouts(labels, arguments.checkouts, arguments.clones)
    jobs: int = arguments.jobs

    def ask(name: str, tool: Tool, labels: Sequence[Label], keep: Path | None = None) -> Claims:
        return answers(name, tool, labels, arguments.checkouts, jobs, keep) if labels else {}

    every = ask("crowsfoot", crowsfoot(arguments.crowsfoot, arguments.cached), labels)
    least = CONFIDENCES.index(arguments.min_confidence)
    said = {
        "crowsfoot": {
            run: [it for it in claims if CONFIDENCES.index(it.confidence) >= least]
            for run, claims in every.items()
        }
    }
    if arguments.peers:
        for name, peer in peers(arguments.peers.absolute()).items():
            known = {it.run for it in labels if it.library.startswith(peer.libraries)}
            its = ask(name, peer.tool, [it for it in labels if it.run in known], arguments.keep)
            said[name] = {run: its.get(run, []) for run in every}
        for_django = ("django-check", "django-chainsaw loops", "django-chainsaw prefetch")
        said["the three for Django"] = {
            run: [it for name in for_django for it in said[name][run]] for run in every
        }
    print(tables(labels, said, arguments.cross))
    if arguments.misses:
        arguments.misses.write_text(misses(labels, said["crowsfoot"], every, arguments.checkouts))


def _arguments() -> argparse.Namespace:
    corpus = Path(os.environ.get("CROWSFOOT_CORPUS", ROOT.parent / "shared"))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("checkouts", type=Path, help="folder with <owner>__<name>/<revision>/")
    add("--labels", type=Path, default=corpus / "labels/nplus1.jsonl", help="default: %(default)s")
    add("--clones", type=Path, action="append", default=[], help="folder with clones or wheels to take from")
    add("--only", action="append", default=[], metavar="TEXT", help="labels whose repo, rev or path has it")
    add("--min-confidence", choices=CONFIDENCES, default="likely", help="default: %(default)s")
    add("--misses", type=Path, metavar="FILE", help="write what crowsfoot gets wrong, with code")
    add("--cross", action="store_true", help="a table by library and shape, too")
    add("--crowsfoot", type=Path, default=program("crowsfoot"), metavar="PROGRAM")
    add("--cached", action="store_true", help="let crowsfoot use its cache")
    add("--peers", type=Path, metavar="VENV", help="environment with djch and django-chainsaw-mcp")
    add("--keep", type=Path, metavar="DIR", help="keep what peers say there, and do not ask them again")
    add("--jobs", type=int, default=os.cpu_count(), help="processes at once (default: %(default)s)")
    return parser.parse_args()


def with_checkouts(labels: Sequence[Label], folder: Path, clones: Sequence[Path]) -> list[Label]:
    """The labels whose files are there; of the others it is said why they are not."""
    absent: set[tuple[str, str]] = set()
    for run in sorted({it.run for it in labels}):
        root = checkout(folder, *run)
        if reason := check_out(folder, *run, clones) if clones else None:
            _warn(reason)
        of_run = [it for it in labels if it.run == run]
        missing = {it.path for it in of_run if not (root / it.path).is_file()}
        if missing:
            _warn(f"{root}: {len(of_run)} labels are left out, as {sorted(missing)[0]} is not there")
            absent.add(run)
    kept = [it for it in labels if it.run not in absent]
    if not kept:
        raise SystemExit("no labels to score")
    return kept


def answers(
    name: str, tool: Tool, labels: Sequence[Label], folder: Path, jobs: int, keep: Path | None
) -> Claims:
    """What the tool says of each labelled revision; one that it cannot be asked about counts as silence."""
    runs = sorted({it.run for it in labels})
    failed: list[str] = []

    def answer(run: tuple[str, str]) -> list[Claim]:
        root = checkout(folder, *run).absolute()
        kept = checkout(keep / name, *run).with_name(f"{root.name}.json") if keep else None
        if kept and kept.is_file():
            return [Claim(*it) for it in json.loads(kept.read_text())]
        try:
            claims = tool(root, sorted({it.path for it in labels if it.run == run}))
        except CannotRunError as error:
            failed.append(str(error))
            return []
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(claims))
        return claims

    with ThreadPoolExecutor(jobs) as pool:
        claims = dict(zip(runs, pool.map(answer, runs), strict=True))
    for reason in failed[:3]:
        _warn(reason)
    if len(failed) == len(runs):
        raise SystemExit(f"{name} gave no answer")
    if failed:
        _warn(f"{name} gave no answer for {len(failed)} of {len(runs)} revisions: its figures are too low")
    return claims


def tables(labels: Sequence[Label], said: dict[str, Claims], cross: bool) -> str:
    lines = lines_of(labels)
    parts: list[str] = []

    def table(title: str, key: Callable[[Label], str]) -> None:
        rows = [(name, [it for it in labels if key(it) == name]) for name in sorted(set(map(key, labels)))]
        parts.append(f"\n| {title} {HEADER}")
        parts.extend(_row(name, score(these, said["crowsfoot"], lines)) for name, these in rows)
        parts.append(_row("all", score(labels, said["crowsfoot"], lines)))

    table("library", lambda it: it.library)
    table("shape", lambda it: f"{it.shape}: {SHAPES[it.shape]}")
    if cross:
        table("library and shape", lambda it: f"{it.library}, {it.shape}")
    scopes = [("all", [*labels])]
    scopes += [
        (title, [it for it in labels if it.library.startswith(prefix)])
        for title, prefix in (
            ("django", "django"),
            ("sqlalchemy and async", "sqlalchemy"),
            ("prisma-py",) * 2,
        )
    ]
    scopes += [(zone, [it for it in labels if it.run == run]) for run, zone in ZONES.items()]
    for scope, these in scopes:
        if these:
            parts.append(f"\n| {scope} {HEADER}")
            parts.extend(_row(name, score(these, claims, lines)) for name, claims in said.items())
    for run, zone in ZONES.items():
        if any(it.run == run for it in labels):
            others = unlabelled(labels, said["crowsfoot"][run], run, zone)
            parts.append(f"\n{zone}: {len(others)} claims hit no label")
            parts.extend(f"  {it.path}:{it.line}: {it.rule}: {it.message}" for it in others)
    return "\n".join(parts)


HEADER = "| TP | FN | FP | TN | recall | precision |\n|---|--:|--:|--:|--:|--:|--:|"


def _row(name: str, score: Score) -> str:
    return "| " + " | ".join([name, *map(str, score), score.recall, score.precision]) + " |"


def _warn(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
