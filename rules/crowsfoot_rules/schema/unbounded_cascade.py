"""One delete spreads to many tables.

`onDelete: Cascade` works through every table that hangs on the one a row is deleted from, and from there
on. Far from the delete nobody sees it coming: it locks rows in all of these tables in one transaction, and
it takes data along that was meant to be kept. The count holds the tables that Prisma makes for many-to-many
relations as well.

Where that is meant, raise `max-tables`. Else end the spread at a table whose rows are worth a decision,
with `onDelete: Restrict`, and delete from there in batches.

```prisma
model Author { // want "deleting one Author deletes rows of up to 6 other tables"
  id     Int     @id
  books  Book[]
  awards Award[]
  tours  Tour[]
}

model Book {
  id       Int    @id
  authorId Int
  author   Author @relation(fields: [authorId], references: [id], onDelete: Cascade)
  pages    Page[]
  covers   Cover[]
}

model Page {
  id     Int    @id
  bookId Int
  book   Book   @relation(fields: [bookId], references: [id], onDelete: Cascade)
  notes  Note[]
}

model Note {
  id     Int  @id
  pageId Int
  page   Page @relation(fields: [pageId], references: [id], onDelete: Cascade)
}

model Cover {
  id     Int  @id
  bookId Int
  book   Book @relation(fields: [bookId], references: [id], onDelete: Cascade)
}

model Award {
  id       Int    @id
  authorId Int
  author   Author @relation(fields: [authorId], references: [id], onDelete: Cascade)
}

model Tour {
  id       Int    @id
  authorId Int
  author   Author @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
```

The spread ends where a row is worth a decision:

```prisma
model Author {
  id    Int    @id
  books Book[]
}

model Book {
  id       Int    @id
  authorId Int
  author   Author @relation(fields: [authorId], references: [id], onDelete: Restrict)
  pages    Page[]
}

model Page {
  id     Int  @id
  bookId Int
  book   Book @relation(fields: [bookId], references: [id], onDelete: Cascade)
}
```

Source: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from collections.abc import Iterator

from crowsfoot import Finding, ForeignKey, Related, Table, rule

# Enough to say that it is too far; to count on would take long where everything hangs together.
_COUNTED = 200
_SHOWN = 8
_RESTRICT = {
    "django": "on_delete=PROTECT",
    "tortoise": "on_delete=RESTRICT",
    "peewee": 'on_delete="RESTRICT"',
    "sqlalchemy": 'ondelete="RESTRICT"',
    "sqlmodel": 'ondelete="RESTRICT"',
}


@rule(over=Table, since="0.1", default=False)
def check(table: Table, *, max_tables: int = 5) -> Iterator[Finding]:
    counted = max(max_tables, _COUNTED)
    reached = _reached(table, counted)
    if len(reached) <= max_tables or table.database.provider == "unknown":
        return
    count = f"more than {counted}" if len(reached) > counted else f"up to {len(reached)}"
    way = _way(reached, table)
    shown = [str(fk.table) for fk in way[:_SHOWN]] + ["..."] * (len(way) > _SHOWN)
    depth = f", as far as {' -> '.join([str(table), *shown])}" if len(way) > 1 else ""
    end = _RESTRICT.get(table.library or "", "onDelete: Restrict")
    yield Finding(
        table.name_span,
        f"deleting one {table} deletes rows of {count} other tables{depth}; "
        f"end it with {end} where rows are worth a decision",
        subject=str(table),
        related=tuple(Related(fk.name_span, f"from {fk.target} to {fk.table}") for fk in way[:_SHOWN]),
    )


def _reached(table: Table, most: int) -> dict[Table, ForeignKey]:
    """The other tables that lose rows with this one's, nearest first, with the key by which they do.

    It ends with one more than most.
    """
    reached: dict[Table, ForeignKey] = {}
    waiting = [table]
    for parent in waiting:
        for fk in parent.referenced_by:
            if len(reached) > most:
                return reached
            if fk.on_delete == "Cascade" and fk.table is not table and fk.table not in reached:
                reached[fk.table] = fk
                waiting.append(fk.table)
    return reached


def _way(reached: dict[Table, ForeignKey], table: Table) -> list[ForeignKey]:
    """The shortest way from the table to the one that was reached last, which is as far as any."""
    way = [reached[next(reversed(reached))]]
    while way[0].target is not table:
        way.insert(0, reached[way[0].target])
    return way
