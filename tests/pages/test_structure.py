"""What every page is: one document that needs nothing else, and that everybody can read."""

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise

from hypothesis import HealthCheck, given, settings

from crowsfoot.finding import Report
from crowsfoot.pages.html import Section
from crowsfoot.reporters import View

from ..reporters.any_report import views
from .pages import Element, html, page, read, rendered
from .projects import SHOP


def test_a_page_is_one_closed_document() -> None:
    text = html(SHOP)
    assert text.startswith("<!doctype html>\n")
    assert [it.tag for it in read(text).children] == ["html"]


def test_ids_are_unique_and_every_link_has_its_target() -> None:
    document = read(html(SHOP))
    ids = [it.get("id") for it in document.all() if it.has("id")]
    assert len(ids) == len(set(ids))
    links = [it.get("href") for it in document.all("a")]
    assert {it[1:] for it in links if it.startswith("#")} <= set(ids)
    assert {it.partition("#")[0] for it in links if not it.startswith("#")} == {
        "https://example.org",
        "https://example.org/rules",
    }
    named = [it.get(name) for it in document.all() for name in ("for", "aria-labelledby") if it.has(name)]
    assert set(named) <= set(ids)


def test_the_page_has_its_landmarks_and_its_headings_in_order() -> None:
    document = read(html(SHOP))
    for tag in ("header", "nav", "main", "footer", "h1"):
        assert len(document.all(tag)) == 1, tag
    assert document.one("html").get("lang") == "en"
    assert document.all("a")[0].get("href") == "#main"
    levels = [int(it.tag[1]) for it in document.all() if re.fullmatch("h[1-6]", it.tag)]
    assert levels[0] == 1
    assert all(next <= level + 1 for level, next in pairwise(levels))
    for section in document.all("section"):
        heading = document.one(id=section.get("aria-labelledby"))
        assert heading.tag == "h2"
        assert heading.text.strip()


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name() -> None:
    scrolling = [it for it in read(html(SHOP)).all() if it.tag == "pre" or "scroll" in it.classes]
    assert scrolling
    for it in scrolling:
        assert it.get("tabindex") == "0"
        assert it.get("aria-label")


def test_the_page_loads_nothing() -> None:
    text = html(SHOP)
    document = read(text)
    assert not [it for it in document.all() if it.has("src") or it.tag in ("link", "iframe", "object")]
    style = document.one("style").text
    assert not re.search(r"@import|url\(|expression", style)
    assert "fetch" not in "".join(it.text for it in document.all("script"))


def test_the_policy_admits_its_own_scripts_and_no_other() -> None:
    section = Section("x", "Extra", "<p>more</p>", ".x { color: red }", ("document.title = 1;",), count=3)
    document = read(rendered(View(report=Report()), sections=(section,)))
    policy = next(it for it in document.all("meta") if it.get("http-equiv") == "Content-Security-Policy")
    scripts = [it.text for it in document.all("script")]
    assert scripts[1] == "document.title = 1;"
    digests = [f"'sha256-{b64encode(sha256(it.encode()).digest()).decode()}'" for it in scripts]
    assert f"script-src {' '.join(digests)};" in policy.get("content")
    assert policy.get("content").startswith("default-src 'none';")
    assert not [name for it in document.all() for name in it.attributes if name.startswith("on")]


def test_sections_of_others_stand_in_the_page_as_they_are() -> None:
    section = Section("extra", "Extra", "<p>more</p>", ".x { color: red }", count=3)
    document = read(rendered(View(report=Report()), sections=(section,)))
    assert document.one(id="extra").all("p")[0].text == "more"
    assert ".x { color: red }" in document.one("style").text
    assert "Extra 3" in document.one("nav").text


def _numbers(elements: list[Element], name: str, prefix: str = "") -> list[int]:
    return sorted(int(it.get(name).removeprefix(prefix)) for it in elements)


def test_every_finding_stands_once_with_its_table_and_once_under_its_rule() -> None:
    shop = page(SHOP)
    assert len(shop.items) > 4
    wanted = list(range(1, len(shop.items) + 1))
    assert sorted(it.number for group in shop.tables for it in group.items) == wanted
    assert sorted(it.number for group in shop.rules for it in group.items) == wanted
    document = read(html(SHOP))
    assert _numbers(document.all("details", "f"), "id", "f") == wanted
    assert _numbers([it for it in document.all("li") if it.has("data-f")], "data-f") == wanted


def test_a_project_with_nothing_in_it_has_a_page() -> None:
    document = read(html({}))
    assert "No schema and no migrations were found" in document.one("main").text
    assert not document.all("form")
    document = read(html({"schema.prisma": "model User {\n  id Int @id\n}\n"}))
    assert "Nothing to report. 1 file was read." in document.one("main").text


def test_a_failure_of_ours_is_told_at_the_top() -> None:
    document = read(rendered(View(report=Report(failures=("Traceback\nValueError: <oops>",)))))
    assert "ValueError: <oops>" in document.one(of_class="failed").text


def test_the_same_project_makes_the_same_page() -> None:
    assert html(SHOP) == html(SHOP)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(views())
def test_any_report_has_a_page(view: View) -> None:
    text = rendered(view)
    text.encode()
    document = read(text)
    assert len(document.all("details", "f")) == len(view.report.kept)
    assert len([it for it in document.all("li") if it.has("data-f")]) == len(view.report.kept)
    assert len(document.all("script")) == 1
    assert not [it for it in text if (ord(it) < 0x20 and it != "\n") or 0x7F <= ord(it) < 0xA0]
