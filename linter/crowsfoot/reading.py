"""Sources to facts: from the cache, else by the frontends, on all cores where that pays."""

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from crowsfoot import frontends
from crowsfoot.cache import Cache, digest
from crowsfoot.facts import Facts
from crowsfoot.facts.sql import Dialect, SqlFile
from crowsfoot.link.layouts import Layout
from crowsfoot.source import Source

# Below this, in characters, what other processes save is lost in starting them (measured on two cores: 6.6
# million characters in eight files are read in 2.8 s instead of 4.6).
WORTH_A_POOL = 2_000_000

_Job = tuple[Source, Dialect | None]


def read_all(sources: Sequence[Source], cache: Cache) -> list[tuple[str, Facts]]:
    """What each file says, in the order of the sources; files of a foreign kind are left out.

    A text that stands at several paths under one name is read once. SQL is not read: what it says depends
    on its dialect, and read_migrations reads it when that is known.
    """
    keys = {source.path: _key(source) for source in sources if not source.path.endswith(".sql")}
    known: dict[str, Facts] = {}
    unread: dict[str, Source] = {}
    for source in sources:
        key = keys.get(source.path)
        if key is None or key in known or key in unread:
            continue
        facts: Facts | None = cache.get("facts", key, Facts)  # type: ignore[arg-type]  # a union is a form of type
        if facts is None:
            unread[key] = source
        else:
            known[key] = facts
    for key, facts in zip(unread, _read([(it, None) for it in unread.values()]), strict=True):
        if facts is not None:
            known[key] = facts
            cache.put("facts", key, facts)
    return [(path, known[key]) for path, key in keys.items() if key in known]


def read_migrations(
    layouts: Iterable[Layout], texts: Mapping[str, str | None], cache: Cache
) -> list[tuple[str, SqlFile]]:
    """What each migration says, layout by layout; those without a text are left out."""
    return [it for layout in layouts for it in _read_layout(layout, texts, cache)]


def _read_layout(
    layout: Layout, texts: Mapping[str, str | None], cache: Cache
) -> Iterable[tuple[str, SqlFile]]:
    """One entry of the cache holds them all: a thousand little ones would take longer to open than to read.

    It goes by the first of the texts, which stays as it is while migrations are added behind it.
    """
    sources = [Source(it.path, text) for it in layout.entries if (text := texts.get(it.path)) is not None]
    if not sources:
        return []
    keys = [digest(it.text) for it in sources]
    pack = digest(layout.dialect, keys[0])
    kept = cache.get("sql", pack, dict[str, SqlFile]) or {}
    unread = {key: source for key, source in zip(keys, sources, strict=True) if key not in kept}
    if unread:
        read = _read([(it, layout.dialect) for it in unread.values()])
        known = kept | {key: it for key, it in zip(unread, read, strict=True) if isinstance(it, SqlFile)}
        kept = {key: known[key] for key in keys}
        cache.put("sql", pack, kept)
    return [(source.path, kept[key]) for key, source in zip(keys, sources, strict=True)]


def _key(source: Source) -> str:
    # The name decides on the frontend; where the file lies does not matter to what it says.
    return digest(posixpath.basename(source.path), source.text)


def _read(jobs: list[_Job]) -> Iterable[Facts | None]:
    if len(jobs) > 1 and sum(len(source.text) for source, _ in jobs) >= WORTH_A_POOL:
        try:
            return _read_in_processes(jobs)
        except (OSError, ImportError, RuntimeError):
            pass  # a sandbox without processes or semaphores, or one of them was killed: it works without
    return map(_read_one, jobs)


def _read_one(job: _Job) -> Facts | None:
    source, dialect = job
    return frontends.read(source) if dialect is None else frontends.read(source, dialect)


def _read_in_processes(jobs: list[_Job]) -> list[Facts | None]:
    from concurrent.futures import ProcessPoolExecutor

    # The largest come first, so that no core is left with one when the others have finished.
    order = sorted(range(len(jobs)), key=lambda it: -len(jobs[it][0].text))
    results: list[Facts | None] = [None] * len(jobs)
    chunk = max(1, len(jobs) // 100)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(jobs))) as pool:
        answers = pool.map(_encoded, [jobs[it] for it in order], chunksize=chunk)
        for it, answer in zip(order, answers, strict=True):
            results[it] = msgspec.msgpack.decode(answer, type=Facts | None)
    return results


def _encoded(job: _Job) -> bytes:
    """In another process: what the file says, as bytes, which cross faster than objects."""
    return msgspec.msgpack.encode(_read_one(job))
