"""Refusals in PostgreSQL's words to those of MySQL, SQLite and SQL Server.

The handlers speak PostgreSQL. What the others refuse for the same reason they say differently; what only
PostgreSQL refuses has no words here, and is not refused.
Source: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html; src/build.c and src/alter.c
of SQLite; https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
"""

from __future__ import annotations

import re

_RELATION = r'(?:relation|table|view|materialized view) "(?P<name>[^"]+)" does not exist'
_COLUMN = r'column "(?P<name>[^"]+)"'

_WORDS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        _RELATION,
        {
            "mysql": "Table '{name}' doesn't exist",
            "sqlite": "no such table: {name}",
            "sqlserver": 'Cannot find the object "{name}" because it does not exist or you do not have '
            "permissions.",
        },
    ),
    (
        _COLUMN
        + r"(?: of relation \"(?P<table>[^\"]+)\"| named in key| referenced in foreign key constraint)?"
        " does not exist",
        {
            "mysql": "Unknown column '{name}'",
            "sqlite": "no such column: {name}",
            "sqlserver": "Invalid column name '{name}'.",
        },
    ),
    (
        r'relation "(?P<name>[^"]+)" already exists',
        {
            "mysql": "Table '{name}' already exists",
            "sqlite": "there is already a table or an index named {name}",
            "sqlserver": "There is already an object named '{name}' in the database.",
        },
    ),
    (
        r'index "(?P<name>[^"]+)" of table "(?P<table>[^"]+)" already exists',
        {
            "mysql": "Duplicate key name '{name}'",
            "sqlserver": "The operation failed because an index or statistics with name '{name}' already "
            "exists on table '{table}'.",
        },
    ),
    (
        _COLUMN + ' (?:of relation "(?P<table>[^"]+)" already exists|specified more than once)',
        {
            "mysql": "Duplicate column name '{name}'",
            "sqlite": "duplicate column name: {name}",
            "sqlserver": "Column names in each table must be unique. Column name '{name}' is specified more "
            "than once.",
        },
    ),
    (
        r'index "(?P<name>[^"]+)" does not exist',
        {
            "mysql": "Can't DROP '{name}'; check that column/key exists",
            "sqlite": "no such index: {name}",
            "sqlserver": "Cannot drop the index '{name}', because it does not exist or you do not have "
            "permission.",
        },
    ),
    (
        r'constraint "(?P<name>[^"]+)" of relation "(?P<table>[^"]+)" does not exist',
        {
            "mysql": "Can't DROP '{name}'; check that column/key exists",
            "sqlserver": "'{name}' is not a constraint.",
        },
    ),
    (
        r'constraint "(?P<name>[^"]+)" for relation "(?P<table>[^"]+)" already exists',
        {
            "mysql": "Duplicate constraint name '{name}'",
            "sqlserver": "There is already an object named '{name}' in the database.",
        },
    ),
    (
        r'multiple primary keys for table "(?P<table>[^"]+)" are not allowed',
        {
            "mysql": "Multiple primary key defined",
            "sqlite": 'table "{table}" has more than one primary key',
            "sqlserver": "Table '{table}' already has a primary key defined on it.",
        },
    ),
    (
        r'cannot drop table "(?P<name>[^"]+)" referenced by "(?P<fk>[^"]+)" of "(?P<table>[^"]+)"',
        {
            "mysql": "Cannot drop table '{name}' referenced by a foreign key constraint '{fk}' on table "
            "'{table}'.",
            "sqlserver": "Could not drop object '{name}' because it is referenced by a FOREIGN KEY "
            "constraint.",
        },
    ),
    (
        r'cannot drop index "(?P<name>[^"]+)" needed by "(?P<fk>[^"]+)"',
        {"mysql": "Cannot drop index '{name}': needed in a foreign key constraint"},
    ),
    (
        r'cannot drop column "(?P<name>[^"]+)" needed by "(?P<fk>[^"]+)"',
        {
            "mysql": "Cannot drop column '{name}': needed in a foreign key constraint '{fk}'",
            "sqlserver": "The object '{fk}' is dependent on column '{name}'.",
        },
    ),
)


def translated(message: str, dialect: str) -> str | None:
    """What the database says instead; None where it refuses nothing of the kind."""
    for pattern, words in _WORDS:
        match = re.fullmatch(pattern, message)
        if match is not None:
            return words[dialect].format(**match.groupdict()) if dialect in words else None
    return None
