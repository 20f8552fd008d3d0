"""Feeds and sitemaps of Django: what their methods ask of each row that `items()` gives.

https://docs.djangoproject.com/en/5.2/ref/contrib/syndication/#feed-class-reference
https://docs.djangoproject.com/en/5.2/ref/contrib/sitemaps/#sitemap-class-reference
"""

from __future__ import annotations

from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.per_row import Reading, readings, tell_rows
from crowsfoot.libraries.django.read_paths import attribute, element
from crowsfoot.libraries.django.requests import REQUEST
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Function, Instance


def is_feed(cls: Class, at: At) -> bool:
    return _kind(cls, at) is not None


def review(cls: Class, at: At) -> None:
    """What is sent for each item that is shown."""
    kind, of = _kind(cls, at), Instance(cls)
    items = at.member(cls, "items", of)
    place = at.returned(items) if items is not None else None
    if kind is None or place is None:
        return
    within = at.each(UNKNOWN, kind).apart()
    about = at.member(cls, "get_object", of)
    given = within.call(about, Args((REQUEST,))) if isinstance(about, Function) else UNKNOWN
    rows = at.apart().call(items, Args((given,))) if items is not None else UNKNOWN
    row = element(rows, within)
    if isinstance(row, Row) and row.model is not None:
        found = [it for method, plain in _METHODS[kind] for it in _shown(cls, method, plain, row, at)]
        tell_rows(found, rows, f"{kind} {cls.name}", place, at)


def _shown(cls: Class, method: str, plain: str, row: Row, at: At) -> list[Reading]:
    """What one method asks, or else what Django shows in its place."""
    within = at.each(UNKNOWN, method).apart()
    own = at.member(cls, method, Instance(cls))
    if isinstance(own, Function):
        within.call(own, Args((row,)))
    elif own is None and plain == "__str__":
        row.told(within)
    elif own is None and plain:
        within.call(attribute(row, plain, within), Args())
    return readings(within, row, at.defined(cls), many=True, own=isinstance(own, Function))


def _kind(cls: Class, at: At) -> str | None:
    for it in names.outside(at.lineage(cls)):
        if it.startswith(_OF):
            return _KINDS.get(dotted.last(it))
    return None


_OF: Final = ("django.contrib.syndication.", "django.contrib.sitemaps.", "django.contrib.gis.")
_KINDS: Final = {"Feed": "feed", "Sitemap": "sitemap"}
# The methods that are given an item, each with what is asked of the item where the class has no such method.
_METHODS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "feed": (
        ("item_title", "__str__"),
        ("item_description", "__str__"),
        ("item_link", "get_absolute_url"),
        *(
            (f"item_{it}", "")
            for it in (
                *("author_name", "author_email", "author_link", "guid", "pubdate", "updateddate"),
                *("categories", "copyright", "comments", "enclosures", "enclosure_url", "extra_kwargs"),
            )
        ),
    ),
    "sitemap": (
        ("location", "get_absolute_url"),
        *((it, "") for it in ("lastmod", "changefreq", "priority", "get_languages_for_item")),
    ),
}
