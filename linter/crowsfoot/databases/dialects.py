"""Words and texts -> the dialect of SQL that they stand for."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from crowsfoot.databases.tools import Dialect

# What tools call databases, and the dialect that is spoken to them; None where that is no SQL.
DIALECTS: Final[Mapping[str | None, Dialect | None]] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "cockroachdb": "postgresql",
    "mysql": "mysql",
    "singlestore": "mysql",
    "sqlite": "sqlite",
    "turso": "sqlite",
    "sqlserver": "sqlserver",
    "mssql": "sqlserver",
    "mongodb": None,
}

# Those of words in the names of folders.
_IN_NAMES: Final[Mapping[str, Dialect]] = {
    **dict.fromkeys(("postgresql", "postgres", "pg", "pgsql", "psql"), "postgresql"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
    **dict.fromkeys(("mssql", "sqlserver"), "sqlserver"),
}


def dialect_in_path(path: str) -> Dialect | None:
    """The dialect that the path names, by its last word that names one."""
    for word in reversed(re.findall(r"[a-z0-9]+", path.lower())):
        if word in _IN_NAMES:
            return _IN_NAMES[word]
    return None


_LONGEST = 300_000  # characters that are looked at

# What only one of them says. Comments and strings are not told apart, so each stands for something that
# hardly anyone writes about. "other" are ClickHouse, Oracle, Cassandra and Spanner.
_SIGNS: Final[Mapping[Dialect | Literal["other"], re.Pattern[str]]] = {
    "other": re.compile(
        r"""\bENGINE\s*=\s*\w*(?:MergeTree|Distributed|Kafka)\b|\bON[ ]CLUSTER\b|\bLowCardinality\(
        |\bVARCHAR2\b|\bCREATE[ ](?:OR[ ]REPLACE[ ])?PACKAGE\b|\bCREATE[ ]KEYSPACE\b
        |\bSTRING\(MAX\)|\bINTERLEAVE[ ]IN[ ]PARENT\b""",
        re.IGNORECASE | re.VERBOSE,
    ),
    "sqlserver": re.compile(
        r"""^[ \t]*GO[ \t]*;?[ \t\r]*$|\bNVARCHAR\(|\[dbo\]\.|\bUNIQUEIDENTIFIER\b
        |\bIDENTITY[ ]?\(1,[ ]?1\)""",
        re.IGNORECASE | re.MULTILINE | re.VERBOSE,
    ),
    "sqlite": re.compile(
        r"\bAUTOINCREMENT\b|^[ \t]*PRAGMA[ \t]+\w+|\bWITHOUT ROWID\b|\bsqlite_(?:master|sequence)\b",
        re.IGNORECASE | re.MULTILINE,
    ),
    "mysql": re.compile(
        r"\bAUTO_INCREMENT\b|\bENGINE\s*=\s*(?:InnoDB|MyISAM)\b|\bUNSIGNED\b|`\w+`[ ]?\(", re.IGNORECASE
    ),
}


def sniff(texts: Iterable[str]) -> Dialect | Literal["other"] | None:
    """The dialect that the texts, taken together, must be written in; "other" where it is none of ours.

    None: nothing in them says so, as is usual in PostgreSQL.
    """
    left = _LONGEST
    for text in texts:
        piece = text[:left]
        left -= len(piece)
        for dialect, sign in _SIGNS.items():
            if sign.search(piece):
                return dialect
        if left <= 0:
            break
    return None
