"""What each tool says of queries that run once per row: a folder of Python in, claims with places out.

django-check and django-chainsaw-mcp come from PyPI into an environment of their own, with Django beside them:
`python3.12 -m venv VENV; VENV/bin/pip install djch django-chainsaw-mcp django`. django-chainsaw boots a
Django project; it gets an empty one, so nothing of the checked files is executed.
"""

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

# The rules of the category `queries` that claim a growing number of queries; the others claim something else.
GROWING = frozenset(
    {
        "query-in-loop",
        "lazy-load-in-loop",
        "query-behind-call-in-loop",
        "count-or-exists-in-loop",
        "write-in-loop",
        "get-or-create-in-loop",
        "fan-out-queries",
        "recursive-query",
        "serializer-n-plus-one",
    }
)
CONFIDENCES = ("possible", "likely", "certain")


class Claim(NamedTuple):
    """One place of which a tool says that it asks once per row."""

    path: str
    line: int  # 1-based
    rule: str
    message: str = ""
    confidence: str = "certain"
    related: tuple[tuple[str, int], ...] = ()


# What it says of a folder, by paths relative to it; one that looks at each file alone needs the paths, too.
Tool = Callable[[Path, Iterable[str]], list[Claim]]


class CannotRunError(Exception):
    """The tool gave no answer that can be scored."""


def crowsfoot(program: Path, cached: bool) -> Tool:
    """All its claims, also those it is less sure of; the scoring decides which count."""
    command = [str(program), "check", "--select", "queries", "--min-confidence", "possible"]
    command += ["--fail-on", "never", "--output", "json", "--no-color", *([] if cached else ["--no-cache"])]

    def run(root: Path, _: Iterable[str]) -> list[Claim]:
        report = _answer([*command, "."], root)
        if report["failures"]:
            raise CannotRunError(f"rules raised in {root}:\n{report['failures'][0]}")
        return [
            Claim(
                it["path"],
                it["start"]["line"],
                it["rule"],
                it["message"],
                it["confidence"],
                tuple((place["path"], place["start"]["line"]) for place in it["related"] if place["start"]),
            )
            for it in report["findings"]
            if it["rule"] in GROWING and it["start"]
        ]

    return run


class Peer(NamedTuple):
    """A tool, and what the libraries begin with whose revisions it is asked about."""

    tool: Tool
    libraries: tuple[str, ...] = ("",)


def peers(environment: Path) -> dict[str, Peer]:
    """The naive way, and the tools of an environment."""
    chainsaw = environment / "bin/django-chainsaw"
    return {
        "name of a method": Peer(by_name),
        "django-check": Peer(_django_check(environment / "bin/djch")),
        "django-chainsaw loops": Peer(_chainsaw(chainsaw, "loops")),
        "django-chainsaw prefetch": Peer(_chainsaw(chainsaw, "prefetch"), ("django",)),
        "django-chainsaw sqla": Peer(_chainsaw(chainsaw, "sqla"), ("sqlalchemy", "sqlmodel")),
    }


def _answer(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> Any:
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    try:
        return json.loads(run.stdout)
    except ValueError:
        said = (run.stderr or run.stdout).decode(errors="replace").strip()
        raise CannotRunError(f"{' '.join(command)} in {folder}: exit code {run.returncode}\n{said}") from None


def _django_check(program: Path) -> Tool:
    line_of = re.compile(r"^(?P<path>.+?\.py):(?P<line>\d+):\d+: \[(?P<rule>[^\]]+)\] (?P<message>.*)", re.M)

    def run(root: Path, _: Iterable[str]) -> list[Claim]:
        ran = subprocess.run([str(program), "check"], cwd=root, capture_output=True, check=False)
        text = ran.stdout.decode(errors="replace")
        if "Total N+1 warnings" not in text:
            raise CannotRunError(f"{program} in {root}: exit code {ran.returncode}\n{ran.stderr.decode()}")
        return [
            Claim(it["path"].removeprefix("./"), int(it["line"]), it["rule"], it["message"])
            for it in line_of.finditer(text)
        ]

    return run


def _chainsaw(program: Path, command: str) -> Tool:
    def run(root: Path, _: Iterable[str]) -> list[Claim]:
        with tempfile.TemporaryDirectory() as project:
            Path(project, "empty_settings.py").write_text('SECRET_KEY = "-"\nINSTALLED_APPS = []\n')
            arguments = [str(program), "--project-path", project, "--settings", "empty_settings", "--json"]
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
            answer = _answer([*arguments, command, "--search-path", str(root)], Path(project), environment)
        groups = [it for it in answer.values() if isinstance(it, list)]
        claims = [it for group in groups for it in group if isinstance(it, dict) and "line" in it]
        return [
            Claim(it["file"], int(it["line"]), f"chainsaw {command}", it.get("code", "")) for it in claims
        ]

    return run


# The methods that send a query in one of the ORMs, by name alone.
EXECUTING = """
    get first last latest earliest count exists aggregate in_bulk create get_or_create update_or_create
    bulk_create bulk_update update delete save refresh_from_db add remove set clear
    execute scalar scalars get_one refresh merge flush commit one one_or_none all query fetch_related
    find_unique find_unique_or_raise find_first find_first_or_raise find_many create_many update_many
    upsert delete_many group_by query_raw query_first execute_raw get_or_none get_by_id delete_instance
    executemany fetch fetchrow fetchval fetchone fetchall filter exclude values_list insert
"""
NAMES = frozenset(EXECUTING.split())


def by_name(root: Path, paths: Iterable[str]) -> list[Claim]:
    """The naive way: a method with such a name, whatever it is of, in a loop or a comprehension."""
    claims: list[Claim] = []
    for path in paths:
        try:
            tree = ast.parse((root / path).read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue
        claims += [Claim(path, line, "name in loop") for line in sorted(set(_named(tree)))]
    return claims


def _named(tree: ast.Module) -> Iterator[int]:
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]  # and whether it runs once per something
    while waiting:
        node, repeated = waiting.pop()
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if repeated and name in NAMES:
                yield node.lineno
            case ast.For() | ast.AsyncFor():
                waiting.append((node.iter, repeated))
                waiting += [(it, True) for it in node.body]
                waiting += [(it, repeated) for it in node.orelse]
                continue
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                first = node.generators[0]
                waiting.append((first.iter, repeated))
                waiting += [(it, True) for it in first.ifs]
                waiting += [(it, True) for it in ast.iter_child_nodes(node) if it is not first]
                continue
            case ast.While():
                repeated = True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() | ast.ClassDef():
                repeated = False
        waiting += [(it, repeated) for it in ast.iter_child_nodes(node)]


def program(name: str) -> Path:
    """Where pip has put a program."""
    return Path(sys.executable).with_name(name)
