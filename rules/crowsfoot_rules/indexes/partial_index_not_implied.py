"""The only index that would serve a query is partial, and the query asks for other rows as well.

A partial index holds the rows of its predicate and no others. A database uses it where the query says that it
wants nothing else, in its own WHERE: an index over the rows that are not deleted is of no use to a query that
does not mention deletion, even if all rows that it can find are in the index. Measured on PostgreSQL 15 with
200,000 rows: 22 blocks with the condition, 2,326 without it.

```sql
CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL, deleted_at timestamptz);
CREATE INDEX account_live ON account (email) WHERE deleted_at IS NULL;
```

```py
import psycopg

def find(connection: psycopg.Connection, email: str):
    query = "SELECT * FROM account WHERE email = %s"
    return connection.execute(query, [email]) # want "holds only rows with deleted_at IS NULL"
```

Say which rows the query is about, or build an index over all of them:

```sql
CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL, deleted_at timestamptz);
CREATE INDEX account_live ON account (email) WHERE deleted_at IS NULL;
```

```py
import psycopg

def find(connection: psycopg.Connection, email: str):
    query = "SELECT * FROM account WHERE email = %s AND deleted_at IS NULL"
    return connection.execute(query, [email])
```

A predicate `column IS NOT NULL` is implied by every comparison of the column. Predicates that are more than
conditions on single columns, joined by AND, are not judged, nor are values that only a run can know.

Source: https://www.postgresql.org/docs/current/indexes-partial.html
Source: https://www.sqlite.org/partialindex.html
"""

from collections.abc import Iterator

from msgspec.structs import replace

from crowsfoot import Confidence, Finding, Fix, Index, Queried, Related, Safety, rule
from crowsfoot.databases.index_predicates import conjuncts_of
from crowsfoot.databases.index_writing import fix, over
from crowsfoot.databases.unserved import held_back, reading
from crowsfoot.link.wanted import Wanted


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    table = queried.table
    if table.kind != "table" or not table.complete:
        return
    found: dict[Index, list[Wanted]] = {}
    for shape in queried.shapes:
        if reading(shape) and (index := held_back(shape)) is not None:
            found.setdefault(index, []).append(shape)
    for index, shapes in found.items():
        places = [place for shape in shapes for place in reading(shape)]
        more = f", and {len(places) - 1} more like it," if len(places) > 1 else ""
        keys = ", ".join(map(str, index.keys))
        yield Finding(
            places[0].span,
            f"`{places[0].said}`{more} cannot use the index on {table}({keys}), which holds only rows with "
            f"{_predicate(index)}; ask for these rows only, or add an index over all rows",
            subject=str(index),
            related=(
                Related(index.span, "this index leaves rows out"),
                *(Related(it.span, f"this query asks for them, too: `{it.said}`") for it in places[1:6]),
            ),
            fix=_over_all_rows(index),
            confidence=Confidence.LIKELY if all(it.likely for it in places) else Confidence.POSSIBLE,
        )


def _predicate(index: Index) -> str:
    words = {"null": "IS NULL", "not null": "IS NOT NULL"}
    parts = [(it.column.field, it.value) for it in conjuncts_of(index) or ()]
    return " and ".join(f"{name} {words.get(value, f'= {value}')}" for name, value in parts)


def _over_all_rows(index: Index) -> Fix | None:
    """Help, and nothing to apply unasked: it may be the query that is to change."""
    if len(index.columns) < len(index.keys):
        return None
    found = fix(over(index.table, index.columns))
    return replace(found, safety=Safety.MANUAL) if found is not None else None
