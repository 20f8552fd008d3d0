# mypy: ignore-errors
# ruff: noqa: B018, C417, PERF401, RET503, RUF012, UP031
"""Each function is a case: it is run on a database with few rows and with many, and what it sends is counted.

It takes nothing, or the keys of all rows.
"""

import asyncio
from functools import cache, partial, reduce
from itertools import chain, groupby

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Prefetch, Q, Sum, prefetch_related_objects
from django.forms.models import model_to_dict
from django.shortcuts import get_object_or_404

from .helpers import (
    Cast,
    People,
    all_films,
    credit,
    director_name,
    directors,
    eager_films,
    films_by,
    long_directors,
    person,
    person_line,
    person_name,
    plain_films,
    title,
)
from .models import Country, Film, Genre, Passport, Person, Review, Studio

# A query in a loop


def get_each(ids):
    for key in ids:
        Person.objects.get(pk=key)


def first_of_each(ids):
    return [Person.objects.filter(pk=key).first() for key in ids]


def exists_each(ids):
    return {key: Film.objects.filter(director_id=key).exists() for key in ids}


def count_each(ids):
    return sum(Film.objects.filter(director_id=key).count() for key in ids)


def aggregate_each(ids):
    for key in ids:
        Film.objects.filter(director_id=key).aggregate(Sum("minutes"))


def list_each(ids):
    films = []
    for key in ids:
        films += list(Film.objects.filter(director_id=key))
    return films


def evaluated_by_its_loop(ids):
    for key in ids:
        for film in Film.objects.filter(director_id=key):
            film.title


def evaluated_by_a_condition(ids):
    for key in ids:
        if Film.objects.filter(director_id=key):
            pass


def evaluated_by_len(ids):
    return [len(Film.objects.filter(director_id=key)) for key in ids]


def evaluated_by_an_index(ids):
    return [Film.objects.filter(director_id=key)[0] for key in ids]


def second_generator(ids):
    return [film.title for key in ids for film in Film.objects.filter(director_id=key)]


def first_generator():
    return [film.title for film in Film.objects.all() if film.minutes > 1]


def shortcut_each(ids):
    return [get_object_or_404(Person, pk=key) for key in ids]


def popped(ids):
    left = list(ids)
    while left:
        Person.objects.get(pk=left.pop())


def raw_each(ids):
    with connection.cursor() as cursor:
        for key in ids:
            cursor.execute("SELECT name FROM django_archive_person WHERE id = %s", [key])


def raw_once(ids):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_archive_person")
        return [name for (name,) in cursor.fetchall()]


def raw_query_set():
    return [it.name for it in Person.objects.raw("SELECT * FROM django_archive_person")]


def values_each(ids):
    return [list(Film.objects.filter(director_id=key).values_list("title", flat=True)) for key in ids]


async def awaited_each(ids):
    for key in ids:
        await Person.objects.aget(pk=key)


async def streamed():
    return [film.title async for film in Film.objects.all()]


async def gathered(ids):
    return await asyncio.gather(*[Person.objects.aget(pk=key) for key in ids])


# What is asked once


def in_bulk(ids):
    people = Person.objects.in_bulk(ids)
    return [people[key].name for key in ids]


def among(ids):
    for one in Person.objects.filter(pk__in=ids):
        one.name


def by_a_dictionary(ids):
    people = {it.pk: it for it in Person.objects.filter(pk__in=ids)}
    return [people.get(key) for key in ids]


def united(ids):
    found = Film.objects.none()
    for key in ids[:5]:
        found = found | Film.objects.filter(director_id=key)
    return list(found)


def any_of(ids):
    asked = reduce(lambda one, other: one | other, (Q(pk=key) for key in ids[:5]))
    return list(Person.objects.filter(asked))


def only_collected(ids):
    return [Film.objects.filter(director_id=key) for key in ids]


def collected_and_evaluated(ids):
    waiting = [Film.objects.filter(director_id=key) for key in ids]
    return [list(each) for each in waiting]


def evaluated_twice():
    films = Film.objects.all()
    total = len(films)
    return total, [it.title for it in films], [it.minutes for it in films]


def indexed_after_evaluation():
    films = Film.objects.all()
    return [films[number].title for number in range(len(films))]


