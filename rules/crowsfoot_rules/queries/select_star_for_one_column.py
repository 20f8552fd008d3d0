"""Whole rows are loaded of which one column is read.

A wide row costs the database, the network and the library that makes an object of it. Ask for the column.

```py
from django.db import models

class Article(models.Model):
    title = models.TextField()
    text = models.TextField()

def titles():
    return [article.title for article in Article.objects.all()]  # want "only `title` is read"
```

```py
from django.db import models

class Article(models.Model):
    title = models.TextField()
    text = models.TextField()

def titles():
    return list(Article.objects.values_list("title", flat=True))
```

It is off by default: of narrow rows nothing is gained. A finding is only made where all that becomes of the
rows can be seen.

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#values-list
"""

from collections.abc import Iterator

from crowsfoot import Access, Confidence, Finding, rule

_COLUMN = {
    "django": 'values_list("{0}", flat=True)',
    "peewee": "select({1}.{0})",
    "sqlalchemy": "select({1}.{0})",
    "tortoise": 'values_list("{0}", flat=True)',
}


@rule(over=Access, since="0.1", default=False)
def check(access: Access) -> Iterator[Finding]:
    columns, query = access.of_rows.columns, access.query
    if len(columns) == 1 and query.library in _COLUMN and not query.narrowed:
        model = (query.model or "").rpartition(".")[2]
        instead = _COLUMN[query.library].format(columns[0], model)
        yield Finding(
            access.span,
            f"only `{columns[0]}` is read of the rows that `{query.api}` loads; {instead} loads no more",
            subject=f"{access.function or 'module'}: {query.api}",
            confidence=Confidence.LIKELY if access.role == "application" else Confidence.POSSIBLE,
        )
