"""Paths of SQL files, and what settings say -> folders of migrations, in the order in which they run.

Only what a tool would run is a migration. Any other SQL file (a dump, a seed, a query) belongs to no layout,
and is not read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import join, normpath

import msgspec
from msgspec.structs import replace

from crowsfoot.databases.dialects import DIALECTS, dialect_in_path, sniff
from crowsfoot.databases.tools import Engine, Tool, Version
from crowsfoot.facts import Facts
from crowsfoot.facts.common import Problem as FactProblem
from crowsfoot.facts.common import Unread
from crowsfoot.facts.settings import Journal, MigrationLock
from crowsfoot.facts.sql import Dialect, SqlFile
from crowsfoot.link.migration_names import MIGRATIONS, by_name, of_one_dialect, ordered
from crowsfoot.link.project import File, Problem
from crowsfoot.link.units import Migrated, group_schemas, provider_of
from crowsfoot.link.versions import prisma_engine, prisma_version
from crowsfoot.source import Range, Span


def dirname(path: str) -> str:
    """The folder that the file or folder lies in; in less time than posixpath, which asks for roots."""
    return path.rpartition("/")[0]


def basename(path: str) -> str:
    return path.rpartition("/")[2]


class Entry(msgspec.Struct, frozen=True, order=True):
    """One migration: its name as the tool says it, and its file."""

    name: str
    path: str


class Layout(msgspec.Struct, frozen=True):
    """The migrations of one folder."""

    folder: str  # relative to the root; "" is the root
    tool: Tool
    entries: tuple[Entry, ...]
    dialect: Dialect = "postgresql"
    guessed: bool = False  # nothing says that it is this dialect
    provider: str | None = None  # as the lock file or the datasource says it: "cockroachdb"
    lock_file: str | None = None
    schema: str | None = None  # the path of the Database that they make
    prisma: Version | None = None  # that runs them, where Prisma does, as far as is known
    engine: Engine = "classic"
    problems: tuple[Problem, ...] = ()
    alone: bool = False  # one file that the user names: what ran before it is not known


class Chosen(msgspec.Struct, frozen=True):
    """What the user says of SQL files, on the command line and in the configuration."""

    folders: tuple[str, ...] = ()  # that hold migrations, whatever they are called
    files: frozenset[str] = frozenset()  # that are named one by one
    dialect: Dialect | None = None  # of those about which nothing else says it
    prisma: Version | None = None  # instead of what files say of it
    engine: Engine | None = None


class _Known:
    """What layouts are found by."""

    def __init__(
        self,
        texts: Mapping[str, str | None],
        files: Sequence[File],
        chosen: Chosen,
        bare: Iterable[str],
    ) -> None:
        self.texts = texts
        self.facts: Mapping[str, Facts] = {file.path: file.facts for file in files}
        self.chosen = chosen
        schemas = group_schemas(files)
        self.providers = {unit[0].path: provider_of(unit) for unit in schemas}
        self.migrated = Migrated(schemas, self.facts)
        self.bare: dict[str, list[str]] = {}  # by the folder of the migrations
        for folder in sorted(bare):
            self.bare.setdefault(dirname(folder), []).append(folder)

    def text(self, path: str) -> str:
        return self.texts.get(path) or ""


_BREAKPOINT = "--> statement-breakpoint"


def find_layouts(
    texts: Mapping[str, str | None],
    files: Sequence[File] = (),
    chosen: Chosen = Chosen(),
    bare: Iterable[str] = (),
) -> tuple[Layout, ...]:
    """The layouts among SQL files, by folder.

    texts holds the text of each SQL file, None where it could not be read, and files what all other files
    say. bare are folders that hold no migration although they stand where Prisma looks for one.
    """
    if not texts and not bare:
        return ()
    known = _Known(texts, files, chosen, bare)
    left = sorted(texts)
    found: list[Layout] = []
    for folder in map(normpath, chosen.folders):
        inside = [path for path in left if _is_below(folder, path)]
        found += _of_prisma(known, inside, folder) or _in_folder(known, folder, inside, forced=True)
        left = [path for path in left if not _is_below(folder, path)]
    found += (of_prisma := _of_prisma(known, left))
    homes = {it.folder for it in of_prisma}
    left = [path for path in left if homes.isdisjoint(_above(path))]
    found += _in_pairs(left)
    by_folder: dict[str, list[str]] = {}
    for path in left:
        by_folder.setdefault(dirname(path), []).append(path)
    for folder, inside in by_folder.items():
        found += _in_folder(known, folder, inside)
    taken = {entry.path for layout in found for entry in layout.entries}
    found += [
        Layout(dirname(path), "plain", (Entry(basename(path).removesuffix(".sql"), path),), alone=True)
        for path in left
        if path in chosen.files and path not in taken
    ]
    layouts = [known_one for it in found if (known_one := _in_its_dialect(known, it)) is not None]
    return tuple(sorted(layouts, key=lambda it: (it.folder, it.entries)))


def _of_prisma(known: _Known, paths: list[str], chosen: str | None = None) -> list[Layout]:
    """Folders of folders that each hold a migration.sql: the chosen one, or all that Prisma migrates from.

    Source: https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
    """
    folders: dict[str, list[str]] = {}
    for path in paths:
        if basename(path) == "migration.sql" and "/" in path:
            folders.setdefault(dirname(dirname(path)), []).append(path)
    wanted = {*folders, *known.bare} if chosen is None else {chosen} & folders.keys()
    found: dict[str, Layout] = {}
    for folder in sorted(wanted):
        # Prisma looks no deeper than one folder.
        if not found.keys().isdisjoint(_above(folder)):
            continue
        inside = folders.get(folder, [])
        lock_file = join(folder, "migration_lock.toml")
        locked = isinstance(known.facts.get(lock_file), MigrationLock)
        schema = known.migrated.schema_of(folder)
        is_named = folder == chosen or folder in known.migrated.named
        if not (locked or schema or is_named or MIGRATIONS.search(basename(folder))):
            continue
        # Drizzle has taken to this shape as well, and keeps no lock file.
        drizzle = not locked and not schema and any(_BREAKPOINT in known.text(path) for path in inside)
        prisma = None if drizzle else known.chosen.prisma or prisma_version(folder, known.facts)
        bare = known.bare.get(folder, ())
        # A migration that has lost its file stands in its place: nobody knows what it has done.
        lost = [join(it, "migration.sql") for it in bare]
        entries = [Entry(basename(dirname(path)), path) for path in (*inside, *lost)]
        found[folder] = Layout(
            folder=folder,
            tool="drizzle" if drizzle else "prisma",
            entries=tuple(sorted(entries, key=lambda it: by_name(it.name, prisma))),
            lock_file=lock_file if locked else None,
            schema=schema[0].path if schema else None,
            prisma=prisma,
            engine=known.chosen.engine or prisma_engine(folder, known.facts, prisma),
            problems=tuple(_without_file(it) for it in bare),
        )
    return list(found.values())


def _without_file(folder: str) -> Problem:
    message = f"{basename(folder)} holds no migration.sql, so Prisma refuses to migrate at all (P3015)"
    return Problem(Span(join(folder, "migration.sql"), 0, 0), message, "unreadable")


def _in_pairs(paths: Iterable[str]) -> list[Layout]:
    """Folders of folders that each hold an up.sql and a down.sql, as Diesel and Hasura have them."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        above = dirname(path)
        if basename(path) == "up.sql" and basename(above)[:1].isdecimal():
            folders.setdefault(dirname(above), []).append(path)
    return [
        Layout(folder, "plain", tuple(sorted(Entry(basename(dirname(path)), path) for path in inside)))
        for folder, inside in folders.items()
        if MIGRATIONS.search(basename(folder)) or MIGRATIONS.search(basename(dirname(folder)))
    ]


