"""A tree is read level by level, with a query for each node.

A recursive query (`WITH RECURSIVE`) reads it at once; so does one query for all nodes that is sorted out in
memory.

```py
from django.db import models

class Folder(models.Model):
    parent = models.ForeignKey("self", null=True, related_name="children", on_delete=models.CASCADE)

def below(folder: Folder):
    found = [folder]
    for child in folder.children.all():  # want "at each level"
        found += below(child)
    return found
```

```py
from django.db import models

class Folder(models.Model):
    parent = models.ForeignKey("self", null=True, related_name="children", on_delete=models.CASCADE)

def below(folder: Folder, children):
    return [folder] + [it for child in children[folder.pk] for it in below(child, children)]
```

Source: https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-RECURSIVE
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "recursive":
        yield once_per_row(repeated, "is sent")
