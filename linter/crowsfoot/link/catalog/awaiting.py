"""Foreign keys to tables that are not there, or not yet: SQLite keeps them, and MySQL without checks."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.link.catalog.draft import Draft, edited
from crowsfoot.link.catalog.model import ForeignKey, Table


def meet(draft: Draft, table: Table) -> None:
    """Gives the foreign keys that wait for a table of that name the table."""
    catalog = draft.catalog
    key = (catalog.fold(table.schema), catalog.fold(table.name))
    waiting = catalog.awaited.get(key)
    if waiting is None:
        return
    draft.catalog = replace(catalog, awaited=catalog.awaited.discard(key))
    for number, fk in waiting:
        referrer = draft.catalog.tables.get(number)
        if referrer is None or fk.name in referrer.foreign_keys:
            continue
        if all(it in referrer.columns for it in fk.columns):
            known = fk.target_columns or tuple(
                it for it in (table.primary_key.columns if table.primary_key else ()) if it is not None
            )
            found = replace(fk, target=table.number, target_columns=known)
            draft.put(replace(referrer, foreign_keys=edited(referrer.foreign_keys, fk.name, found)))


def await_table(draft: Draft, schema: str, name: str, number: int, fk: ForeignKey) -> None:
    """Keeps a foreign key of the table of that number until there is what it refers to."""
    catalog = draft.catalog
    key = (catalog.fold(schema), catalog.fold(name))
    waiting = (*catalog.awaited.get(key, ()), (number, fk))
    draft.catalog = replace(catalog, awaited=catalog.awaited.insert(key, waiting))


def rename_awaiting(draft: Draft, number: int, old: str, new: str) -> None:
    """Gives a column of the table of that number its new name in the keys that still wait."""
    awaited = draft.catalog.awaited
    for key, waiting in list(awaited.items()):
        changed = tuple(
            (it, replace(fk, columns=tuple(new if name == old else name for name in fk.columns)))
            if it == number
            else (it, fk)
            for it, fk in waiting
        )
        awaited = awaited.insert(key, changed)
    draft.catalog = replace(draft.catalog, awaited=awaited)
