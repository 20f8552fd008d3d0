"""The value of a setting is written into the text of the statement that sets it.

Whoever chooses the value chooses a part of the statement: a quote in it ends the string, and what follows
sets the tenant, or the role, to something else. `SET` takes no placeholder, so that people write the value
into it; `set_config()` takes one.

```py
from sqlalchemy import text
from sqlalchemy.orm import Session

def use(session: Session, tenant: str):
    session.execute(text(f"SET LOCAL app.tenant = '{tenant}'"))  # want "is written into the text"
```

```py
from sqlalchemy import text
from sqlalchemy.orm import Session

def use(session: Session, tenant: str):
    session.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
```

A number or a UUID breaks out of no string: a value that the function takes as one, or makes one of, is no
more than possible.

Source: https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
"""

from collections.abc import Iterator

from crowsfoot import Confidence, ContextSetting, Finding, Related, Severity, rule
from crowsfoot.link.security import advice


@rule(over=ContextSetting, since="0.2", severity=Severity.ERROR)
def check(setting: ContextSetting) -> Iterator[Finding]:
    if setting.action != "set" or setting.how != "built":
        return
    if setting.name and not setting.is_context and setting.name != "search_path":
        return  # statement_timeout and its like take no placeholder, and set_config() is seldom known
    policies = setting.policies
    name = f"`{setting.name}`" if setting.name else "a setting"
    if setting.name in ("role", "session_authorization"):
        way = "`SELECT set_config('role', ..., true)` with a placeholder takes any text"
    else:
        way = f"use `{advice.local_setting(setting)}`, and send it beside the text"
    opens = f", and with it what {advice.policies_of(policies)} lets through" if policies else ""
    yield Finding(
        setting.span,
        f"the value of {name} is written into the text of the SQL: a quote in it chooses another one{opens}; "
        f"{way}",
        subject=str(setting),
        related=tuple(Related(it.span, "this policy trusts it") for it in policies),
        confidence=Confidence.POSSIBLE
        if setting.checked or setting.role != "application"
        else Confidence.LIKELY,
    )
