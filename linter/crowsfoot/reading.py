"""Sources to facts: from the cache, else by the frontends, on all cores where that pays."""

import os
import posixpath
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from crowsfoot import frontends
from crowsfoot.cache import Cache
from crowsfoot.databases.sending import as_sent
from crowsfoot.databases.tools import given
from crowsfoot.digests import digest
from crowsfoot.facts import Facts, Problem, Unread
from crowsfoot.facts.sql import Dialect, SqlFile
from crowsfoot.kinds import DOCUMENTS, TEMPLATES
from crowsfoot.libraries import changes_indexes, may_send
from crowsfoot.link.layouts import Layout
from crowsfoot.processes import Helpers, Pile, spare_cores
from crowsfoot.roles import Roles, role_of
from crowsfoot.shelves import CodeShelf, Shelf
from crowsfoot.source import Range, Source

if TYPE_CHECKING:
    from crowsfoot.facts.code import CodeFile
    from crowsfoot.facts.documents import Document
    from crowsfoot.facts.templates import TemplateFile

# Below this, in characters, what other processes save is lost in starting them.
WORTH_PROCESSES = 60_000 if sys.platform == "linux" else 2_000_000


class _Job(msgspec.Struct, frozen=True):
    source: Source
    dialect: Dialect | None = None
    terms: bool = True  # of SQL: also what views are made of


_T = TypeVar("_T")

_READ_APART = (".sql", ".py", *DOCUMENTS)


def _is_template(path: str) -> bool:
    return path.endswith(TEMPLATES) and not path.endswith("requirements.txt")


def read_all(sources: Sequence[Source], cache: Cache) -> list[tuple[str, Facts]]:
    """What each file says, in the order of the sources; files of a foreign kind are left out.

    A text that stands at several paths under one name is read once. SQL is not read: what it says depends
    on its dialect, and read_migrations reads it when that is known.
    """
    keys = {
        source.path: _key(source)
        for source in sources
        if not source.path.endswith(_READ_APART) and not _is_template(source.path)
    }
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
    for key, facts in zip(unread, _read([_Job(it) for it in unread.values()]), strict=True):
        if facts is not None:
            known[key] = facts
            if not isinstance(facts, Unread):
                cache.put("facts", key, facts)
    return [(path, known[key]) for path, key in keys.items() if key in known]


def read_code(
    sources: Sequence[Source],
    cache: Cache,
    *,
    everywhere: bool = True,
    roles: Roles = role_of,
    digests: dict[str, str] | None = None,
) -> list[tuple[str, "CodeFile | Unread"]]:
    """What each file of Python says, if one of them imports a library that reaches a database.

    Others are read as well then: a function that sends a statement is called from files that know of none.
    Tests and migrations are left out unless everywhere: nobody imports them, and what they do is shown to
    none but those who ask. Migrations that make or drop indexes are read. digests is given that of each text.
    """
    code = [
        it
        for it in sources
        if it.path.endswith(".py")
        and (
            everywhere
            or (role := roles(it.path)) not in ("test", "migration")
            or (role == "migration" and changes_indexes(it.text))
        )
    ]
    if not any(may_send(it.text) for it in code) and not any(it.path.endswith(".prisma") for it in sources):
        return []
    from crowsfoot.facts.code import CodeFile

    keys = [it.digest for it in code]
    texts = dict(zip(keys, code, strict=True))

    def read_again(key: str) -> CodeFile:
        facts = _read_one(_Job(texts[key]))
        assert isinstance(facts, CodeFile)
        return facts

    return _read_by_folder(CodeShelf(cache, read_again), keys, code, CodeFile, digests)


def read_templates(
    sources: Sequence[Source],
    cache: Cache,
    *,
    everywhere: bool = True,
    roles: Roles = role_of,
    digests: dict[str, str] | None = None,
) -> list[tuple[str, "TemplateFile | Unread"]]:
    """What each template says; asked where code was read that may show one. digests as in read_code."""
    found = [it for it in sources if _is_template(it.path) and (everywhere or roles(it.path) != "test")]
    if not found:
        return []
    from crowsfoot.facts.templates import TemplateFile

    keys = [it.digest for it in found]
    return _read_by_folder(Shelf(cache, "template", TemplateFile), keys, found, TemplateFile, digests)


