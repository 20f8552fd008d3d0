"""SQL as rules and as a real PostgreSQL see it: what is found in it, what roles can do when it has run."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from crowsfoot import Finding
from crowsfoot.config import parse
from crowsfoot.discover import Discovery, standard_input
from crowsfoot.finding import Severity
from crowsfoot.link.security.model import Security
from crowsfoot.rule import Rule, load
from crowsfoot.run import check
from crowsfoot.testing import lint

from ..postgres import Postgres

_PLACE = "prisma/migrations/20240101000000_step/migration.sql"


def project(sql: str, settings: str = "") -> dict[str, str]:
    """A project with one migration; settings are lines of crowsfoot.toml."""
    return {_PLACE: sql, "crowsfoot.toml": settings}


def found(rule: str, sql: str, settings: str = "") -> list[str]:
    """The messages of a rule about a migration, in their order."""
    return [it.finding.message for it in lint(project(sql, settings), load()[rule]).kept]


def security(sql: str, settings: str = "") -> Security:
    """What guards the database that the migration makes; of 2,000 statements other processes may be told."""
    seen: list[Security] = []

    def look(it: Security) -> Iterator[Finding]:
        seen.append(it)
        return iter(())

    rule = Rule("looking", "security", "Doc.", Security, look, Severity.NOTE, "0.1", True)
    config = parse(settings, "crowsfoot.toml", {rule.name: rule})
    discovery = Discovery(root=Path.cwd())
    discovery = standard_input(discovery, sql.encode(), Path(_PLACE))
    discovery = msgspec.structs.replace(discovery, named=frozenset())
    assert check(discovery, config, {rule.name: rule}).failures == ()
    (only,) = seen
    return only


def run(postgres: Postgres, sql: str) -> None:
    """Run a script whose statements end with a semicolon at the end of a line; raises where one fails."""
    for statement in statements(sql):
        postgres.run(statement)


def statements(sql: str) -> Iterator[str]:
    """The statements of such a script; bodies of functions stand between $$."""
    lines: list[str] = []
    for line in sql.splitlines():
        lines.append(line)
        text = "\n".join(lines)
        if line.rstrip().endswith(";") and text.count("$$") % 2 == 0:
            yield text.strip().rstrip(";")
            lines = []
    if "".join(lines).strip():
        yield "\n".join(lines)


def roles(postgres: Postgres, names: Mapping[str, str]) -> None:
    """Make roles, name -> attributes, where the server has none of that name: all tests share one server."""
    for name, attributes in names.items():
        postgres.run(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN"
            f" CREATE ROLE {name} {attributes}; END IF; END $$"
        )


def refusal_as(
    postgres: Postgres, role: str, statement: str, settings: Mapping[str, str] | None = None
) -> str | None:
    """The SQLSTATE with which the statement of a role fails, None where it does not; nothing of it stays."""
    postgres.run("BEGIN")
    for name, value in (settings or {}).items():
        postgres.run(f"SELECT set_config('{name}', '{value}', true)")
    postgres.run(f"SET LOCAL ROLE {role}")
    state = postgres.refusal(statement)
    postgres.run("ROLLBACK")
    return state


def rows_as(
    postgres: Postgres, role: str, query: str, settings: Mapping[str, str] | None = None
) -> list[str]:
    """The lines that a query gives to a role; raises where it fails. Nothing of it stays."""
    postgres.run("BEGIN")
    for name, value in (settings or {}).items():
        postgres.run(f"SELECT set_config('{name}', '{value}', true)")
    postgres.run(f"SET LOCAL ROLE {role}")
    try:
        return postgres.run(query)
    finally:
        postgres.refusal("ROLLBACK")
