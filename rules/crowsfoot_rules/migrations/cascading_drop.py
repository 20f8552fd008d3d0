"""A DROP with CASCADE takes more with it than it names.

```sql
CREATE TABLE "Author" ("id" INTEGER NOT NULL, CONSTRAINT "Author_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Book" ("id" INTEGER NOT NULL, "authorId" INTEGER,
  CONSTRAINT "Book_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "Author"("id"));
CREATE VIEW "Writers" AS SELECT "id" FROM "Author";
-- next migration
-- crowsfoot: allow dropped-table
DROP TABLE "Author" CASCADE; -- want "the foreign key Book_authorId_fkey of Book and the view Writers"
```

Drop what depends on it by name, so that a reader and a reviewer see what goes:

```sql
CREATE TABLE "Author" ("id" INTEGER NOT NULL, CONSTRAINT "Author_pkey" PRIMARY KEY ("id"));
CREATE VIEW "Writers" AS SELECT "id" FROM "Author";
-- next migration
DROP VIEW "Writers";
```

Source: https://www.postgresql.org/docs/current/ddl-depend.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Step, rule
from crowsfoot.databases.dependents import vanished
from crowsfoot.facts.sql import DropColumn, DropConstraint, DropObject
from crowsfoot.prose import series


@rule(over=Step, about=(DropObject, DropColumn, DropConstraint), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    drops = [it for it in step.does if isinstance(it, DropObject | DropColumn | DropConstraint)]
    if not any(it.cascade for it in drops):
        return
    named = {name for it in drops for name in _names(it)}
    more = [(what, span) for what, span in vanished(step.before, step.after) if not _is_named(what, named)]
    if more:
        yield Finding(
            step.span_of(drops[0].range),
            f"CASCADE also drops {series([what for what, _ in more])}; drop what is meant by name",
            subject=step.migration.name,
            related=tuple(Related(span, f"{what} was made here") for what, span in more),
        )


def _names(drop: DropObject | DropColumn | DropConstraint) -> tuple[str, ...]:
    if isinstance(drop, DropObject):
        return (drop.name.name,)
    return (drop.column if isinstance(drop, DropColumn) else drop.name,)


def _is_named(what: str, named: set[str]) -> bool:
    kind, _, rest = what.removeprefix("the ").partition(" ")
    name = rest.partition(" of ")[0] if kind in ("foreign", "trigger", "policy") else rest
    return name.removeprefix("key ").removeprefix("view ").rpartition(".")[2] in named
