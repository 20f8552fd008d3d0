"""The page in a browser: what a reader does with it, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crowsfoot.drawing import Drawing, draw, embed, render
from crowsfoot.session import Choices, Session

from .conftest import Folder
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
            lambda it: (
                None
                if it.url.partition("#")[0] == file.as_uri() or it.url == "data:,"
                else complaints.append(it.url)
            ),
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


def test_a_dashed_line_has_solid_ends_wherever_it_is_drawn(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP, "mysql", 'relationMode = "prisma"')))
    dashes = """() => [...document.querySelectorAll(".rg-canvas .line.loose")].filter((it) => it.getBoundingClientRect().width)
        .map((it) => [...it.querySelectorAll("path")].map((path) => getComputedStyle(path).strokeDasharray))"""
    before = page.evaluate(dashes)
    assert len(before) == 6
    assert all(it == ["5px, 4px", "none"] for it in before)
    choose(page, "Post")
    page.keyboard.press("f")
    page.locator(".rg-only").wait_for()
    around = page.evaluate(dashes)
    assert 0 < len(around) < 6
    assert all(it == ["5px, 4px", "none"] for it in around)
    lines = page.locator(".line.rg-here path:first-of-type")
    assert all((it.get_attribute("d") or "").count("M") == 1 for it in lines.all())


@pytest.mark.parametrize("name", ["Review", "OrderItem"])
def test_a_slow_double_click_is_one_of_the_table_it_began_at(
    open_page: Opened, example: Drawing, name: str
) -> None:
    page = open_page(render("html", example))
    table = page.locator(".table", has=page.locator(".name", has_text=name))
    box = table.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    page.mouse.click(x, y)
    page.wait_for_function(
        f"document.elementFromPoint({x}, {y}).closest('.table')?.querySelector('.name').textContent !== '{name}'"
    )
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    assert page.locator(".rg-where").inner_text().startswith(f"{name}: ")
    assert chosen(page) == name


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
    assert page.get_by_role("main").get_by_role("heading", level=1).inner_text() == "Relation graph"
    # What is read out of the drawing is its tables, in a sentence each.
    said = page.get_by_role("group", name="Relation graph").aria_snapshot().splitlines()[1:]
    assert len(said) == len(example.nodes)
    assert all("- button" in it or "- 'button" in it for it in said), said


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


def test_what_is_chosen_can_be_linked_to_and_back_leads_back(open_page: Opened, hostile: Drawing) -> None:
    page = open_page(render("html", drawing(SHOP)))
    start = page.url
    choose(page, "Post")
    assert page.url == f"{start}#table=Post"
    page.keyboard.press("f")
    page.wait_for_url("**#focus=Post")
    page.keyboard.press("Escape")
    page.wait_for_url("**#table=Post")
    page.keyboard.press("Escape")
    page.wait_for_url(start)
    page.go_back()
    page.go_back()
    page.locator(".rg-only").wait_for()
    assert (page.url, chosen(page)) == (f"{start}#focus=Post", "Post")
    page.reload()
    assert (page.locator(".rg-only").is_visible(), chosen(page)) == (True, "Post")
    page.go_back()
    page.go_back()
    page.locator(".rg-panel").wait_for(state="hidden")
    page.goto(f"{start}#table=nothing%zz")
    assert chosen(page) == ""

    page = open_page(render("html", hostile))
    for n in range(len(hostile.nodes)):
        page.locator(f".table[data-n='{n}']").focus()
        page.keyboard.press("Enter")
        before = chosen(page)
        page.reload()
        assert chosen(page) == before


def choose(page: Page, name: str) -> None:
    page.locator(".rg-find input").fill(name)
    page.keyboard.press("Enter")


def test_a_link_says_which_of_two_tables_of_one_name(open_page: Opened, folder: Folder) -> None:
    model = 'datasource db {\n  provider = "postgresql"\n}\nmodel User {\n  id Int @id\n}\n'
    drawn = folder({"a/schema.prisma": model, "b/schema.prisma": model})
    page = open_page(render("html", drawn))
    page.goto(page.url + "#table=b%2Fschema.prisma%3AUser")
    assert "b/schema.prisma:4" in page.locator(".rg-panel").inner_text()


def test_names_can_be_read_where_all_is_seen_at_once(open_page: Opened) -> None:
    page = open_page(render("html", drawing(chains(3, 40))))
    page.keyboard.press("0")
    names = page.evaluate(
        """() => {
            const box = (it) => it.getBoundingClientRect();
            const cuts = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
            const tables = [...document.querySelectorAll(".table .box")].map(box);
            return [...document.querySelectorAll(".group")].map((group) => {
                const text = group.querySelector("text"), own = box(text), frame = box(group.querySelector("rect"));
                return {
                    size: parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a,
                    over: tables.some((table) => cuts(own, table)),
                    out: own.right > frame.right + 1 || own.top < frame.top - 1,
                };
            });
        }"""
    )
    assert len(names) > 4
    assert all(it["size"] >= 8 for it in names), names
    assert not [it for it in names if it["over"] or it["out"]]


def test_zoomed_out_a_table_is_its_name_and_not_its_rows(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP)))
    name, row = page.locator(".table .name").first, page.locator(".table .row").first
    assert row.is_visible()
    before = name.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    while scale(page) >= 0.5:
        page.keyboard.press("-")
    assert not row.is_visible()
    assert name.evaluate("it => parseFloat(getComputedStyle(it).fontSize)") > before
    assert page.evaluate(
        """() => [...document.querySelectorAll(".table")].every((it) => {
            const box = it.querySelector(".box").getBoundingClientRect();
            const name = it.querySelector(".name").getBoundingClientRect();
            return name.left >= box.left - 1 && name.right <= box.right + 1 && name.bottom <= box.bottom + 1;
        })"""
    )
    while scale(page) > 0.1:
        page.keyboard.press("-")
    assert not name.is_visible()


def test_whatever_comes_into_sight_has_its_rows(open_page: Opened) -> None:
    page = open_page(render("html", drawing(chains(8, 12))))
    inside = """() => {
        const window = document.querySelector(".rg-canvas").getBoundingClientRect();
        const tables = [...document.querySelectorAll(".table")].map((it) => {
            const box = it.querySelector(".box").getBoundingClientRect();
            const seen = box.right > window.left && box.left < window.right && box.bottom > window.top && box.top < window.bottom;
            return [seen, getComputedStyle(it.querySelector(".row")).display !== "none"];
        });
        return [tables.filter(([seen, rows]) => seen && !rows).length, tables.filter(([, rows]) => rows).length];
    }"""
    counts = set()
    for name in ("T0x0", "T7x11", "T3x5"):
        choose(page, name)
        page.wait_for_function("document.querySelector('.rg-chosen .row').getBoundingClientRect().width > 0")
        without, rows = page.evaluate(inside)
        assert without == 0
        counts.add(rows)
        page.mouse.move(500, 400)
        page.mouse.down()
        page.mouse.move(100, 300, steps=5)
        page.mouse.up()
        assert page.evaluate(inside)[0] == 0
    assert max(counts) < 96, "and what is not in sight has none"
    page.keyboard.press("f")
    page.locator(".rg-only").wait_for()
    page.wait_for_timeout(100)
    assert page.locator(".table.rg-here .row:visible").count() == page.locator(".table.rg-here .row").count()


def test_the_focus_stays_in_the_panel_where_the_reader_is(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP)))
    choose(page, "Post")
    page.locator(".rg-panel .rg-link").first.press("Enter")
    assert chosen(page) == "User"
    assert page.evaluate("document.activeElement.className") == "rg-panel"
    page.locator(".rg-panel .rg-act").first.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Show all"


def test_who_scrolls_a_page_along_is_not_caught_by_its_graph(open_page: Opened) -> None:
    part = embed(drawing(SHOP))
    page = open_page(
        f"<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><style>{part.style}</style>"
        f"{part.markup}<p style='height: 3000px'></p><script>{part.script}</script>"
    )
    page.mouse.move(640, 400)
    before = scale(page)
    page.mouse.wheel(0, 100)
    page.wait_for_function("scrollY === 100")
    assert scale(page) == before
    page.mouse.click(20, 120)
    page.mouse.wheel(0, 100)
    page.wait_for_function(
        f"!document.querySelector('.rg-world').getAttribute('transform').endsWith('scale({before})')"
    )
    assert page.evaluate("scrollY") == 100


def test_in_a_narrow_window_nothing_is_covered_and_nothing_sticks_out(
    open_page: Opened, example: Drawing
) -> None:
    page = open_page(render("html", example))
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".rg-find input").fill("a")
    assert page.locator(".rg-found").is_visible()
    found = page.locator(".rg-found").bounding_box()
    assert found is not None
    assert found["x"] >= 0
    assert found["x"] + found["width"] <= 390
    page.keyboard.press("Enter")
    panel = page.locator(".rg-panel").bounding_box()
    assert panel is not None
    assert (panel["x"], panel["width"]) == (0, 390)
    assert not page.locator(".rg-legend").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_list_of_what_is_found_says_how_many_it_leaves_out(open_page: Opened) -> None:
    page = open_page(render("html", drawing(star(60))))
    page.locator(".rg-find input").fill("leaf")
    options = page.locator(".rg-found li")
    assert options.count() == 41
    assert options.last.inner_text() == "and 20 more"
    options.nth(3).click()
    assert chosen(page) == "Leaf3"


def test_the_colours_chosen_are_kept(open_page: Opened) -> None:
    page = open_page(render("html", drawing(SHOP)))
    page.locator("[data-do=theme]").click()
    page.locator("[data-do=theme]").click()
    page.reload()
    assert page.locator("[data-do=theme]").inner_text() == "Theme: dark"
    assert ground(page) < 50
    page.emulate_media(media="print")
    assert ground(page) > 200, "paper is white"


def test_code_in_a_message_is_shown_as_code(open_page: Opened, folder: Folder) -> None:
    model = 'datasource db {\n  provider = "postgresql"\n}\nmodel User {\n  id Int @id\n}\n'
    loop = "from prisma import Prisma\n\nasync def all(db: Prisma, ids):\n    for it in ids:\n        await db.user.find_first(where={'id': it})\n"
    drawn = folder({"schema.prisma": model, "app.py": loop})
    assert any("`" in it.message for node in drawn.nodes for it in node.findings)
    page = open_page(render("html", drawn))
    choose(page, "User")
    assert page.locator(".rg-say div code").count() > 0
    assert "`" not in page.locator(".rg-panel").inner_text()


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
