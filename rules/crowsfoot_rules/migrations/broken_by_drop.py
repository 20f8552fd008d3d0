"""A table is gone or has another name, and a view or function that is left still speaks of it.

In MySQL and SQLite a view may name tables that are not there, and so may the body of a function in
PostgreSQL: nobody looks at it until it is used. Then every query of the view fails, and so does every
statement that calls the function, such as the INSERT whose trigger it is.

```sql
CREATE TABLE "Log" ("id" INTEGER NOT NULL, "text" TEXT);
CREATE FUNCTION "count_log"() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM "Log"';
-- next migration
DROP TABLE "Log"; -- want "the function count_log still reads or writes Log"
```

```sql
CREATE TABLE "Log" ("id" INTEGER NOT NULL, "text" TEXT);
CREATE FUNCTION "count_log"() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM "Log"';
-- next migration
DROP FUNCTION "count_log"();
DROP TABLE "Log";
```

What the same migration makes anew is judged as it is in the end. Where PostgreSQL refuses to drop a table
because a view reads it, failing-migration says so.

Source: https://www.postgresql.org/docs/current/ddl-depend.html
Source: https://dev.mysql.com/doc/refman/8.4/en/view-syntax.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Migration, Related, Span, Step, rule
from crowsfoot.facts.sql import DropObject, ObjectName, RenameObject
from crowsfoot.link.catalog.model import Catalog


@rule(over=Migration, about=(DropObject, RenameObject), since="0.2")
def check(migration: Migration) -> Iterator[Finding]:
    gone = list(_gone(migration))
    if not gone:
        return
    after = migration.steps[-1].after
    before = migration.steps[0].before
    for what, named, span in _users(after):
        for step, range_name, old in gone:
            if any(_is(it, old, before) and after.number_of(it) is None for it in named):
                verb = "reads" if what.startswith("the view") else "reads or writes"
                yield Finding(
                    step.span_of(range_name.range),
                    f"{what} still {verb} {old}, and fails as soon as it is used; change or drop it in this "
                    "migration",
                    subject=str(old),
                    related=(Related(span, f"{what} is made here"),),
                    confidence=Confidence.LIKELY,
                )


def _gone(migration: Migration) -> Iterator[tuple[Step, ObjectName, ObjectName]]:
    """The tables and views that the migration drops or renames, and where."""
    if not migration.steps:
        return
    before, after = migration.steps[0].before, migration.steps[-1].after
    for step in migration.steps:
        for change in step.does:
            if not isinstance(change, DropObject | RenameObject) or change.kind not in ("table", "view"):
                continue
            # SQLite writes a table's new name into the views that read it.
            follows = isinstance(change, RenameObject) and step.before.dialect == "sqlite"
            if not follows and before.table(change.name) is not None and after.number_of(change.name) is None:
                yield step, change.name, change.name


def _users(catalog: Catalog) -> Iterator[tuple[str, list[ObjectName], Span]]:
    """What names tables without being bound to them, and those names."""
    if catalog.dialect == "postgresql":
        for key in sorted(catalog.functions):
            for function in catalog.functions[key]:
                names = [name for query in function.body for name in query.tables]
                yield f"the function {function.name}", names, function.span
    else:
        for number in sorted(catalog.tables):
            view = catalog.tables[number]
            if view.query is not None and view.kind == "view":
                yield f"the view {view}", list(view.query.tables), view.span


def _is(name: ObjectName, gone: ObjectName, before: Catalog) -> bool:
    number = before.number_of(name)
    return number is not None and number == before.number_of(gone)
