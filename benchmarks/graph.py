"""How long the page of `crowsfoot graph` takes to be made, and to open in a headless Chromium.

    python benchmarks/graph.py path/to/project [--rounds 15]

To be made: a whole process, with its report from the cache. To open: from the start of the navigation until
everything is drawn and can be used (the page's mark "rg-ready"), and until the frame after that is on the
screen; each round in a new browser context, from a file. It needs playwright and a Chromium on PATH.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

# Two frames on: the first that begins after the mark has been painted by then.
_PAINTED = """() => new Promise((then) =>
    requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now()))))"""
_READY = "() => performance.getEntriesByName('rg-ready')[0].startTime"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "graph.html").resolve()
        made = [make(given.project, file) for _ in range(given.rounds + 1)][1:]
        ready, painted = opened(file, given.rounds)
        print(f"{file.stat().st_size:,} bytes")
        for what, times in (("made", made), ("ready", ready), ("painted", painted)):
            least, middle, most = min(times), statistics.median(times), max(times)
            print(f"{what:8} min {least:.3f} s  median {middle:.3f} s  max {most:.3f} s")


def make(project: Path, file: Path) -> float:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "crowsfoot", "graph", str(project), "--output", f"html={file}"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def opened(file: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds until the page is ready, and until it is painted."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    ready: list[float] = []
    painted: list[float] = []
    with sync_playwright() as run:
        browser = run.chromium.launch(executable_path=chromium, chromium_sandbox=False, args=quiet)
        for _ in range(rounds + 1):
            context = browser.new_context(viewport={"width": 1440, "height": 860})
            page = context.new_page()
            page.goto(file.as_uri(), wait_until="commit")
            page.wait_for_selector(".rg-ready", state="attached")
            painted.append(page.evaluate(_PAINTED) / 1000)
            ready.append(page.evaluate(_READY) / 1000)
            context.close()
        browser.close()
    return ready[1:], painted[1:]


if __name__ == "__main__":
    main()
