"""A program -> the kind of database that its models are made in, by settings, URLs and drivers."""

import re
from typing import Final

from crowsfoot.libraries.calls import entries, string
from crowsfoot.libraries.objects import Built
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.schema.places import Places
from crowsfoot.link.project import Provider
from crowsfoot.roles import Roles

_BY_WORD: Final[dict[str, Provider]] = {
    **dict.fromkeys(("postgres", "postgresql", "postgis", "asyncpg", "psycopg", "psycopg2"), "postgresql"),
    **dict.fromkeys(("mysql", "mariadb", "aiomysql", "asyncmy", "pymysql", "MySQLdb"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3", "spatialite", "aiosqlite"), "sqlite"),
    **dict.fromkeys(("mssql", "sqlserver", "sql_server"), "sqlserver"),
    **dict.fromkeys(("cockroachdb", "django_cockroachdb"), "cockroachdb"),
}
_URL: Final = re.compile(r"\n(postgres(?:ql)?|postgis|mysql|mariadb|sqlite|mssql|cockroachdb)(?:\+\w+)?://")
_DIALECT: Final = re.compile(r"(?:sqlalchemy\.dialects|playhouse)\.(postgresql|mysql|sqlite|mssql|postgres)")
_HAS_DIALECTS: Final = ("sqlalchemy", "playhouse")
_DRIVERS: Final = ("asyncpg", "psycopg", "psycopg2", "aiomysql", "asyncmy", "pymysql", "MySQLdb")


def provider_of(evaluator: Evaluator, library: str, dialect: str | None, roles: Roles) -> Provider:
    """What the configuration says, else the program; "unknown" where that speaks of several."""
    if dialect is not None:
        return _BY_WORD.get(dialect, "unknown")
    if library == "django":
        of_settings = _of_settings(Places(evaluator, "unknown", roles))
        if of_settings is not None:
            return of_settings
    found = _hints(evaluator, roles)
    servers = [it for it in found if it != "sqlite"]
    # SQLite beside a server is what tests and a first try run on.
    if len(servers) == 1:
        return servers[0]
    return "sqlite" if found and not servers else "unknown"


def _of_settings(places: Places) -> Provider | None:
    """DATABASES["default"]["ENGINE"] of the settings."""
    said = entries(entries(places.setting("DATABASES")).get("default")).get("ENGINE")
    if isinstance(said, Built) and not said.name.startswith("builtins."):
        said = said.args.get(1, "default")  # os.environ.get("ENGINE", "django.db.backends.sqlite3")
    engine = string(said)
    if engine is None:
        return None
    return next((_BY_WORD[it] for it in reversed(engine.split(".")) if it in _BY_WORD), None)


def _hints(evaluator: Evaluator, roles: Roles) -> set[Provider]:
    """What URLs, imported dialects and imported drivers speak of, in the program itself."""
    found: set[Provider] = set()
    for path, file in evaluator.program.files.glance():
        if roles(path) != "application":
            continue
        if "://" in file.words:
            found.update(_BY_WORD[it] for it in _URL.findall(file.words))
        for module, name, level in file.imports:
            if level:
                continue
            first = module.partition(".")[0]
            if first in _DRIVERS:
                found.add(_BY_WORD[first])
            elif match := _DIALECT.match(f"{module}.{name}") if first in _HAS_DIALECTS else None:
                found.add(_BY_WORD[match[1]])
            elif module.startswith("django.contrib.postgres"):
                found.add("postgresql")
    return found
