"""The tokens of one statement to what it does, for MySQL, SQLite and SQL Server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Dialect, Kind, Operation, Statement
from crowsfoot.frontends.sql import generic_alters as alters
from crowsfoot.frontends.sql import generic_drops as drops
from crowsfoot.frontends.sql import generic_indexes as indexes
from crowsfoot.frontends.sql import generic_inserts as inserts
from crowsfoot.frontends.sql import generic_objects as objects
from crowsfoot.frontends.sql import generic_routines as routines
from crowsfoot.frontends.sql import generic_rows as rows
from crowsfoot.frontends.sql import generic_sessions as sessions
from crowsfoot.frontends.sql import generic_tables as tables
from crowsfoot.frontends.sql.generic_cursor import (
    Cursor,
    ForeignError,
    UnreadableError,
    check_brackets,
    words,
)
from crowsfoot.frontends.sql.text import heading
from crowsfoot.source import Range

if TYPE_CHECKING:
    from crowsfoot.frontends.sql.generic_tokens import Token

NAMES: Final[dict[Dialect, str]] = {"mysql": "MySQL", "sqlite": "SQLite", "sqlserver": "SQL Server"}


class Done(NamedTuple):
    does: list[Operation]
    if_exists: bool = False
    algorithm: str | None = None
    lock: str | None = None


class Reader:
    """Reads statements of one text, and gathers what is wrong with them."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.problems: list[Problem] = []
        self.foreign = False  # a statement was of another database

    def cursor(self, tokens: list[Token]) -> Cursor:
        return Cursor(self.text, self.dialect, tokens)

    def statement(self, cur: Cursor, cut: Range | None = None, conditional: bool = False) -> Statement | None:
        """The statement that cur holds; None where it is broken, which is then one of problems."""
        first, last = cur.peek(), cur.tokens[cur.stop - 1]
        place = Range(first.start, last.end if cut is None else cut.end)
        try:
            check_brackets(cur, cut is not None)
            verb, done = self.read(cur, cut)
        except UnreadableError as error:
            if not (isinstance(error, ForeignError) and self.foreign):
                self.problems.append(Problem(error.range, error.message))
            self.foreign = self.foreign or isinstance(error, ForeignError)
            return None
        above = heading(self.text, first.start)
        return Statement(
            place, verb, tuple(done.does), conditional, done.if_exists, done.algorithm, done.lock, above
        )

    def read(self, cur: Cursor, cut: Range | None) -> tuple[str, Done]:
        key = cur.key
        if key in ("CREATE", "ALTER"):
            return self.create_or_alter(cur)
        if key == "DROP":
            if cur.peek(1).kind == "end":
                cur.take()
                raise cur.unexpected("what is to be dropped")
            return f"DROP {cur.peek(1).key}", Done(drops.drop(cur))
        if key in ("INSERT", "REPLACE"):
            return key, Done(inserts.insert(cur, cut))
        handler = _HANDLERS[self.dialect].get(key)
        if handler is not None:
            return key, Done(handler(cur))
        if key == "(":
            return "SELECT", Done(rows.select(cur))
        if key in _OTHERS[self.dialect]:
            return key, Done(sessions.unknown(cur))
        if self.dialect == "sqlserver" and cur.peek().kind in ("word", "name"):
            return "EXEC", Done(sessions.dynamic(cur))  # a procedure, or what newer versions know
        token = cur.peek()
        written = self.text[token.start : token.end]
        written = written if len(written) < 40 else written[:37] + "..."
        raise UnreadableError(
            Range(token.start, token.end), f"no statement of {NAMES[self.dialect]} begins with `{written}`"
        )

    def create_or_alter(self, cur: Cursor) -> tuple[str, Done]:
        verb = cur.key
        at = objects.noun(cur)
        noun = cur.tokens[at].key if at < cur.stop else ""
        if not noun:
            cur.take()
            raise cur.unexpected("what is to be created" if verb == "CREATE" else "what is to be altered")
        if noun not in _NOUNS[self.dialect] and self.dialect != "sqlserver":
            token = cur.tokens[at]
            raise UnreadableError(
                Range(cur.peek().start, token.end),
                f"{NAMES[self.dialect]} has no {verb} {token.text.upper()}",
            )
        name = f"{verb} {noun}"
        kind: Kind = objects.KINDS.get(noun, "other")
        if noun in ("TABLE", "VIRTUAL"):
            if verb == "CREATE":
                return "CREATE TABLE", Done(tables.create_table(cur))
            return name, Done(*alters.alter_table(cur))
        if noun == "INDEX":
            if verb == "CREATE":
                does, algorithm, lock = indexes.create_index(cur)
                return name, Done(does, False, algorithm, lock)
            return name, Done(indexes.alter_index(cur))
        if noun == "VIEW":
            return name, Done(objects.create_view(cur, at))
        if noun == "TRIGGER":
            return name, Done(objects.create_trigger(cur, at))
        if kind == "function":
            return name, Done(routines.create_routine(self, cur, at))
        if kind == "role":
            return name, Done(objects.create_role(cur, at))
        if verb == "ALTER":
            return name, Done(objects.alter_other(cur, at, kind))
        if noun in ("SCHEMA", "DATABASE"):
            return name, Done(objects.create_schema(cur))
        if noun == "SEQUENCE":
            return name, Done(objects.create_sequence(cur, at))
        if noun == "TYPE":
            return name, Done(objects.create_type(cur))
        return name, Done(objects.create_other(cur, at, kind))