def read_documents(sources: Sequence[Source], cache: Cache) -> list[tuple[str, "Document | Unread"]]:
    """What each document says."""
    pages = [it for it in sources if it.path.endswith(DOCUMENTS)]
    if not pages:
        return []
    from crowsfoot.facts.documents import Document

    keys = [it.digest for it in pages]
    return _read_by_folder(Shelf(cache, "document", Document), keys, pages, Document)


def _read_by_folder(
    shelf: Shelf[_T],
    keys: Sequence[str],
    sources: Sequence[Source],
    of: type[_T],
    digests: dict[str, str] | None = None,
) -> list[tuple[str, _T | Unread]]:
    """What each says; keys are the digests of their texts."""
    if digests is not None:
        digests.update((it.path, key) for it, key in zip(sources, keys, strict=True))
    folders: dict[str, list[int]] = {}
    for number, source in enumerate(sources):
        folders.setdefault(posixpath.dirname(source.path), []).append(number)
    known: dict[str, _T | Unread] = {}
    for folder in folders:
        known.update(shelf.get(folder))
    unread = {key: source for key, source in zip(keys, sources, strict=True) if key not in known}
    said = _read([_Job(it) for it in unread.values()], of | Unread)
    for key, facts in zip(unread, said, strict=True):
        assert isinstance(facts, of | Unread)
        known[key] = facts
    for folder, numbers in folders.items():
        if any(keys[it] in unread for it in numbers):
            kept = {keys[it]: one for it in numbers if isinstance(one := known[keys[it]], of)}
            shelf.put(folder, kept)
    return [(source.path, known[key]) for key, source in zip(keys, sources, strict=True)]


def read_migrations(
    layouts: Iterable[Layout], texts: Mapping[str, str | None], cache: Cache, *, asked: bool = False
) -> Iterator[tuple[str, SqlFile | Unread]]:
    """What each migration says, layout by layout, as it is read; those without a text are left out.

    asked: code was read, which asks the tables.
    """
    packs = [_Pack(layout, texts, cache, asked) for layout in layouts]
    jobs = {
        (pack.dialect, pack.terms, key): _Job(source, pack.dialect, pack.terms)
        for pack in packs
        for key, source in pack.unread.items()
    }
    read = zip(jobs, _read(list(jobs.values())), strict=True)
    found: dict[tuple[Dialect, bool, str], SqlFile | Unread] = {}
    for pack in packs:
        for key, source in zip(pack.keys, pack.sources, strict=True):
            while key in pack.unread and (pack.dialect, pack.terms, key) not in found:
                job, facts = next(read)
                assert isinstance(facts, SqlFile | Unread)
                found[job] = facts
            said = found[pack.dialect, pack.terms, key] if key in pack.unread else pack.kept[key]
            if isinstance(said, SqlFile) and (said.for_psql or pack.tool == "flyway"):
                said = as_sent(said, pack.tool, texts[source.path] or "")
            yield source.path, said
        pack.keep(found, cache)


class _Pack:
    """The migrations of one layout, which one entry of the cache holds together.

    A thousand little ones would take longer to open than to read. It goes by the first text, which stays as
    it is while migrations are added behind it.
    """

    def __init__(self, layout: Layout, texts: Mapping[str, str | None], cache: Cache, asked: bool) -> None:
        self.dialect = layout.dialect
        self.tool = layout.tool
        self.sources = [
            Source(it.path, given(layout.tool, text))
            for it in layout.entries
            if (text := texts.get(it.path)) is not None
        ]
        self.keys = [cache.key(it.text) for it in self.sources]
        guarded = layout.tool == "supabase" or any(_guards_rows(it.text) for it in self.sources)
        # Beside code, views and functions are read for what they ask of the tables as well.
        self.terms = guarded or asked
        self.name = digest(self.dialect, str(self.terms), *self.keys[:1])
        self.kept = (cache.get("sql", self.name, dict[str, SqlFile]) or {}) if self.keys else {}
        self.unread = {
            key: source for key, source in zip(self.keys, self.sources, strict=True) if key not in self.kept
        }

    def keep(self, found: Mapping[tuple[Dialect, bool, str], SqlFile | Unread], cache: Cache) -> None:
        """Keep what they say, now that those that were missing have been read."""
        if self.unread:
            known = self.kept | {key: found[self.dialect, self.terms, key] for key in self.unread}
            kept = {key: known[key] for key in self.keys if isinstance(known[key], SqlFile)}
            cache.put("sql", self.name, kept)


