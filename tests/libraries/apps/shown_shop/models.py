# mypy: ignore-errors
# ruff: noqa: RUF012
"""Books and who has written them."""

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50)
    slug = models.SlugField()

    class Meta:
        app_label = "shown_shop"


class Book(models.Model):
    title = models.CharField(max_length=50)
    status = models.CharField(max_length=10)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        app_label = "shown_shop"
        ordering = ["-at"]
