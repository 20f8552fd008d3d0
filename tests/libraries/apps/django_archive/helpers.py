# mypy: ignore-errors
# ruff: noqa: UP028
"""What the cases call: one call deep, two, three, and as classes."""

from .models import Film, Person


def person(key):
    return Person.objects.get(pk=key)


def person_name(key):
    return person(key).name


def person_line(key):
    return f"* {person_name(key)}"


def director_name(film):
    return film.director.name


def credit(film):
    return f"{film.title}: {director_name(film)}"


def directors(films):
    return [film.director.name for film in films]


def long_directors(films):
    return [film.director.name for film in films if film.minutes > 1000]


def films_by(key):
    return Film.objects.filter(director_id=key)


def all_films():
    return Film.objects.select_related("director")


def plain_films():
    for film in Film.objects.all():
        yield film


def eager_films():
    yield from Film.objects.select_related("director")


def title(film):
    return film.title.strip()


class People:
    model = Person

    def __init__(self):
        self.seen = {}

    def by_key(self, key):
        return self.model.objects.get(pk=key)

    def once(self, key):
        if key not in self.seen:
            self.seen[key] = self.by_key(key)
        return self.seen[key]

    def lazily(self, key):
        return self.model.objects.filter(pk=key)


class Cast:
    def __init__(self, people):
        self.people = people

    def member(self, key):
        return self.people.by_key(key)
