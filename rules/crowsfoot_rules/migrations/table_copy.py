"""A table in use is copied or read while nobody can write to it (MySQL, MariaDB).

Much of what ALTER TABLE does needs a moment, or goes on while others write. Some of it does not: a new type,
a foreign key, a check or a stored column makes the server copy the table row by row (`ALGORITHM=COPY`), and
until that is done every INSERT, UPDATE and DELETE waits (`LOCK=SHARED`).

```sql mysql
CREATE TABLE `Order` (`id` INTEGER NOT NULL AUTO_INCREMENT, `total` INTEGER NOT NULL, PRIMARY KEY (`id`));
-- next migration
ALTER TABLE `Order` MODIFY `total` BIGINT NOT NULL; -- want "nobody can write to Order while it is copied"
```

```sql mysql
CREATE TABLE `User` (`id` INTEGER NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`));
CREATE TABLE `Order` (`id` INTEGER NOT NULL AUTO_INCREMENT, `userId` INTEGER, PRIMARY KEY (`id`));
-- next migration
ALTER TABLE `Order` ADD FOREIGN KEY (`userId`) REFERENCES `User`(`id`); -- want "(ALGORITHM=COPY)"
```

gh-ost and pt-online-schema-change make the copy beside the table, and swap the two. A foreign key is taken
on trust, without a copy, where `foreign_key_checks` is off; look for rows that break it before and after:

```sql mysql
CREATE TABLE `User` (`id` INTEGER NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`));
CREATE TABLE `Order` (`id` INTEGER NOT NULL AUTO_INCREMENT, `userId` INTEGER, PRIMARY KEY (`id`));
-- next migration
SET foreign_key_checks = 0;
ALTER TABLE `Order` ADD FOREIGN KEY (`userId`) REFERENCES `User`(`id`);
SET foreign_key_checks = 1;
```

A table that the same deploy creates is not reported, nor one that the migration has emptied. What is said is
right for MySQL 8.4; older versions copy more. MariaDB lets others write during a copy from 11.2 on: a
folder of migrations with `mariadb` in its name is judged by what MariaDB does.

Source: https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
Source: https://mariadb.com/kb/en/innodb-online-ddl-operations-with-the-instant-alter-algorithm/
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Step, rule
from crowsfoot.databases.altering import cost_of, table_of
from crowsfoot.facts.sql import AddConstraint


@rule(over=Step, dialects=("mysql",), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    cost = cost_of(step)
    if cost is None or cost.refused or cost.lock == "NONE":
        return
    written, copies = step.statement.lock, cost.algorithm == "COPY"
    if written in ("SHARED", "EXCLUSIVE") and not copies:
        why, way = f"LOCK={written} is written", "leave it out"
    else:
        why, way = cost.why, "use gh-ost or pt-online-schema-change"
    at = next((it for it in step.does if it.range == cost.range), None)
    if isinstance(at, AddConstraint) and at.constraint.kind == "foreign":
        way += ", or add it while foreign_key_checks is off, and look for broken rows yourself"
    if step.statement.algorithm == "COPY" and why.startswith("ALGORITHM"):
        way = "leave it out"
    doing = "is copied (ALGORITHM=COPY)" if copies else "is altered"
    whom = "nobody can use" if cost.lock == "EXCLUSIVE" else "nobody can write to"
    yield Finding(
        step.span_of(cost.range),
        f"{whom} {table_of(step)} while it {doing}: {why}; {way}",
        subject=str(table_of(step)),
        confidence=Confidence.LIKELY,
    )
