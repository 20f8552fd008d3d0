"""How long 25,000 results, the most that GitHub takes of a run, need to become SARIF.

Usage: python benchmarks/sarif_25000.py [RESULTS]
Prints the seconds of the whole rendering, imports included, the size of the text and the peak memory.
Each result has a fix or two related places; the results stand in as many lines of 50 schemas.
"""

import resource
import sys
import time

from crowsfoot.finding import Diagnostic, Edit, Finding, Fix, Related, Report, Severity
from crowsfoot.reporters import View, render
from crowsfoot.source import Source, Span

FILES = 50


def main(count: int) -> None:
    view = _view(count)
    before = _peak()
    start = time.perf_counter()
    text = render("sarif", view)
    seconds = time.perf_counter() - start
    size = len(text.encode()) / 1e6
    print(f"{count} results: {seconds:.2f} s, {size:.1f} MB, peak {_peak() - before:.0f} MB more")


def _view(count: int) -> View:
    per_file = -(-count // FILES)
    sources = [_source(number, per_file) for number in range(FILES)]
    kept = [_diagnostic(sources[number // per_file], number % per_file) for number in range(count)]
    return View(
        report=Report(kept=tuple(kept), files=FILES),
        sources={it.path: it for it in sources},
    )


def _source(number: int, fields: int) -> Source:
    lines = [
        f"model Table{number} {{\n",
        *(f"  owner{it}Id Int // one of many\n" for it in range(fields)),
        "}\n",
    ]
    return Source(f"packages/area{number}/prisma/schema.prisma", "".join(lines))


def _diagnostic(source: Source, field: int) -> Diagnostic:
    where = source.line_range(field + 2)
    span = Span(source.path, where.start + 2, where.start + 2 + len(f"owner{field}Id"))
    subject = f"{source.path.split('/')[1]}.owner{field}Id"
    fixed = field % 4 == 0
    finding = Finding(
        span=span,
        message=f"no index serves the foreign key owner{field}Id: deleting an owner scans the whole table",
        subject=subject,
        related=()
        if fixed
        else (
            Related(span, "the foreign key is declared here"),
            Related(Span(source.path, 0, 5), "the table that is scanned"),
        ),
        fix=Fix("add an index", (Edit(Span(source.path, where.end, where.end), "\n  @@index([x])"),))
        if fixed
        else None,
    )
    return Diagnostic(f"rule-{field % 40}", Severity.WARNING, finding)


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB on Linux, bytes on macOS
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25_000)
