"""A setting is made for one transaction, and what it is made for runs in another one.

`SET LOCAL`, and `set_config()` with `true`, last until the transaction ends. A driver that commits each
statement by itself ends it at once: the next statement runs without the setting. The same holds for what
follows a commit.

```py
import asyncpg

async def invoices(pool: asyncpg.Pool, tenant):
    async with pool.acquire() as conn:
        await conn.execute("SELECT set_config('app.tenant', $1, true)", tenant)  # want "is gone again"
        return await conn.fetch("SELECT id FROM invoice")
```

```py
import asyncpg

async def invoices(pool: asyncpg.Pool, tenant):
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT set_config('app.tenant', $1, true)", tenant)
        return await conn.fetch("SELECT id FROM invoice")
```

psycopg and SQLAlchemy open a transaction with the first statement, unless they are told to commit each one.
asyncpg, Django, Prisma, Tortoise and Peewee open none by themselves.

Source: https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
        https://docs.djangoproject.com/en/5.2/topics/db/transactions/#autocommit
"""

from collections.abc import Iterator

from crowsfoot import Confidence, ContextSetting, Finding, Related, Severity, rule
from crowsfoot.link.security import advice


@rule(over=ContextSetting, since="0.2", severity=Severity.ERROR)
def check(setting: ContextSetting) -> Iterator[Finding]:
    if setting.action != "set" or setting.local is not True or not setting.is_context or setting.reads:
        return
    if setting.lost:
        yield from _after_commit(setting)
        return
    if setting.over:
        yield Finding(
            setting.span,
            f"`{_named(setting)}` is set until the transaction ends, and the function commits before it goes "
            "on: what comes then runs without it; commit when the request has been handled",
            subject=str(setting),
            related=tuple(Related(it.span, "this policy reads it") for it in setting.policies),
            confidence=Confidence.LIKELY if setting.role == "application" else Confidence.POSSIBLE,
        )
        return
    if setting.transaction != "none" or "block" in setting.callers:
        return
    if not (setting.after or setting.elsewhere or setting.goes_on or setting.callers):
        return  # nobody is seen to rely on it
    if setting.elsewhere and setting.own:
        return  # a transaction would not help: setting-on-other-connection speaks
    policies = setting.policies
    then = (
        f": what follows is refused or filtered by {advice.policies_of(policies)} as if nothing were set"
        if (policies)
        else ", and what follows runs without it"
    )
    unsure = (
        setting.role != "application"
        or "unknown" in setting.callers
        or ((setting.handed or setting.library == "django") and not setting.callers and not setting.after)
    )
    yield Finding(
        setting.span,
        f"`{_named(setting)}` is set until the transaction ends, and there is none around it: "
        f"it is gone again after this statement{then}; put both inside `{advice.block(setting)}`",
        subject=str(setting),
        related=(
            *(Related(it.span, "this runs without it") for it in setting.after[:1]),
            *(Related(it.span, "this policy reads it") for it in policies),
        ),
        confidence=Confidence.POSSIBLE if unsure else Confidence.LIKELY,
    )


def _after_commit(setting: ContextSetting) -> Iterator[Finding]:
    first = setting.lost[0]
    yield Finding(
        first.span,
        f"`{_named(setting)}` was set until the transaction ends, and the commit before has ended it: "
        f"`{first.query.api}` runs without it; set it again, or ask before the commit",
        subject=str(setting),
        related=(Related(setting.span, "it is set here"),),
        confidence=Confidence.LIKELY if setting.role == "application" else Confidence.POSSIBLE,
    )


def _named(setting: ContextSetting) -> str:
    return "SET LOCAL ROLE" if setting.name == "role" else setting.name
