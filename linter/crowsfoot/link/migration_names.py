"""Names of SQL files that lie side by side -> the tool that runs them, and its order."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

import msgspec

from crowsfoot.databases.tools import Dialect, Tool, Version


class Ordered(msgspec.Struct, frozen=True):
    """The files that a tool runs to go forward, in its order."""

    tool: Tool
    names: tuple[str, ...]
    twins: tuple[tuple[str, str], ...] = ()  # two of one version, where the tool refuses that


Text = Callable[[str], str]

# What folders of migrations are called: migrations, migrate, db-migrations, postgresql_migrations
MIGRATIONS = re.compile(r"(?:^|[-_.])migrat(?:ions?|e|or)$", re.IGNORECASE)

# Patterns are text, which re compiles when it first needs them: most projects have one tool.
# Source: https://documentation.red-gate.com/fd/versioned-migrations-273973333.html
_FLYWAY = r"V(\d+(?:[._]\d+)*)__.+\.sql"
# Source: https://documentation.red-gate.com/fd/repeatable-migrations-273973335.html
_REPEATABLE = r"R__(.+)\.sql"
# Source: https://github.com/golang-migrate/migrate/blob/master/source/parse.go
_UP = r"(\d+)_.*\.up\.sql"
# Source: https://github.com/supabase/cli/blob/main/pkg/migration/list.go
# Source: https://pressly.github.io/goose/documentation/cli-commands/
_VERSIONED = r"(\d+)_.*\.sql"
_NUMBERED = r"(\d+)"
_BACKWARD = r"(?i)(?:^|[._-])(?:down|undo|rollback|revert)\.sql$"


def ordered(
    names: Iterable[str],
    text: Text,
    *,
    supabase: bool = False,
    migrations: bool = False,
    forced: bool = False,
) -> Ordered | None:
    """The migrations among the names, or None where no tool would run them.

    text gives the content of one of them. supabase: they lie where the Supabase CLI looks; migrations: their
    folder is called so; forced: the user says that it holds migrations.
    """
    names = sorted(names)
    if supabase:
        return _of_supabase(names)
    if any(re.fullmatch(_FLYWAY, _last(it)) for it in names):
        return _of_flyway(names)
    forward = [it for it in names if not re.search(_BACKWARD, it)]
    if any(re.fullmatch(_UP, it) for it in forward):
        # sqlx has reversible migrations of the same names. What tells them apart is a comment of its own.
        is_sqlx = any(map(_is_of_sqlx, map(text, forward)))
        return _by_version("sqlx" if is_sqlx else "golang-migrate", forward, _UP)
    numbered = [it for it in forward if re.match(_NUMBERED, it)]
    if any("-- +goose " in text(it) for it in numbered):
        return _by_version("goose", numbered, _VERSIONED)
    if any("-- migrate:up" in text(it) for it in numbered):
        return Ordered("dbmate", tuple(numbered))
    if forced or (migrations and numbered and len(numbered) == len(forward)):
        if any(map(_is_of_sqlx, map(text, numbered))):
            return _by_version("sqlx", numbered, _VERSIONED)
        return Ordered("plain", tuple(sorted(forward, key=_number)))
    return None


def of_one_dialect(names: Iterable[str]) -> tuple[Dialect, tuple[str, ...]] | None:
    """The migrations of one dialect, where names tell dialects apart: 1_a.mysql.up.sql beside 1_a.up.sql.

    Of several it is PostgreSQL, if that is one of them: what they share would be reported on for each.
    Source: https://gobuffalo.io/documentation/database/migrations/
    """
    numbered = sorted((it for it in names if re.match(_NUMBERED, it)), key=_number)
    marked = {it: match for it in numbered if (match := re.search(_MARKED, it))}
    dialects = sorted({mark for it in marked.values() if (mark := _MARKS[it["dialect"]])})
    if not dialects:
        return None
    dialect: Dialect = "postgresql" if "postgresql" in dialects else dialects[0]
    own = {it: match for it, match in marked.items() if _MARKS[match["dialect"]] == dialect}
    instead_of = {it[: match.start()] for it, match in own.items()}
    return dialect, tuple(
        it
        for it in numbered
        if (it in own or (it not in marked and it.partition(".")[0] not in instead_of))
        and not re.search(_BACKWARD, it)
    )


_MARKS: dict[str, Dialect | None] = {
    **dict.fromkeys(("postgres", "postgresql", "pg"), "postgresql"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
    **dict.fromkeys(("mssql", "sqlserver"), "sqlserver"),
    **dict.fromkeys(("cockroach", "cockroachdb"), None),
}
_MARKED = rf"\.(?P<dialect>{'|'.join(_MARKS)})(?:\.autocommit)?(?:\.(?:up|down))?\.sql$"


def by_name(name: str, prisma: Version | None) -> tuple[list[int], list[bool], str]:
    """What Prisma sorts the folders of migrations by: their bytes, or since 6.8 what localeCompare says.

    Source: https://github.com/prisma/prisma/blob/6.19.x/packages/migrate/src/utils/listMigrations.ts
    (the order was compared with that of Node.js 18 for 20,000 names)
    """
    if prisma is None or prisma < _COLLATES:
        return [], [], name
    return [_WEIGHTS.get(it.lower(), ord(it) + 1000) for it in name], [it.isupper() for it in name], name


_COLLATES = (6, 8)
# Source: https://cldr.unicode.org/ (the root collation, for ASCII)
_WEIGHTS = {
    char: weight
    for weight, char in enumerate(" _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz")
}


def comes_after(tool: Tool, name: str, other: str) -> bool:
    """Whether a migration runs after the one of another name, or after all whose names begin so."""
    if tool in _BY_NAME or not (theirs := _version_of(other)):
        return name > other and not (other and name.startswith(other))
    return _version_of(name) > theirs


# Tools that take names for text. Those of Drizzle all begin with equally many digits.
_BY_NAME = frozenset({"prisma", "drizzle", "dbmate"})


def _version_of(name: str) -> tuple[int, ...]:
    """The number that the name begins with, in its parts: (1, 2) of "V1_2__users", (7,) of "0007_users"."""
    pattern = r"V(\d+(?:[._]\d+)*)(?:__|$)" if name.startswith("V") else r"(\d+)"
    found = re.match(pattern, name)
    return tuple(int(it) for it in re.split(r"[._]", found[1])) if found else ()


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _by_version(tool: Tool, names: Iterable[str], pattern: str) -> Ordered | None:
    """By the number that the names begin with; what does not match, the tool passes over."""
    versions = [(int(match[1]), name) for name in names if (match := re.fullmatch(pattern, name))]
    return _in_order(tool, sorted(versions))


def _is_of_sqlx(text: str) -> bool:
    """Source: https://docs.rs/sqlx/latest/sqlx/macro.migrate.html"""
    return text.startswith("-- no-transaction")