def _in_folder(known: _Known, folder: str, paths: list[str], *, forced: bool = False) -> list[Layout]:
    """The layout of the SQL files that lie in the folder side by side."""
    if not paths:
        return []
    journal = known.facts.get(join(folder, "meta/_journal.json"))
    if isinstance(journal, Journal):
        return [_of_drizzle(known, folder, journal)]
    names = {path[len(folder) :].lstrip("/"): path for path in paths}
    if (of_one := of_one_dialect(names)) is not None:
        dialect, inside = of_one
        entries = tuple(Entry(it.partition(".")[0], names[it]) for it in inside)
        return [Layout(folder, "plain", entries, provider=dialect)]
    found = ordered(
        names,
        lambda name: known.text(names[name]),
        supabase=folder == "supabase/migrations" or folder.endswith("/supabase/migrations"),
        migrations=forced or _holds_migrations(folder),
        forced=forced,
    )
    if found is None:
        return []
    problems = tuple(
        Problem(
            Span(names[second], 0, 0),
            f"{second} has the version of {first}, and {found.tool} takes one file of a version",
            "duplicate",
            (Span(names[first], 0, 0),),
        )
        for first, second in found.twins
    )
    entries = tuple(Entry(name.removesuffix(".sql").removesuffix(".up"), names[name]) for name in found.names)
    return [Layout(folder, found.tool, entries, problems=problems)]