def indexed_before_evaluation(ids):
    films = Film.objects.order_by("id")
    return [films[number].title for number in range(len(ids))]


def aggregated_in_the_database():
    return [it.many for it in Person.objects.annotate(many=Count("films"))]


def grouped():
    return dict(Film.objects.values_list("director").annotate(Count("id")))


def values_join():
    return [it["director__studio__name"] for it in Film.objects.values("director__studio__name")]


def values_of_two():
    return [(name, studio) for name, studio in Person.objects.values_list("name", "studio__name")]


def invariant(ids):
    for _ in ids:
        Genre.objects.filter(name="noir").exists()


def hoisted(ids):
    known = Genre.objects.filter(name="noir").exists()
    return [key for key in ids if known]


# Relations to one row


def to_one():
    return [film.director.name for film in Film.objects.all()]


def to_one_selected():
    return [film.director.name for film in Film.objects.select_related("director")]


def to_one_prefetched():
    return [film.director.name for film in Film.objects.prefetch_related("director")]


def to_one_selected_all():
    return [film.director.name for film in Film.objects.select_related()]


def key_of_one():
    return [film.director_id for film in Film.objects.all()]


def key_by_the_row():
    return [film.director.pk for film in Film.objects.all()]


def reverse_one():
    return [it.passport.number for it in Person.objects.all()]


def reverse_one_selected():
    return [it.passport.number for it in Person.objects.select_related("passport")]


def reverse_one_asked():
    return [hasattr(it, "passport") for it in Person.objects.all()]


def reverse_one_asked_selected():
    return [hasattr(it, "passport") for it in Person.objects.select_related("passport")]


def reverse_one_by_getattr():
    return [getattr(it, "passport", None) for it in Person.objects.all()]


def there_and_back():
    return [it.passport.person.name for it in Person.objects.select_related("passport")]


def compared():
    noted = Person.objects.first()
    return [film for film in Film.objects.all() if film.director == noted]


def tested_by_key():
    return [it for it in Person.objects.all() if it.studio_id]


def tested_by_row():
    return [it for it in Person.objects.all() if it.studio]


def by_items_of_a_dictionary():
    films = {film.pk: film for film in Film.objects.all()}
    return [film.director.name for key, film in films.items()]


def filtered_later():
    films = Film.objects.all()
    films = films.filter(minutes__gt=1)
    films = films.exclude(title="none")
    return [film.director.name for film in films]


def selected_later():
    films = Film.objects.all()
    films = films.filter(minutes__gt=1)
    films = films.select_related("director")
    return [film.director.name for film in films]


def selected_and_forgotten():
    films = Film.objects.all()
    films.select_related("director")
    return [film.director.name for film in films]


def selected_and_cleared():
    return [film.director.name for film in Film.objects.select_related("director").select_related(None)]


def selected_and_iterated():
    return [film.director.name for film in Film.objects.select_related("director").iterator()]


def iterated():
    return [film.director.name for film in Film.objects.iterator()]


def prefetched_and_iterated():
    films = Film.objects.prefetch_related("genres").iterator(chunk_size=1000)
    return [len(film.genres.all()) for film in films]


def loaded_afterwards():
    films = list(Film.objects.all())
    prefetch_related_objects(films, "director")
    return [film.director.name for film in films]


def of_one_row():
    film = Film.objects.first()
    return film.director.studio.country.name


def enumerated():
    return [f"{number} {film.director.name}" for number, film in enumerate(Film.objects.all())]


def zipped(ids):
    return [(key, film.director.name) for key, film in zip(ids, Film.objects.all(), strict=False)]


def sliced():
    return [film.director.name for film in Film.objects.select_related("director")[:1000]]


def ten_at_most():
    return [film.title for film in Film.objects.order_by("title")[:10]]


# Chains


def chain_of_two():
    return [film.director.studio.name for film in Film.objects.select_related("director")]


def chain_of_two_selected():
    return [film.director.studio.name for film in Film.objects.select_related("director__studio")]


def chain_of_three():
    films = Film.objects.select_related("director__studio")
    return [film.director.studio.country.name for film in films]


def chain_of_three_selected():
    films = Film.objects.select_related("director__studio__country")
    return [film.director.studio.country.name for film in films]


