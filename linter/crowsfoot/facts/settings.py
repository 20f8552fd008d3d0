"""Where a project says that its schema is: prisma.config.ts and package.json."""

from crowsfoot.facts.common import Comment, Fact, Name, Problem


class SchemaLocation(Fact, frozen=True, array_like=True, tag="settings"):
    """The schema path of a prisma.config.* or package.json, relative to the folder of that file.

    Each path is None where the file does not say, or does not say it as plain text.
    """

    schema: Name | None = None
    migrations: Name | None = None
    datasource_url: Name | None = None  # a literal url of prisma.config.ts, never an env() call
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
