"""Comments to the linter that also speak to the advice: what they allow is not advised against.

Whoever allows `unindexed-foreign-key` at a key has decided on it, and so has who allows `redundant-index` or
`duplicate-index` at an index.
"""

from collections.abc import Iterable
from typing import Final

from crowsfoot.finding import Directive
from crowsfoot.link.project import ForeignKey, Index
from crowsfoot.source import Span

_OF_KEYS: Final = frozenset({"unindexed-foreign-key"})
_OF_INDEXES: Final = frozenset({"redundant-index", "duplicate-index"})


def is_allowed(it: ForeignKey | Index, directives: Iterable[Directive]) -> bool:
    """Whether a comment allows the foreign key to have no index, or the index to be superfluous."""
    span, rules = (it.name_span, _OF_KEYS) if isinstance(it, ForeignKey) else (it.span, _OF_INDEXES)
    return any(rules & set(each.rules) and _covers(each, span) for each in directives)


def _covers(it: Directive, span: Span) -> bool:
    if it.covers is None:
        return it.span.path == span.path
    return it.covers.path == span.path and it.covers.start <= span.start <= it.covers.end
