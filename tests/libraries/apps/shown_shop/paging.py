# mypy: ignore-errors
"""Paginators and backends of the project's own."""

from rest_framework import filters, pagination


class Pages(pagination.PageNumberPagination):
    page_size_query_param = "size"


class Slices(pagination.LimitOffsetPagination):
    default_limit = 4


class Perhaps(pagination.PageNumberPagination):
    page_size = None


class Newest(pagination.CursorPagination):
    ordering = ("-at", "id")
    page_size = 3


class Open(filters.BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        return queryset.filter(status="open")


class OfTitles(filters.OrderingFilter):
    def get_default_ordering(self, view):
        return ("title",)
