"""The tenant is set when a connection is opened, and the pool then gives the connection to others.

What an event of connecting sets holds for the life of the connection, and not for the request that happened
to open it: the next ones work as the same tenant.

```py
from sqlalchemy import create_engine, event

engine = create_engine("postgresql+psycopg://app@db/app")

@event.listens_for(engine, "connect")
def set_tenant(connection, record):
    cursor = connection.cursor()
    cursor.execute("SELECT set_config('app.tenant', %s, false)", (current_tenant(),))  # want "is set once"
```

```py
from sqlalchemy import event, text
from sqlalchemy.orm import Session

@event.listens_for(Session, "after_begin")
def set_tenant(session, transaction, connection):
    connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": current_tenant()})
```

A constant, such as the role that the application works as, is well set there.

Source: https://docs.sqlalchemy.org/en/20/core/events.html#sqlalchemy.events.PoolEvents.connect
"""

from collections.abc import Iterator

from crowsfoot import Confidence, ContextSetting, Finding, Related, Severity, rule
from crowsfoot.link.security import advice


@rule(over=ContextSetting, since="0.2", severity=Severity.ERROR)
def check(setting: ContextSetting) -> Iterator[Finding]:
    if setting.event != "connect" or setting.action != "set" or setting.how == "constant":
        return
    if not setting.is_context and setting.name != "search_path":
        return
    policies = setting.policies
    then = (
        f", passes {advice.policies_of(policies)} with this value" if policies else " works with this value"
    )
    yield Finding(
        setting.span,
        f"`{setting.name}` is set once, when the connection is opened: every request that the pool gives it "
        f"to later{then}; set it at the beginning of each transaction, by `{advice.local_setting(setting)}`",
        subject=str(setting),
        related=tuple(Related(it.span, "this policy reads it") for it in policies),
        confidence=Confidence.LIKELY if setting.role == "application" else Confidence.POSSIBLE,
    )
