"""No query of the code searches or sorts by what an index begins with.

Every insert and most updates write to each index of the table, and an index that nobody reads is never paid
back. This rule is off by default: switch it on where the code in the repository is all that uses the
database.

```sql
CREATE TABLE document (id int PRIMARY KEY, title text NOT NULL, color text NOT NULL);
CREATE INDEX document_title ON document (title);
CREATE INDEX document_color ON document (color); -- want "no query searches or sorts by color"
```

```py
import psycopg

def named(connection: psycopg.Connection, title: str):
    query = "SELECT * FROM document WHERE title = %s"
    return connection.execute(query, [title])
```

```sql
CREATE TABLE document (id int PRIMARY KEY, title text NOT NULL, color text NOT NULL);
CREATE INDEX document_title ON document (title);
```

```py
import psycopg

def named(connection: psycopg.Connection, title: str):
    query = "SELECT * FROM document WHERE title = %s"
    return connection.execute(query, [title])
```

An index that keeps values unique, or that a foreign key needs, is used by the database itself. Nothing is
said of tables that the code never asks, and nothing at all where much of what the code sends is not known, or
where a client in another language is generated from the schema. Where the code has the column's name in a
text or as an argument, it may be asked for by that, and the finding is `possible`; so it is with Django,
whose admin and filters ask by names that no call shows. Whether an index is read in production,
`pg_stat_user_indexes` knows.

Source: https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ALL-INDEXES-VIEW
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Project, Safety, Severity, rule
from crowsfoot.databases.unused import unused
from crowsfoot.link.wanted import queried


@rule(over=Project, since="0.3", severity=Severity.NOTE, default=False)
def check(project: Project) -> Iterator[Finding]:
    for it in unused(project, queried(project)):
        index = it.index
        table, removal = index.table, index.remove()
        yield Finding(
            index.span,
            f"no query searches or sorts by {index.keys[0]}, which {index.declaration} begins with; "
            f"every write to {table} pays for it",
            subject=str(index),
            fix=Fix(f"Delete {index.declaration}", removal, Safety.UNSAFE) if removal else None,
            confidence=Confidence.LIKELY if it.sure and table.library != "django" else Confidence.POSSIBLE,
        )
