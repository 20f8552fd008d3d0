"""A statement that is sent once per row -> the finding that says so: which, per what, how it comes there, what
else."""

from collections.abc import Iterator

from crowsfoot.finding import Confidence, Finding, Related
from crowsfoot.link.code.access import Repeated


def once_per_row(it: Repeated, does: str) -> Finding:
    """does says what the statement does: "runs a query", "writes a row"."""
    way = f", {_calls(len(it.way))} below" if it.way else ""
    what = f"`{it.code}` {does}{way}" if it.way else f"`{it.query.api}` {does}"
    if it.way and it.others:
        what += f" ({it.others} more behind the same call)"
    instead = f"; {it.query.instead} asks once" if it.query.instead else ""
    return Finding(
        it.span,
        f"{what} {_per(it)}{instead}",
        subject=str(it),
        related=tuple(_related(it)),
        confidence=_confidence(it),
    )


def _calls(count: int) -> str:
    return "one call" if count == 1 else f"{count} calls"


def _per(it: Repeated) -> str:
    if it.kind == "recursive":
        return f"at each level, as {it.over} goes on"
    if it.kind == "fan-out":
        return f"once per element that {it.how} goes over"
    if it.how:
        return f"once per row of the {it.how}"
    return f"once per element of `{it.over}`" if it.over else "in each pass of the loop"


def _related(it: Repeated) -> Iterator[Related]:
    if it.loop != it.span:
        yield Related(it.loop, "the recursion" if it.kind == "recursive" else "the loop")
    for step in it.way[:-1]:
        yield Related(step.span, f"calls `{step.code}`")
    if it.way:
        yield Related(it.way[-1].span, f"`{it.query.api}` is sent here")


def _confidence(it: Repeated) -> Confidence:
    """What tests, migrations and scripts do once per row is seldom worth a change."""
    return Confidence.LIKELY if it.query.likely and it.role == "application" else Confidence.POSSIBLE
