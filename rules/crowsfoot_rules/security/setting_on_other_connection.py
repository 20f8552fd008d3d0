"""A setting is made on one connection, and the queries that rely on it go to another.

A pool that is asked directly takes a connection for each statement. What was set on one of them is not set on
the next, which may carry what somebody else has set there.

```py
import asyncpg

async def invoices(pool: asyncpg.Pool, tenant):
    await pool.execute("SELECT set_config('app.tenant', $1, false)", tenant)  # want "on another connection"
    return await pool.fetch("SELECT id FROM invoice")
```

```py
import asyncpg

async def invoices(pool: asyncpg.Pool, tenant):
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT set_config('app.tenant', $1, true)", tenant)
        return await conn.fetch("SELECT id FROM invoice")
```

Source: https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.pool.Pool
"""

from collections.abc import Iterator

from crowsfoot import Confidence, ContextSetting, Finding, Related, Severity, rule
from crowsfoot.link.security import advice


@rule(over=ContextSetting, since="0.2", severity=Severity.ERROR)
def check(setting: ContextSetting) -> Iterator[Finding]:
    if setting.action != "set" or not setting.is_context or not setting.elsewhere or setting.event:
        return
    first = setting.elsewhere[0]
    policies = setting.policies
    then = f": {advice.policies_of(policies)} sees no value there, or somebody else's" if policies else ""
    yield Finding(
        setting.span,
        f"`{setting.name}` is set on one connection, and `{first.query.api}` runs on another connection"
        f"{then}; take one connection for both, and set it inside `{advice.block(setting)}`",
        subject=str(setting),
        related=(
            Related(first.span, "this takes another connection"),
            *(Related(it.span, "this policy reads it") for it in policies),
        ),
        confidence=Confidence.LIKELY if setting.role == "application" else Confidence.POSSIBLE,
    )
