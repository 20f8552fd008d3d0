"""A name is longer than PostgreSQL keeps, and is cut without an error.

PostgreSQL keeps 63 bytes. Prisma cuts the names that it makes in another way, before the `_idx` or `_key` at
the end; so it does not find an index that was cut by PostgreSQL under the name that it expects, and the next
`migrate dev` renames it. Two long names that begin alike become one, and `IF NOT EXISTS` then skips the
second.

```sql
CREATE TABLE "Attendance" ("organizationId" INTEGER, "employeeId" INTEGER, "recordedAt" TIMESTAMP(3));
-- next migration
CREATE INDEX "Attendance_organizationId_employeeId_recordedAt_descending_nulls_last"
--           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "cuts this to"
  ON "Attendance" ("organizationId", "employeeId", "recordedAt" DESC NULLS LAST);
```

Write a name that fits, and give it to Prisma with `map:`:

```sql
CREATE TABLE "Attendance" ("organizationId" INTEGER, "employeeId" INTEGER, "recordedAt" TIMESTAMP(3));
-- next migration
CREATE INDEX "Attendance_latest_idx"
  ON "Attendance" ("organizationId", "employeeId", "recordedAt" DESC NULLS LAST);
```

Names of constraints are not looked at. Many projects live with such a name, so the rule is off by default.

Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/database-mapping#prismas-default-naming-conventions-for-indexes-and-constraints
"""

from collections.abc import Iterator

from crowsfoot import Finding, Severity, Step, rule
from crowsfoot.facts.sql import AddColumn, Change, CreateEnum, CreateIndex, CreateTable
from crowsfoot.source import Range


@rule(over=Step, since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "postgresql":
        return
    for change in step.does:
        for name, where, schema in _names(change):
            # A name that was cut is as long as can be, and shorter than what is written, quotes aside.
            written = where.end - where.start - (len(schema) + 3 if schema else 0)
            if len(name.encode()) > 59 and written > len(name) + 2:
                yield Finding(
                    step.span_of(where),
                    f"PostgreSQL cuts this to {name}, which Prisma and others who use the long name may not "
                    "expect; choose a name of at most 63 bytes",
                    subject=name,
                )


def _names(change: Change) -> Iterator[tuple[str, Range, str | None]]:
    """The names that the change gives, where they stand, and the schema before them."""
    if isinstance(change, CreateIndex) and change.name and change.name_range:
        yield change.name, change.name_range, None
    elif isinstance(change, CreateTable):
        yield change.table.name, change.table.range, change.table.schema
        yield from ((it.name, it.name_range, None) for it in change.columns)
    elif isinstance(change, AddColumn):
        yield change.column.name, change.column.name_range, None
    elif isinstance(change, CreateEnum):
        yield change.name.name, change.name.range, change.name.schema
