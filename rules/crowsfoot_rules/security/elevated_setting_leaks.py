"""A right that a request takes for itself stays on a connection that goes back to a pool.

A flag that lets policies through (`app.is_admin`, `app.bypass_rls`), or the role of an administrator, is set
for the session. The next request that gets the connection has the right as well, and sees the rows of
everybody.

```py
from sqlalchemy import create_engine, text

engine = create_engine("postgresql+psycopg://app@db/app")

def purge():
    with engine.begin() as conn:
        conn.execute(text("SET app.bypass_rls = 'on'"))  # want "has this right as well"
        conn.execute(text("DELETE FROM invoice WHERE expired"))
```

```py
from sqlalchemy import create_engine, text

engine = create_engine("postgresql+psycopg://app@db/app")

def purge():
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL app.bypass_rls = 'on'"))
        conn.execute(text("DELETE FROM invoice WHERE expired"))
```

Source: https://www.postgresql.org/docs/current/sql-set.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, ContextSetting, Finding, Related, Severity, rule
from crowsfoot.link.security import advice


@rule(over=ContextSetting, since="0.2", severity=Severity.ERROR)
def check(setting: ContextSetting) -> Iterator[Finding]:
    if not setting.outlives or not setting.elevates:
        return
    policies = setting.policies
    what = f"`{setting.name}`" if setting.name != "role" else f"the role {setting.value}"
    where = f", and passes {advice.policies_of(policies)}" if policies else ""
    yield Finding(
        setting.span,
        f"{what} stays set when the connection goes back to the pool: whoever gets it next "
        f"has this right as well{where}; "
        f"use `{advice.local_setting(setting)}` inside `{advice.block(setting)}`",
        subject=str(setting),
        related=(
            *(Related(it.span, "this policy reads it") for it in policies),
            *(
                (Related(setting.taken_back, "this does not run after an error"),)
                if setting.taken_back
                else ()
            ),
        ),
        confidence=Confidence.POSSIBLE if setting.in_doubt else Confidence.LIKELY,
    )
