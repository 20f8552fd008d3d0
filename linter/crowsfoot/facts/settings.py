"""What files beside the schema say of it: where it is, who migrates it, and with which version of what."""

from crowsfoot.facts.common import Comment, Fact, Name, Problem
from crowsfoot.facts.shell import Task


class SchemaLocation(Fact, frozen=True, array_like=True, tag="settings"):
    """What a prisma.config.* or package.json says; paths are relative to the folder of that file.

    Each is None where the file does not say, or does not say it as plain text.
    """

    schema: Name | None = None
    migrations: Name | None = None
    datasource_url: Name | None = None  # a literal url of prisma.config.ts, never an env() call
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
    prisma: str | None = None  # the version that package.json asks for, as written: "^6.3.0"
    engine: str | None = None  # of prisma.config.*: "js" or "classic"
    adapter: bool = False  # prisma.config.* gives the schema engine a driver adapter
    package: str | None = None  # what package.json calls itself
    scripts: tuple[Task, ...] = ()  # of package.json, those that run something that matters to a database


class Installed(Fact, frozen=True, array_like=True, tag="installed"):
    """The versions of Prisma that a lock file or a list of requirements holds, in the order of the text.

    python: they are versions of prisma-client-py, whose releases each bring one version of Prisma.
    """

    prisma: tuple[str, ...] = ()
    python: bool = False
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()


class ServedSchemas(Fact, frozen=True, array_like=True, tag="served-schemas"):
    """What Supabase's config.toml says of the API: its schemas, () where it does not say.

    exposes: whether new tables of the schema public are granted to the API's roles by themselves.
    """

    schemas: tuple[str, ...] = ()
    exposes: bool | None = None
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()


class MigrationLock(Fact, frozen=True, array_like=True, tag="migration-lock"):
    """Prisma's migration_lock.toml."""

    provider: Name | None = None
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()


class Journal(Fact, frozen=True, array_like=True, tag="journal"):
    """Drizzle's meta/_journal.json: which migrations there are, in the order in which they run."""

    dialect: str | None = None  # as Drizzle says it: "postgresql", "mysql", "sqlite", "turso", ...
    tags: tuple[str, ...] = ()  # names of files, without .sql
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
