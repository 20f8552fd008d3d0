"""Numbered pieces of work on a program -> what each comes to, on all cores where there are several."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from crowsfoot.processes import Helpers, Pile, spare_cores

_T = TypeVar("_T")


def shared(
    numbers: Sequence[int],
    work: Callable[[int], _T],
    of: type[_T],
    *,
    cores: int | None = None,
    first: Callable[[], object] = lambda: None,
) -> Iterator[tuple[int, _T]]:
    """What the work on each number comes to, with that number, in any order.

    It must not matter which process does a piece, or after which other ones: all begin with what is known
    now. first is what this process does before it takes any; of is what comes of a piece, which has to
    come back from msgpack as it was. cores says how many helpers there may be.
    """
    cores = spare_cores() if cores is None else cores
    if not cores or len(numbers) < 2:
        first()
        for number in numbers:
            yield number, work(number)
        return

    def encoded() -> Iterator[bytes]:
        # Told at the end: a piece is more than a pipe holds, and who works on another one does not listen.
        done = [(numbers[it], work(numbers[it])) for it in pile]
        yield from map(msgspec.msgpack.encode, done)

    decoder = msgspec.msgpack.Decoder(tuple[int, of])  # type: ignore[valid-type]
    waiting = dict.fromkeys(numbers)
    with Pile(len(numbers)) as pile, Helpers(encoded, min(cores, len(numbers) - 1)) as helpers:
        first()
        for it in pile:
            del waiting[numbers[it]]
            yield numbers[it], work(numbers[it])
        while helpers.wait():
            for number, found in map(decoder.decode, helpers.said()):
                del waiting[number]
                yield number, found
    for number in waiting:
        yield number, work(number)
