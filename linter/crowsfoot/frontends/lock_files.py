"""Files that tools keep for themselves -> what they fix: versions, providers, the order of migrations."""

import re

import msgspec

from crowsfoot.facts.common import Name, Problem
from crowsfoot.facts.settings import Installed, Journal, MigrationLock
from crowsfoot.source import Range

# Each names Prisma in one place per version, at the beginning of a line. Patterns are text, which re compiles
# when it first needs them: a project has one or two of these files.
_VERSIONS = {
    # "node_modules/prisma": {\n "version": "6.19.0"
    "package-lock.json": r'"(?:[^"\n]*/)?node_modules/prisma": \{\s*"version": "([^"\n]+)"',
    # prisma@6.19.0: or /prisma@6.19.0(typescript@5.4.5): or /prisma/4.16.2:
    "pnpm-lock.yaml": r"(?m)^ +'?/?prisma[@/](\d[^:('\s]*)",
    # "prisma@npm:^6.0.0":\n  version: 6.19.0 or prisma@^6.0.0:\n  version "6.19.0"
    "yarn.lock": r'(?m)^"?prisma@[^\n]*:\r?\n  version:? "?([^"\s]+)',
    # "prisma": ["prisma@6.19.0", ...
    "bun.lock": r'"(?:[^"\n]*/)?prisma": \["prisma@([^"\n]+)"',
    # prisma==0.15.0, prisma>=0.11; in pyproject.toml in quotes, or as a key
    "requirements.txt": r"(?m)^prisma(?:\[[^\]\n]*\])?[ \t]*[=~>]=?=?[ \t]*(\d[\w.]*)",
    "pyproject.toml": r"""(?m)["']prisma(?:\[[^\]\n]*\])?[ \t(]*[=~>]=?=?[ \t]*(\d[\w.]*)"""
    r"""|^prisma[ \t]*=[^\n]*?(\d[\w.]*)""",
    # name = "prisma"\nversion = "0.15.0"
    **dict.fromkeys(("poetry.lock", "uv.lock"), r'(?m)^name = "prisma"\r?\nversion = "([^"\n]+)"'),
}
_PYTHON = frozenset({"requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock"})


def read_installed(name: str, text: str) -> Installed:
    """The versions of Prisma in a lock file, or those of prisma-client-py in a list of requirements."""
    found = (match[match.lastindex or 1] for match in re.finditer(_VERSIONS[name], text))
    return Installed(tuple(dict.fromkeys(found)), python=name in _PYTHON)


def read_lock(text: str) -> MigrationLock:
    """The provider that migration_lock.toml names, found as Prisma finds it.

    Source: https://github.com/prisma/prisma-engines/blob/main/schema-engine/connectors/schema-connector/src/migrations_directory.rs
    """
    line = re.search(r"^provider[^\r\n]*", text, re.MULTILINE)
    value = re.search(r'"([^"\n]*)"', line[0]) if line else None
    if line is None or value is None:
        where = Range(line.start(), line.end()) if line else Range(0, 0)
        message = 'this lock file names no provider; Prisma looks for a line like provider = "postgresql"'
        return MigrationLock(problems=(Problem(where, message),))
    start = line.start() + value.start()
    provider = Name(value[1], Range(start, start + len(value[0])))
    # Prisma takes off what it has written itself, and what is left is the name.
    taken = line[0].removeprefix("provider = ").strip('"')
    if taken in _PROVIDERS:
        return MigrationLock(provider)
    if provider.text not in _PROVIDERS and taken == provider.text:
        message = f'"{taken}" is no provider that Prisma migrates: those are {_SHOWN}'
        return MigrationLock(provider, problems=(Problem(provider.range, message),))
    message = (
        f"Prisma reads this provider as {taken[:40]} and refuses to migrate (P3019); "
        'it looks for a line like provider = "postgresql", and nothing else on it'
    )
    return MigrationLock(provider, problems=(Problem(Range(line.start(), line.end()), message),))


# Prisma itself has written "mssql". Source: https://github.com/prisma/prisma/issues/12087
# Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference#datasource
_PROVIDERS = frozenset({"postgresql", "postgres", "mysql", "sqlite", "sqlserver", "mssql", "cockroachdb"})
_SHOWN = "postgresql, mysql, sqlite, sqlserver and cockroachdb"


class _Entry(msgspec.Struct):
    tag: str
    idx: int = 0


class _Journal(msgspec.Struct):
    entries: list[_Entry] = []
    dialect: str | None = None


def read_journal(text: str) -> Journal:
    """What Drizzle's journal says of the migrations beside it."""
    try:
        journal = msgspec.json.decode(text, type=_Journal)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        reason = str(error).lower().removesuffix(".")
        return Journal(problems=(Problem(Range(0, 0), f"this journal cannot be read: {reason}"),))
    return Journal(journal.dialect, tuple(it.tag for it in journal.entries))
