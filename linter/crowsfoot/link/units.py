"""Schema files -> groups that Prisma would read as one schema, and the one that migrations make.

A schema is a file or a folder. prisma.config.* and package.json may name it; else the folder that holds
the one file with a datasource is the schema, with everything below it.
Source: https://www.prisma.io/docs/orm/prisma-schema/overview/location
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import basename, dirname, join, normpath

from crowsfoot.databases.dialects import DIALECTS
from crowsfoot.facts import Facts
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.settings import MigrationLock, SchemaLocation
from crowsfoot.link.migration_names import MIGRATIONS
from crowsfoot.link.project import File


def group_schemas(files: Sequence[File]) -> list[tuple[File, ...]]:
    """Each group is one schema; the file with the datasource stands first in it.

    A file that no datasource claims makes a group with the other such files of its folder, unless each file
    there is a schema by itself.
    """
    schemas = [file for file in files if isinstance(file.facts, PrismaFile) and not _is_unsupported(file)]
    single = _files_named_by_settings(files)
    roots = [file for file in schemas if _prisma(file).datasources]
    groups: dict[str, list[File]] = {root.path: [root] for root in roots}
    homes = _homes(roots, single)
    roots_in = Counter(dirname(root.path) for root in roots)
    loose: dict[str, list[File]] = {}
    for file in schemas:
        if file.path in groups:
            continue
        root = None if file.path in single else _nearest(file.path, homes)
        if root is None:
            # Beside several datasources every file is a schema of its own, this one too.
            folder = dirname(file.path)
            loose.setdefault(file.path if roots_in[folder] > 1 else folder, []).append(file)
        else:
            groups[root].append(file)
    return [tuple(group) for group in [*groups.values(), *loose.values()]]


class Migrated:
    """Finds the schema that the migrations in a folder make: settings name both, or it lies beside them."""

    def __init__(self, schemas: Iterable[tuple[File, ...]], facts: Mapping[str, Facts]) -> None:
        self._facts = facts
        self._beside: dict[str, list[tuple[File, ...]]] = {}
        at: dict[str, tuple[File, ...]] = {}  # the first that has the file, or that lies in the folder
        for unit in schemas:
            folder = dirname(unit[0].path)
            for home in dict.fromkeys((folder, dirname(folder))):
                self._beside.setdefault(home, []).append(unit)
            for place in (*(file.path for file in unit), *_above(unit[0].path)):
                at.setdefault(place, unit)
        self.named: dict[str, tuple[File, ...] | None] = {}  # the folders that prisma.config.* names
        for path, settings in facts.items():
            if isinstance(settings, SchemaLocation) and settings.migrations:
                here = dirname(path)
                places = [settings.schema.text] if settings.schema else _USUAL
                found = (at.get(normpath(join(here, it))) for it in places)
                self.named[normpath(join(here, settings.migrations.text))] = next(filter(None, found), None)

    def schema_of(self, folder: str) -> tuple[File, ...] | None:
        """The files of the schema, the one with the datasource first."""
        if (named := self.named.get(folder)) is not None:
            return named
        lock = self._facts.get(join(folder, "migration_lock.toml"))
        provider = lock.provider.text if isinstance(lock, MigrationLock) and lock.provider else None
        return _meant(
            folder,
            [
                unit
                for unit in self._beside.get(dirname(folder), ())
                if provider is None or DIALECTS.get(provider_of(unit)) == DIALECTS.get(provider)
            ],
        )


# Source: https://www.prisma.io/docs/orm/prisma-schema/overview/location
_USUAL = ("prisma/schema.prisma", "schema.prisma", "prisma/schema")


def provider_of(schema: tuple[File, ...]) -> str | None:
    """What its datasource calls the database."""
    for block in _prisma(schema[0]).datasources:
        setting = block.get("provider")
        if setting and isinstance(setting.value, str):
            return setting.value
    return None


def _above(path: str) -> Iterator[str]:
    """The folders that the file lies in, from its own to the topmost."""
    while dirname(path) != path:
        path = dirname(path)
        yield path


def _meant(folder: str, units: list[tuple[File, ...]]) -> tuple[File, ...] | None:
    """Of several schemas beside the migrations, the one that they are called after, or Prisma's usual one."""
    units = [it for it in units if _prisma(it[0]).datasources] or units
    if len(units) < 2:
        return units[0] if units else None
    # mysql-schema.prisma, postgresql-schema.prisma and postgresql-migrations
    word = MIGRATIONS.sub("", basename(folder))
    called = [it for it in units if word and word in basename(it[0].path)]
    usual = [it for it in units if basename(it[0].path) == "schema.prisma"]
    same = [it for it in units if dirname(it[0].path) == dirname(folder)]
    return next((it[0] for it in (called, usual, same) if len(it) == 1), None)


def _homes(roots: list[File], single: set[str]) -> dict[str, str]:
    """Folder -> the file whose datasource rules it; two datasources side by side rule none."""
    folders: dict[str, list[str]] = {}
    for root in roots:
        if root.path not in single:
            folders.setdefault(dirname(root.path), []).append(root.path)
    return {folder: paths[0] for folder, paths in folders.items() if len(paths) == 1}


def _nearest(path: str, homes: dict[str, str]) -> str | None:
    folder = dirname(path)
    while folder not in homes:
        # The folder above "/" is "/": a file that the user names may stand outside the project.
        if dirname(folder) == folder:
            return None
        folder = dirname(folder)
    return homes[folder]


def _files_named_by_settings(files: Sequence[File]) -> set[str]:
    """Schema files that settings name one by one, so that their folder is not a schema."""
    named = set()
    for file in files:
        if isinstance(file.facts, SchemaLocation) and file.facts.schema:
            path = normpath(join(dirname(file.path), file.facts.schema.text))
            if path.endswith(".prisma"):
                named.add(path)
    return named


def _prisma(file: File) -> PrismaFile:
    assert isinstance(file.facts, PrismaFile)
    return file.facts


def _is_unsupported(file: File) -> bool:
    return any(problem.kind == "unsupported" for problem in file.facts.problems)
