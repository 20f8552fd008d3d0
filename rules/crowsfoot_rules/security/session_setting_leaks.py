"""A setting of the session stays on a connection that goes back to a pool.

`SET`, and `set_config()` with `false`, last until the connection is closed, which a pool never does: whoever
gets it next is taken for the same tenant, until something sets another one. A failed login, a background job
or a health check sets none.

```py
from psycopg_pool import ConnectionPool

pool = ConnectionPool("postgresql://app@db/app")

def invoices(tenant):
    with pool.connection() as conn:
        conn.execute("SELECT set_config('app.tenant', %s, false)", (tenant,))  # want "goes back to the pool"
        return conn.execute("SELECT id FROM invoice").fetchall()
```

```py
from psycopg_pool import ConnectionPool

pool = ConnectionPool("postgresql://app@db/app")

def invoices(tenant):
    with pool.connection() as conn, conn.transaction():
        conn.execute("SELECT set_config('app.tenant', %s, true)", (tenant,))
        return conn.execute("SELECT id FROM invoice").fetchall()
```

A pool of asyncpg sends `RESET ALL` when a connection comes back, which leaves the role as it is. Django
closes its connections after each request unless `CONN_MAX_AGE` keeps them. PgBouncer and Supavisor in
transaction mode hand a connection on after each transaction, whatever the program's own pool does.

Source: https://www.postgresql.org/docs/current/sql-set.html
        https://www.pgbouncer.org/features.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, ContextSetting, Finding, Related, Severity, rule
from crowsfoot.link.security import advice


@rule(over=ContextSetting, since="0.2", severity=Severity.ERROR)
def check(setting: ContextSetting) -> Iterator[Finding]:
    if not setting.outlives or setting.elevates or not (setting.is_context or _is_schema(setting)):
        return
    pooler = setting.behind_pooler
    policies = setting.policies
    what = f"`{setting.name}`" if setting.name != "role" else "the role"
    if pooler is not None:
        how = f"stays set when the pooler of {pooler.variable} hands the connection on after the transaction"
    else:
        how = "stays set when the connection goes back to the pool"
    if policies:
        effect = (
            f"whoever gets it next passes {advice.policies_of(policies)} with this value, "
            f"and sees those rows of {advice.tables_of(policies)}"
        )
    elif _is_schema(setting):
        effect = "whoever gets it next reads the tables of this schema"
    else:
        effect = "whoever gets it next works with this value"
    confidence = Confidence.CERTAIN if policies and setting.pooled else Confidence.LIKELY
    yield Finding(
        setting.span,
        f"{what} {how}: {effect}; use `{advice.local_setting(setting)}` inside `{advice.block(setting)}`",
        subject=str(setting),
        related=(
            *(Related(it.span, "this policy reads it") for it in policies),
            *(Related(it.span, "this is what it is set for") for it in setting.after[:1]),
            *(
                (Related(setting.taken_back, "this does not run after an error"),)
                if setting.taken_back
                else ()
            ),
        ),
        confidence=Confidence.POSSIBLE if setting.in_doubt else confidence,
    )


def _is_schema(setting: ContextSetting) -> bool:
    """Each tenant has a schema of its own, and the search path says which."""
    return setting.name == "search_path" and setting.how != "constant" and not setting.checked
