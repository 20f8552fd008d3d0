"""Schema files -> groups that Prisma would read as one schema.

A schema is a file or a folder. prisma.config.* and package.json may name it; else the folder that holds
the one file with a datasource is the schema, with everything below it.
Source: https://www.prisma.io/docs/orm/prisma-schema/overview/location
"""

from collections import Counter
from collections.abc import Sequence
from posixpath import dirname, join, normpath

from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.settings import SchemaLocation
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
