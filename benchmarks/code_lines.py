"""Whole runs over much Python, beside `ast.parse` of the same files: code_lines.py PROJECT... [--lines N,N].

The projects are written into one folder one after the other, and again under other names, until there are
as many lines as a size asks for; so a size is a repository of that many services, each with its imports.
Counted is the processor's time of all processes, and the clock beside it. What matters are the ratio to
`ast.parse` alone, by as many processes as there are cores, and that it does not grow with the size.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

SIZES = (125_000, 250_000, 500_000, 1_000_000)
# As people run it, which leaves tests and migrations alone; and so that all files are read that `ast` reads.
USUAL = ("check", "--select", "queries", "--output", "concise")
CHECK = (*USUAL, "--min-confidence", "possible")
COLUMNS = (
    *("lines", "files", "`ast` CPU", "wall", "crowsfoot CPU", "wall", "ratio of CPU", "of wall", "memory"),
    *("one file changed, CPU", "wall", "unchanged, wall"),
    *("default confidence, CPU", "wall", "ratio of CPU", "of wall"),
)
# A module of its own process, which imports as little as it needs.
PARSE = """
import ast, os, sys
from multiprocessing import get_context

def parse(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        pass

if __name__ == "__main__":
    paths = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(sys.argv[1])
        for name in names
        if name.endswith(".py")
    ]
    with get_context("fork").Pool(os.cpu_count()) as pool:
        for _ in pool.imap_unordered(parse, paths, chunksize=8):
            pass
        pool.close()
        pool.join()
"""


class Took(NamedTuple):
    cpu: float
    wall: float
    memory: int  # the largest process, in MB


class Copier:
    """A folder that grows by whole projects, each copy under a name of its own."""

    def __init__(self, projects: Sequence[Path], target: Path) -> None:
        self.target = target
        self.lines = 0
        self.files = 0
        self._projects = ((number, it) for number in count() for it in projects)

    def grow(self, lines: int) -> None:
        """Add files until there are that many lines; a project that has been begun is finished."""
        while self.lines < lines:
            number, project = next(self._projects)
            packages = [it.name for it in project.iterdir() if any(it.glob("*.py"))] if number else []
            imported = re.compile(
                rf"^([ \t]*(?:from|import)[ \t]+)({'|'.join(map(re.escape, packages))})\b", re.MULTILINE
            )
            for path, text in _texts(project):
                first, _, rest = path.as_posix().partition("/")
                if packages:
                    text = imported.sub(rf"\1\2_{number}", text)
                    first = f"{first}_{number}" if first in packages else first
                folder = f"{number}_{project.parent.name}_{project.name}"[:100]
                file = self.target / folder / first / rest if rest else self.target / folder / first
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
                self.lines += text.count("\n")
                self.files += 1


def _texts(project: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(project.rglob("*.py")):
        try:
            yield path.relative_to(project), path.read_text(encoding="utf-8")
        except (UnicodeError, OSError):
            continue  # a fixture of somebody's tests


def measured(command: Sequence[str], environment: dict[str, str]) -> Took:
    """The time of a whole process and of those that it starts."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    assert done.returncode in (0, 1), done.stderr.decode()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(cpu, ended - began, after.ru_maxrss // 1024)


def best(command: Sequence[str], environment: dict[str, str], rounds: int) -> Took:
    """The round that other programs disturbed least."""
    return min((measured(command, environment) for _ in range(rounds)), key=lambda it: it.cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--lines", default=",".join(map(str, SIZES)))
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    crowsfoot = str(Path(sys.executable).with_name("crowsfoot"))
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + "--:|" * len(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        corpus, cache = Path(folder, "corpus"), Path(folder, "cache")
        corpus.mkdir()
        (corpus / "pyproject.toml").write_text("[tool.crowsfoot]\n")
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        # What is installed has been compiled. A checkout is so by its first run, if that may write.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        copier = Copier(given.projects, corpus)
        for number, lines in enumerate(map(int, given.lines.split(","))):
            copier.grow(lines)
            if number == 0:
                measured((crowsfoot, *CHECK, "--no-cache", str(corpus)), environment)
            alone = best((sys.executable, "-c", PARSE, str(corpus)), environment, given.rounds)
            whole = best((crowsfoot, *CHECK, "--no-cache", str(corpus)), environment, given.rounds)
            usual = best((crowsfoot, *USUAL, "--no-cache", str(corpus)), environment, given.rounds)
            measured((crowsfoot, *CHECK, str(corpus)), environment)
            changed = sorted(corpus.rglob("*.py"))[copier.files // 2]
            changed.write_text(changed.read_text() + "\n\ndef added():\n    return None\n")
            again = measured((crowsfoot, *CHECK, str(corpus)), environment)
            same = measured((crowsfoot, *CHECK, str(corpus)), environment)
            row = (
                f"{copier.lines:,}",
                f"{copier.files:,}",
                *(f"{it:.1f} s" for it in (alone.cpu, alone.wall, whole.cpu, whole.wall)),
                f"{whole.cpu / alone.cpu:.2f}",
                f"{whole.wall / alone.wall:.2f}",
                f"{whole.memory:,} MB",
                *(f"{it:.1f} s" for it in (again.cpu, again.wall, same.wall)),
                *(f"{it:.1f} s" for it in (usual.cpu, usual.wall)),
                f"{usual.cpu / alone.cpu:.2f}",
                f"{usual.wall / alone.wall:.2f}",
            )
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
