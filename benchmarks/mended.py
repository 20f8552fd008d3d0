"""What crowsfoot says before and after commits that mend N+1: mended.py CLONE [COMMIT...] [--most N].

A maintainer who adds `select_related()`, or moves a query out of a loop, tells by that where there was
N+1, and that there is none left. Without commits, those are listed whose message says so, and which touch
code. For each commit: what is GONE, what is NEW, and what is STILL said of the files that it touches. Which
of these are the places that it mends, whoever reads the commit has to judge.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from nplus1_checkouts import files_of
from nplus1_tools import CONFIDENCES, Claim, crowsfoot

# In messages of commits, for `git log --grep`.
MENDS: Final = (
    r"n ?\+ ?1\b|n plus (1|one)|prefetch|select.related|selectinload|joinedload|eager.?load|lazy.?load"
    r"|(too many|reduce|fewer|avoid|unnecessary|redundant|number of)[a-z -]*quer(y|ies)|bulk_(create|update)"
)
CODE: Final = ("*.py", "*.html", "*.jinja", "*.jinja2")
TESTS: Final = re.compile(r"(^|/)(tests?|migrations)/|(^|/)test_|_test\.py$|conftest\.py$")


def commits_of(clone: Path, most: int) -> Iterator[tuple[str, str]]:
    """The newest commits that say that they mend something of the kind, each with its subject."""
    chosen = ("--no-merges", "-i", "-E", f"--grep={MENDS}")
    found = 0
    for line in _git(clone, "log", *chosen, "--format=%H %as %s", "--", *CODE).splitlines():
        commit, _, subject = line.partition(" ")
        if found < most and any(not TESTS.search(it) for it in _touched(clone, commit)):
            found += 1
            yield commit, subject


def _touched(clone: Path, commit: str) -> list[str]:
    return _git(clone, "show", "--format=", "--name-only", commit, "--", *CODE).splitlines()


def _git(clone: Path, *command: str) -> str:
    run = subprocess.run(["git", "-C", str(clone), *command], capture_output=True, check=True)
    return run.stdout.decode(errors="replace")


def claims_at(clone: Path, revision: str, folder: str, program: Path) -> list[Claim]:
    """What is said of the files of a revision below that folder."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, content in files_of(clone, revision):
            if path.startswith(folder) and not path.endswith(".toml"):  # settings of somebody's crowsfoot
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        return crowsfoot(program, cached=False)(root, ())


def without(claims: Iterable[Claim], others: Iterable[Claim]) -> Iterator[Claim]:
    """Those that the others do not hold, wherever in the same file."""
    left = Counter(map(_key, others))
    for it in claims:
        if left[_key(it)] > 0:
            left[_key(it)] -= 1
        else:
            yield it


def _key(it: Claim) -> tuple[str, str, str]:
    return it.path, it.rule, re.sub(r"\d+", "#", it.message)


def tell(word: str, claims: Iterable[Claim]) -> None:
    for it in sorted(claims):
        print(f"{word:5} {it.path}:{it.line} {it.rule} ({it.confidence}) {it.message}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clone", type=Path)
    parser.add_argument("commits", nargs="*")
    parser.add_argument("--most", type=int, default=30, help="so many commits are listed")
    parser.add_argument("--folder", default="", help="only what lies below it: backend/")
    parser.add_argument("--min-confidence", choices=CONFIDENCES, default="likely")
    parser.add_argument("--crowsfoot", type=Path, default=Path(sys.executable).with_name("crowsfoot"))
    given = parser.parse_args(arguments)
    if not given.commits:
        for commit, subject in commits_of(given.clone, given.most):
            print(commit[:10], subject)
        return
    counted = CONFIDENCES[CONFIDENCES.index(given.min_confidence) :]
    for commit in given.commits:
        before, after = (
            [
                it
                for it in claims_at(given.clone, revision, given.folder, given.crowsfoot)
                if it.confidence in counted
            ]
            for revision in (f"{commit}^", commit)
        )
        touched = set(_touched(given.clone, commit))
        print(f"\n{_git(given.clone, 'show', '-s', '--format=%h %as %s', commit).strip()}")
        new = list(without(after, before))
        tell("GONE", without(before, after))
        tell("NEW", new)
        tell("STILL", (it for it in without(after, new) if it.path in touched))


if __name__ == "__main__":
    main()
