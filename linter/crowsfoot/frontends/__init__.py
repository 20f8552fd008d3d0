"""Source to facts: one frontend per language, each the sole importer of its parser."""

from typing import TYPE_CHECKING

from crowsfoot.kinds import TEMPLATES

if TYPE_CHECKING:
    from crowsfoot.facts import Facts
    from crowsfoot.facts.sql import Dialect
    from crowsfoot.facts.templates import TemplateFile
    from crowsfoot.source import Source

_CONFIGS = frozenset(f"prisma.config.{it}" for it in ("ts", "mts", "cts", "js", "mjs", "cjs"))
_INSTALLED = frozenset(
    (
        *("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"),
        *("requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock"),
    )
)


def read(
    source: "Source", dialect: "Dialect | None" = None, terms: bool = True
) -> "Facts | TemplateFile | None":
    """What source says, by the frontend that its file name calls for; None when there is none.

    dialect is that of SQL, without which no file of it is read; terms: also what its views are made of.
    """
    name = source.path.rpartition("/")[2]
    if dialect is not None:
        from crowsfoot.frontends import sql

        return sql.read(source.text, dialect, terms=terms)
    if name.endswith(".py"):
        from crowsfoot.frontends import python

        return python.read(source.text)
    if name.endswith(TEMPLATES) and name not in _INSTALLED:
        from crowsfoot.frontends import templates

        return templates.read(source.text)
    if name.endswith(".prisma"):
        from crowsfoot.frontends import prisma

        return prisma.read(source.text)
    if name in _CONFIGS:
        from crowsfoot.frontends import settings

        return settings.read_config(source.text)
    if name == "package.json":
        from crowsfoot.frontends import settings

        return settings.read_package(source.text)
    if name == "migration_lock.toml":
        from crowsfoot.frontends import lock_files

        return lock_files.read_lock(source.text)
    if name == "_journal.json":
        from crowsfoot.frontends import lock_files

        return lock_files.read_journal(source.text)
    if name in _INSTALLED:
        from crowsfoot.frontends import lock_files

        return lock_files.read_installed(name, source.text)
    if name.startswith(".env") or name.endswith(".env"):
        from crowsfoot.frontends import dotenv

        return dotenv.read_dotenv(source.text)
    if name == "config.toml":
        from crowsfoot.frontends import supabase

        return supabase.read(source.text)
    if name == "alembic.ini":
        from crowsfoot.frontends import dotenv

        return dotenv.read_alembic(source.text)
    from crowsfoot.frontends import shell

    return shell.read(name, source.text)