def chain_over_many():
    for one in Person.objects.prefetch_related("films"):
        for film in one.films.all():
            list(film.genres.all())


def chain_over_many_prefetched():
    for one in Person.objects.prefetch_related("films__genres"):
        for film in one.films.all():
            list(film.genres.all())


def chain_by_prefetch():
    films = Film.objects.select_related("director__studio")
    for one in Genre.objects.prefetch_related(Prefetch("films", queryset=films)):
        for film in one.films.all():
            film.director.studio.name


# Relations to many rows: what a prefetch answers, and what it does not


def to_many():
    for one in Person.objects.all():
        for film in one.films.all():
            film.title


def to_many_prefetched():
    for one in Person.objects.prefetch_related("films"):
        for film in one.films.all():
            film.title


def back_to_the_parent():
    for one in Person.objects.prefetch_related("films"):
        for film in one.films.all():
            film.director.name


def back_to_the_parent_of_one(ids):
    one = Person.objects.get(pk=ids[0])
    return [film.director.name for film in one.films.all()]


def many_to_many():
    return [[it.name for it in film.genres.all()] for film in Film.objects.all()]


def many_to_many_prefetched():
    return [[it.name for it in film.genres.all()] for film in Film.objects.prefetch_related("genres")]


def many_to_many_backwards():
    return [[it.title for it in genre.films.all()] for genre in Genre.objects.all()]


def default_name():
    return [len(film.review_set.all()) for film in Film.objects.all()]


def default_name_prefetched():
    return [len(film.review_set.all()) for film in Film.objects.prefetch_related("review_set")]


def prefetched_count():
    return [it.films.count() for it in Person.objects.prefetch_related("films")]


def prefetched_exists():
    return [it.films.exists() for it in Person.objects.prefetch_related("films")]


def prefetched_index():
    return [it.films.all()[0] for it in Person.objects.prefetch_related("films")]


def prefetched_slice():
    return [it.films.all()[:3] for it in Person.objects.prefetch_related("films")]


def prefetched_truth():
    return [bool(it.films.all()) for it in Person.objects.prefetch_related("films")]


def prefetched_contains():
    film = Film.objects.first()
    return [film in it.films.all() for it in Person.objects.prefetch_related("films")]


def prefetched_all_count():
    return [it.films.all().count() for it in Person.objects.prefetch_related("films")]


def prefetched_first():
    return [it.films.first() for it in Person.objects.prefetch_related("films")]


def prefetched_first_of_an_order():
    return [film.review_set.first() for film in Film.objects.prefetch_related("review_set")]


def prefetched_last():
    return [film.review_set.last() for film in Film.objects.prefetch_related("review_set")]


def prefetched_filter():
    return [list(it.films.filter(minutes=1)) for it in Person.objects.prefetch_related("films")]


def prefetched_exclude():
    return [list(it.films.exclude(minutes=1)) for it in Person.objects.prefetch_related("films")]


def prefetched_order():
    return [list(it.films.order_by("title")) for it in Person.objects.prefetch_related("films")]


def prefetched_values():
    return [list(it.films.values("title")) for it in Person.objects.prefetch_related("films")]


def prefetched_values_list():
    return [list(it.films.values_list("id", flat=True)) for it in Person.objects.prefetch_related("films")]


def prefetched_get():
    return [it.films.get(director_id=it.pk) for it in Person.objects.prefetch_related("films")]


def prefetched_aggregate():
    return [it.films.aggregate(Count("id")) for it in Person.objects.prefetch_related("films")]


def prefetched_distinct():
    return [list(it.films.distinct()) for it in Person.objects.prefetch_related("films")]


def prefetched_iterator():
    return [list(it.films.iterator()) for it in Person.objects.prefetch_related("films")]


def prefetched_latest():
    return [it.films.latest("id") for it in Person.objects.prefetch_related("films")]


def prefetched_only():
    return [list(it.films.only("id")) for it in Person.objects.prefetch_related("films")]


def prefetched_selected():
    people = Person.objects.prefetch_related("films")
    return [list(it.films.select_related("director")) for it in people]


def prefetched_another():
    return [it.pupils.count() for it in Person.objects.prefetch_related("films")]


def prefetched_filtered_in_python():
    people = Person.objects.prefetch_related("films")
    return [[film for film in it.films.all() if film.minutes > 1] for it in people]


