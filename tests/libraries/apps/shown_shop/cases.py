# mypy: ignore-errors
# ruff: noqa: RUF012
"""Views of DRF and of Django: what each sends for GET, and for GET of one row where it has a key."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.generic import DeleteView, DetailView, ListView
from django_filters import FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters, generics, mixins, serializers, viewsets
from rest_framework.pagination import LimitOffsetPagination

from .models import Author, Book
from .paging import Newest, OfTitles, Open, Perhaps, Slices


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["id", "title"]


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["id", "name"]


class BookFilter(FilterSet):
    class Meta:
        model = Book
        fields = ["status", "title"]


class PlainView(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = BookSerializer


class FilteredView(viewsets.ReadOnlyModelViewSet):
    queryset = Book.objects.filter(status="open")
    serializer_class = BookSerializer
    pagination_class = Slices


class UnpagedView(generics.ListAPIView):
    queryset = Book.objects.filter(status="open").order_by("title")
    serializer_class = BookSerializer
    pagination_class = None


class PerhapsView(generics.ListAPIView):
    serializer_class = BookSerializer
    pagination_class = Perhaps

    def get_queryset(self):
        return Book.objects.filter(author_id=3)


class OffsetView(generics.ListCreateAPIView):
    queryset = Author.objects.all()
    serializer_class = AuthorSerializer
    pagination_class = LimitOffsetPagination


class CursorView(generics.ListAPIView):
    queryset = Book.objects.filter(status="open").order_by("title")
    serializer_class = BookSerializer
    pagination_class = Newest


class CursorByFilterView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    pagination_class = Newest
    filter_backends = [filters.OrderingFilter]
    ordering = ["title", "id"]


class OrderedView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    filter_backends = [filters.OrderingFilter, filters.SearchFilter]
    ordering = "-title"
    ordering_fields = ["at", "title"]
    search_fields = ["title", "author__name"]


class OrderedByItsOwnView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    filter_backends = [OfTitles]


class OrderedByNobodyView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    filter_backends = [filters.OrderingFilter]
    ordering_fields = ["title"]


class NotOrderedView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    ordering = "-title"


class ChosenView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_fields = {"status": ["exact"], "author__name": ["exact"], "at": ["gt", "lt"]}


class ChosenBySetView(generics.ListAPIView):
    queryset = Book.objects.filter(status="open")
    serializer_class = BookSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = BookFilter


class OwnBackendView(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    filter_backends = [Open]


class OwnFilterView(viewsets.ReadOnlyModelViewSet):
    queryset = Book.objects.all()
    serializer_class = BookSerializer

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset.filter(title="x"))


class BySlugView(generics.RetrieveUpdateDestroyAPIView):
    queryset = Author.objects.order_by("name")
    serializer_class = AuthorSerializer
    lookup_field = "slug"


class MixedView(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    serializer_class = AuthorSerializer
    lookup_field = "name"
    lookup_value_regex = ".*"

    def get_queryset(self):
        return Author.objects.exclude(slug="x")


class CallsSuperView(generics.ListAPIView):
    queryset = Author.objects.order_by("slug")
    serializer_class = AuthorSerializer

    def list(self, request, *args, **kwargs):
        return super().list(request, *args, **kwargs)


class BookPage(ListView):
    model = Book
    template_name = "shown.html"


class PagedPage(ListView):
    queryset = Book.objects.filter(status="open")
    paginate_by = 4
    ordering = ["title", "-at"]
    template_name = "shown.html"


class OrderedPage(ListView):
    model = Author
    ordering = "name"
    template_name = "shown.html"

    def get_queryset(self):
        return super().get_queryset().filter(slug="x")


class OnePage(DetailView):
    queryset = Book.objects.filter(status="open")
    template_name = "shown.html"


class SlugPage(DetailView):
    model = Author
    slug_field = "name"
    template_name = "shown.html"


class GonePage(DeleteView):
    model = Book
    template_name = "shown.html"


def function_page(request):
    pages = Paginator(Book.objects.filter(title="x").order_by("at"), 10)
    return render(request, "shown.html", {"object_list": pages.get_page(1)})
