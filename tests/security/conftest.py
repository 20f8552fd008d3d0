"""One database for all tests of a module, where each would need but a few tables of its own."""

from collections.abc import Iterator

import pytest

from ..postgres import Postgres, Server


@pytest.fixture(scope="module")
def shared_database(postgres_server: Server) -> Iterator[Postgres]:
    connection = postgres_server.database()
    yield connection
    connection.close()


@pytest.fixture
def emptied(shared_database: Postgres) -> Postgres:
    """A connection to a database whose schema public is empty; what a test has set is forgotten."""
    shared_database.refusal("ROLLBACK")
    for statement in (
        "DISCARD ALL",
        "SET client_min_messages = error",
        "DROP SCHEMA IF EXISTS public CASCADE",
        "CREATE SCHEMA public",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
    ):
        shared_database.run(statement)
    return shared_database
