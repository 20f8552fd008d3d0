"""A query finds rows by one column OR another, and not each of them begins an index.

An index over both columns serves no OR: rows that match by the second column lie anywhere in it. With an
index for each branch the database reads a few rows by each and puts them together; if one branch has none, it
reads the whole table, or all of an index that has its column further behind. Measured on PostgreSQL 15 with
200,000 rows: 904 blocks with an index on (a, b), 28 with one on a and one on b.

```sql
CREATE TABLE message (id int PRIMARY KEY, sender_id int NOT NULL, recipient_id int NOT NULL);
CREATE INDEX message_both ON message (sender_id, recipient_id);
```

```py
import psycopg

def messages(connection: psycopg.Connection, user: int):
    query = "SELECT * FROM message WHERE sender_id = %(user)s OR recipient_id = %(user)s"
    return connection.execute(query, {"user": user}) # want "no index starts with recipient_id"
```

```sql
CREATE TABLE message (id int PRIMARY KEY, sender_id int NOT NULL, recipient_id int NOT NULL);
CREATE INDEX message_both ON message (sender_id, recipient_id);
CREATE INDEX message_recipient ON message (recipient_id);
```

```py
import psycopg

def messages(connection: psycopg.Connection, user: int):
    query = "SELECT * FROM message WHERE sender_id = %(user)s OR recipient_id = %(user)s"
    return connection.execute(query, {"user": user})
```

Nothing is said where something beside the OR finds the rows by an index, or where a branch asks for a flag or
an enum only, of which every value stands in many rows. A column that is no id, key, token or name of
something may have few values, too: such a finding is `possible`.

Source: https://www.postgresql.org/docs/current/indexes-bitmap-scans.html
Source: https://www.sqlite.org/optoverview.html#or_optimizations
"""

from collections.abc import Iterator

from crowsfoot import Column, Confidence, Finding, Fix, Queried, Related, Safety, rule
from crowsfoot.databases.index_writing import declaration, fix, over
from crowsfoot.databases.providers import RELATIONAL
from crowsfoot.databases.selectivity import tells_apart
from crowsfoot.databases.unserved import lacking, reading
from crowsfoot.link.wanted import Wanted


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    table = queried.table
    if table.kind != "table" or not table.complete or table.database.provider not in RELATIONAL | {"unknown"}:
        return
    found: dict[tuple[Column, ...], list[Wanted]] = {}
    for shape in queried.shapes:
        if reading(shape) and (branches := lacking(shape)):
            leads = tuple(dict.fromkeys(next(iter(sorted(it, key=_rank))) for it in branches))
            found.setdefault(leads, []).append(shape)
    for columns, shapes in found.items():
        places = [place for shape in shapes for place in reading(shape)]
        proposals = [over(table, [it]) for it in columns]
        fixes = [it for proposal in proposals if (it := fix(proposal)) is not None]
        names = " or ".join(it.field for it in columns)
        more = f", and {len(places) - 1} more like it," if len(places) > 1 else ""
        sure = all(it.likely for it in places) and all(map(tells_apart, columns))
        yield Finding(
            places[0].span,
            f"`{places[0].said}`{more} reads nearly all of {table} for an OR, as no index starts with "
            f"{names}; add {' and '.join(map(declaration, proposals))}",
            subject=f"{table}({', '.join(it.field for it in columns)})",
            related=(
                Related(table.name_span, f"{table} has no such index"),
                *(Related(it.span, f"this query needs it, too: `{it.said}`") for it in places[1:6]),
            ),
            fix=_together(fixes) if len(fixes) == len(proposals) else None,
            confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        )


def _rank(column: Column) -> bool:
    return not tells_apart(column)


def _together(fixes: list[Fix]) -> Fix:
    manual = any(it.safety is Safety.MANUAL for it in fixes)
    return Fix(
        " and ".join([fixes[0].title, *(it.title.removeprefix("Add ") for it in fixes[1:])]),
        tuple(edit for it in fixes for edit in it.edits),
        Safety.MANUAL if manual else Safety.SAFE,
        "\n".join(it.snippet for it in fixes if it.snippet),
    )
