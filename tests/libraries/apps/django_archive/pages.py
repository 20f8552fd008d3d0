# mypy: ignore-errors
"""Pages: a template by the name of each view, and what the view gives it. Each is shown once."""

from django.template.loader import get_template, render_to_string
from django.views.generic import DetailView, ListView, TemplateView

from .models import Film, Person, Studio

PAGES = {
    "base": "<h1>{% block title %}Archive{% endblock %}</h1>{% block content %}{% endblock %}",
    "row": "<li>{{ film.director.name }}</li>",
    "rows": "{% for film in rows %}<li>{{ film.director.name }}</li>{% endfor %}",
    "a_column": "{% for film in films %}{{ film.title }}{% endfor %}",
    "a_key": "{% for film in films %}{{ film.director_id }}{{ film.pk }}{% endfor %}",
    "a_relation": "{% for film in films %}{{ film.director.name }}{% endfor %}",
    "a_loaded_relation": "{% for film in films %}{{ film.director.name }}{% endfor %}",
    "two_relations": "{% for film in films %}{{ film.director.studio.name }}{% endfor %}",
    "the_second_relation": "{% for film in films %}{{ film.director.studio.name }}{% endfor %}",
    "a_tested_relation": "{% for film in films %}{% if film.director %}x{% endif %}{% endfor %}",
    "an_unshown_relation": "{% for film in films %}{% comment %}{{ film.director }}{% endcomment %}{% endfor %}",
    "verbatim": "{% for film in films %}{% verbatim %}{{ film.director }}{% endverbatim %}{% endfor %}",
    "only_the_first": "{% for film in films %}{% if forloop.first %}{{ film.director }}{% endif %}{% endfor %}",
    "outside": "{{ film.director.name }}{% for genre in film.genres.all %}{{ genre.name }}{% endfor %}",
    "an_inner_loop": "{% for f in films %}{% for genre in f.genres.all %}{{ genre.name }}{% endfor %}{% endfor %}",
    "a_prefetched_loop": "{% for f in films %}{% for g in f.genres.all %}{{ g.name }}{% endfor %}{% endfor %}",
    "a_count": "{% for film in films %}{{ film.genres.count }}{% endfor %}",
    "a_prefetched_count": "{% for film in films %}{{ film.genres.count }}{% endfor %}",
    "the_first_of_a_prefetch": "{% for film in films %}{{ film.genres.first }}{% endfor %}",
    "first_by_filter": "{% for film in films %}{{ film.genres.all|first }}{% endfor %}",
    "length": "{% for film in films %}{{ film.genres.all|length }}{% endfor %}",
    "joined": "{% for film in films %}{{ film.genres.all|join:', ' }}{% endfor %}",
    "index": "{% for film in films %}{{ film.genres.all.0.name }}{% endfor %}",
    "with_": "{% for film in films %}{% with d=film.director %}{{ d.name }}{% endwith %}{% endfor %}",
    "a_text": "{% for person in people %}{{ person }}{% endfor %}",
    "a_loaded_text": "{% for person in people %}{{ person }}{% endfor %}",
    "a_property": "{% for person in people %}{{ person.film_count }}{% endfor %}",
    "a_method": "{% for person in people %}{{ person.place }}{% endfor %}",
    "a_plain_method": "{% for person in people %}{{ person.shout }}{% endfor %}",
    "included": "{% for film in films %}{% include 'pages/row.html' %}{% endfor %}",
    "included_loaded": "{% for film in films %}{% include 'pages/row.html' %}{% endfor %}",
    "included_only": "{% for it in films %}{% include 'pages/row.html' with film=it only %}{% endfor %}",
    "included_without": "{% for it in films %}{% include 'pages/row.html' %}{% endfor %}",
    "included_rows": "{% include 'pages/rows.html' with rows=films %}",
    "extends": "{% extends 'pages/base.html' %}{% block content %}"
    "{% for film in films %}{{ film.director.name }}{% endfor %}{% endblock %}",
    "extends_loaded": "{% extends 'pages/base.html' %}{% block content %}"
    "{% for film in films %}{{ film.director.name }}{% endfor %}{% endblock %}",
    "regrouped": "{% regroup films by director.name as groups %}"
    "{% for group in groups %}{{ group.grouper }}{% endfor %}",
    "sorted_by_relation": "{% for film in films|dictsort:'director.name' %}{{ film.title }}{% endfor %}",
    "a_child_knows_its_parent": "{% for p in studio.people.all %}{{ p.studio.name }}{% endfor %}",
    "the_reverse_set": "{% for person in people %}{% for f in person.films.all %}{{ f }}{% endfor %}{% endfor %}",
    "defaulted": "{% for film in films %}{{ film.director.name|default:'nobody'|upper }}{% endfor %}",
    "values": "{% for film in films %}{{ film.director__name }}{% endfor %}",
    "empty": "{% for film in films %}{{ film.title }}{% empty %}{{ films.count }}{% endfor %}",
    "a_list_view": "{% for film in film_list %}{{ film.director.name }}{% endfor %}",
    "a_loaded_list_view": "{% for film in films %}{{ film.director.name }}{% endfor %}",
    "a_paginated_view": "{% for film in page_obj %}{{ film.director.name }}{% endfor %}",
    "a_detail_view": "{% for person in studio.people.all %}{{ person.film_count }}{% endfor %}",
    "a_template_view": "{% for film in films %}{{ film.director.name }}{% endfor %}",
    "a_loaded_template": "{% for film in films %}{{ film.director.name }}{% endfor %}",
    "made_step_by_step": "{% for film in films %}{{ film.director.name }}{% endfor %}",
    "added_to_rows": "{% for film in films %}{{ film.shown }}{% endfor %}",
}


