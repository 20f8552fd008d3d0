"""A setting that a migration changes stays changed for the migrations that run after it.

`SET` lasts as long as the connection, and a deploy runs all its migrations on one (measured with Prisma).
With a `search_path` that was set to nothing, as `pg_dump` does it, later migrations do not find their
tables, and only when they are deployed together, in a new environment; with `session_replication_role`,
foreign keys are no longer checked.

```sql
SET search_path = ''; -- want "search_path stays as it is set here"
CREATE TABLE public."User" ("id" INTEGER NOT NULL);
```

`SET LOCAL` ends with the transaction, and `RESET` makes it as it was:

```sql
SET LOCAL search_path = '';
CREATE TABLE public."User" ("id" INTEGER NOT NULL);
-- next migration
SET session_replication_role = 'replica';
INSERT INTO public."User" ("id") VALUES (1);
RESET session_replication_role;
```

A timeout that leaks does little harm: such a finding is `possible`, and so is one of a setting that the
application makes for itself (`app.user`).

Source: https://www.postgresql.org/docs/current/sql-set.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Migration, Step, rule
from crowsfoot.databases.blocking import may_not_run
from crowsfoot.facts.sql import Change, Select, SetVariable


@rule(over=Migration, about=(SetVariable, Select), since="0.2")
def check(migration: Migration) -> Iterator[Finding]:
    if migration.history.dialect != "postgresql":
        return
    left: dict[str, tuple[Step, Change]] = {}
    for step in migration.steps:
        if may_not_run(step):
            return
        for change in step.does:
            name, value = _setting(change)
            if name == "all":
                left.clear()
            elif name and value is None:
                left.pop(name, None)
            elif name:
                left[name] = step, change
    for name, (step, change) in left.items():
        harmless = name.endswith("_timeout") or "." in name or name in _QUIET
        yield Finding(
            step.span_of(change.range),
            f"{name} stays as it is set here for the migrations that run after this one; "
            f"set it with SET LOCAL in a transaction, or RESET it in the end",
            subject=f"{migration.name}: {name}",
            confidence=Confidence.POSSIBLE if harmless else Confidence.LIKELY,
        )


# What pg_dump sets in each dump to what it is anyway, and what changes no result.
_QUIET = frozenset(
    [
        "application_name",
        "client_encoding",
        "client_min_messages",
        "default_table_access_method",
        "default_tablespace",
        "default_toast_compression",
        "maintenance_work_mem",
        "standard_conforming_strings",
        "work_mem",
    ]
)


def _setting(change: Change) -> tuple[str, str | None]:
    """The setting that outlasts the statement, "" where there is none; its value is None after RESET."""
    if isinstance(change, SetVariable):
        return ("", None) if change.local else (change.name, change.value)
    if isinstance(change, Select) and change.query.functions == ("set_config",):
        texts = [it.text for it in change.query.literals]
        # As pg_dump says it; the third argument, whether it is local, is no text.
        return ("search_path", "") if texts == ["search_path", ""] else ("", None)
    return "", None
