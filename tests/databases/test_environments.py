"""What names and addresses say of a database."""

import pytest

from crowsfoot.databases.environments import (
    is_local_address,
    is_passing,
    is_url_variable,
    serves_development,
)


@pytest.mark.parametrize(
    "name",
    [
        "test",
        "e2e-tests",
        "E2E",
        "e2eSetup",
        "db:push:preview",
        "ci.yml",
        "Dockerfile.dev",
        "apps/docs",
        "localStack",
    ],
)
def test_names_that_speak_of_a_database_that_passes(name: str) -> None:
    assert is_passing(name)


@pytest.mark.parametrize(
    "name", ["deploy", "production", "latest", "contest", "device", "build", "attest", "specification"]
)
def test_names_that_do_not(name: str) -> None:
    assert not is_passing(name)


@pytest.mark.parametrize("name", ["dev", "start:dev", "dev:api", "watch", "develop", "startDev"])
def test_scripts_that_serve_a_developer(name: str) -> None:
    assert serves_development(name)


@pytest.mark.parametrize("name", ["start", "start:prod", "device", "serve", "deviate"])
def test_scripts_that_do_not(name: str) -> None:
    assert not serves_development(name)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@localhost:5432/x",
        "postgres://localhost/x",
        "mysql://root@127.0.0.1:3306/x",
        "postgres://u:p@postgres:5432/x",
        "postgres://db/x",
        "sqlserver://mssql:1433;database=x",
        '"postgres://u:p@[::1]/x"',
        "file:./dev.db",
    ],
)
def test_addresses_of_the_same_machine(url: str) -> None:
    assert is_local_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db.acme.com:5432/x",
        "postgresql://user:p@10.0.0.3/x",
        "postgres://u:p@db.internal/x",
        "prisma+postgres://accelerate.prisma-data.net/?api_key=x",
        "${{ secrets.DATABASE_URL }}",
        "$DATABASE_URL",
        "",
    ],
)
def test_addresses_elsewhere(url: str) -> None:
    assert not is_local_address(url)


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_URL",
        "DIRECT_URL",
        "POSTGRES_PRISMA_URL",
        "POSTGRES_URL_NON_POOLING",
        "DB_URL",
        "API_DATABASE_URI",
    ],
)
def test_variables_that_hold_an_address_of_a_database(name: str) -> None:
    assert is_url_variable(name)


@pytest.mark.parametrize("name", ["REDIS_URL", "API_URL", "NEXTAUTH_URL", "DATABASE", "URL"])
def test_variables_that_do_not(name: str) -> None:
    assert not is_url_variable(name)
