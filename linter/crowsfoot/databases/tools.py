"""The tools that run migrations, and the databases that they speak to: which there are, in which versions."""

from typing import Literal

Dialect = Literal["postgresql", "mysql", "sqlite", "sqlserver"]

Tool = Literal[
    "prisma", "supabase", "flyway", "dbmate", "golang-migrate", "sqlx", "goose", "drizzle", "plain"
]

# "batch": as one text, which PostgreSQL runs as one implicit transaction;
# "split": statement by statement, each of them its own transaction;
# "transaction": statement by statement inside of BEGIN and COMMIT;
# "adapter": cut at every semicolon, each piece its own transaction.
Transport = Literal["batch", "split", "transaction", "adapter"]

Version = tuple[int, int]  # major and minor

# Prisma's engines: its own program, or one that goes through a driver adapter in JavaScript.
Engine = Literal["classic", "js"]

# The oldest major version of PostgreSQL that is supported, until November 2026.
# Source: https://www.postgresql.org/support/versioning/
OLDEST_POSTGRES = 14
