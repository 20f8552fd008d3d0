"""The indexes of a table, before and after -> what its writes pay for them.

Every insert writes every index. An update writes all of them as well, unless it changes no indexed column and
the new version of the row fits on its page (a heap-only tuple).
Source: https://www.postgresql.org/docs/current/storage-hot.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crowsfoot.advice.measured import Measured
from crowsfoot.link.project import Index, Table
from crowsfoot.prose import series

_HEAP_ONLY = frozenset({"postgresql"})


def notes(table: Table, new: Iterable[Index], measured: Measured) -> Iterator[str]:
    """What is to be known of the writes of a table that is to have new indexes."""
    made = list(new)
    seen = measured.table(table)
    if made and seen is not None:
        writes = seen.inserts + seen.updates - seen.hot_updates
        yield (
            f"{seen.inserts:,} inserts and {seen.updates:,} updates ({seen.hot_updates:,} heap-only), "
            f"of which {writes:,} would write each new index"
        )
    if table.database.provider in _HEAP_ONLY:
        before = {it for index in table.indexes for it in index.columns}
        changed = {it for index in made for it in index.columns if it.updated_at and it not in before}
        if changed:
            names = series(sorted(it.field for it in changed))
            yield f"every update changes {names}, so that no update of {table} is heap-only (HOT) any more"
