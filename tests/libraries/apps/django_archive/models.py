# mypy: ignore-errors
# ruff: noqa: RUF012
"""The archive's models: each kind of relation, and what people write beside them."""

from django.db import models
from django.utils.functional import cached_property


class Country(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self):
        return self.name


class Studio(models.Model):
    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="studios")

    def where(self):
        return self.country.name


class Named(models.Model):
    name = models.CharField(max_length=50)

    class Meta:
        abstract = True

    def initials(self):
        return "".join(word[0] for word in self.name.split())


class Person(Named):
    bio = models.TextField(default="")
    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, null=True, related_name="people")
    mentor = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="pupils")

    def __str__(self):
        return f"{self.name} of {self.studio.name}"

    @property
    def film_count(self):
        return self.films.count()

    @property
    def long_films(self):
        return self.films.filter(minutes__gt=120)

    @cached_property
    def country(self):
        return self.studio.country

    def place(self):
        return self.studio.where()

    def shout(self):
        return self.name.upper()


class Passport(models.Model):
    number = models.CharField(max_length=50)
    person = models.OneToOneField(Person, on_delete=models.CASCADE)


class Genre(models.Model):
    name = models.CharField(max_length=50)


class FilmQuery(models.QuerySet):
    def long(self):
        return self.filter(minutes__gt=1)

    def with_people(self):
        return self.select_related("director__studio")

    def titled(self, title):
        return self.filter(title=title).first()


class EagerFilms(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("director")


class Film(models.Model):
    title = models.CharField(max_length=50)
    minutes = models.IntegerField(default=90)
    summary = models.TextField(default="")
    director = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="films")
    genres = models.ManyToManyField(Genre, related_name="films")

    objects = FilmQuery.as_manager()
    eager = EagerFilms()

    def headline(self):
        return f"{self.title} by {self.director.name}"


class Review(models.Model):
    stars = models.IntegerField()
    film = models.ForeignKey(Film, on_delete=models.CASCADE)

    class Meta:
        ordering = ["id"]
