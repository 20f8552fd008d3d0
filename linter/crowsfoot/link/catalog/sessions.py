"""What concerns the session and not what is stored: settings, transactions, locks, maintenance."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import LockTable, Maintain, SetVariable, Transaction
from crowsfoot.link.catalog.draft import Draft
from crowsfoot.link.catalog.elsewhere import use

_OFF = frozenset({"off", "false", "no", "0"})


def set_variable(draft: Draft, change: SetVariable) -> None:
    if change.name == "all" and change.value is None and draft.catalog.role is not None:
        draft.catalog = replace(draft.catalog, role=None)
    if change.name == "search_path" or (change.name == "all" and change.value is None):
        set_search_path(draft, change.value, change.local)
    elif change.name in ("foreign_key_checks", "@@foreign_key_checks"):
        checks = (change.value or "1").strip("'\"").lower() not in _OFF
        draft.catalog = replace(draft.catalog, check_keys=checks)
    elif change.name == "database" and not draft.postgres:
        use(draft, change)
    elif change.name in ("role", "session_authorization") and draft.postgres:
        set_role(draft, change)
    elif change.name == "check_function_bodies":
        checks = (change.value or "on").strip("'\"").lower() not in _OFF
        draft.catalog = replace(draft.catalog, check_bodies=checks)


def set_role(draft: Draft, change: SetVariable) -> None:
    """SET ROLE and SET SESSION AUTHORIZATION: who owns what is made from here on."""
    value = None if change.value is None or change.value.lower() == "none" else change.value
    session = draft.session
    if not change.local:
        session.role_after = ()
    elif not session.role_after:
        session.role_after = (draft.catalog.role,)
    draft.catalog = replace(draft.catalog, role=value)


def set_search_path(draft: Draft, value: str | None, local: bool) -> None:
    if not draft.postgres:
        return
    before = draft.catalog.search_path
    path = ("public",) if value is None else schemas(value)
    if "pg_temp" in before and "pg_temp" not in path:
        path = ("pg_temp", *path)
    session = draft.session
    if not local:
        session.after = None
    elif session.after is None:
        session.after = before
    draft.catalog = replace(draft.catalog, search_path=path)


def schemas(value: str) -> tuple[str, ...]:
    """The schemas that a search_path names; "$user" is nobody's here."""
    found: list[str] = []
    for part in value.split(","):
        word = part.strip().strip("'")
        name = word[1:-1].replace('""', '"') if word[:1] == '"' else word.lower()
        if name and name != "$user" and name != "pg_catalog":
            found.append(name)
    return tuple(found)


def transaction(draft: Draft, change: Transaction) -> None:
    session = draft.session
    action = change.action
    if action == "savepoint":
        session.savepoints.append((change.name, draft.catalog))
    elif action == "rollback to":
        while session.savepoints:
            name, catalog = session.savepoints[-1]
            if name == change.name:
                draft.catalog = catalog
                return
            session.savepoints.pop()
        draft.refuse("3B001", f'savepoint "{change.name}" does not exist', change.range)
    elif action == "release":
        while session.savepoints:
            if session.savepoints.pop()[0] == change.name:
                return
        draft.refuse("3B001", f'savepoint "{change.name}" does not exist', change.range)
    elif action in ("commit", "rollback"):
        session.over = action


def lock_table(draft: Draft, change: LockTable) -> None:
    if not draft.session.in_block and draft.postgres:
        draft.refuse("25P01", "LOCK TABLE can only be used in transaction blocks", change.range)
    for name in change.tables:
        draft.table(name)


def maintain(draft: Draft, change: Maintain) -> None:
    if draft.postgres and draft.session.in_block:
        what = None
        if change.command in ("vacuum", "vacuum full"):
            what = "VACUUM"
        elif change.command == "reindex" and change.concurrently:
            what = "REINDEX CONCURRENTLY"
        elif change.command == "reindex" and change.kind in ("database", "schema", "other"):
            what = f"REINDEX {'SYSTEM' if change.kind == 'other' else change.kind.upper()}"
        if what is not None:
            draft.refuse("25001", f"{what} cannot run inside a transaction block", change.range)
    if draft.postgres and change.kind == "table":
        for name in change.names:
            draft.table(name)
    elif draft.postgres and change.kind == "index":
        for name in change.names:
            if draft.catalog.index_table(name) is None:
                draft.refuse_missing("42P01", "relation", name)