def prefetched_and_filtered_before():
    people = Person.objects.filter(name__startswith="p").prefetch_related("films").order_by("name")
    return [len(it.films.all()) for it in people]


def prefetch_cleared():
    return [len(it.films.all()) for it in Person.objects.prefetch_related("films").prefetch_related(None)]


def to_attribute():
    films = Prefetch("films", queryset=Film.objects.filter(minutes__gt=1), to_attr="long_ones")
    return [len(it.long_ones) for it in Person.objects.prefetch_related(films)]


def to_attribute_and_relation():
    films = Prefetch("films", queryset=Film.objects.all(), to_attr="all_of_them")
    return [len(it.films.all()) for it in Person.objects.prefetch_related(films)]


def to_attribute_and_on():
    films = Prefetch("films", queryset=Film.objects.all(), to_attr="all_of_them")
    return [
        [it.director.studio.name for it in one.all_of_them] for one in Person.objects.prefetch_related(films)
    ]


def count_lazily():
    return [it.films.count() for it in Person.objects.all()]


# Columns


def deferred():
    return [film.summary for film in Film.objects.defer("summary")]


def deferred_unread():
    return [film.title for film in Film.objects.defer("summary")]


def only_and_read():
    return [film.title for film in Film.objects.only("title")]


def only_and_more():
    return [film.summary for film in Film.objects.only("title")]


def only_and_key():
    return [film.director_id for film in Film.objects.only("title")]


def only_through():
    return [film.director.name for film in Film.objects.select_related("director").only("director__name")]


# Properties, methods, texts


def property_that_counts():
    return [it.film_count for it in Person.objects.all()]


def property_that_counts_prefetched():
    return [it.film_count for it in Person.objects.prefetch_related("films")]


def property_that_is_lazy():
    return [it.long_films for it in Person.objects.all()]


def property_that_is_lazy_evaluated():
    return [list(it.long_films) for it in Person.objects.all()]


def property_cached():
    return [(it.country, it.country) for it in Person.objects.all()]


def property_cached_selected():
    return [it.country.name for it in Person.objects.select_related("studio__country")]


def method_of_a_method():
    return [it.place() for it in Person.objects.all()]


def method_of_a_method_selected():
    return [it.place() for it in Person.objects.select_related("studio__country")]


def method_of_a_method_half_selected():
    return [it.place() for it in Person.objects.select_related("studio")]


def method_in_memory():
    return [it.shout() for it in Person.objects.all()]


def method_of_a_base():
    return [it.initials() for it in Person.objects.all()]


def method_of_the_film():
    return [film.headline() for film in Film.objects.all()]


def method_of_the_film_selected():
    return [film.headline() for film in Film.objects.with_people()]


def shown():
    return [str(it) for it in Person.objects.all()]


def shown_in_a_text():
    return [f"{it}" for it in Person.objects.all()]


def shown_by_format():
    return ["{}".format(it) for it in Person.objects.all()]  # noqa: UP032


def shown_selected():
    return [str(it) for it in Person.objects.select_related("studio")]


def shown_in_memory():
    return [str(it) for it in Country.objects.all()]


def as_a_dictionary():
    return [model_to_dict(it, fields=["name"]) for it in Person.objects.all()]


# Managers and query sets of the program


def own_query_set():
    return [film.title for film in Film.objects.long()]


def own_query_set_lazy():
    return [film.director.name for film in Film.objects.long()]


def own_query_set_eager():
    return [film.director.studio.name for film in Film.objects.long().with_people()]


def own_query_set_executes(ids):
    return [Film.objects.titled(str(key)) for key in ids]


def own_manager():
    return [film.director.name for film in Film.eager.all()]


def own_manager_not_enough():
    return [film.director.studio.name for film in Film.eager.all()]


# Calls


def one_call(ids):
    return [person(key) for key in ids]


def two_calls(ids):
    return [person_name(key) for key in ids]


def three_calls(ids):
    return [person_line(key) for key in ids]


def call_with_a_row():
    return [director_name(film) for film in Film.objects.all()]


def call_with_a_row_selected():
    return [director_name(film) for film in Film.objects.select_related("director")]


def two_calls_with_a_row():
    return [credit(film) for film in all_films()]


