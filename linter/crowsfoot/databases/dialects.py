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

# Those of words in the names of folders, and of longer words that begin so: mysql8, sqlitestore.
_BEGINNINGS: Final[Mapping[str, Dialect | Literal["other"]]] = {
    **dict.fromkeys(("postgres", "pgsql"), "postgresql"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("sqlite", "libsql"), "sqlite"),
    **dict.fromkeys(("mssql", "sqlserver", "sqlsrv"), "sqlserver"),
    **dict.fromkeys(("clickhouse", "cassandra", "bigquery", "duckdb", "hsqldb"), "other"),
}
# Those of whole words.
_WORDS: Final[Mapping[str, Dialect | Literal["other"]]] = {
    **dict.fromkeys(("pg", "psql"), "postgresql"),
    **dict.fromkeys(("tidb", "planetscale"), "mysql"),
    **dict.fromkeys(("turso", "d1"), "sqlite"),
    "h2": "other",
}


def dialect_in_path(path: str) -> Dialect | Literal["other"] | None:
    """The dialect that the path names, by its last word that names one; "other" where it is none of ours."""
    for word in reversed(re.findall(r"[a-z0-9]+", path.lower())):
        if word in _WORDS:
            return _WORDS[word]
        for beginning, dialect in _BEGINNINGS.items():
            if word.startswith(beginning):
                return dialect
    return None


_LONGEST = 300_000  # characters that are looked at

# What only one of them says. Comments and strings are not told apart, so each stands for something that
# hardly anyone writes about. "other" are ClickHouse, Oracle, Cassandra and Spanner. The patterns are text,
# which re compiles when it first needs them: nearly always a file beside the migrations names the dialect.
_SIGNS: Final[Mapping[Dialect | Literal["other"], str]] = {
    "other": r"""(?ix)\bENGINE\s*=\s*\w*(?:MergeTree|Distributed|Kafka)\b|\bON[ ]CLUSTER\b|\bLowCardinality\(
        |\bVARCHAR2\b|\bCREATE[ ](?:OR[ ]REPLACE[ ])?PACKAGE\b|\bCREATE[ ]KEYSPACE\b
        |\bSTRING\(MAX\)|\bINTERLEAVE[ ]IN[ ]PARENT\b""",
    "sqlserver": r"""(?imx)^[ \t]*GO[ \t]*;?[ \t\r]*$|\bNVARCHAR\(|\[dbo\]\.|\bUNIQUEIDENTIFIER\b
        |\bIDENTITY[ ]?\(1,[ ]?1\)""",
    "sqlite": r"(?im)\bAUTOINCREMENT\b|^[ \t]*PRAGMA[ \t]+\w+|\bWITHOUT ROWID\b"
    r"|\bsqlite_(?:master|sequence)\b",
    "mysql": r"(?i)\bAUTO_INCREMENT\b|\bENGINE\s*=\s*(?:InnoDB|MyISAM)\b|\bUNSIGNED\b|`\w+`[ ]?\(",
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
            if re.search(sign, piece):
                return dialect
        if left <= 0:
            break
    return None
