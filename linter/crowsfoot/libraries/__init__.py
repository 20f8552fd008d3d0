"""What libraries that reach a database do: which call sends a statement, what it loads, what is free."""

import re
from typing import Final

# Top-level packages, and the module of this package that knows what they do.
KNOWN: Final = {
    **dict.fromkeys(
        (
            *("django", "rest_framework", "mptt", "model_utils", "polymorphic", "django_extensions"),
            *(
                "treebeard",
                "modelcluster",
                "wagtail",
                "simple_history",
            ),
        ),
        "django",
    ),
    **dict.fromkeys(("sqlalchemy", "flask_sqlalchemy", "flask_sqlalchemy_lite"), "sqlalchemy"),
    **dict.fromkeys(
        ("strawberry", "strawberry_django", "graphene", "graphene_django", "aiodataloader"), "graphql"
    ),
    **dict.fromkeys(
        ("marshmallow", "flask_marshmallow", "marshmallow_sqlalchemy", "flask_smorest", "apiflask"),
        "marshmallow",
    ),
    "sqlmodel": "sqlmodel",
    "prisma": "prisma_client",
    "tortoise": "tortoise",
    **dict.fromkeys(("peewee", "playhouse", "peewee_async"), "peewee"),
    **dict.fromkeys(
        (
            *(
                "sqlite3",
                "psycopg",
                "psycopg2",
                "asyncpg",
                "aiosqlite",
                "pymysql",
                "MySQLdb",
                "aiomysql",
                "mysql",
            ),
            *("pyodbc", "oracledb", "cx_Oracle", "databases", "psycopg_pool", "asyncmy", "pymssql", "aiopg"),
        ),
        "raw",
    ),
}

_IMPORTS: Final = re.compile(rf"^[ \t]*(?:from|import)[ \t]+(?:{'|'.join(KNOWN)}|flask\.ext)\b", re.MULTILINE)
_SENDS: Final = re.compile(r"\.(?:execute|executemany|execute_raw|query_raw|query_first|fetchrow|fetchval)\(")


_CHANGES_INDEXES: Final = re.compile(
    r"(?:create|drop)_(?:index|unique_constraint|constraint)\(|(?i:create(?: unique)?|drop) index"
    r"|create_primary_key\(|rename_table\(|(?i:primary key|rename to)"
)
_MAKES_TABLE: Final = re.compile(r"\bcreate_table\(")
_MAKES_KEY: Final = re.compile(r"\bPrimaryKeyConstraint\(|\bprimary_key=True\b")


def changes_indexes(text: str) -> bool:
    """Whether a migration in Python may make or drop an index by itself, for Alembic or by SQL, or make a
    table that has no primary key.
    """
    if _CHANGES_INDEXES.search(text) is not None:
        return True
    return len(_MAKES_TABLE.findall(text)) > len(_MAKES_KEY.findall(text))


def may_send(text: str) -> bool:
    """Whether a file of Python with that text imports one of the libraries, or calls what sends SQL."""
    return _IMPORTS.search(text) is not None or _SENDS.search(text) is not None