def _update(cur: Cursor) -> list[Operation]:
    return sessions.maintain(cur) if cur.peek(1).key == "STATISTICS" else rows.update(cur)


_COMMON: Final[dict[str, Callable[[Cursor], list[Operation]]]] = {
    "SELECT": rows.select,
    "WITH": rows.select,
    "VALUES": rows.select,
    "UPDATE": rows.update,
    "DELETE": rows.delete,
    "COMMIT": sessions.transaction,
    "ROLLBACK": sessions.transaction,
    "BEGIN": sessions.transaction,
}
_HANDLERS: Final[dict[Dialect, dict[str, Callable[[Cursor], list[Operation]]]]] = {
    "mysql": _COMMON
    | {
        "TABLE": rows.select,
        "TRUNCATE": rows.truncate,
        "START": sessions.transaction,
        "SAVEPOINT": sessions.transaction,
        "RELEASE": sessions.transaction,
        "SET": sessions.set_variable,
        "USE": sessions.use,
        "LOCK": sessions.lock_tables,
        "ANALYZE": sessions.maintain,
        "OPTIMIZE": sessions.maintain,
        "RENAME": drops.rename,
        "GRANT": drops.grant,
        "REVOKE": drops.grant,
        "EXECUTE": sessions.dynamic,
        "CALL": sessions.dynamic,  # procedures are a usual way to change a schema if it needs it
        "SOURCE": sessions.dynamic,
    },
    "sqlite": _COMMON
    | {
        "END": sessions.transaction,
        "SAVEPOINT": sessions.transaction,
        "RELEASE": sessions.transaction,
        "PRAGMA": sessions.pragma,
        "ANALYZE": sessions.maintain,
        "REINDEX": sessions.maintain,
        "VACUUM": sessions.maintain,
    },
    "sqlserver": _COMMON
    | {
        "TRUNCATE": rows.truncate,
        "MERGE": rows.merge,
        "UPDATE": _update,
        "SAVE": sessions.transaction,
        "SET": sessions.set_variable,
        "USE": sessions.use,
        "GRANT": drops.grant,
        "REVOKE": drops.grant,
        "DENY": drops.grant,
    },
}
_OTHERS: Final[dict[Dialect, frozenset[str]]] = {
    # Source: https://dev.mysql.com/doc/refman/8.4/en/sql-statements.html
    # and https://mariadb.com/docs/server/reference/sql-statements
    "mysql": words(
        "BACKUP BINLOG CACHE CHANGE CHECK CHECKSUM CLONE DEALLOCATE DESC DESCRIBE DO EXPLAIN FLUSH GET "
        "HANDLER HELP IF IMPORT INSTALL KILL LOAD LOOP PREPARE PURGE REPAIR REPEAT RESET RESIGNAL RESTART "
        "SHOW SHUTDOWN SIGNAL STOP UNINSTALL UNLOCK USE WHILE XA CASE FOR DECLARE OPEN CLOSE FETCH "
        "LEAVE ITERATE RETURN DELIMITER"
    ),
    # Source: https://sqlite.org/lang.html
    "sqlite": frozenset(("ATTACH", "DETACH", "EXPLAIN")),
    # Source: https://learn.microsoft.com/sql/t-sql/statements/statements
    "sqlserver": words(
        "BACKUP BREAK BULK CHECKPOINT CLOSE CONTINUE DBCC DEALLOCATE DECLARE DISABLE ENABLE FETCH GOTO KILL "
        "OPEN PRINT RAISERROR RECONFIGURE RESTORE RETURN REVERT SETUSER SHUTDOWN THROW USE WAITFOR"
    ),
}
_NOUNS: Final[dict[Dialect, frozenset[str]]] = {
    "mysql": words(
        "TABLE INDEX VIEW TRIGGER FUNCTION PROCEDURE AGGREGATE SCHEMA DATABASE ROLE USER SEQUENCE EVENT "
        "SERVER TABLESPACE LOGFILE UNDO INSTANCE PACKAGE RESOURCE SPATIAL LIBRARY"
    ),
    "sqlite": frozenset(("TABLE", "VIRTUAL", "INDEX", "VIEW", "TRIGGER")),
    "sqlserver": frozenset(),
}
