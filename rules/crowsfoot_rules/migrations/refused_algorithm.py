"""An ALTER TABLE asks for an ALGORITHM or LOCK that cannot be had, so that it fails (MySQL, MariaDB).

Written out, `ALGORITHM` and `LOCK` are a condition: where the server would need more, it refuses the
statement instead. So the migration stops here, and what ran before stays applied, since MySQL commits each
statement.

```sql mysql
CREATE TABLE `Order` (`id` INTEGER NOT NULL AUTO_INCREMENT, `total` INTEGER NOT NULL, PRIMARY KEY (`id`));
-- next migration
ALTER TABLE `Order` MODIFY `total` BIGINT NOT NULL, ALGORITHM=INSTANT; -- want "needs ALGORITHM=COPY"
```

Ask for what the action can do, or leave it to the server:

```sql mysql
CREATE TABLE `Order` (`id` INTEGER NOT NULL AUTO_INCREMENT, `total` INTEGER NOT NULL, PRIMARY KEY (`id`));
-- next migration
ALTER TABLE `Order` ADD COLUMN `note` TEXT NULL, ALGORITHM=INSTANT;
```

Only what neither MySQL 8.4 nor MariaDB 11.8 can do is reported.

Source: https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
Source: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-performance
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Severity, Step, rule
from crowsfoot.databases.altering import cost_of, is_refused, table_of


@rule(over=Step, dialects=("mysql",), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    cost = cost_of(step) if is_refused(step) else None
    if cost is None:
        return
    statement = step.statement
    written = [f"ALGORITHM={statement.algorithm}"] if statement.algorithm else []
    written += [f"LOCK={statement.lock}"] if statement.lock else []
    yield Finding(
        step.span_of(cost.range),
        f"this asks for {' and '.join(written)}, is refused and stops the migration: {cost.why}, which needs "
        f"ALGORITHM={cost.algorithm} and LOCK={cost.lock} of {table_of(step)}; leave it out, or change the "
        "table another way",
        subject=str(table_of(step)),
        confidence=Confidence.LIKELY,
    )