def _guards_rows(text: str) -> bool:
    """Whether a migration switches on that policies decide who sees which rows.

    Where none does, and no code is there, nobody asks what views are made of. That takes an eighth of the
    time of reading.
    """
    words = text.lower()  # most have no such word, and a pattern takes far longer to find nothing
    return "security" in words and re.search(r"\brow\s+level\s+security\b", words) is not None


def _key(source: Source) -> str:
    # The name decides on the frontend; where the file lies does not matter to what it says.
    return digest(posixpath.basename(source.path), source.text)


def _read(jobs: Sequence[_Job], of: Any = Facts) -> Iterable[Any]:
    """What each says, in their order, as soon as it is asked for or there anyway."""
    if len(jobs) > 1 and sum(len(it.source.text) for it in jobs) >= WORTH_PROCESSES:
        if cores := spare_cores():
            return _read_with_helpers(jobs, min(cores, len(jobs) - 1), of)
        if sys.platform != "linux":
            try:
                return _read_in_pool(jobs, of)
            except (OSError, ImportError, RuntimeError):
                pass  # a sandbox without processes or semaphores, or one of them was killed
    return map(_read_one, jobs)


def _read_one(job: _Job) -> "Facts | Document | TemplateFile | None":
    """A frontend that raises is a bug of ours, and costs what this one file says."""
    source, dialect = job.source, job.dialect
    try:
        if source.path.endswith(DOCUMENTS):
            from crowsfoot import documents

            return documents.read(source.text)
        return frontends.read(source) if dialect is None else frontends.read(source, dialect, job.terms)
    except Exception:
        import traceback

        return Unread((Problem(Range(0, 0), f"reading failed:\n{traceback.format_exc()}", "failure"),))


def _read_with_helpers(jobs: Sequence[_Job], count: int, of: Any) -> Iterator[Any]:
    """Everyone takes the next that nobody has taken; what a helper could not read is read here.

    The first is read before there are helpers: what was loaded for it, they need not load again.
    """
    first = _read_one(jobs[0])
    heaps = list(_heaps(jobs[1:]))

    def read(heap: int) -> list[Any]:
        return [_read_one(it) for it in heaps[heap]]

    def encoded() -> Iterator[bytes]:
        for it in pile:
            yield msgspec.msgpack.encode((it, read(it)))

    found: dict[int, list[Any]] = {}
    with Pile(len(heaps)) as pile, Helpers(encoded, count) as helpers:
        yield first
        # Made while they read: to look at all types of facts takes 3 ms.
        decoder = msgspec.msgpack.Decoder(tuple[int, list[of | None]])
        for number in range(len(heaps)):
            while number not in found:
                found.update(map(decoder.decode, helpers.said()))
                if number in found:
                    break
                if (taken := pile.take()) is not None:
                    found[taken] = read(taken)
                elif not helpers.wait():
                    found[number] = read(number)
            yield from found.pop(number)


def _heaps(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    """The jobs in parts of one size, as far as they can be, that are small beside the whole."""
    enough = sum(len(it.source.text) + _SMALLEST for it in jobs) / _MOST_HEAPS
    heap: list[_Job] = []
    size = 0
    for job in jobs:
        heap.append(job)
        size += len(job.source.text) + _SMALLEST
        if size >= enough:
            yield heap
            heap, size = [], 0
    if heap:
        yield heap


_SMALLEST = 100  # characters: what an empty file takes
_MOST_HEAPS = 200


def _read_in_pool(jobs: Sequence[_Job], of: Any) -> list[Any]:
    """Elsewhere a process begins from nothing, and is sent what it works on."""
    from concurrent.futures import ProcessPoolExecutor

    # The largest come first, so that no core is left with one when the others have finished.
    order = sorted(range(len(jobs)), key=lambda it: -len(jobs[it].source.text))
    results: list[Any] = [None] * len(jobs)
    chunk = max(1, len(jobs) // 100)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(jobs))) as pool:
        answers = pool.map(_encoded, [jobs[it] for it in order], chunksize=chunk)
        for it, answer in zip(order, answers, strict=True):
            results[it] = msgspec.msgpack.decode(answer, type=of | None)
    return results


def _encoded(job: _Job) -> bytes:
    """In another process: what the file says, as bytes, which cross faster than objects."""
    return msgspec.msgpack.encode(_read_one(job))
