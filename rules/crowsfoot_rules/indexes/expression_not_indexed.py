"""A query compares what a function makes of a column, and the index holds the column as it is.

`lower(email) = ...`, Django's `email__iexact=...` and `date(created_at) = ...` cannot be looked up in an
index over the column: the database works the function out for every row. Measured on PostgreSQL 15 with
200,000 rows: 2,326 blocks, and 4 with an index over `lower(email)`.

```sql
CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL UNIQUE);
```

```py
import psycopg

def find(connection: psycopg.Connection, email: str):
    query = "SELECT * FROM account WHERE lower(email) = lower(%s)"
    return connection.execute(query, [email]) # want "compares lower(email)"
```

```sql
CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL);
CREATE UNIQUE INDEX account_email ON account (lower(email));
```

```py
import psycopg

def find(connection: psycopg.Connection, email: str):
    query = "SELECT * FROM account WHERE lower(email) = lower(%s)"
    return connection.execute(query, [email])
```

Where values differ by case only and mean the same, a unique index over the expression also keeps them from
being there twice. `citext`, or a collation that ignores case, spares both function and index. A time is
better compared with a range (`>=` the day, `<` the next one), which the index over the column serves.

Patterns (`ILIKE`, `icontains`) want an index of trigrams; as they often are the search of a page that few
people use, such a finding is `possible`. So is one about `LIKE 'x%'` or `startswith` on PostgreSQL: an index
is sorted by the language of its collation, and finds what begins with a text only where that is `C`, or in
an operator class of patterns (`text_pattern_ops`). Nothing is said where another index finds the rows.

Source: https://www.postgresql.org/docs/current/indexes-expressional.html
Source: https://www.postgresql.org/docs/current/pgtrgm.html#PGTRGM-INDEX
Source: https://www.postgresql.org/docs/current/indexes-opclass.html
Source: https://docs.djangoproject.com/en/stable/ref/models/indexes/#expressions
"""

from collections.abc import Iterator
from typing import Final

from crowsfoot import Column, Confidence, Finding, Fix, Queried, Related, rule
from crowsfoot.databases.index_writing import Proposal, declaration, fix
from crowsfoot.databases.selectivity import tells_apart
from crowsfoot.databases.sql_names import plain
from crowsfoot.databases.unserved import expressions, reading
from crowsfoot.link.project import Index
from crowsfoot.link.wanted import Place

# Django sends UPPER() to PostgreSQL for these. To others it sends LIKE, which ignores case there.
_UPPER: Final = ("iexact", "istartswith")
_PATTERNS: Final = ("ilike", "icontains", "istartswith")
_PREFIXES: Final = ("like", "startswith")
_EXPRESSIONS: Final = ("postgresql", "cockroachdb", "sqlite", "mysql", "unknown")


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    table = queried.table
    if table.kind != "table" or not table.complete:
        return
    found: dict[tuple[Column, str, Index], list[Place]] = {}
    for shape in queried.shapes:
        for it in expressions(shape):
            found.setdefault(it, []).extend(reading(shape))
    for (column, function, index), places in found.items():
        if not places or not _is_slow(column, function):
            continue
        more = f", and {len(places) - 1} more like it," if len(places) > 1 else ""
        compared, holds = _said(column, function)
        advice, mended = _advice(column, function)
        sure = all(it.likely for it in places) and _is_lookup(column, function, index)
        yield Finding(
            places[0].span,
            f"`{places[0].said}`{more} compares {compared}, and the index on {index} {holds}, "
            f"so all of {table} is read; {advice}",
            subject=f"{column}: {function}",
            related=(
                Related(index.span, f"this index serves {column.field} by itself"),
                *(Related(it.span, f"this query compares it so, too: `{it.said}`") for it in places[1:6]),
            ),
            fix=mended,
            confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        )


def _is_slow(column: Column, function: str) -> bool:
    """Whether the database works the function out for each row; not where the type ignores case."""
    provider = column.table.database.provider
    named = column.native.name if column.native is not None else column.type
    if "citext" in named.lower():
        return False
    if function in ("lower", "upper"):
        return provider in _EXPRESSIONS
    if function in _PREFIXES:
        return provider == "postgresql" and column.type == "String" and "uuid" not in named.lower()
    return function == "date" or provider in ("postgresql", "unknown")


def _is_lookup(column: Column, function: str, index: Index) -> bool:
    """Whether the query looks for few rows, and not for whatever resembles what somebody has typed."""
    if column.table.database.provider == "unknown" or function in (*_PATTERNS, *_PREFIXES):
        return False
    return function == "date" or (index.unique and len(index.keys) == 1) or tells_apart(column)


def _said(column: Column, function: str) -> tuple[str, str]:
    """What the query compares, and what the index has instead."""
    if function in _PREFIXES:
        return f"how {column.field} begins", "is sorted by a language, unless its collation is C"
    if function in _PATTERNS:
        return f"{column.field} without its case", "holds the values as they are"
    return _call(column, function), "holds the values as they are"


def _call(column: Column, function: str) -> str:
    return f"{'upper' if function in _UPPER else function}({column.field})"


def _advice(column: Column, function: str) -> tuple[str, Fix | None]:
    """What to do, in words, and as something to paste."""
    if function == "date":
        return f"compare {column.field} with a range from that day to the next one", None
    table, name = plain(column.table.name), plain(column.name)
    if function in _PREFIXES:
        return f"add CREATE INDEX ON {table} ({name} {_pattern_class(column)})", None
    if function in _PATTERNS:
        return f"add CREATE INDEX ON {table} USING gin ({name} gin_trgm_ops), of the extension pg_trgm", None
    proposal = Proposal(column.table, (), function=("upper" if function in _UPPER else function, column.name))
    return f"add {declaration(proposal)}", fix(proposal)


def _pattern_class(column: Column) -> str:
    """Source: https://www.postgresql.org/docs/current/indexes-opclass.html"""
    named = (column.native.name if column.native is not None else "text").lower()
    if "var" in named:
        return "varchar_pattern_ops"
    return "bpchar_pattern_ops" if named.startswith(("char", "bpchar")) else "text_pattern_ops"
