"""What a framework does with rows in answer to a request -> the statements that it sends itself."""

from collections.abc import Callable, Iterator

import msgspec

from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.objects import Args, At, Object
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.where import SOMETHING


def sent(does: Callable[[At], object], at: At) -> Iterator[Query]:
    """What is sent by what does that, and not by functions of the program that it calls."""
    within = at.apart()
    does(within)
    return (query for query, chain in within.sent if not chain)


def call(of: Object, name: str, args: Args, at: At) -> Object:
    return at.call(of.attribute(name, at), args)


def narrowed(rows: QuerySet) -> QuerySet:
    """Those of the rows that something chooses of which nobody knows."""
    return msgspec.structs.replace(rows, where=rows.where.and_(SOMETHING))
