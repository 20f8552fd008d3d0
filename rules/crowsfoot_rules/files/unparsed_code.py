"""A file of Python that could not be parsed, so that nothing in it was looked at.

crowsfoot reads code with the Python that it runs on: what is written for a later one may be beyond it.
Queries in the file are not seen, nor those that others reach through it.

```py
import sqlite3

def find(connection: sqlite3.Connection:  # want "cannot parse this"
    return connection.execute("SELECT 1")
```

```py
import sqlite3

def find(connection: sqlite3.Connection):
    return connection.execute("SELECT 1")
```

Run crowsfoot with the Python of the project. Templates of files (`{{ name }}.py`) and code of Python 2 can be
left out with `exclude`.

Source: https://docs.python.org/3/library/ast.html#ast.parse
"""

from collections.abc import Iterator

from crowsfoot import Finding, Problem, Severity, rule


@rule(over=Problem, since="0.1", severity=Severity.NOTE)
def check(problem: Problem) -> Iterator[Finding]:
    if problem.kind == "unparsed":
        yield Finding(problem.span, problem.message)
