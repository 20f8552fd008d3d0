"""The tools that run migrations, and the databases that they speak to: which there are, in which versions."""

import re
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


def given(tool: Tool, text: str) -> str:
    """The text that the database gets, where the tool changes it; of the same length, so that places stay.

    Drizzle cuts at its breakpoints, with or without a semicolon before them, and Flyway fills in
    placeholders, which stand for names here.
    Source: https://orm.drizzle.team/docs/drizzle-kit-generate
    Source: https://documentation.red-gate.com/fd/placeholders-273973335.html
    """
    if tool == "drizzle":
        return text.replace(_BREAKPOINT, f"{';':{len(_BREAKPOINT)}}")
    if tool == "flyway" and "${" in text:
        return PLACEHOLDER.sub(lambda it: f"_{re.sub('[^0-9A-Za-z]', '_', it[1]):_<{len(it[1]) + 2}}", text)
    return text


_BREAKPOINT = "--> statement-breakpoint"
PLACEHOLDER = re.compile(r"\$\{([\w.:-]{1,100})\}", re.ASCII)
