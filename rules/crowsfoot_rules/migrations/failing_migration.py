"""A migration that the database refuses, as far as its statements tell.

The migrations are replayed in order, as the tool runs them. A deploy stops at the first one that fails; under
Prisma it then has to be repaired by hand (`migrate resolve`) before anything else can be deployed.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
-- next migration
ALTER TABLE "User" DROP COLUMN "email"; -- want "this migration fails: column"
```

A value that is added to an enum cannot be used before the transaction that adds it has been committed, and
Prisma before 7.4 runs a file as one transaction (measured on PostgreSQL 12 to 18):

```sql
CREATE TYPE "Role" AS ENUM ('USER');
CREATE TABLE "User" ("id" INTEGER NOT NULL, "role" "Role" NOT NULL);
-- next migration
ALTER TYPE "Role" ADD VALUE 'ADMIN';
UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = 1; -- want "unsafe use of new value"
```

Two migrations, one after the other, are the way out:

```sql
CREATE TYPE "Role" AS ENUM ('USER');
CREATE TABLE "User" ("id" INTEGER NOT NULL, "role" "Role" NOT NULL);
-- next migration
ALTER TYPE "Role" ADD VALUE 'ADMIN';
-- next migration
UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = 1;
```

What fails for lack of rows (a key that refers to a row which no migration inserts) fails on an empty
database, such as Prisma's shadow database or a preview, and perhaps not in production: such a finding is
`likely`. After SQL that is made at run time, nothing is said of objects that seem to be missing.

Source: https://www.postgresql.org/docs/current/sql-altertype.html#SQL-ALTERTYPE-NOTES
Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Migration, Related, Severity, rule


@rule(over=Migration, since="0.2", severity=Severity.ERROR)
def check(migration: Migration) -> Iterator[Finding]:
    failure = migration.failure
    if failure is None or failure.code == _SYNTAX_ERROR:  # which the rule syntax-error reports
        return
    advice = _ADVICE.get(failure.code)
    # Without a version of Prisma it is only likely that the file runs as one transaction.
    assumed = advice is not None and migration.history.tool == "prisma" and migration.history.prisma is None
    effect = "this migration fails" if failure.sure else "this migration fails on an empty database"
    yield Finding(
        failure.span,
        f"{effect}: {failure.message} ({failure.code})" + (f"; {advice}" if advice else ""),
        subject=migration.name,
        related=tuple(Related(span, "the object is made here") for span in failure.others),
        confidence=Confidence.CERTAIN if failure.sure and not assumed else Confidence.LIKELY,
    )


_SYNTAX_ERROR = "42601"

_ADVICE = {
    "25001": "it has to stand alone in a migration of its own",
    "55P04": "add the value in a migration of its own, before this one",
    "2BP01": "drop what depends on it first, or say CASCADE where that is meant",
}
