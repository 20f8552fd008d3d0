"""A query runs once for each element that a loop goes over.

Each pass sends a statement and waits for its answer: a hundred rows take a hundred times as long as one, most
of it on the way to the database and back. One query for all of them takes about as long as one of those.

```py
from django.db import models

class Author(models.Model):
    name = models.TextField()

def names(ids):
    found = []
    for id in ids:
        found.append(Author.objects.get(pk=id).name)  # want "`Author.objects.get()`"
    return found
```

```py
from django.db import models

class Author(models.Model):
    name = models.TextField()

def names(ids):
    authors = Author.objects.in_bulk(ids)
    return [authors[id].name for id in ids]
```

No loop over rows is one that tries again, asks page by page or in batches, waits for something, goes over a
constant, or ends after its first pass; a query set or statement that is only made in a loop is not sent
there.

In tests, migrations and scripts a finding is only "possible", and shown with `--min-confidence possible`.

Source: https://docs.djangoproject.com/en/5.2/topics/db/optimization/#retrieve-everything-at-once-if-you-know-you-will-need-it
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "query":
        yield once_per_row(repeated, "runs")
