"""The page in a browser: what a reader does with it, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crowsfoot.drawing import Drawing, draw, embed, render
from crowsfoot.session import Choices, Session

from .drawings import SHOP, chains, drawing, star

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("graphlay", reason="pip install 'crowsfoot[graph]'")
EXAMPLE = Path(__file__).resolve().parents[2] / "examples/shop"


Opened = Callable[[str], "Page"]


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """A function from the text of a page to the page. In the end nothing was loaded and nothing complained."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")

    def opened(text: str) -> Page:
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        page = context.new_page()
        page.on("console", lambda it: complaints.append(it.text))
        page.on("pageerror", lambda it: complaints.append(str(it)))
        page.on("dialog", lambda it: complaints.append(f"dialog: {it.message}"))
        page.on(
            "request",
            lambda it: None if it.url == file.as_uri() or it.url == "data:," else complaints.append(it.url),
        )
        page.goto(file.as_uri())
        page.wait_for_selector(".rg-ready")
        return page

    yield opened
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def example() -> Drawing:
    session = Session([EXAMPLE], Choices(), cached=False)
    return draw(session.project, session.report, session.sources)


def scale(page: Page) -> float:
    return float(page.locator(".rg-world").get_attribute("transform").split("scale(")[1][:-1])  # type: ignore[union-attr]


def chosen(page: Page) -> str:
    return page.locator(".rg-panel h2").inner_text() if page.locator(".rg-panel").is_visible() else ""


def shown(page: Page) -> set[str]:
    return {it.locator(".name").text_content() or "" for it in page.locator(".table:visible").all()}


def focused(page: Page) -> str:
    name: str = page.evaluate(
        "document.activeElement.querySelector('.name')?.textContent ?? document.activeElement.tagName"
    )
    return name


def test_search_finds_tables_and_columns_by_keys(open_page: Opened, example: Drawing) -> None:
    page = open_page(render("html", example))
    page.keyboard.press("/")
    page.keyboard.type("order")
    options = page.locator(".rg-found li")
    assert [it.inner_text().split("\n")[0] for it in options.all()] == ["Order", "OrderItem"]
    assert options.nth(0).get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    field = page.locator(".rg-find input")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    assert chosen(page) == focused(page) == "OrderItem"
    assert not page.locator(".rg-found").is_visible()

    field.fill("stars")
    assert [it.inner_text() for it in options.all()] == ["Review\nstars"]
    field.fill("nothing like it")
    assert options.all_inner_texts() == ["Nothing of that name"]
    page.keyboard.press("Enter")
    assert chosen(page) == "OrderItem"


def test_the_panel_tells_findings_queries_and_relations(open_page: Opened, example: Drawing) -> None:
    page = open_page(render("html", example))
    page.get_by_role("button", name="table Order (orders)").click()
    panel = page.locator(".rg-panel")
    text = panel.inner_text()
    assert "unindexed-foreign-key" in text
    assert "customerId → id, exactly one" in text
    assert "shop/reports.py:" in text
    assert "orderId → id, zero or more, on delete Cascade" in text
    panel.get_by_role("button", name="Customer").click()
    assert chosen(page) == "Customer"
    panel.get_by_role("button", name="Close").click()
    assert chosen(page) == ""
    assert focused(page) == "Customer"


def test_focus_shows_a_table_and_its_neighbours_only(open_page: Opened, example: Drawing) -> None:
    page = open_page(render("html", example))
    everything = shown(page)
    page.locator(".table", has=page.locator(".name", has_text="Review")).dblclick()
    assert shown(page) == {"Review", "Product", "Customer"}
    assert "Review: 2 neighbours" in page.locator(".rg-only").inner_text()
    lines = page.locator(".line:visible")
    before = page.evaluate("document.querySelectorAll('.line').length")
    assert 0 < lines.count() < before
    page.keyboard.press("Escape")
    assert shown(page) == everything
    assert chosen(page) == focused(page) == "Review"
    page.keyboard.press("Escape")
    assert chosen(page) == ""


def test_everything_can_be_done_by_keys(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP)))
    stops = page.locator(".table[tabindex='0']")
    assert stops.count() == 1
    stops.focus()
    assert focused(page) == "User"
    page.keyboard.press("ArrowRight")
    assert focused(page) in ("Post", "Profile")
    assert stops.count() == 1
    page.keyboard.press("Enter")
    assert chosen(page) == focused(page)
    page.keyboard.press("f")
    assert page.locator(".rg-only").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".rg-only").is_visible()
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog", name="Keys").is_visible()
    page.keyboard.press("0")
    fitted = scale(page)
    page.keyboard.press("+")
    assert scale(page) > fitted
    page.keyboard.press("-")
    assert scale(page) == pytest.approx(fitted)


def test_what_has_the_focus_is_outlined(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP)))
    for _ in range(3):
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width == "2px"
    page.locator(".table[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    assert (
        page.evaluate("getComputedStyle(document.activeElement.querySelector('.box')).strokeWidth") == "3.5px"
    )


