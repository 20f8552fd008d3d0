"""Rows are counted, or looked for, once for each element that a loop goes over.

One query that groups answers for all elements at once.

```py
from django.db import models

class Book(models.Model):
    title = models.TextField()

def known(titles):
    return [it for it in titles if Book.objects.filter(title=it).exists()]  # want "counts once per `it`"
```

```py
from django.db import models

class Book(models.Model):
    title = models.TextField()

def known(titles):
    return list(Book.objects.filter(title__in=titles).values_list("title", flat=True))
```

Source: https://docs.djangoproject.com/en/5.2/topics/db/aggregation/
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "count":
        yield once_per_row(repeated, "counts")
