"""Rows are written one by one in a loop.

Each write is a statement of its own, and often a transaction of its own. Libraries write many rows at once.

```py
from django.db import models

class Tag(models.Model):
    name = models.TextField()

def add(names):
    for name in names:
        Tag.objects.create(name=name)  # want "once per `name`"
```

```py
from django.db import models

class Tag(models.Model):
    name = models.TextField()

def add(names):
    Tag.objects.bulk_create([Tag(name=name) for name in names])
```

What a session only collects until it is flushed (`session.add()` of SQLAlchemy) is no write. Bulk writes of
Django send no signals and call no `save()`: where those are needed, allow the loop at its place.

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#bulk-create
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "write":
        yield once_per_row(repeated, "writes")
