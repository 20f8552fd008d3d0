"""Statements are sent for many elements at once, one for each.

`gather()`, `map()` and pools of threads hide the waiting, and not the work: the database still answers one
statement per element, and each takes a connection.

```py
import asyncio
from django.db import models

class Author(models.Model):
    name = models.TextField()

async def authors(ids):
    return await asyncio.gather(*[Author.objects.aget(pk=id) for id in ids])  # want "gather()"
```

```py
import asyncio
from django.db import models

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    title = models.TextField()

async def both(author, book):
    return await asyncio.gather(Author.objects.aget(pk=author), Book.objects.aget(pk=book))
```

Source: https://docs.djangoproject.com/en/5.2/topics/async/
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "fan-out":
        yield once_per_row(repeated, "is sent")