def _holds_migrations(folder: str) -> bool:
    """Whether the folder is called so, or is that of one database in one that is: migrations/postgres."""
    name = basename(folder)
    return bool(MIGRATIONS.search(name)) or (
        dialect_in_path(name) is not None and bool(MIGRATIONS.search(basename(dirname(folder))))
    )


def _of_drizzle(known: _Known, folder: str, journal: Journal) -> Layout:
    """Drizzle runs what the journal names, and stops where a file is missing.

    Source: https://github.com/drizzle-team/drizzle-orm/blob/main/drizzle-orm/src/migrator.ts
    """
    entries = tuple(Entry(tag, join(folder, f"{tag}.sql")) for tag in journal.tags)
    missing = [it.name for it in entries if it.path not in known.texts]
    problems: tuple[Problem, ...] = ()
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        message = f"this journal names {missing[0]}{more}, and without that file Drizzle runs no migration"
        problems = (Problem(Span(join(folder, "meta/_journal.json"), 0, 0), message, "unreadable"),)
    return Layout(folder, "drizzle", entries, provider=journal.dialect, problems=problems)


def _in_its_dialect(known: _Known, layout: Layout) -> Layout | None:
    """The layout with what is known of its dialect; None where that is none that crowsfoot reads."""
    lock = known.facts.get(layout.lock_file or "")
    provider = lock.provider.text if isinstance(lock, MigrationLock) and lock.provider else layout.provider
    if provider not in DIALECTS:
        provider = known.providers.get(layout.schema or "")
    if provider in DIALECTS:
        dialect = DIALECTS[provider]
        return replace(layout, provider=provider, dialect=dialect) if dialect else None
    if layout.tool == "supabase":  # which runs PostgreSQL alone
        return layout
    if known.chosen.dialect:
        return replace(layout, dialect=known.chosen.dialect)
    place = layout.entries[0].path if layout.alone else layout.folder
    if (in_path := dialect_in_path(place)) is not None:
        return None if in_path == "other" else replace(layout, dialect=in_path)
    sniffed = sniff(known.text(entry.path) for entry in layout.entries)
    if sniffed == "other":
        return None
    return replace(layout, dialect=sniffed or "postgresql", guessed=sniffed is None)


def _above(path: str) -> Iterator[str]:
    """The folders that the file or folder lies in, from the nearest to the root."""
    while path:
        path = dirname(path)
        yield path


def _is_below(folder: str, path: str) -> bool:
    return folder in ("", ".") or path.startswith(f"{folder}/")


def sort_out(
    layouts: Iterable[Layout], read: Mapping[str, SqlFile | Unread]
) -> tuple[tuple[Layout, ...], list[tuple[str, FactProblem]]]:
    """The layouts whose files could be read, and a word on the others: where the dialect is only guessed, and
    one file in three is full of errors, it is another dialect.
    """
    kept: list[Layout] = []
    foreign: list[tuple[str, FactProblem]] = []
    for layout in layouts:
        files = [read[it.path] for it in layout.entries if it.path in read] if layout.guessed else []
        broken = sum(any(it.kind == "syntax" for it in file.problems) for file in files)
        # One or two broken files are broken files: to leave all out for them would hide what they break.
        if broken >= 3 and broken * 3 >= len(files):
            foreign.append((layout.entries[0].path, FactProblem(Range(0, 0), _FOREIGN, "unsupported")))
        else:
            kept.append(layout)
    return tuple(kept), foreign


_FOREIGN = (
    "these migrations are left out: they are not PostgreSQL, and nothing says what they are; "
    'name their dialect in the configuration, or leave them out with "exclude"'
)
