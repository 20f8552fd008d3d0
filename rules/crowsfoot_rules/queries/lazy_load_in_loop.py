"""A relation that was not loaded with its rows is read from each of them.

The library then asks the database for it, once per row, at a place that looks like the read of an attribute.

```py
from django.db import models

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

def names():
    return [book.author.name for book in Book.objects.all()]  # want "select_related"
```

```py
from django.db import models

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

def names():
    return [book.author.name for book in Book.objects.select_related("author")]
```

What was loaded is followed through variables, functions, managers and the arguments of calls. The key of a
relation (`book.author_id`) is a column of the row, and free.

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#select-related
Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "lazy":
        yield once_per_row(repeated, "is loaded")