def two_calls_with_a_lazy_row():
    return [credit(film) for film in Film.objects.all()]


def call_in_memory():
    return [title(film) for film in Film.objects.all()]


def call_that_is_lazy(ids):
    return [films_by(key) for key in ids]


def call_that_is_lazy_evaluated(ids):
    return [films_by(key).count() for key in ids]


def generator_of_rows():
    return [film.director.name for film in plain_films()]


def generator_of_eager_rows():
    return [film.director.name for film in eager_films()]


def generator_within(ids):
    def people():
        for key in ids:
            yield Person.objects.get(pk=key)

    return list(people())


def closure(ids):
    films = Film.objects.all()

    def of(key):
        return films.filter(director_id=key).first()

    return [of(key) for key in ids]


def object_of_a_class(ids):
    people = People()
    return [people.by_key(key) for key in ids]


def object_of_a_class_lazily(ids):
    people = People()
    return [people.lazily(key) for key in ids]


def object_with_a_memory(ids):
    people = People()
    return [people.once(key) for key in ids]


def object_within_an_object(ids):
    cast = Cast(People())
    return [cast.member(key) for key in ids]


def method_as_a_value(ids):
    find = People().by_key
    return [find(key) for key in ids]


def mapped(ids):
    return list(map(person, ids))


def mapped_by_a_lambda():
    return list(map(lambda film: film.director.name, Film.objects.all()))


def mapped_selected():
    return list(map(director_name, Film.objects.select_related("director")))


def mapped_partially(ids):
    find = partial(get_object_or_404, Person)
    return [find(pk=key) for key in ids]


def sorted_by_a_relation():
    return sorted(Film.objects.all(), key=lambda film: film.director.name)


def sorted_by_a_relation_selected():
    return sorted(Film.objects.select_related("director"), key=lambda film: film.director.name)


def sorted_by_a_column():
    return sorted(Film.objects.all(), key=lambda film: film.title)


def greatest():
    return max(Person.objects.all(), key=lambda it: it.films.count())


def filtered():
    return list(filter(lambda it: it.films.exists(), Person.objects.all()))


def any_of_them():
    return any(film.director.name == "nobody" for film in Film.objects.all())


def grouped_by_a_relation():
    films = Film.objects.select_related("director").order_by("director")
    return [(name, list(group)) for name, group in groupby(films, key=lambda film: film.director.name)]


def chained():
    return [it.director.name for it in chain(Film.objects.all(), Film.objects.filter(minutes=0))]


def formatted():
    return ["%s wins" % it for it in Person.objects.all()]


def formatted_with_others():
    return ["%s, %s" % (it.pk, it) for it in Person.objects.all()]


def formatted_loaded():
    return ["%(who)s" % {"who": it} for it in Person.objects.select_related("studio")]


class GenreForm(forms.ModelForm):
    class Meta:
        model = Genre
        fields = ["name"]


def form_saved_each(ids):
    for key in ids:
        form = GenreForm({"name": str(key)})
        if form.is_valid():
            form.save()


def form_saved_later(ids):
    made = []
    for key in ids:
        form = GenreForm({"name": str(key)})
        if form.is_valid():
            made.append(form.save(commit=False))
    Genre.objects.bulk_create(made)


def forms_of_rows():
    for film in Film.objects.all():
        form = FilmForm({"title": "new"}, instance=film)
        if form.is_valid():
            form.save()


class FilmForm(forms.ModelForm):
    class Meta:
        model = Film
        fields = ["title"]

    def save(self, commit=True):
        film = super().save(commit=False)
        if commit:
            film.save()
        return film


def shown_in_forms():
    return [FilmForm(instance=film).instance.director.name for film in Film.objects.all()]


def shown_in_forms_loaded():
    return [
        FilmForm(instance=film).instance.director.name for film in Film.objects.select_related("director")
    ]


def spread(ids):
    for key in [0, *ids]:
        Person.objects.filter(pk=key).first()


def spread_constants():
    for key in [*_FIRST, 2]:
        Person.objects.filter(pk=key).first()


_FIRST = [0, 1]


def one_kind_of_all(ids):
    kinds = ["people", "films", *(str(key) for key in ids)]
    for kind in kinds:
        if kind == "films":
            Film.objects.count()


