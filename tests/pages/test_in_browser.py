"""The page in a real browser: what the scripts do, and what can be done without them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .pages import html
from .projects import SHOP

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html(SHOP))
    return path.as_uri()


@pytest.fixture
def tab(browser: Browser, file: str) -> Iterator[Page]:
    """The page, in a tab that has seen no error and has asked for nothing but the page."""
    said: list[str] = []
    asked: list[str] = []
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    tab = context.new_page()
    tab.on("console", lambda it: said.append(it.text))
    tab.on("pageerror", lambda it: said.append(str(it)))
    tab.on("request", lambda it: asked.append(it.url.partition("#")[0]))
    tab.goto(file)
    yield tab
    context.close()
    assert said == []
    assert set(asked) == {file}


def _shown(tab: Page) -> list[str]:
    return list(tab.locator("#tables .f:visible").evaluate_all("all => all.map(it => it.dataset.r)"))


def test_findings_are_filtered_by_text_rule_table_and_severity(tab: Page) -> None:
    every = _shown(tab)
    assert len(every) > 4
    tab.fill("#q", "CONCURRENTLY index")
    tab.locator("#shown", has_text="findings").wait_for()
    assert _shown(tab) == ["index-without-concurrently"]
    assert f"1 of {len(every)} findings" in tab.inner_text("#shown")
    assert tab.locator("#rules li:not([hidden])").count() == 1
    tab.click("text=Clear")
    tab.locator("#shown:empty").wait_for(state="attached")
    assert _shown(tab) == every
    tab.select_option("#rule", "set-not-null-scan")
    tab.locator("#shown", has_text="findings").wait_for()
    assert _shown(tab) == ["set-not-null-scan"]
    tab.select_option("#rule", "")
    tab.select_option("#table", label="User")
    tab.wait_for_timeout(300)
    assert tab.locator("#tables > details:visible").count() == 1
    tab.uncheck("input[value=warning]")
    tab.wait_for_timeout(300)
    assert tab.locator("#tables .f:visible[data-s=warning]").count() == 0


def test_a_filter_that_nothing_fits_says_so(tab: Page) -> None:
    tab.fill("#q", "no such words")
    tab.locator("#shown", has_text="findings").wait_for()
    assert tab.locator(".nothing:visible").count() == 2


def test_a_link_opens_what_is_folded_and_takes_the_focus_there(tab: Page) -> None:
    tab.click("text=Fold all")
    tab.locator("#rules > details > summary").first.click()
    link = tab.locator("#rules li a").first
    target = link.get_attribute("href") or ""
    link.click()
    tab.locator(f"{target}[open]").wait_for()
    assert tab.locator(f"{target} pre").first.is_visible()
    assert tab.evaluate("document.activeElement.parentElement.id") == target[1:]


def test_a_link_to_what_is_filtered_out_ends_the_filter(tab: Page) -> None:
    tab.fill("#q", "CONCURRENTLY index")
    tab.locator("#shown", has_text="findings").wait_for()
    tab.locator(".strip rect").last.click()
    tab.locator("#m1-1[open]").wait_for()
    assert tab.locator("#m1-1").is_visible()
    tab.locator("#shown:empty").wait_for(state="attached")
    assert tab.input_value("#q") == ""


def test_a_link_that_was_followed_leads_there_again(tab: Page) -> None:
    tab.locator("#rules > details > summary").first.click()
    link = tab.locator("#rules li a").first
    target = link.get_attribute("href") or ""
    link.click()
    tab.locator(f"{target}[open]").wait_for()
    tab.evaluate("id => document.querySelector(id).open = false", target)
    link.click()
    tab.locator(f"{target}[open]").wait_for()


def test_a_bar_of_the_timeline_leads_to_its_migration(tab: Page) -> None:
    tab.locator("#migrations details").evaluate_all("all => all.forEach(it => it.open = false)")
    tab.locator(".strip rect").last.click()
    tab.locator("#m1-1[open]").wait_for()
    assert tab.locator("#m1-1 table").is_visible()


def test_everything_can_be_done_by_keyboard(tab: Page) -> None:
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the findings"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"
    before = tab.evaluate("document.activeElement.parentElement.open")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.parentElement.open") is not before


def test_the_theme_is_chosen_and_kept(tab: Page) -> None:
    def ground() -> str:
        return str(tab.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = ground()
    tab.click("#theme")
    assert ground() == light
    tab.click("#theme")
    dark = ground()
    assert dark != light
    tab.reload()
    assert ground() == dark


def test_on_paper_everything_is_open(tab: Page) -> None:
    tab.emulate_media(media="print")
    assert tab.locator(".side").is_hidden()
    assert tab.locator("#rules .named").first.is_visible()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_no_part_of_the_page_is_wider_than_the_window(browser: Browser, file: str) -> None:
    for width in (1200, 700, 360):
        tab = browser.new_page(viewport={"width": width, "height": 700})
        tab.goto(file)
        tab.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.close()


def test_without_scripts_everything_is_there_and_the_filter_is_not(browser: Browser, file: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(file)
    assert tab.locator("#filters").is_hidden()
    assert tab.locator("#theme").is_hidden()
    tab.locator("#rules > details > summary").first.click()
    assert tab.locator("#rules li a").first.is_visible()
    tab.locator("#rules li a").first.click()
    context.close()


def test_what_can_be_pressed_is_large_enough_for_a_finger(tab: Page) -> None:
    """24 pixels, or as far from its neighbours. Source: https://www.w3.org/TR/WCAG22/#target-size-minimum"""
    rows = [it.bounding_box() for it in tab.locator("#filter .check, #filter button").all()]
    assert len(rows) >= 4
    assert all(it is not None and it["height"] >= 24 for it in rows)