def test_everything_that_can_be_pressed_has_a_name(open_page: Opened, example: Drawing) -> None:
    page = open_page(render("html", example))
    page.get_by_role("button", name="table Order (orders)").click()
    for element in page.locator("button, input, summary, [role=button], dialog, aside, [role=group]").all():
        name = element.evaluate(
            "it => it.getAttribute('aria-label') || it.querySelector('title')?.textContent || it.textContent.trim()"
        )
        assert name, element.evaluate("it => it.outerHTML.slice(0, 200)")


def test_the_mouse_moves_and_zooms(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP)))
    before = scale(page)
    page.mouse.move(640, 500)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        f"!document.querySelector('.rg-world').getAttribute('transform').endsWith('scale({before})')"
    )
    assert scale(page) > before
    where = page.locator(".rg-world").get_attribute("transform")
    page.mouse.move(640, 700)
    page.mouse.down()
    page.mouse.move(700, 740, steps=4)
    page.mouse.up()
    assert page.locator(".rg-world").get_attribute("transform") != where
    assert chosen(page) == "", "who drags does not choose"


def test_findings_heat_and_lines_between_groups_can_be_switched(open_page: Opened, example: Drawing) -> None:
    page = open_page(render("html", example))
    for act, what in (("findings", ".badge"), ("heat", ".table .heat")):
        button = page.locator(f"[data-do={act}]")
        assert page.locator(what).first.is_visible()
        button.click()
        assert button.get_attribute("aria-pressed") == "false"
        assert not page.locator(what).first.is_visible()
    page = open_page(render("html", drawing(chains(1, 60)), "keys"))
    far = page.locator(".line.far")
    assert far.count() > 0
    assert not far.first.is_visible()
    page.locator("[data-do=far]").click()
    assert far.first.is_visible()


def ground(page: Page) -> int:
    """How light the ground of the drawing is, of 255."""
    color: str = page.evaluate("getComputedStyle(document.querySelector('.relation-graph')).backgroundColor")
    return int(color.split("(")[1].split(",")[0])


def test_the_colours_follow_the_system_until_the_reader_says_otherwise(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP)))
    page.emulate_media(color_scheme="light")
    assert ground(page) > 200
    page.emulate_media(color_scheme="dark")
    assert ground(page) < 50
    theme = page.locator("[data-do=theme]")
    theme.click()
    assert theme.inner_text() == "Theme: light"
    assert ground(page) > 200
    theme.click()
    page.emulate_media(color_scheme="light")
    assert ground(page) < 50


def test_names_fit_their_tables(open_page: Opened, example: Drawing) -> None:
    page = open_page(render("html", example))
    assert (
        page.evaluate(
            """() => [...document.querySelectorAll(".table")].filter((it) => {
            const box = it.querySelector(".box").getBoundingClientRect();
            const texts = [...it.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
            return texts.some((text) => text.left < box.left - 1 || text.right > box.right + 1);
        }).map((it) => it.textContent)"""
        )
        == []
    )


def test_no_name_is_code(open_page: Opened, hostile: Drawing) -> None:
    page = open_page(render("html", hostile))
    assert page.locator(".table").count() == len(hostile.nodes)
    for node in range(len(hostile.nodes)):
        page.locator(f".table[data-n='{node}']").focus()
        page.keyboard.press("Enter")
        assert chosen(page).split() == hostile.nodes[node].label.split()
        page.keyboard.press("f")
        page.keyboard.press("Escape")
    page.locator(".rg-find input").fill("<script")
    assert page.locator(".rg-found li").count() > 0


def test_a_hub_is_shown_with_some_of_its_neighbours_and_lists_all(open_page: Opened) -> None:
    page = open_page(render("html", drawing(star(60))))
    page.locator(".table[data-n='0']").focus()
    page.keyboard.press("f")
    assert "40 neighbours, and 20 more at the side" in page.locator(".rg-only").inner_text()
    assert page.locator(".rg-panel .rg-link").count() == 60


def test_a_project_without_tables_is_a_page_that_says_so(open_page: Opened) -> None:
    page = open_page(render("html", drawing("")))
    assert page.get_by_text("There are no tables to draw.").is_visible()
    page.keyboard.press("+")
    page.keyboard.press("/")
    page.keyboard.type("x")


def test_a_part_of_a_page_leaves_the_keys_of_the_page_alone(open_page: Opened) -> None:
    part = embed(drawing(SHOP))
    page = open_page(
        f"<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><style>{part.style}</style>"
        f"<input id=other>{part.markup}<script>{part.script}</script>"
    )
    page.locator("#other").focus()
    page.keyboard.type("/+f")
    assert page.locator("#other").input_value() == "/+f"
    page.locator(".table[data-n='0']").click()
    assert chosen(page) == "User"
    assert page.locator("[data-do=theme]").count() == 1
    assert not page.locator("[data-do=theme]").is_visible()
