"""One statement writes a table anew that two statements would not (MySQL).

Adding or dropping a column is instant on its own, and so are other actions quick on theirs. In one statement
MySQL takes what they have in common: an index beside a new column makes it write the whole table anew. Others
can write meanwhile, but it takes time, disk and replicas that lag.

```sql mysql
CREATE TABLE `Order` (`id` INTEGER NOT NULL AUTO_INCREMENT, `total` INTEGER NOT NULL, PRIMARY KEY (`id`));
-- next migration
ALTER TABLE `Order` ADD COLUMN `note` TEXT NULL, -- want "writes Order anew"
  ADD INDEX `Order_total_idx` (`total`);
```

```sql mysql
CREATE TABLE `Order` (`id` INTEGER NOT NULL AUTO_INCREMENT, `total` INTEGER NOT NULL, PRIMARY KEY (`id`));
-- next migration
ALTER TABLE `Order` ADD COLUMN `note` TEXT NULL;
ALTER TABLE `Order` ADD INDEX `Order_total_idx` (`total`);
```

Source: https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
Source: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-performance
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Severity, Step, rule
from crowsfoot.databases.altering import cost_of, costs_apart, table_of


@rule(over=Step, dialects=("mysql",), since="0.2", severity=Severity.NOTE)
def check(step: Step) -> Iterator[Finding]:
    if len(step.does) < 2:
        return
    cost = cost_of(step)
    if cost is None or not cost.rebuilds or cost.refused:
        return
    apart = list(costs_apart(step))
    if any(it is None or it.rebuilds or it.refused for it in apart):
        return
    yield Finding(
        step.span_of(step.does[0].range),
        f"this writes {table_of(step)} anew, because it does in one statement what would be quick in two: "
        f"{cost.why}; split it",
        subject=str(table_of(step)),
        confidence=Confidence.LIKELY,
    )
