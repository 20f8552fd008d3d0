"""A constraint goes and nothing in the migration takes its place.

The database no longer keeps what the constraint promised: keys may lead nowhere, values may be there twice.
Bad rows come in without a word, and the constraint cannot be put back before they have been found and mended.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT,
  CONSTRAINT "User_email_key" UNIQUE ("email"));
-- next migration
ALTER TABLE "User" DROP CONSTRAINT "User_email_key"; -- want "two rows of User may have the same email"
```

A constraint that is made anew with other options is no loss:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT,
  CONSTRAINT "User_email_key" UNIQUE ("email"));
-- next migration
ALTER TABLE "User" DROP CONSTRAINT "User_email_key";
ALTER TABLE "User" ADD CONSTRAINT "User_email_unique" UNIQUE ("email") DEFERRABLE;
```

It is often meant, so the rule is off by default.

Source: https://www.postgresql.org/docs/current/ddl-constraints.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Severity, Step, rule
from crowsfoot.databases.promises import lost_promise
from crowsfoot.facts.sql import DropConstraint


@rule(over=Step, about=(DropConstraint,), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    for drop in step.does:
        if not isinstance(drop, DropConstraint) or (table := step.existing(drop.table)) is None:
            continue
        lost = lost_promise(drop.name, table, step)
        if lost is not None:
            effect, made = lost
            yield Finding(
                step.span_of(drop.range),
                f"without {drop.name}, {effect}",
                subject=f"{table}.{drop.name}",
                related=(Related(made, "the constraint"),),
                confidence=Confidence.LIKELY,
            )
