"""A value is written into the text of a statement.

Whoever chooses the value chooses a part of the statement: a quote in it ends the string, and what follows is
SQL. The driver has a place for values, and sends them beside the text.

```py
import sqlite3

def find(connection: sqlite3.Connection, name):
    return connection.execute(f"SELECT id FROM users WHERE name = '{name}'")  # want "a value is written into"
```

```py
import sqlite3

def find(connection: sqlite3.Connection, name):
    return connection.execute("SELECT id FROM users WHERE name = ?", (name,))
```

Names of tables and columns cannot be sent beside the text: a part in such a place is no finding, nor is a row
of placeholders that is put in after `IN (`.

Source: https://docs.python.org/3/library/sqlite3.html#how-to-use-placeholders-to-bind-values-in-sql-queries
"""

from collections.abc import Iterator

from crowsfoot import Access, Confidence, Finding, rule


@rule(over=Access, since="0.1")
def check(access: Access) -> Iterator[Finding]:
    if access.builds_values:
        yield Finding(
            access.span,
            f"a value is written into the text of the SQL that `{access.query.api}` is given; "
            "give it a placeholder, and the value beside it",
            subject=f"{access.function or 'module'}: {access.query.api}",
            confidence=Confidence.LIKELY if access.role == "application" else Confidence.POSSIBLE,
        )