def _shown(view, **given):
    from django.test import RequestFactory

    return view.as_view()(RequestFactory().get("/"), **given).render()


def a_column():
    return render_to_string("pages/a_column.html", {"films": Film.objects.all()})


def a_key():
    return render_to_string("pages/a_key.html", {"films": Film.objects.all()})


def a_relation():
    return render_to_string("pages/a_relation.html", {"films": Film.objects.all()})


def a_loaded_relation():
    films = Film.objects.select_related("director")
    return render_to_string("pages/a_loaded_relation.html", {"films": films})


def two_relations():
    films = Film.objects.select_related("director__studio")
    return render_to_string("pages/two_relations.html", {"films": films})


def the_second_relation():
    films = Film.objects.select_related("director")
    return render_to_string("pages/the_second_relation.html", {"films": films})


def a_tested_relation():
    return render_to_string("pages/a_tested_relation.html", {"films": Film.objects.all()})


def an_unshown_relation():
    return render_to_string("pages/an_unshown_relation.html", {"films": Film.objects.all()})


def verbatim():
    return render_to_string("pages/verbatim.html", {"films": Film.objects.all()})


def only_the_first():
    return render_to_string("pages/only_the_first.html", {"films": Film.objects.all()})


def outside():
    return render_to_string("pages/outside.html", {"film": Film.objects.first()})


def an_inner_loop():
    return render_to_string("pages/an_inner_loop.html", {"films": Film.objects.all()})


def a_prefetched_loop():
    films = Film.objects.prefetch_related("genres")
    return render_to_string("pages/a_prefetched_loop.html", {"films": films})


def a_count():
    return render_to_string("pages/a_count.html", {"films": Film.objects.all()})


def a_prefetched_count():
    films = Film.objects.prefetch_related("genres")
    return render_to_string("pages/a_prefetched_count.html", {"films": films})


def the_first_of_a_prefetch():
    films = Film.objects.prefetch_related("genres")
    return render_to_string("pages/the_first_of_a_prefetch.html", {"films": films})


def first_by_filter():
    films = Film.objects.prefetch_related("genres")
    return render_to_string("pages/first_by_filter.html", {"films": films})


