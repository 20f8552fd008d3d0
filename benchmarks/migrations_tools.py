"""What each tool says of migrations: commands in, findings with places out.

crowsfoot and squawk come with `pip install . squawk-cli`, pgfence and postgres-language-server with
`npm install --prefix benchmarks/peers`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
MODULES = PEERS / "node_modules"


class Found(NamedTuple):
    """One finding; line and column are 0-based, and None where the tool does not say them."""

    path: str
    rule: str
    message: str
    line: int | None = None
    column: int | None = None
    text: str | None = None  # of the statement, where the tool names it by its text


class Tool(NamedTuple):
    """How a tool is run over the files, from their folder, and how its answer is read."""

    command: list[str]  # the targets follow
    read: Callable[[bytes], Iterator[Found]]
    targets: Literal["files", "folders", "projects"] = "files"  # folders: those of the migrations
    leaves_out: tuple[str, ...] = ()  # names of migrations at which it stops for good
    scored: bool = True  # False: only its time is of interest, what it says is the same


def program(name: str) -> str:
    """Where pip has put a program."""
    return str(Path(sys.executable).with_name(name))


def tools(transport: Literal["batch", "split"] = "batch") -> dict[str, Tool]:
    """Everything that is measured, by name; crowsfoot first. What is not installed is missing.

    crowsfoot takes the transport from the version of Prisma; where nothing tells it, it is "batch".
    """
    cached = [program("crowsfoot"), "check", "--output", "json"]
    if transport == "split":
        cached += ["--config", str(HERE / "prisma-7.4.toml")]
    cold = [*cached, "--no-cache"]
    found = {
        "crowsfoot": Tool(cold, crowsfoot_findings, "projects"),
        "crowsfoot, cached": Tool(cached, crowsfoot_findings, "projects", scored=False),
        "crowsfoot, without schemas": Tool(cold, crowsfoot_findings, "folders", scored=False),
        "crowsfoot, without schemas, cached": Tool(cached, crowsfoot_findings, "folders", scored=False),
    }
    if Path(program("squawk")).exists():
        squawk = [program("squawk"), "--reporter", "json"]
        found["squawk"] = Tool(squawk, squawk_findings)
        found["squawk, --assume-in-transaction"] = Tool([*squawk, "--assume-in-transaction"], squawk_findings)
    node = shutil.which("node")
    if node and MODULES.is_dir():
        analyze = [node, str(MODULES / "@flvmnt/pgfence/dist/index.js"), "analyze"]
        found["pgfence"] = Tool(
            [*analyze, "--format", "prisma", "--output", "json"],
            pgfence_findings,
            # It reports nothing at all once a file does not parse, and this one does not.
            leaves_out=("20251123142214_model_metric_overhaul",),
        )
        server = [node, str(MODULES / "@postgres-language-server/cli/bin/postgres-language-server"), "check"]
        server += ["--disable-db", "--reporter=json", "--max-diagnostics=none"]
        found["postgres-language-server"] = Tool(server, language_server_findings)
        everything = [*server, f"--config-path={PEERS / 'all-rules'}"]
        found["postgres-language-server, all rules"] = Tool(everything, language_server_findings)
    return found


def arguments(tool: Tool, folder: Path, paths: Sequence[str]) -> list[str]:
    """The command over the files, whose paths are relative to the folder, or over what holds them."""
    kept = [folder / path for path in paths if Path(path).parent.name not in tool.leaves_out]
    if tool.targets == "folders":
        kept = sorted({path.parent.parent for path in kept})
    if tool.targets == "projects":
        kept = sorted({folder / Path(path).parts[0] for path in paths})
    return [*tool.command, *map(str, kept)]


def findings(tool: Tool, folder: Path, paths: Sequence[str]) -> list[Found]:
    """What the tool finds in the files, whose paths are relative to the folder."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        command = arguments(tool, Path(), paths)
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} failed:\n{run.stderr.decode()}")
    return list(tool.read(run.stdout))


def crowsfoot_findings(output: bytes) -> Iterator[Found]:
    for it in json.loads(output)["findings"]:
        start = it["start"] or {"line": None, "column": None}
        line, column = start["line"], start["column"]
        if line is not None:
            line, column = line - 1, column - 1
        yield Found(it["path"], it["rule"], it["message"], line, column)


def squawk_findings(output: bytes) -> Iterator[Found]:
    for it in json.loads(output):
        yield Found(it["file"], it["rule_name"], it["message"], it["line"], it["column"])


def pgfence_findings(output: bytes) -> Iterator[Found]:
    for file in json.loads(output)["results"]:
        for it in file["checks"]:
            # Of one rule it says both that a change rewrites the table and that it does not, by the risk.
            rule = f"{it['ruleId']} (low)" if it["risk"] == "LOW" else it["ruleId"]
            yield Found(file["filePath"], rule, it["message"], text=it["statement"])
        for it in file["policyViolations"]:
            yield Found(file["filePath"], it["ruleId"], it["message"])


def language_server_findings(output: bytes) -> Iterator[Found]:
    for it in json.loads(output)["diagnostics"]:
        location: dict[str, Any] = it["location"]
        start = location.get("start") or {"line": 1, "column": 1}
        rule = it["category"].rpartition("/")[2]
        yield Found(location["path"], rule, it["message"], start["line"] - 1, start["column"] - 1)
