"""What is told of views beside what a GET sends: what they delete, what they may not serve, what only some ask."""

from crowsfoot.libraries.query import Query

from .sending import sent

MODELS = """
from django.db import models

class Author(models.Model):
    slug = models.SlugField()

class Book(models.Model):
    title = models.CharField(max_length=50)
    status = models.CharField(max_length=50)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
"""
IMPORTS = """
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.generic import DeleteView, DetailView, ListView
from django_filters import CharFilter, FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters, generics, mixins, viewsets
from shop.models import Author, Book

"""


def queries(code: str, **more: str) -> list[Query]:
    files = {"shop/models.py": MODELS, "shop/views.py": IMPORTS + code}
    files |= {f"shop/{name}.py": text for name, text in more.items()}
    found = sent(files, path="shop/views.py")
    assert not found.repeated
    return [it for line in sorted(found.queries) for it in found.queries[line]]


def operations(code: str, **more: str) -> list[str]:
    return [it.operation for it in queries(code, **more)]


def test_a_view_set_deletes_rows_unless_the_program_does_so_itself() -> None:
    code = """
class Books(viewsets.ModelViewSet):
    queryset = Book.objects.all()
"""
    assert operations(code) == ["select", "select", "delete"]
    assert "delete" not in operations(code + "    def perform_destroy(self, instance): pass\n")
    assert "delete" not in operations(code + '    http_method_names = ["get", "post"]\n')


def test_a_view_set_has_the_actions_that_the_program_routes() -> None:
    code = """
class Books(viewsets.ModelViewSet):
    queryset = Book.objects.all()
"""
    urls = 'from shop.views import Books\nurls = [Books.as_view({"get": "retrieve", "delete": "destroy"})]\n'
    assert [it.limit for it in queries(code, urls=urls)] == [21, False]


def test_what_a_router_registers_may_have_all_actions() -> None:
    code = """
class Books(viewsets.ReadOnlyModelViewSet):
    queryset = Book.objects.all()
"""
    urls = "from shop.views import Books\nrouter.register('books', Books)\n"
    assert operations(code, urls=urls) == ["select", "select"]


def test_settings_say_who_paginates_and_by_how_many() -> None:
    code = """
class Books(generics.ListAPIView):
    queryset = Book.objects.all()
"""
    said = '{"DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination", "PAGE_SIZE": 5}'
    by_class = f"class Base:\n    REST_FRAMEWORK = {said}\n"
    without = f"REST_FRAMEWORK = {said.replace('5', 'None')}\n"
    assert operations(code, settings=f"REST_FRAMEWORK = {said}\n") == ["select", "count"]
    assert operations(code, settings=by_class) == ["select", "count"]
    assert operations(code, settings=without) == ["select"]
    assert operations(code) == ["select"]


def test_what_a_user_may_filter_by_is_compared_in_some_calls_only() -> None:
    code = """
class Books(generics.ListAPIView):
    queryset = Book.objects.filter(title="x")
    filter_backends = [DjangoFilterBackend, filters.SearchFilter]
    filterset_fields = ["title", "status", "author__slug"]
    search_fields = ["^at"]
"""
    (found,) = queries(code)
    assert (found.equal, found.others, found.optional) == (("title",), ("status", "at"), ("status", "at"))
    assert found.whole


def test_a_set_of_filters_that_decides_itself_leaves_nothing_known() -> None:
    code = """
class BookFilter(FilterSet):
    class Meta:
        model = Book
        fields = ["status"]

class Books(generics.ListAPIView):
    queryset = Book.objects.all()
    filter_backends = [DjangoFilterBackend]
    filterset_class = BookFilter
"""
    assert [it.whole for it in queries(code)] == [True]
    for more in (
        "    @property\n    def qs(self):\n        return super().qs.filter(x=1)\n",
        "    title = CharFilter(required=True)\n",
    ):
        changed = code.replace('        fields = ["status"]\n', '        fields = ["status"]\n' + more)
        assert [it.whole for it in queries(changed)] == [False]


