"""A query that compares columns through a relation -> what is asked of the table at its far side.

Book.author.name is a column of Author. Where nothing else narrows the search, authors are looked for first,
and then their books. All else is left to the database, which chooses by its statistics: nothing is told then.
"""

from __future__ import annotations

from typing import Final

import msgspec

from crowsfoot.libraries.query import Query
from crowsfoot.link.project import Table

_KINDS: Final = ("equal", "null", "among", "ranges", "others")
_READS: Final = frozenset(("select", "count", "exists"))


def far_side(query: Query, table: Table) -> tuple[Query, Table] | None:
    """What the query asks of the one other table that it filters by, and that table; None where none is."""
    if not query.whole or query.either or query.optional or query.operation not in _READS:
        return None
    # It may as well go through the rows in that order, or look for those that nothing is joined to.
    if (query.limit and query.order) or query.null:
        return None
    paths = {name.rpartition(".")[0] for kind in _KINDS for name in getattr(query, kind)}
    if len(paths) != 1 or not (path := paths.pop()) or "." in path:
        return None
    target = _target(table, path)
    if target is None:
        return None
    start = len(path) + 1
    kinds = {kind: tuple([it[start:] for it in getattr(query, kind)]) for kind in _KINDS}
    words = {
        field: tuple([(it[start:], word) for it, word in getattr(query, field)])
        for field in ("functions", "constants")
    }
    more = {
        "table": target.name,
        "order": (),
        "nulls": (),
        "limit": False,
        "target": (),
        "target_where": None,
    }
    return msgspec.structs.replace(query, **kinds, **words, **more), target


def _target(table: Table, path: str) -> Table | None:
    """The table that the relation of that name leads to, or that is joined by its own name."""
    found = {
        fk.target
        for fk in table.foreign_keys
        if path in (fk.target.name, fk.target.model)
        or (len(fk.columns) == 1 and fk.columns[0].field in (path, f"{path}_id"))
        or (fk.relation is not None and fk.relation.owner.name == path)
    }
    return found.pop() if len(found) == 1 else None
