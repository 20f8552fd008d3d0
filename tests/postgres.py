"""A real PostgreSQL for tests: one server for all, a database of its own for each test.

The server is pgserver's (PostgreSQL 16), started in a temporary folder when the first test asks for it. SQL
goes through its psql, so that the tests need no driver.
"""

import json
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

_DONE = "-- done --"


class Postgres:
    """One connection to a database."""

    def __init__(self, psql: Path, uri: str) -> None:
        self.uri = uri
        self._psql = psql
        self._process = subprocess.Popen(
            [str(psql), "-XqAt", "-v", "ON_ERROR_STOP=0", "-v", "VERBOSITY=terse", uri],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def another(self) -> "Postgres":
        """A second connection to the same database; close it."""
        return Postgres(self._psql, self.uri)

    def refusal(self, statement: str) -> str | None:
        """The SQLSTATE with which the statement fails, None where it does not."""
        state, _ = self._send(statement)
        return None if state == "00000" else state

    def run(self, statement: str) -> list[str]:
        """The lines that the statement gives, columns parted by "|"; raises where it fails."""
        state, lines = self._send(statement)
        if state != "00000":
            raise AssertionError(f"{state}: {lines} for {statement}")
        return lines

    def json(self, query: str) -> Any:
        """What a query with one row and one column of type json gives."""
        return json.loads("\n".join(self.run(query)))

    def _send(self, statement: str) -> tuple[str, list[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{statement}\n;\n\\echo\n\\echo '{_DONE}' :SQLSTATE\n")
        self._process.stdin.flush()
        lines: list[str] = []
        for line in self._process.stdout:
            if line.startswith(_DONE):
                return line.removeprefix(_DONE).strip(), lines[:-1]
            lines.append(line.rstrip("\n"))
        raise AssertionError(f"psql has ended: {lines}")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Server:
    """A server that makes databases."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It looks for a folder that not every machine has.
            warnings.simplefilter("ignore")
            pgserver = pytest.importorskip("pgserver")
            self._server = pgserver.get_server(folder / "data", cleanup_mode="stop")
        self.psql = Path(pgserver.__file__).parent / "pginstall" / "bin" / "psql"
        self._count = 0
        self._admin = Postgres(self.psql, self._server.get_uri())
        # Nobody misses the data if the machine stops.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._admin.run(f"ALTER SYSTEM SET {setting} = off")
        self._admin.run("SELECT pg_reload_conf()")

    def database(self) -> Postgres:
        self._count += 1
        name = f"test_{self._count}"
        self._admin.run(f"CREATE DATABASE {name}")
        return Postgres(self.psql, self._server.get_uri(name))

    def close(self) -> None:
        self._admin.close()
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    # Not pytest's folder: that is long for the name of a socket, and old ones are swept while others run.
    with TemporaryDirectory(prefix="crowsfoot-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        yield server
        server.close()


@pytest.fixture
def postgres(postgres_server: Server) -> Iterator[Postgres]:
    """A connection to an empty database; psql's \\; parts statements that are sent as one text."""
    connection = postgres_server.database()
    yield connection
    connection.close()
