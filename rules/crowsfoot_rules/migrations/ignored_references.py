"""REFERENCES beside a column makes no foreign key in MySQL before 9.0.

MySQL parses it and forgets it, without an error or a warning: nothing refers to anything, `ON DELETE` does
nothing, and rows point at what is gone. MariaDB from 10.5 on and MySQL from 9.0 on make the foreign key, so
the two then differ.

```sql mysql
CREATE TABLE `User` (`id` INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE `Order` (
  `id` INTEGER NOT NULL PRIMARY KEY,
  `userId` INTEGER NOT NULL REFERENCES `User`(`id`) -- want "makes no foreign key in MySQL before 9.0"
);
```

```sql mysql
CREATE TABLE `User` (`id` INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE `Order` (
  `id` INTEGER NOT NULL PRIMARY KEY,
  `userId` INTEGER NOT NULL,
  FOREIGN KEY (`userId`) REFERENCES `User`(`id`)
);
```

Nothing is said in a folder with `mariadb` in its name, or where the same migration adds a foreign key of the
column.

Source: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html#foreign-key-restrictions
Source: https://dev.mysql.com/doc/relnotes/mysql/9.0/en/news-9-0-0.html
Source: https://mariadb.com/kb/en/foreign-keys/
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Step, rule
from crowsfoot.facts.sql import AddColumn, AddConstraint, CreateTable


@rule(over=Step, about=(CreateTable, AddColumn), dialects=("mysql",), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    history = step.migration.history
    if history.dialect != "mysql" or "mariadb" in history.path.lower():
        return
    for change in step.does:
        if isinstance(change, CreateTable):
            columns, others = change.columns, change.constraints
        elif isinstance(change, AddColumn):
            columns, others = (change.column,), ()
        else:
            continue
        for column in columns:
            inline = [it for it in column.constraints if it.kind == "foreign"]
            if not inline or any(it.kind == "foreign" and column.name in it.columns for it in others):
                continue
            if _is_keyed_later(step, change.table.name, column.name):
                continue
            yield Finding(
                step.span_of(inline[0].range),
                f"REFERENCES beside {change.table}.{column.name} makes no foreign key in MySQL before 9.0, "
                "and says nothing; write FOREIGN KEY ... REFERENCES as an item of its own",
                subject=f"{change.table}.{column.name}",
                confidence=Confidence.LIKELY,
            )


def _is_keyed_later(step: Step, table: str, column: str) -> bool:
    return any(
        isinstance(change, AddConstraint)
        and change.constraint.kind == "foreign"
        and change.table.name.lower() == table.lower()
        and column in change.constraint.columns
        for later in step.migration.steps[step.number :]
        for change in later.does
    )
