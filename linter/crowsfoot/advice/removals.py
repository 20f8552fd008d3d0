"""The indexes of a table -> those that another one makes superfluous, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from crowsfoot.advice.measured import FEW_ROWS, Measured
from crowsfoot.advice.needs import Need, serves
from crowsfoot.databases.indexes import covers, may_be_partial, redundant_by
from crowsfoot.databases.superfluous import superfluous
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Index, Table


class Removal(msgspec.Struct, frozen=True):
    """An index to drop, and the one that does what it does."""

    index: Index
    by: Index | None
    why: str
    confidence: Confidence


def removals(table: Table) -> Iterator[Removal]:
    """The indexes that another one of the table makes superfluous."""
    for it in filter(None, map(superfluous, table.indexes)):
        # What stays is told rather than what goes itself.
        by = next((other for other in it.by if not redundant_by(other)), it.by[0])
        does = "has the same keys" if it.same else "starts with the same keys"
        yield Removal(it.index, by, f"{by.declaration} {does}", it.confidence)


def unused(table: Table, needs: Iterable[Need], measured: Measured) -> Iterator[Removal]:
    """The indexes that no query has used since counting began, of a table that is worth an index.

    A unique one forbids rows, one of a foreign key serves deletes. Where the code holds a query that only
    this index serves, the query may just not have come yet.
    """
    rows = measured.rows(table)
    if rows is None or rows < FEW_ROWS:
        return
    keys = {fk: {it for it in table.indexes if covers(it, fk)} for fk in table.foreign_keys}
    served = {need: {it for it in table.indexes if serves(it, need)} for need in needs}
    for index in table.indexes:
        seen = measured.index(index)
        if seen is None or seen.scans > 0 or index.unique or index.primary or index.clustered:
            continue
        if any(them == {index} for them in keys.values()):
            continue
        asked = any(them == {index} for them in served.values())
        for them in (*keys.values(), *served.values()):
            them.discard(index)
        when = f"since {measured.since}" if measured.since is not None else "since counting began"
        size = f", and takes {human_bytes(seen.bytes)}" if seen.bytes else ""
        more = ", though the code asks for what it serves" if asked else ""
        confidence = Confidence.POSSIBLE if asked else Confidence.LIKELY
        yield Removal(index, None, f"not used {when}{size}{more}", confidence)


def human_bytes(count: int) -> str:
    """12 kB, 3.4 MB, 1.2 GB."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"


def is_removable(index: Index, least: Confidence) -> bool:
    """Whether the index may go where a longer one does what it does."""
    if index.unique or index.primary or index.clustered or index.predicate is not None:
        return False
    if index not in index.table.indexes:
        return False  # the database takes it away by itself
    hidden = index.implied or may_be_partial(index)
    return index.method == "btree" and (least is Confidence.POSSIBLE or not hidden)
