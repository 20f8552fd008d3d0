"""Tables require each other in a circle, so none of them can get its first row.

Every row must refer to a row of the next table, and the last of them to a row of the first. The database
checks each key when the row is inserted, and Prisma writes one row after the other: it declares no deferred
constraint.

```prisma
model Team {
  id      Int    @id
  ownerId Int    @unique
  owner   User   @relation("owner", fields: [ownerId], references: [id])
//^^^^^ want "Team.owner -> User.team -> Team is a circle"
  members User[] @relation("members")
}

model User {
  id     Int   @id
  teamId Int
  team   Team  @relation("members", fields: [teamId], references: [id])
  owns   Team? @relation("owner")

  @@index([teamId])
}
```

Make one of the keys optional: the row is inserted without it, and it is filled in once the other row
exists.

```prisma
model Team {
  id      Int    @id
  ownerId Int?   @unique
  owner   User?  @relation("owner", fields: [ownerId], references: [id])
  members User[] @relation("members")
}

model User {
  id     Int   @id
  teamId Int
  team   Team  @relation("members", fields: [teamId], references: [id])
  owns   Team? @relation("owner")

  @@index([teamId])
}
```

A table that requires a row of itself is reported as possible only: its first row can refer to itself where
the key is known before the insert.

With `relationMode = "prisma"` the database checks nothing, and nothing is reported. A constraint that a
migration makes DEFERRABLE, or raw SQL that inserts into all tables in one statement, can get around the
circle.

Source: https://www.postgresql.org/docs/current/sql-set-constraints.html
"""

from collections.abc import Iterator

from crowsfoot import Column, Confidence, Database, Finding, ForeignKey, Related, Severity, Span, rule
from crowsfoot.databases.providers import RELATIONAL
from crowsfoot.link.circles import circles
from crowsfoot.prose import series


@rule(over=Database, since="0.1", severity=Severity.ERROR)
def check(database: Database) -> Iterator[Finding]:
    if database.provider not in RELATIONAL or database.relation_mode == "prisma":
        return
    required = [
        fk for fk in database.foreign_keys() if fk.required and fk.table.kind == "table" and not fk.deferrable
    ]
    for fk in required:
        if fk.target is fk.table:
            yield Finding(
                fk.name_span,
                f"every {fk.table} requires another {fk.table}, so the first can only refer to itself; "
                + _way_out(fk),
                subject=str(fk),
                confidence=Confidence.POSSIBLE,
            )
    for circle in circles(database, required, first=_effort):
        easiest, *others = circle
        path = " -> ".join(f"{fk.table}.{_end(fk)}" for fk in circle)
        yield Finding(
            easiest.name_span,
            f"{path} -> {easiest.table} is a circle of required relations, so no first row can be inserted; "
            + _way_out(easiest),
            subject=str(easiest),
            related=tuple(Related(fk.name_span, f"{fk.table} requires {fk.target}") for fk in others),
        )


def _effort(fk: ForeignKey) -> tuple[bool, int, bool, Span]:
    """How hard it is to make the key optional; a one-to-one is hardly ever what makes a row belong."""
    one_to_one = fk.relation is not None and fk.relation.kind == "one-to-one"
    return not _free(fk), len(fk.columns), not one_to_one, fk.name_span


def _free(fk: ForeignKey) -> list[Column]:
    """The columns that can be made optional, of which one is enough: those outside the primary key."""
    key = fk.table.primary_key
    return [column for column in fk.columns if key is None or column not in key.columns]


def _end(fk: ForeignKey) -> str:
    return fk.relation.owner.name if fk.relation else fk.columns[0].field


def _way_out(fk: ForeignKey) -> str:
    free = _free(fk)
    if free:
        return f"make {series(list(dict.fromkeys((free[0].field, _end(fk)))))} optional"
    return f"take {fk.columns[0].field} out of the key of {fk.table} and make it optional with {_end(fk)}"
