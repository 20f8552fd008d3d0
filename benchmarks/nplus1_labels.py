"""Labelled places and the claims that hit them: what a tool finds, misses and says in vain.

A claim hits an `n+1` label on its line, in its span (the statement) or within two lines of its line, and an
`ok` label on its line or in its span. A claim on the very line of a label is of that label: it does not hit
an `ok` label whose statement lies around it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nplus1_checkouts import checkout
from nplus1_tools import Claim

NEAR = 2  # lines

NO_ZONE = re.compile(r"(^|[/_])tests?[/_.]|(^|/)(conftest\.py|migrations/)")


class Label(NamedTuple):
    """One place, and what is true of it."""

    id: str
    repo: str
    revision: str
    path: str
    line: int
    span: tuple[int, int]
    library: str
    shape: str
    grows: bool
    why: str
    function: str
    loop: int | None

    @property
    def run(self) -> tuple[str, str]:
        return self.repo, self.revision

    def is_hit(self, path: str, line: int) -> bool:
        if path != self.path:
            return False
        within = self.span[0] <= line <= self.span[1] or line == self.line
        return within or (self.grows and abs(line - self.line) <= NEAR)


# By repository and revision: what a tool says, and the lines on which labels are.
Claims = dict[tuple[str, str], list[Claim]]
Lines = dict[tuple[str, str], set[tuple[str, int]]]


class Score(NamedTuple):
    """The labels of a kind, by truth and by what a tool says of them."""

    found: int
    missed: int
    wrong: int
    silent: int

    @property
    def recall(self) -> str:
        return _share(self.found, self.found + self.missed)

    @property
    def precision(self) -> str:
        return _share(self.found, self.found + self.wrong)


def read_labels(file: Path) -> list[Label]:
    records: list[dict[str, Any]] = [json.loads(line) for line in file.read_text().splitlines()]
    return [
        Label(
            id=it["id"],
            repo=it["repo"],
            revision=it["rev"],
            path=it["path"],
            line=it["line"],
            span=(it["span"][0], it["span"][1]),
            library=it["orm"],
            shape=it["shape"],
            grows=it["verdict"] == "n+1",
            why=it["why"],
            function=it["func"] or "the module",
            loop=it["loop_line"],
        )
        for it in records
    ]


def lines_of(labels: Iterable[Label]) -> Lines:
    lines: Lines = {}
    for it in labels:
        lines.setdefault(it.run, set()).add((it.path, it.line))
    return lines


def hit(label: Label, claims: Iterable[Claim], lines: set[tuple[str, int]]) -> list[Claim]:
    """The claims that hit the label; lines are those on which labels of its revision are."""
    return [
        it
        for it in claims
        if label.is_hit(it.path, it.line)
        and (label.grows or it.line == label.line or (it.path, it.line) not in lines)
    ]


def score(labels: Sequence[Label], said: Claims, lines: Lines) -> Score:
    hits = [(it.grows, bool(hit(it, said[it.run], lines[it.run]))) for it in labels]
    return Score(*(hits.count(kind) for kind in ((True, True), (True, False), (False, True), (False, False))))


def unlabelled(
    labels: Iterable[Label], claims: Iterable[Claim], run: tuple[str, str], zone: str
) -> list[Claim]:
    """The claims in an exhaustively labelled zone that hit no label: they may be wrong."""
    here = [it for it in labels if it.run == run]
    return [
        claim
        for claim in claims
        if claim.path.startswith(zone)
        and not NO_ZONE.search(claim.path)
        and not any(it.is_hit(claim.path, claim.line) for it in here)
    ]


def misses(labels: Sequence[Label], said: Claims, every: Claims, folder: Path) -> str:
    """What crowsfoot gets wrong, by shape; every also has the claims that it is too unsure of."""
    lines = lines_of(labels)
    parts: list[str] = []
    for label in sorted(labels, key=lambda it: (it.shape, it.library, it.id)):
        hits = hit(label, said[label.run], lines[label.run])
        if bool(hits) == label.grows:
            continue
        verdict = "MISSED" if label.grows else "WRONG"
        root = checkout(folder, *label.run)
        parts.append(
            f"{verdict} {label.shape} {label.library} {root / label.path}:{label.line} {label.function}"
        )
        parts.append(f"  {label.why}")
        parts += [f"  said: {it.rule} ({it.confidence}): {it.message}" for it in hits]
        if label.grows:
            parts += _hints(label, every[label.run], lines[label.run])
        parts += [*_code(root / label.path, label), ""]
    count = {verdict: sum(it.startswith(verdict) for it in parts) for verdict in ("MISSED", "WRONG")}
    return "\n".join([f"{count['MISSED']} missed, {count['WRONG']} wrong", "", *parts])


def _hints(label: Label, claims: Iterable[Claim], lines: set[tuple[str, int]]) -> list[str]:
    claims = [it for it in claims if it.path == label.path or it.related]
    unsure = [f"  too unsure: {it.rule} ({it.confidence})" for it in hit(label, claims, lines)]
    related = [
        f"  a related place of {it.rule} at {it.path}:{it.line}"
        for it in claims
        if any(label.is_hit(*place) for place in it.related)
    ]
    loop = label.loop or label.line
    near = [
        f"  in the same loop: {it.rule} ({it.confidence}) on line {it.line}"
        for it in claims
        if it.path == label.path and loop <= it.line <= label.span[1] and not label.is_hit(it.path, it.line)
    ]
    return [*unsure, *related, *near]


def _code(file: Path, label: Label) -> list[str]:
    """The lines from the loop to the end of the statement, with the middle left out where that is long."""
    code = file.read_text(errors="replace").splitlines()
    first, last = min(label.loop or label.span[0], label.span[0]), min(label.span[1], label.span[0] + 12)
    numbers = [*range(first, last + 1)]
    if len(numbers) > 24:
        numbers = [*range(first, first + 4), *range(label.span[0] - 4, last + 1)]
    numbers = [it for it in sorted({*numbers, label.line}) if it <= len(code)]
    return [f"  {'>' if it == label.line else ' '}{it:5} {code[it - 1]}" for it in numbers]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"