def of_one_key():
    return [film.director.name for film in Film.objects.filter(pk=1)]


def of_one_row_at_most():
    return [film.director.name for film in list(Film.objects.order_by("title")[:1])]


def of_one_by_a_relation():
    return [passport.person.name for passport in Passport.objects.filter(person_id=1)]


def remembered(ids):
    @cache
    def noir(name):
        return Genre.objects.filter(name=name).first()

    return [noir("noir") for _ in ids]


def type_of_each(ids):
    return [ContentType.objects.get_for_model(film) for film in Film.objects.all()]


# Trees


def climbed(ids):
    node = Person.objects.get(pk=ids[-1])
    while node.mentor:
        node = node.mentor
    return node


def descended(ids):
    def below(node):
        return [node, *(it for child in node.pupils.all() for it in below(child))]

    return below(Person.objects.get(pk=ids[0]))


def descended_in_memory(ids):
    pupils = {}
    for it in Person.objects.all():
        pupils.setdefault(it.mentor_id, []).append(it)

    def below(node):
        return [node, *(it for child in pupils.get(node.pk, []) for it in below(child))]

    return below(pupils[None][0])


# Writes


def created(ids):
    for key in ids:
        Genre.objects.create(name=str(key))


def created_at_once(ids):
    Genre.objects.bulk_create([Genre(name=str(key)) for key in ids])


def created_at_once_later(ids):
    made = []
    for key in ids:
        made.append(Genre(name=str(key)))
    Genre.objects.bulk_create(made)


def created_in_a_transaction(ids):
    with transaction.atomic():
        for key in ids:
            Genre(name=str(key)).save()


def created_for_a_parent(ids):
    film = Film.objects.first()
    for key in ids:
        film.review_set.create(stars=key)


def saved():
    for it in Person.objects.all():
        it.name = "x"
        it.save()


def saved_in_part():
    for it in Person.objects.all():
        it.bio = "x"
        it.save(update_fields=["bio"])


def updated_at_once():
    people = list(Person.objects.all())
    for it in people:
        it.name = "x"
    Person.objects.bulk_update(people, ["name"])


def updated_in_the_database():
    Film.objects.update(minutes=F("minutes") + 1)


def updated_each(ids):
    for key in ids:
        Film.objects.filter(director_id=key).update(minutes=key)


def deleted():
    for it in Review.objects.all():
        it.delete()


def deleted_at_once():
    Review.objects.all().delete()


def deleted_each(ids):
    for key in ids:
        Passport.objects.filter(person_id=key).delete()


def added_to_each():
    noir = Genre.objects.create(name="noir")
    for film in Film.objects.all():
        film.genres.add(noir)


def added_to_one(ids):
    Film.objects.first().genres.add(*Genre.objects.filter(pk__in=ids))


def set_for_each():
    for film in Film.objects.prefetch_related("genres"):
        film.genres.set([])


def refreshed():
    for it in Person.objects.all():
        it.refresh_from_db()


def got_or_created(ids):
    for key in ids:
        Genre.objects.get_or_create(name=str(key))


def updated_or_created(ids):
    for key in ids:
        Genre.objects.update_or_create(name=str(key), defaults={})


def asked_and_created(ids):
    for key in ids:
        if not Genre.objects.filter(name=f"new {key}").exists():
            Genre.objects.create(name=f"new {key}")


def attribute_set_only(ids):
    studio = Studio.objects.first()
    for it in Person.objects.all():
        it.studio = studio


# Loops that do not go over rows


def chunks(ids):
    found = []
    for start in range(0, len(ids), 1000):
        found += Person.objects.filter(pk__in=ids[start : start + 1000])
    return found


def pages():
    found = []
    paginator = Paginator(Film.objects.order_by("id"), 1000)
    for number in paginator.page_range:
        found += paginator.page(number).object_list
    return found


def page_of_eager_rows():
    page = Paginator(Film.objects.select_related("director").order_by("id"), 1000).get_page(1)
    return [film.director.name for film in page]


def page_of_rows():
    page = Paginator(Film.objects.order_by("id"), 1000).get_page(1)
    return [film.director.name for film in page]


def keyset():
    found, last = [], 0
    while True:
        page = list(Film.objects.filter(pk__gt=last).order_by("pk")[:1000])
        if not page:
            return found
        found += page
        last = page[-1].pk


