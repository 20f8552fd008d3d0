"""A session of PostgreSQL: SQL in; rows, errors with their SQLSTATE and the transaction's state out.

The only module that knows pg8000, which has no types. SQL is sent as it is, by the simple protocol: nothing
in a migration is taken for a parameter.
"""

from pathlib import Path
from typing import Any

from pg8000.native import Connection as Driver  # type: ignore[import-untyped]
from pg8000.native import DatabaseError

# Source: https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-READYFORQUERY
IDLE = b"I"


class PostgresError(Exception):
    """PostgreSQL's answer to a statement that it does not run; code is its SQLSTATE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Connection:
    """A session of its own; outside of BEGIN, each statement is one transaction."""

    def __init__(self, server: Path, database: str = "postgres") -> None:
        """server is the folder of its socket."""
        self._server = server
        self._database = database
        socket = str(server / ".s.PGSQL.5432")
        self._driver = Driver("postgres", unix_sock=socket, database=database, ssl_context=False)
        (self.pid,) = self.rows("SELECT pg_backend_pid()")[0]

    def another(self) -> "Connection":
        """A second session in the same database; close it."""
        return Connection(self._server, self._database)

    def execute(self, sql: str) -> None:
        """Run one statement; raises PostgresError."""
        self.rows(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What one statement answers, nothing where it is no query; raises PostgresError."""
        try:
            return [tuple(row) for row in self._driver.run(sql) or ()]
        except DatabaseError as error:
            fields: dict[str, str] = error.args[0]
            raise PostgresError(fields["C"], fields["M"]) from error

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        return bool(self._driver._transaction_status == IDLE)

    def close(self) -> None:
        self._driver.close()