def _of_supabase(names: Iterable[str]) -> Ordered | None:
    """By name. What an old version of its command line made first, it passes over.

    Source: https://github.com/supabase/cli/blob/main/pkg/migration/list.go
    """
    names = [it for it in sorted(names) if re.fullmatch(_VERSIONED, it)]
    if names and re.fullmatch(r"\d{14}_init\.sql", names[0]) and names[0] < "20211209000000":
        names = names[1:]
    versions: list[tuple[object, str]] = [(it.partition("_")[0], it) for it in names]
    return _in_order("supabase", versions)


def _of_flyway(names: Iterable[str]) -> Ordered | None:
    """By version, part by part, whatever the folder; what is repeatable comes last, by its description."""
    versions = []
    repeatable = []
    for name in names:
        if match := re.fullmatch(_FLYWAY, _last(name)):
            parts = [int(it) for it in re.split(r"[._]", match[1])]
            while len(parts) > 1 and parts[-1] == 0:  # 1.0 is 1
                parts.pop()
            versions.append((tuple(parts), name))
        elif match := re.fullmatch(_REPEATABLE, _last(name)):
            repeatable.append((match[1], name))
    found = _in_order("flyway", sorted(versions))
    last = tuple(name for _, name in sorted(repeatable))
    return msgspec.structs.replace(found, names=found.names + last) if found else None


def _in_order(tool: Tool, versions: list[tuple[object, str]]) -> Ordered | None:
    if not versions:
        return None
    twins = tuple(
        (first, second)
        for (version, first), (next_version, second) in pairwise(versions)
        if version == next_version
    )
    return Ordered(tool, tuple(name for _, name in versions), twins)


def _number(name: str) -> tuple[float, str]:
    match = re.match(_NUMBERED, name)
    return (int(match[1]) if match else float("inf"), name)