def retried():
    for _attempt in range(3):
        try:
            return Genre.objects.create(name="x")
        except IntegrityError:
            continue


def found_at_once():
    for film in Film.objects.all():
        return film.director.name


def fixed_names():
    for name in ("noir", "western"):
        Genre.objects.get_or_create(name=name)


def each_model():
    return [model.objects.count() for model in (Person, Film, Genre)]


def waiting():
    left = 3
    while Genre.objects.filter(name="never").exists() and left:
        left -= 1


def fixed_within_rows(ids):
    for key in ids:
        for minutes in (1, 2):
            Film.objects.filter(director_id=key, minutes=minutes).first()


# A second time over the same rows: counting begins with `yield`


def twice_over_a_list():
    films = list(Film.objects.all())
    for film in films:
        film.director.name
    yield
    for film in films:
        film.director.bio


def twice_over_a_query_set():
    films = Film.objects.filter(minutes__gt=0)
    for film in films:
        film.director.name
    yield
    for film in films:
        film.director.bio


def twice_over_a_chain():
    films = list(Film.objects.all())
    names = [film.director.studio.name for film in films]
    yield
    for film in films:
        names, film.director.studio.country_id


def further_along_the_chain():
    films = list(Film.objects.all())
    names = [film.director.studio.name for film in films]
    yield
    for film in films:
        names, film.director.studio.country.name


def filtered_anew():
    films = Film.objects.all()
    for film in films:
        film.director.name
    yield
    for film in films.filter(minutes__gt=0):
        film.director.bio


def asked_for_anew():
    films = Film.objects.all()
    for film in films:
        film.director.name
    yield
    for film in films.all():
        film.director.bio


def streamed_anew():
    films = Film.objects.all()
    for film in films.iterator():
        film.director.name
    yield
    for film in films.iterator():
        film.director.bio


def some_of_them_before():
    films = list(Film.objects.all())
    for film in films:
        if film.minutes > 1000:
            film.director.name
    yield
    for film in films:
        film.director.bio


def some_were_skipped():
    films = list(Film.objects.all())
    for film in films:
        if film.minutes < 1000:
            continue
        film.director.name
    yield
    for film in films:
        film.director.bio


def some_were_left_out():
    films = list(Film.objects.all())
    titles = [film.director.name for film in films if film.minutes > 1000]
    yield
    for film in films:
        titles, film.director.bio


def left_at_the_first():
    films = list(Film.objects.all())
    for film in films:
        film.director.name
        if film.minutes:
            break
    yield
    for film in films:
        film.director.bio


def asked_for_any():
    films = list(Film.objects.all())
    known = any(film.director.name for film in films)
    yield
    for film in films:
        known, film.director.bio


def summed_up():
    films = list(Film.objects.all())
    total = sum(len(film.director.name) for film in films)
    yield
    for film in films:
        total, film.director.bio


def only_in_a_branch(ids):
    films = list(Film.objects.all())
    if not ids:
        for film in films:
            film.director.name
    yield
    for film in films:
        film.director.bio


def behind_an_early_return(ids):
    films = list(Film.objects.all())
    if not ids:
        return
    for film in films:
        film.director.name
    yield
    for film in films:
        film.director.bio


def looked_at_before_by_another():
    films = list(Film.objects.all())
    directors(films)
    yield
    for film in films:
        film.director.bio


def looked_at_in_part_by_another():
    films = list(Film.objects.all())
    long_directors(films)
    yield
    for film in films:
        film.director.bio


def each_was_looked_at():
    films = list(Film.objects.all())
    for film in films:
        credit(film)
    yield
    for film in films:
        film.director.name


def sorted_by_it():
    films = sorted(Film.objects.all(), key=director_name)
    yield
    for film in films:
        film.director.bio


def sorted_in_between():
    films = Film.objects.all()
    for number, film in enumerate(films):
        number, film.director.name
    yield
    for film in sorted(films, key=lambda it: it.minutes):
        film.director.bio


def of_each_studio_first():
    studios = list(Studio.objects.all())
    for studio in studios:
        for one in studio.people.all():
            one.mentor
    yield
    for studio in studios:
        for one in studio.people.all():
            one.mentor
