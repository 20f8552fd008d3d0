"""Sources to facts: from the cache, else by the frontends, on all cores where that pays."""

import os
import posixpath
from collections.abc import Iterable, Sequence

import msgspec

from crowsfoot import frontends
from crowsfoot.cache import Cache, digest
from crowsfoot.facts import Facts
from crowsfoot.source import Source

# Below this, in characters, what other processes save is lost in starting them (measured on two cores: 6.6
# million characters in eight files are read in 2.8 s instead of 4.6).
WORTH_A_POOL = 2_000_000


def read_all(sources: Sequence[Source], cache: Cache) -> list[tuple[str, Facts]]:
    """What each file says, in the order of the sources; files of a foreign kind are left out.

    A text that stands at several paths under one name is read once.
    """
    keys = {source.path: _key(source) for source in sources}
    known: dict[str, Facts] = {}
    unread: dict[str, Source] = {}
    for source in sources:
        key = keys[source.path]
        if key in known or key in unread:
            continue
        facts: Facts | None = cache.get("facts", key, Facts)  # type: ignore[arg-type]  # a union is a form of type
        if facts is None:
            unread[key] = source
        else:
            known[key] = facts
    for key, facts in zip(unread, _read(list(unread.values())), strict=True):
        if facts is not None:
            known[key] = facts
            cache.put("facts", key, facts)
    return [(path, known[key]) for path, key in keys.items() if key in known]


def _key(source: Source) -> str:
    # The name decides on the frontend; where the file lies does not matter to what it says.
    return digest(posixpath.basename(source.path), source.text)


def _read(sources: list[Source]) -> Iterable[Facts | None]:
    if len(sources) > 1 and sum(len(source.text) for source in sources) >= WORTH_A_POOL:
        try:
            return _read_in_processes(sources)
        except (OSError, ImportError, RuntimeError):
            pass  # a sandbox without processes or semaphores, or one of them was killed: it works without
    return map(frontends.read, sources)


def _read_in_processes(sources: list[Source]) -> list[Facts | None]:
    from concurrent.futures import ProcessPoolExecutor

    # The largest come first, so that no core is left with one when the others have finished.
    order = sorted(range(len(sources)), key=lambda it: -len(sources[it].text))
    results: list[Facts | None] = [None] * len(sources)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(sources))) as pool:
        answers = pool.map(_encoded, [(sources[it].path, sources[it].text) for it in order])
        for it, answer in zip(order, answers, strict=True):
            results[it] = msgspec.msgpack.decode(answer, type=Facts | None)
    return results


def _encoded(file: tuple[str, str]) -> bytes:
    """In another process: what the file says, as bytes, which cross faster than objects."""
    return msgspec.msgpack.encode(frontends.read(Source(*file)))
