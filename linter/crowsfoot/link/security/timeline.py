"""A history -> what its final catalog does not tell: dropped policies, lost options, copied tables.

It is worked out once for each database, when the first rule asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from crowsfoot.facts.sql import (
    AlterOther,
    Change,
    ChangeOwner,
    CreatePolicy,
    CreateTable,
    CreateView,
    DropObject,
    Grant,
    ObjectName,
    SetVariable,
)
from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import once
from crowsfoot.link.security.model import Security
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.link.history import Step


class Dropped(msgspec.Struct, frozen=True):
    """A policy that was dropped, and the statement that has done so."""

    policy: held.Policy
    span: Span


class Lost(msgspec.Struct, frozen=True):
    """A view that had security_invoker: where it had it, and the statement that made it anew without."""

    had: Span
    lost: Span
    replaced: bool  # CREATE OR REPLACE; False: it was dropped before


class Copied(msgspec.Struct, frozen=True):
    """A table that was made from others that had row-level security when it was; how is the word: "LIKE"."""

    sources: tuple[held.Table, ...]
    how: str


class StoragePolicy(msgspec.Struct, frozen=True):
    """A policy on storage.objects of Supabase, which no migration makes."""

    policy: CreatePolicy
    span: Span


class Timeline:
    """By the numbers of tables and views, or by name where no migration makes the object."""

    def __init__(self) -> None:
        self.dropped: dict[int, list[Dropped]] = {}
        self.lost: dict[int, Lost] = {}
        self.copied: dict[int, Copied] = {}
        self.published: dict[int, tuple[str, Span]] = {}
        self.storage: dict[str, StoragePolicy] = {}
        self.row_security_off: list[Span] = []
        self.owners: dict[int, Span] = {}  # the last statement that has made somebody the owner
        self.joined: dict[tuple[str, str], Span] = {}  # role and what it was made a member of
        self._invokers: dict[tuple[str, str], Span] = {}


@once
def timeline_of(security: Security) -> Timeline:
    found = Timeline()
    for migration in security.history.migrations:
        for step in migration.steps:
            if step.failure is None:
                for change in step.does:
                    _note(found, step, change)
    return found


def _note(timeline: Timeline, step: Step, change: Change) -> None:
    if isinstance(change, DropObject) and change.kind == "policy":
        _drop_policy(timeline, step, change)
    elif isinstance(change, CreateView):
        _view(timeline, step, change.view, change.replace)
    elif isinstance(change, AlterOther):
        if change.kind == "view":
            _view(timeline, step, change.name, False)
        elif change.kind == "publication":
            _publish(timeline, step, change)
    elif isinstance(change, CreateTable):
        _copy(timeline, step, change)
    elif isinstance(change, CreatePolicy):
        if (change.table.schema, change.table.name) == ("storage", "objects"):
            timeline.storage[change.name] = StoragePolicy(change, step.span_of(change.range))
    elif isinstance(change, ChangeOwner):
        number = step.after.number_of(change.name)
        if number is not None:
            timeline.owners[number] = step.span_of(change.range)
    elif isinstance(change, Grant):
        if change.kind == "role" and not change.revoke:
            for grantee in change.grantees:
                for name in change.names:
                    timeline.joined[grantee, name.name] = step.span_of(change.range)
    elif isinstance(change, SetVariable):
        _switch_off(timeline, step, change)


def _drop_policy(timeline: Timeline, step: Step, change: DropObject) -> None:
    if change.table is None:
        return
    if (change.table.schema, change.table.name) == ("storage", "objects"):
        timeline.storage.pop(change.name.name, None)
    table = step.before.table(change.table)
    policy = table.policies.get(change.name.name) if table is not None else None
    if table is not None and policy is not None:
        timeline.dropped.setdefault(table.number, []).append(Dropped(policy, step.span_of(change.range)))


def _view(timeline: Timeline, step: Step, name: ObjectName, replaced: bool) -> None:
    """What becomes of security_invoker: ALTER VIEW RESET takes it on purpose, a new definition forgets it."""
    after = step.after.table(name)
    if after is None:
        return
    key = (after.schema, after.name)
    if after.invoker:
        timeline._invokers[key] = step.span
        timeline.lost.pop(after.number, None)
    elif key in timeline._invokers:
        had = timeline._invokers.pop(key)
        if any(isinstance(it, CreateView) for it in step.does):
            timeline.lost[after.number] = Lost(had, step.span, replaced)


def _copy(timeline: Timeline, step: Step, change: CreateTable) -> None:
    made = step.after.table(change.table)
    if made is None or made.temporary:
        return
    names = [it for it, _ in change.like]
    how = "LIKE"
    if change.query is not None:
        names, how = [*change.query.tables], "CREATE TABLE AS"
    sources = [it for name in names if (it := step.before.table(name)) is not None and it.rls]
    if sources:
        timeline.copied[made.number] = Copied(tuple(sources), how)


def _publish(timeline: Timeline, step: Step, change: AlterOther) -> None:
    number = step.after.number_of(change.table) if change.table is not None else None
    if number is None:
        return
    if change.text == "drop":
        timeline.published.pop(number, None)
    else:
        timeline.published[number] = (change.name.name, step.span_of(change.range))


def _is_dump(step: Step) -> bool:
    return any(
        isinstance(it, SetVariable) and it.name == "xmloption"
        for other in step.migration.steps[:30]
        for it in other.does
    )


def _switch_off(timeline: Timeline, step: Step, change: SetVariable) -> None:
    # A dump begins with settings, and this is one of them.
    if change.name == "row_security" and _off(change.value) and not _is_dump(step):
        timeline.row_security_off.append(step.span_of(change.range))


def _off(value: str | None) -> bool:
    return value is not None and value.strip("'\"").lower() in ("off", "false", "no", "0")
