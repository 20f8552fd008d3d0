"""A query set is asked how many rows it has, or whether any, and then gone over: two statements.

To go over a query set fetches its rows and keeps them. `if rows:` and `len(rows)` do so as well, and going
over them afterwards is free.

```py
from django.db import models

class Ticket(models.Model):
    title = models.TextField()

def titles(word):
    tickets = Ticket.objects.filter(title__contains=word)
    if tickets.exists():  # want "fetches them once"
        return [ticket.title for ticket in tickets]
    return []
```

```py
from django.db import models

class Ticket(models.Model):
    title = models.TextField()

def titles(word):
    tickets = Ticket.objects.filter(title__contains=word)
    if tickets:
        return [ticket.title for ticket in tickets]
    return []
```

It is off by default: to count first is right where a large number keeps the rows from being loaded.

Source: https://docs.djangoproject.com/en/5.2/topics/db/optimization/#don-t-overuse-contains-count-and-exists
"""

from collections.abc import Iterator

from crowsfoot import Access, Confidence, Finding, Related, rule


@rule(over=Access, since="0.1", default=False)
def check(access: Access) -> Iterator[Finding]:
    if access.again is None:
        return
    instead = "len()" if access.query.operation == "count" else "`if`"
    yield Finding(
        access.span,
        f"`{access.query.api}` asks what the rows answer that are fetched afterwards; "
        f"{instead} of the query set itself fetches them once",
        subject=f"{access.function or 'module'}: {access.query.api}",
        related=(Related(access.again, "they are fetched here"),),
        confidence=Confidence.LIKELY if access.role == "application" else Confidence.POSSIBLE,
    )