def length():
    return render_to_string("pages/length.html", {"films": Film.objects.all()})


def joined():
    return render_to_string("pages/joined.html", {"films": Film.objects.all()})


def index():
    return render_to_string("pages/index.html", {"films": Film.objects.all()})


def with_():
    return render_to_string("pages/with_.html", {"films": Film.objects.all()})


def a_text():
    return render_to_string("pages/a_text.html", {"people": Person.objects.all()})


def a_loaded_text():
    people = Person.objects.select_related("studio")
    return render_to_string("pages/a_loaded_text.html", {"people": people})


def a_property():
    return render_to_string("pages/a_property.html", {"people": Person.objects.all()})


def a_method():
    return render_to_string("pages/a_method.html", {"people": Person.objects.select_related("studio")})


def a_plain_method():
    return render_to_string("pages/a_plain_method.html", {"people": Person.objects.all()})


def included():
    return render_to_string("pages/included.html", {"films": Film.objects.all()})


def included_loaded():
    films = Film.objects.select_related("director")
    return render_to_string("pages/included_loaded.html", {"films": films})


def included_only():
    return render_to_string("pages/included_only.html", {"films": Film.objects.all()})


def included_without():
    return render_to_string("pages/included_without.html", {"films": Film.objects.all()})


def included_rows():
    films = Film.objects.select_related("director")
    return render_to_string("pages/included_rows.html", {"films": films})


def extends():
    return render_to_string("pages/extends.html", {"films": Film.objects.all()})


def extends_loaded():
    films = Film.objects.select_related("director")
    return render_to_string("pages/extends_loaded.html", {"films": films})


def regrouped():
    return render_to_string("pages/regrouped.html", {"films": Film.objects.all()})


def sorted_by_relation():
    return render_to_string("pages/sorted_by_relation.html", {"films": Film.objects.all()})


def a_child_knows_its_parent():
    Person.objects.update(studio_id=1)
    return render_to_string("pages/a_child_knows_its_parent.html", {"studio": Studio.objects.first()})


def the_reverse_set():
    return render_to_string("pages/the_reverse_set.html", {"people": Person.objects.all()})


def defaulted():
    return render_to_string("pages/defaulted.html", {"films": Film.objects.all()})


def values():
    return render_to_string("pages/values.html", {"films": Film.objects.values("director__name")})


def empty():
    return render_to_string("pages/empty.html", {"films": Film.objects.all()})


class FilmList(ListView):
    model = Film
    template_name = "pages/a_list_view.html"


def a_list_view():
    return _shown(FilmList)


class LoadedFilmList(ListView):
    queryset = Film.objects.select_related("director")
    context_object_name = "films"
    template_name = "pages/a_loaded_list_view.html"


def a_loaded_list_view():
    return _shown(LoadedFilmList)


class PaginatedFilmList(ListView):
    model = Film
    paginate_by = 1000
    template_name = "pages/a_paginated_view.html"
    ordering = "pk"


def a_paginated_view():
    return _shown(PaginatedFilmList)


class StudioPage(DetailView):
    model = Studio
    template_name = "pages/a_detail_view.html"


def a_detail_view():
    Person.objects.update(studio_id=1)
    return _shown(StudioPage, pk=1)


class FilmPage(TemplateView):
    template_name = "pages/a_template_view.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["films"] = Film.objects.all()
        return context


def a_template_view():
    return _shown(FilmPage)


def a_loaded_template():
    template = get_template("pages/a_loaded_template.html")
    return template.render({"films": Film.objects.all()})


def made_step_by_step():
    context = {}
    films = Film.objects.filter(title__startswith="film")
    films = films.order_by("title")
    context["films"] = films
    return render_to_string("pages/made_step_by_step.html", context)


def added_to_rows():
    films = Film.objects.select_related("director")
    for film in films:
        film.shown = film.director.name
    return render_to_string("pages/added_to_rows.html", {"films": films})
