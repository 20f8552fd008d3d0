"""Files of settings -> who connects: the grammar of python-dotenv, connection strings, and what is kept of them."""

import msgspec
import pytest

from crowsfoot.facts.environment import Environment
from crowsfoot.facts.shell import Automation
from crowsfoot.frontends import read
from crowsfoot.frontends.logins import login_of, secret_of
from crowsfoot.kinds import kind_of
from crowsfoot.source import Source


def environment(text: str, name: str = ".env") -> Environment:
    facts = read(Source(name, text))
    assert isinstance(facts, Environment)
    return facts


def users(text: str, name: str = ".env") -> list[str | None]:
    """The user of each login, which its range says as well."""
    found = [it.login for it in environment(text, name).variables if it.login is not None]
    for it in found:
        if it.user is not None and "$" not in text:
            assert text[it.range.start : it.range.end] == it.user
    return [it.user for it in found]


@pytest.mark.parametrize(
    "line",
    [
        "URL=postgresql://app:pw@db/x",
        "export URL=postgresql://app:pw@db/x",
        "  URL = postgresql://app:pw@db/x  ",
        "URL='postgresql://app:pw@db/x'",
        'URL="postgresql://app:pw@db/x" # comment',
        "URL=postgresql://app:pw@db/x # comment",
        "URL=postgres://app@db",
        "URL=postgresql+asyncpg://app:p@ss@db:5432/x?sslmode=require",
        "'URL'=postgresql://app:@db/x",
    ],
)
def test_the_user_of_a_connection_string_is_found(line: str) -> None:
    assert users(f"# first\nOTHER=1\n{line}\nLAST=2\n") == ["app"]


def test_a_comment_holds_no_variable() -> None:
    assert users("# URL=postgresql://app:pw@db/x\n") == []


def test_variables_of_the_same_file_are_put_in() -> None:
    text = "DB_USER=app\nURL=postgresql://${DB_USER}:${PW}@${HOST:-db}/x\n"
    (url,) = [it for it in environment(text).variables if it.login is not None]
    assert url.login is not None
    assert (url.login.user, url.login.host) == ("app", "db")


def test_a_user_that_nobody_knows_is_left_open() -> None:
    assert users("URL=postgresql://${DB_USER}:x@db/x\nOTHER=postgresql://<user>:x@db/x\n") == [None, None]


@pytest.mark.parametrize(
    ("url", "pooler"),
    [
        ("postgresql://a:b@aws-0.pooler.supabase.com:6543/postgres", True),
        ("postgresql://a:b@aws-0.pooler.supabase.com:5432/postgres", False),
        ("postgresql://a:b@db/x?pgbouncer=true", True),
        ("postgresql://a:b@ep-cool-name-pooler.eu.aws.neon.tech/x", True),
        ("postgresql://a:b@ep-cool-name.eu.aws.neon.tech/x", False),
    ],
)
def test_a_pooler_is_known_by_its_address(url: str, pooler: bool) -> None:
    login = login_of(url, 0, {})
    assert login is not None
    assert login.pooler is pooler


def test_alembic_ini_says_who_migrates() -> None:
    text = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://owner:pw@db/x\n"
    assert users(text, "alembic.ini") == ["owner"]


def test_neither_passwords_nor_keys_are_kept() -> None:
    text = (
        "URL=postgresql://app:hunter2@db/x\nDB_PASSWORD=hunter2\nSUPABASE_SERVICE_KEY=sb_secret_hunter2\n"
        "API_SECRET=hunter2\n"
    )
    assert b"hunter2" not in msgspec.msgpack.encode(environment(text))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("sb_secret_abc", "secret"),
        ("sb_publishable_abc", ""),
        ("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.abc", "service_role"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.abc", ""),
        ("eyJhbGciOiJIUzI1NiJ9.%%%.abc", ""),
        ("eyJx.eyJ.abc", ""),
        ("", ""),
    ],
)
def test_a_key_is_known_by_its_form(value: str, kind: str) -> None:
    assert secret_of(value) == kind


@pytest.mark.parametrize(
    "text", ["", "=", "A", "A=", "A='", 'A="\n', "\x00", "A=postgresql://", "A=postgresql://@:/@", "é=ü"]
)
def test_a_broken_file_is_read_as_far_as_it_goes(text: str) -> None:
    for it in environment(text).variables:
        assert 0 <= it.value.start <= it.value.end <= len(text)


def test_a_comment_to_the_linter_counts() -> None:
    text = "# crowsfoot: allow connection-bypasses-rls -- for migrations\nURL=postgresql://app:pw@db/x\n"
    assert [it.rules for it in environment(text).comments] == [("connection-bypasses-rls",)]


COMPOSE = """services:
  db:
    image: postgres:16
    environment:
      POSTGRES_USER: app
      POSTGRES_PASSWORD: hunter2
  api:
    environment:
      - DATABASE_URL=postgresql://app:hunter2@db/app
      - "QUOTED_URL=postgresql://app:hunter2@db/app"
    build:
      args:
        VITE_SERVICE_ROLE_KEY: ${KEY}
"""


def test_a_compose_file_says_what_its_services_are_given() -> None:
    facts = read(Source("compose.yaml", COMPOSE))
    assert isinstance(facts, Automation)
    found = [(it.service, it.name.text, it.login.user if it.login else None) for it in facts.variables]
    assert found == [
        ("db", "POSTGRES_USER", None),
        ("api", "DATABASE_URL", "app"),
        ("api", "QUOTED_URL", "app"),
        ("api", "VITE_SERVICE_ROLE_KEY", None),
    ]
    for it in facts.variables:
        assert COMPOSE[it.name.range.start : it.name.range.end] == it.name.text
        if it.login is not None:
            assert COMPOSE[it.login.range.start : it.login.range.end] == it.login.user
    assert b"hunter2" not in msgspec.msgpack.encode(facts)


@pytest.mark.parametrize("name", [".env", ".env.local", ".env.example", "prod.env", "alembic.ini"])
def test_files_of_settings_are_of_a_kind_that_is_read(name: str) -> None:
    kind = kind_of(name)
    assert kind is not None
    assert kind.quiet
    assert kind.wants(b"DATABASE_URL=postgresql://app@db/x")
    assert not kind.wants(b"DEBUG=1")
