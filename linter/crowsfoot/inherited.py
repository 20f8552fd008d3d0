"""Diagnostics -> the same, but what many tables inherit from one place of the code is told there once."""

from collections.abc import Iterable, Set

from msgspec.structs import replace

from crowsfoot.finding import Diagnostic
from crowsfoot.source import Span


def told_once(diagnostics: Iterable[Diagnostic], rules: Set[str]) -> list[Diagnostic]:
    """Of several that one of these rules says of one place in a file of Python, the first, with their number.

    Two tables have a column at one place only where both inherit it.
    """
    first: dict[tuple[str, Span], int] = {}
    more: dict[int, int] = {}
    kept: list[Diagnostic] = []
    for it in diagnostics:
        span = it.finding.span
        if it.rule in rules and span.path.endswith(".py"):
            at = first.setdefault((it.rule, span), len(kept))
            if at < len(kept):
                more[at] = more.get(at, 0) + 1
                continue
        kept.append(it)
    for at, count in more.items():
        tables = "another table" if count == 1 else f"{count} other tables"
        finding = kept[at].finding
        kept[at] = replace(
            kept[at],
            finding=replace(finding, message=f"{finding.message} (so it is in {tables} that inherit it)"),
        )
    return kept