def test_what_derives_from_another_library_may_ask_for_more() -> None:
    code = """
from rest_framework_extensions.mixins import NestedViewSetMixin

class Books(NestedViewSetMixin, viewsets.ReadOnlyModelViewSet):
    queryset = Book.objects.all()
"""
    assert [it.whole for it in queries(code)] == [False, False]


def test_a_backend_that_nobody_knows_may_ask_for_more() -> None:
    code = """
from elsewhere import Backend

class Books(generics.ListAPIView):
    queryset = Book.objects.all()
    filter_backends = [Backend]
"""
    assert [it.whole for it in queries(code)] == [False]


def test_a_list_of_the_programs_own_is_told_where_it_is_fetched() -> None:
    code = """
class Books(generics.ListAPIView):
    queryset = Book.objects.filter(title="x")

    def list(self, request):
        return [it.pk for it in self.filter_queryset(self.get_queryset())]
"""
    (found,) = queries(code)
    assert (found.equal, found.whole) == (("title",), True)


def test_what_derives_from_a_view_is_told_once() -> None:
    code = """
class Books(generics.ListAPIView):
    queryset = Book.objects.filter(title="x")

class Others(Books):
    permission_classes = ()

class Rows(generics.GenericAPIView):
    queryset = Author.objects.all()

class Authors(mixins.ListModelMixin, Rows):
    pass
"""
    assert [it.model for it in queries(code)] == ["shop.models.Book", "shop.models.Author"]


def test_what_only_some_requests_ask_is_optional() -> None:
    code = """
class Books(generics.ListAPIView):
    def get_queryset(self):
        found = Book.objects.filter(title="x")
        if "status" in self.request.query_params:
            found = found.filter(status=self.request.query_params["status"])
        return found
"""
    (found,) = queries(code)
    assert (found.equal, found.optional) == (("title", "status"), ("status",))


def test_a_page_of_django_deletes_what_it_shows() -> None:
    code = """
class Gone(DeleteView):
    model = Book
"""
    assert [(it.operation, it.equal) for it in queries(code)] == [("select", ("id",)), ("delete", ("id",))]
    assert operations(code + "    def form_valid(self, form): pass\n") == ["select"]


def test_a_page_finds_its_row_by_what_the_url_names() -> None:
    code = """
class One(DetailView):
    model = {}
"""
    (book,) = queries(code.format("Book"))
    assert (book.equal, book.whole) == (("id",), True)
    (author,) = queries(code.format("Author"))
    assert (author.equal, author.whole) == ((), False)
    (by_slug,) = queries(code.format("Author") + '    slug_url_kwarg = "name"\n')
    assert (by_slug.equal, by_slug.whole) == (("slug",), True)


def test_a_paginator_counts_when_a_page_is_taken_and_once() -> None:
    code = """
def books(request):
    pages = Paginator(Book.objects.filter(title="x"), 10)
    first = pages.page(1)
    second = pages.page(2)
    return len(pages.page_range)
"""
    assert operations(code) == ["count"]


def test_a_paginator_that_counts_in_its_own_way_is_left_alone() -> None:
    code = """
class Pages(Paginator):
    @property
    def count(self):
        return 1000

def books(request):
    return list(Pages(Book.objects.filter(title="x"), 10).page(1))
"""
    assert operations(code) == ["select"]


def test_a_template_that_is_not_there_shows_what_it_is_given() -> None:
    code = """
def books(request):
    return render(request, "books.html", {"books": Book.objects.filter(title="x"), "request": request})
"""
    assert [(it.operation, it.equal) for it in queries(code)] == [("select", ("title",))]


def test_a_template_that_is_there_tells_what_it_shows() -> None:
    code = """
def books(request):
    return render(request, "books.html", {"books": Book.objects.filter(title="x")})

class Books(ListView):
    model = Book
    paginate_by = 3
    template_name = "list.html"
"""
    files = {"shop/models.py": MODELS, "shop/views.py": IMPORTS + code}
    files["shop/templates/books.html"] = "{{ books }}"
    files["shop/templates/list.html"] = "{% for it in object_list %}{{ it.pk }}{% endfor %}"
    found = sent(files, path="shop/views.py").queries
    assert [it.operation for queries in found.values() for it in queries] == ["count"]
