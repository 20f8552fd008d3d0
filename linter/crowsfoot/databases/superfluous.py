"""An index -> the others of its table that make it superfluous, and how sure that is."""

import msgspec

from crowsfoot.databases.indexes import deletion_times, is_wide, may_be_partial, redundant_by, same_keys
from crowsfoot.databases.providers import APPENDS_PRIMARY_KEY
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Index


class Superfluous(msgspec.Struct, frozen=True):
    """An index that others do the work of: those with the same keys, or else those that begin with its keys.

    The narrowest comes first.
    """

    index: Index
    by: tuple[Index, ...]
    same: bool
    confidence: Confidence


def superfluous(index: Index) -> Superfluous | None:
    """None where the index does something that no other one does.

    A unique key over the time of deletion is not counted on: a partial one in its place holds less.
    """
    if index.table.kind != "table":
        return None
    found = tuple(it for it in redundant_by(index) if not deletion_times(it))
    same = tuple(it for it in found if same_keys(index, it))
    by = same or found
    return Superfluous(index, by, bool(same), _confidence(index, by[0], bool(same))) if by else None


def _confidence(index: Index, by: Index, same: bool) -> Confidence:
    # Nobody has written an index that a library adds to each foreign key, and few would take it away.
    if index.implied or may_be_partial(index) or may_be_partial(by):
        return Confidence.POSSIBLE
    if same:
        return Confidence.CERTAIN
    more = by.keys[len(index.keys) :]
    # A short index pays for itself where it stays in memory and the long one does not.
    if len(more) > 2 or any(map(is_wide, more)):
        return Confidence.POSSIBLE
    provider = index.table.database.provider
    unsure = len(more) > 1 or provider in APPENDS_PRIMARY_KEY or provider == "unknown"
    return Confidence.LIKELY if unsure else Confidence.CERTAIN
