"""Lock files, package.json and prisma.config.* -> the version of Prisma that migrates a folder, and how."""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join

from crowsfoot.databases.tools import Engine, Version
from crowsfoot.facts import Facts, Installed, SchemaLocation

_LOCK_FILES = ("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock")
_REQUIREMENTS = ("requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock")
_CONFIGS = tuple(f"prisma.config.{it}" for it in ("ts", "mts", "cts", "js", "mjs", "cjs"))
# "^6.3.0", "~7.4", ">=6 <8", "npm:prisma@6.19.3"; not "workspace:*", "catalog:", "latest"
_FIRST_NUMBER = re.compile(r"(?:^|[\^~>=v@ ])(\d{1,4})(?:\.(\d{1,6}))?")


def version(text: str) -> Version | None:
    """The lowest major and minor that a version or a range of versions allows: "^6.3.0" is (6, 3)."""
    found = _FIRST_NUMBER.search(text)
    return (int(found[1]), int(found[2] or 0)) if found else None


def prisma_version(folder: str, facts: Mapping[str, Facts]) -> Version | None:
    """The version that the nearest lock file above folder holds, else the least that is asked for there.

    facts are those of all files, by path.

    A lock file of several packages can hold several versions: then what is asked for says which is meant.
    """
    asked = locked = brought = None
    for above in _above(folder):
        package = facts.get(join(above, "package.json"))
        if asked is None and isinstance(package, SchemaLocation) and package.prisma:
            asked = version(package.prisma)
        if locked is None:
            locked = _versions(above, _LOCK_FILES, facts)
        if brought is None:
            brought = _versions(above, _REQUIREMENTS, facts)
    for found in locked or ():
        if asked is None or (found >= asked and found[0] == asked[0]):
            return found
    if asked is None and brought:
        return _BROUGHT_BY_PYTHON
    return asked


# Each prisma-client-py brings one version of Prisma; of all of its releases that is 3, 4 or 5.
# Source: https://github.com/RobertCraigie/prisma-client-py/blob/main/src/prisma/_config.py
_BROUGHT_BY_PYTHON = (5, 0)


def prisma_engine(folder: str, facts: Mapping[str, Facts], prisma: Version | None) -> Engine:
    """Whether Prisma migrates through a driver adapter ("js"), as prisma.config.* can say since 6.6.

    Source: https://www.prisma.io/docs/orm/reference/prisma-config-reference#engine
    """
    for above in _above(folder):
        for name in _CONFIGS:
            config = facts.get(join(above, name))
            if isinstance(config, SchemaLocation):
                # Until 6.15 an adapter was enough; 7 has no such setting any more.
                alone = config.adapter and config.engine is None and (prisma or (6, 0))[0] < 7
                return "js" if config.engine == "js" or alone else "classic"
    return "classic"


def _above(folder: str) -> Iterator[str]:
    """The folder, and those that it lies in, up to the root."""
    yield folder
    while folder:
        folder = dirname(folder)
        yield folder


def _versions(folder: str, names: tuple[str, ...], facts: Mapping[str, Facts]) -> tuple[Version, ...] | None:
    """What the files of those names in the folder hold, from the lowest; None where there is no such file."""
    found: set[Version] = set()
    for name in names:
        file = facts.get(join(folder, name))
        if isinstance(file, Installed):
            found.update(it for text in file.prisma if (it := version(text)))
    return tuple(sorted(found)) if found else None
