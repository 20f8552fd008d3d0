"""The application connects as somebody whom no policy applies to.

Row-level security never counts for a superuser or a role with BYPASSRLS, and for the owner of a table only
where it is forced. A program that connects as one of them sees the rows of every tenant.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, tenant int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (tenant = current_setting('app.tenant')::int);
```

```dotenv
DATABASE_URL=postgresql://postgres:secret@db.internal/app # want "connects as postgres, a superuser"
```

```sql
CREATE ROLE app LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, tenant int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO app USING (tenant = current_setting('app.tenant')::int);
```

```dotenv
DATABASE_URL=postgresql://app:secret@db.internal/app
MIGRATION_DATABASE_URL=postgresql://postgres:secret@db.internal/app
```

A variable that is named for migrations may well be the owner's. Nothing is said where the code sets another
role in its transactions.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator
from typing import Final

from crowsfoot import Confidence, Connection, Finding, Related, Security, Severity, rule
from crowsfoot.link.security import advice

_OWNER: Final = "connect as a role that owns nothing, or ALTER TABLE ... FORCE ROW LEVEL SECURITY"
_OTHERS: Final = "connect as a role without SUPERUSER and BYPASSRLS, or SET LOCAL ROLE in each transaction"


@rule(over=Connection, since="0.2", severity=Severity.ERROR)
def check(connection: Connection) -> Iterator[Finding]:
    if connection.purpose == "migration":
        return
    if any(
        it.name == "role" and it.action == "set" and it.role == "application" for it in connection.settings
    ):
        return
    for security in connection.securities:
        why = connection.bypasses(security)
        if not why or not security.in_use:
            continue
        owned = connection.owned(security) if why == "the owner of the tables" else ()
        tables = owned or [it for it in security.tables if it.enabled and it.policies]
        policies = [policy for table in tables for policy in table.policies]
        if not policies:
            continue
        around = _asked(connection, {it.table.name for it in tables})
        yield Finding(
            connection.span,
            f"`{connection.variable}` connects as {connection.user}, {why}: "
            f"{advice.policies_of(policies)} {'are' if len(policies) > 1 else 'is'} not enforced for what it "
            f"asks; {_OWNER if owned else _OTHERS}",
            subject=connection.variable,
            related=(
                *around,
                *(Related(it.span, "this policy does not count") for it in policies),
            ),
            confidence=_confidence(connection, security, bool(around)),
        )
        return


def _asked(connection: Connection, names: set[str]) -> tuple[Related, ...]:
    found = (
        it
        for it in connection.asked
        if it.role == "application" and it.query.table and it.query.table in names
    )
    return tuple(
        Related(it.span, "this reads the rows of everybody") for it, _ in zip(found, range(2), strict=False)
    )


def _confidence(connection: Connection, security: Security, asked: bool) -> Confidence:
    if connection.purpose == "test":
        return Confidence.POSSIBLE
    # Of Supabase the policies are for its API, and a connection of one's own may be meant to go around them.
    if security.platform == "supabase" and not asked and not connection.settings:
        return Confidence.POSSIBLE
    return Confidence.LIKELY
