"""A statement that is sent once per row -> the finding: which, per what, how it comes there, what else."""

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.finding import Confidence, Finding, Fix, Related
from crowsfoot.libraries.query import CALLS
from crowsfoot.link.code.access import Passed, Repeated


def once_per_row(it: Repeated, does: str) -> Finding:
    """does says what the statement does: "runs", "writes"; of one behind a call, it is sent."""
    if it.way:
        verb = "sends" if it.query.cause in CALLS else "loads"
        subject = f"`{it.code}` {verb} `{_asked(it)}`, {_calls(len(it.way))} below,"
    else:
        subject = f"`{_asked(it)}` {does}"
    more = f" (and {it.others} more behind the same call)" if it.others else ""
    return Finding(
        it.span,
        f"{subject} {_per(it)}{more}{_instead(it)}",
        subject=str(it),
        related=tuple(_related(it)),
        fix=Fix(f"add {it.mend.text}", (it.mend,)) if it.mend is not None else None,
        confidence=_confidence(it),
        flow=tuple(_flow(it)) if it.way or it.asked or it.shown_by else (),
    )


def _asked(it: Repeated) -> str:
    """What is sent, by the name of its model; as it is written there, where nobody knows that."""
    api, code = it.query.api, it.way[-1].code if it.way else it.code
    if not _UNNAMED.match(api) or "." not in code or not _PLAIN.match(code):
        return api
    return code


def _calls(count: int) -> str:
    return "one call" if count == 1 else f"{count} calls"


def _per(it: Repeated) -> str:
    if it.kind == "recursive":
        return f"at each level, as `{it.over}` goes on"
    if it.how == "key=":
        return "once per element, for its key"
    if it.kind == "fan-out":
        return f"once per element that {it.how} goes over"
    if it.how:
        named = "." in it.how or "(" in it.how  # a field of a class, or a call
        return f"once per row of `{it.how}`" if named else f"once per row of the {it.how}"
    if it.each and it.each != "_":
        return f"once per `{it.each}`"
    return f"once per element of `{it.over}`" if it.over else "in each pass of the loop"


def _instead(it: Repeated) -> str:
    """What to write instead, after what that does; nothing where no library says it."""
    if it.same:
        return "; it asks for the same in each pass: ask before the loop"
    if it.kind == "recursive" and it.query.cause in CALLS and it.query.operation in _READS:
        return "; a recursive query (WITH RECURSIVE) reads all levels at once"
    # "one query for all of them": the words that introduce the others say as much.
    said = _NO_RECEIVER.sub("", it.query.instead)
    if not said or _PLACEHOLDER.search(said):
        return ""
    query = it.query
    if query.cause == "expired":
        return f"; {said}"
    if query.cause not in CALLS or _EAGER.match(said):
        return f"; load it with the rows: {said}"
    if said.startswith(("one ", "await ")) or said.endswith((" loop", " await")):
        return f"; use {said}"
    if query.operation == "delete" and said.endswith("_(...))") and not _DELETES.search(said):
        said += ".delete()"
    if query.operation in _WRITES:
        return f"; write all at once: {said}"
    return f"; ask once for all: {said}"


def _related(it: Repeated) -> Iterator[Related]:
    if it.loop != it.span:
        yield Related(it.loop, "the recursion" if it.kind == "recursive" else "the loop")
    yield from _way(it)
    yield from _before(it)


def _flow(it: Repeated) -> Iterator[Related]:
    """The way from the rows and the loop to where the statement is sent."""
    yield from _before(it)
    if it.loop != it.span:
        yield Related(it.loop, "the loop")
    if it.way:
        yield Related(it.span, f"calls `{it.code}`")
        yield from _way(it)
    else:
        yield Related(it.span, f"reads `{it.code}`")


def _before(it: Repeated) -> Iterator[Related]:
    """What the program does before a template goes over its rows."""
    if it.asked is not None:
        yield Related(it.asked.span, f"{_doer(it.asked)} asks for the rows")
    elif it.shown_by is not None:
        yield Related(it.shown_by.span, f"{_doer(it.shown_by)} shows this")


def _doer(it: Passed) -> str:
    return f"`{it.function}`" if it.function else "the module"


def _way(it: Repeated) -> Iterator[Related]:
    for step in it.way[:-1]:
        yield Related(step.span, f"calls `{step.code}`")
    if it.way:
        done = "sent" if it.query.cause in CALLS else "loaded"
        yield Related(it.way[-1].span, f"`{it.query.api}` is {done} here")


def _confidence(it: Repeated) -> Confidence:
    """What tests, migrations and scripts do once per row is seldom worth a change."""
    return Confidence.LIKELY if it.query.likely and it.role == "application" else Confidence.POSSIBLE


# What stands for a receiver that is not known: "….objects.filter(…)"
_NO_RECEIVER: Final = re.compile(r"^(?:…|\.{3})\.(?:objects\.)?")
# What a library says where it knows no model: "objects.filter()", "row.save()".
_UNNAMED: Final = re.compile(r"(?:objects|row)(?:\.|$)")
_PLAIN: Final = re.compile(r"(?!super\b)[A-Za-z_]")
_PLACEHOLDER: Final = re.compile(r"^one (?:query|statement) for all|\.{4}|^(?:…|\.\.\.)")
_DELETES: Final = re.compile(r"(?:^|\.)delete\(")
_EAGER: Final = re.compile(
    r"(?:select|prefetch)_related\(|(?:joined|selectin|subquery)load\(|undefer\(|include="
)
_READS: Final = frozenset(("select", "count", "exists"))
_WRITES: Final = frozenset(("insert", "update", "delete", "save", "upsert", "get-or-create"))
