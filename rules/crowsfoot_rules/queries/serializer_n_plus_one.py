"""A serializer, an admin page or a response model reads a relation of each row that was not loaded.

No loop stands in the program: the library goes over the rows, and asks the database for each of them. What
the view has loaded is compared with what is shown of a row.

```py
from django.db import models
from rest_framework import serializers, viewsets

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

class BookSerializer(serializers.ModelSerializer):
    author = serializers.StringRelatedField()  # want "once per row of the serializer"

    class Meta:
        model = Book
        fields = ["id", "author"]

class Books(viewsets.ModelViewSet):
    queryset = Book.objects.all()  # want "select_related("
    serializer_class = BookSerializer
```

```py
from django.db import models
from rest_framework import serializers, viewsets

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

class BookSerializer(serializers.ModelSerializer):
    author = serializers.StringRelatedField()

    class Meta:
        model = Book
        fields = ["id", "author"]

class Books(viewsets.ModelViewSet):
    queryset = Book.objects.select_related("author")
    serializer_class = BookSerializer
```

It is told where the rows are asked for, and at the field or method that reads them. The key of a relation
(`"author"` in `fields`, without a field of its own) is a column of the row, and free.

Pages of the admin are read in the same way (`list_display`, `list_select_related`, `get_queryset()`), and so
are the labels of a form's choices, resolvers of Strawberry and Graphene, response models of FastAPI, and what
schemas of Marshmallow dump. A view that shows one row is no list, but the lists within that row are. Where
several serializers may show a list, what all of them read counts. A serializer of which no use is found,
though the project names it, is a `possible` finding. Templates are not read.

Source: https://www.django-rest-framework.org/api-guide/relations/
Source: https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#django.contrib.admin.ModelAdmin.list_select_related
"""

from collections.abc import Iterator

from crowsfoot import Finding, Repeated, once_per_row, rule


@rule(over=Repeated, since="0.1")
def check(repeated: Repeated) -> Iterator[Finding]:
    if repeated.kind == "serializer":
        calls = repeated.query.cause == "call" and repeated.query.api.endswith(")")
        yield once_per_row(repeated, "is sent" if calls else "is loaded")
