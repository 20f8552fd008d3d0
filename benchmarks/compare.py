"""Whole processes, one after the other, crowsfoot beside its peers: python compare.py SCHEMA.

Every round runs each command once, so that a slow moment of the machine meets all of them; what is quoted
are medians, and the ratio to crowsfoot's cold run within the same round. The peers need
`npm install --prefix benchmarks/peers` once, and are left out where that has not been done.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"


def commands(schema: Path) -> dict[str, list[str]]:
    """What is measured, by name; the first is what the others are compared with."""
    check = [str(Path(sys.executable).with_name("crowsfoot")), "check", str(schema), "--output", "concise"]
    found = {"crowsfoot, cold": [*check, "--no-cache"], "crowsfoot, unchanged": check}
    node = shutil.which("node")
    if node and (PEERS / "node_modules").is_dir():
        lint = PEERS / "node_modules/prisma-lint/dist/cli.js"
        found["prisma-lint"] = [node, str(lint), "--config", str(PEERS / ".prismalintrc.json"), str(schema)]
        for version in ("6", "7"):
            engine = [node, str(PEERS / "wasm_lint.cjs"), f"prisma-schema-wasm-{version}", str(schema)]
            found[f"prisma-schema-wasm lint, Prisma {version}"] = engine
    return found


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """How long one run takes; a tool's exit code says what it found, so it does not matter here."""
    start = time.perf_counter()
    run = subprocess.run(command, env=environment, capture_output=True, check=False)
    took = time.perf_counter() - start
    if run.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} failed:\n{run.stderr.decode()}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schema", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    schema = arguments.schema.resolve()
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        measured = commands(schema)
        times: dict[str, list[float]] = {name: [] for name in measured}
        for round in range(arguments.rounds + 1):
            for name, command in measured.items():
                took = seconds(command, environment)
                if round:  # the first one warms the disk and writes bytecode and the cache
                    times[name].append(took)
    base = next(iter(times.values()))
    print(
        f"{schema.name}: {schema.stat().st_size:,} bytes, {arguments.rounds} rounds, {os.cpu_count()} cores"
    )
    print(f"{'':34} {'min':>7} {'median':>7} {'max':>7}   ratio to cold (median)")
    for name, taken in times.items():
        ratio = statistics.median(one / cold for one, cold in zip(taken, base, strict=True))
        low, middle, high = min(taken), statistics.median(taken), max(taken)
        print(f"{name:34} {low:6.3f}s {middle:6.3f}s {high:6.3f}s   {ratio:5.2f}")


if __name__ == "__main__":
    main()
