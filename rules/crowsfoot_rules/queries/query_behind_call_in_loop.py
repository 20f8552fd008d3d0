"""A loop calls a function that asks the database, once for each element.

The query does not stand in the loop, and so nobody sees it there: it is in the function that is called, or
further below. Ask for all rows before the loop, and give the function what it needs.

```py
from django.db import models

class Author(models.Model):
    name = models.TextField()

def name_of(id):
    return Author.objects.get(pk=id).name

def names(ids):
    return [name_of(id) for id in ids]  # want "one call below"
```

```py
from django.db import models

class Author(models.Model):
    name = models.TextField()

def names(ids):
    return [author.name for author in Author.objects.filter(pk__in=ids)]
```

The calls from the loop to the query are the related places of a finding, and a code flow in SARIF.

Source: https://docs.djangoproject.com/en/5.2/topics/db/optimization/
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "behind-call":
        yield once_per_row(repeated, "is sent")
