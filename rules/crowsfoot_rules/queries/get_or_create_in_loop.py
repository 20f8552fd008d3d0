"""Rows are looked for, and made where they are missing, one by one in a loop.

That is two statements or more for each element. Read what is there in one query and write the rest in a
second one, or let the database decide: `INSERT ... ON CONFLICT`.

```py
from django.db import models

class Tag(models.Model):
    name = models.TextField(unique=True)

def tags(names):
    return [Tag.objects.get_or_create(name=name)[0] for name in names]  # want "once per `name`"
```

```py
from django.db import models

class Tag(models.Model):
    name = models.TextField(unique=True)

def tags(names):
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=names))
```

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#bulk-create
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "get-or-create":
        yield once_per_row(repeated, "asks and writes")
