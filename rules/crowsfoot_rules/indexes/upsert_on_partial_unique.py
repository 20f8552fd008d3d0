"""ON CONFLICT names columns whose only unique index is partial, and does not say which rows it holds.

PostgreSQL looks for a unique index over just these columns. A partial one counts if the statement repeats its
predicate behind the columns; without that every such statement fails, whether or not there is a conflict:
"there is no unique or exclusion constraint matching the ON CONFLICT specification" (42P10, measured on
PostgreSQL 15 and 16; SQLite refuses it as well).

```sql
CREATE TABLE account (id serial PRIMARY KEY, email text NOT NULL, name text, deleted_at timestamptz);
CREATE UNIQUE INDEX account_live ON account (email) WHERE deleted_at IS NULL;
```

```py
import psycopg

def put(connection: psycopg.Connection, email: str, name: str):
    query = (
        "INSERT INTO account (email, name) VALUES (%s, %s) "
        "ON CONFLICT (email) DO UPDATE SET name = excluded.name"
    )
    connection.execute(query, [email, name]) # want "ON CONFLICT (email) is refused"
```

```sql
CREATE TABLE account (id serial PRIMARY KEY, email text NOT NULL, name text, deleted_at timestamptz);
CREATE UNIQUE INDEX account_live ON account (email) WHERE deleted_at IS NULL;
```

```py
import psycopg

def put(connection: psycopg.Connection, email: str, name: str):
    query = (
        "INSERT INTO account (email, name) VALUES (%s, %s) "
        "ON CONFLICT (email) WHERE deleted_at IS NULL DO UPDATE SET name = excluded.name"
    )
    connection.execute(query, [email, name])
```

SQLAlchemy writes it as `index_where`. Django's `bulk_create(update_conflicts=True)` has no word for it: there
a unique constraint over all rows is needed.

Source: https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
Source: https://www.sqlite.org/lang_upsert.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Queried, Related, Severity, rule
from crowsfoot.databases.upserts import HAVE_ON_CONFLICT, refused


@rule(over=Queried, since="0.3", severity=Severity.ERROR)
def check(queried: Queried) -> Iterator[Finding]:
    table = queried.table
    if not table.complete or table.database.provider not in HAVE_ON_CONFLICT:
        return
    fields = {it.name: it.field for it in table.columns.values()}
    for shape in queried.shapes:
        index = refused(shape)
        if index is None:
            continue
        target = ", ".join(fields[it] for it in shape.target)
        for place in shape.places:
            yield Finding(
                place.span,
                f"ON CONFLICT ({target}) is refused, since the unique index on {table}({target}) is partial; "
                f"write its predicate behind the columns: WHERE {index.predicate}",
                subject=str(index),
                related=(Related(index.span, "this index holds a part of the rows"),),
                confidence=Confidence.CERTAIN if place.likely else Confidence.POSSIBLE,
            )
