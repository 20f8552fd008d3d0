"""Rows are loaded only to be counted, or to see whether there are any.

The database sends all of them, and the library makes an object of each, for a number or a yes. `count()` and
`exists()` let the database answer.

```py
from django.db import models

class Ticket(models.Model):
    is_open = models.BooleanField(default=True)

def waiting():
    return len(Ticket.objects.filter(is_open=True))  # want "loads all rows to count them"
```

```py
from django.db import models

class Ticket(models.Model):
    is_open = models.BooleanField(default=True)

def waiting():
    return Ticket.objects.filter(is_open=True).count()

def urgent():
    tickets = Ticket.objects.filter(is_open=True)
    return tickets if len(tickets) < 10 else []
```

A finding is only made where the rows are used for nothing else, and the whole use can be seen.

Source: https://docs.djangoproject.com/en/5.2/topics/db/optimization/#don-t-overuse-contains-count-and-exists
"""

from collections.abc import Iterator

from crowsfoot import Access, Confidence, Finding, rule

_COUNT = {
    "django": "count()",
    "peewee": "count()",
    "prisma": "count()",
    "sqlalchemy": "select(func.count())",
    "sqlmodel": "select(func.count())",
    "tortoise": "count()",
}
_EXISTS = {
    "django": "exists()",
    "peewee": "exists()",
    "prisma": "find_first()",
    "sqlalchemy": "limit(1)",
    "sqlmodel": "limit(1)",
    "tortoise": "exists()",
}


@rule(over=Access, since="0.1")
def check(access: Access) -> Iterator[Finding]:
    rows, library = access.of_rows, access.query.library
    if rows.counted:
        why, instead = "count them", _COUNT.get(library, "SELECT count(*)")
    elif rows.tested:
        why, instead = "see whether there are any", _EXISTS.get(library, "SELECT EXISTS (...)")
    else:
        return
    sure = access.query.likely and access.role == "application"
    yield Finding(
        access.span,
        f"`{access.query.api}` loads all rows to {why}; {instead} lets the database answer",
        subject=f"{access.function or 'module'}: {access.query.api}",
        confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
    )
