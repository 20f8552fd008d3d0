"""Whole runs over generated schemas of growing size: python scaling.py.

Each round runs every size once, without the cache. Counted is the processor's time, which other programs
disturb less than the clock. What matters is the last column: what one more model costs, beyond what every
run pays for starting.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generate import schema

SIZES = (1, 500, 1000, 2000, 5000)
ROUNDS = 11


def seconds(path: Path) -> float:
    """The processor's time, in user and system mode, of a whole run over the schema."""
    crowsfoot = str(Path(sys.executable).with_name("crowsfoot"))
    command = [crowsfoot, "check", "--no-cache", "--output", "concise", str(path)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for size in SIZES:
            paths[size] = Path(folder, f"{size}.prisma")
            paths[size].write_text("".join(schema(size)))
        times: dict[int, list[float]] = {size: [] for size in SIZES}
        for round in range(ROUNDS + 1):
            for size, path in paths.items():
                took = seconds(path)
                if round:
                    times[size].append(took)
        start = statistics.median(times[1])
        print(f"{ROUNDS} rounds, {os.cpu_count()} cores")
        print(f"{'models':>7} {'lines':>8} {'median':>8} {'per model beyond the start':>27}")
        for size, taken in times.items():
            middle = statistics.median(taken)
            lines = paths[size].read_text().count("\n")
            each = f"{(middle - start) / (size - 1) * 1000:.2f} ms" if size > 1 else "-"
            print(f"{size:7} {lines:8,} {middle:7.2f}s {each:>27}")


if __name__ == "__main__":
    main()
