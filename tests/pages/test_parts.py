"""The parts of a page, each at its own boundary: frames, diffs, owners, reasons, chapters, colours."""

import re
from pathlib import Path

import pytest

import crowsfoot.pages
from crowsfoot.finding import Edit, Finding, Fix, Related
from crowsfoot.pages.chapters import bars, chapters
from crowsfoot.pages.diffs import hunks
from crowsfoot.pages.frames import frames
from crowsfoot.pages.timeline import Entry, Weight
from crowsfoot.pages.why import why
from crowsfoot.reporters import View
from crowsfoot.rule import load
from crowsfoot.source import Source, Span

from ..reporters.reports import span
from .pages import page
from .projects import SHOP

TEXT = Source("a.sql", "".join(f"line {it}\n" for it in range(1, 41)))
SEEN = View(report=None, sources={"a.sql": TEXT})  # type: ignore[arg-type]


def _lines(finding: Finding) -> list[list[int]]:
    return [[row.number for row in frame.rows] for frame in frames(SEEN, finding)]


def test_a_frame_has_two_lines_around_the_marked_one() -> None:
    finding = Finding(span(TEXT, "line 10"), "x")
    assert _lines(finding) == [[8, 9, 10, 11, 12]]
    row = frames(SEEN, finding)[0].rows[2]
    assert [(it.text, it.kind) for it in row.pieces] == [("line 10", "place")]


def test_places_near_each_other_share_a_frame_and_what_lies_between_is_left_out() -> None:
    related = (Related(span(TEXT, "line 18"), "this"), Related(span(TEXT, "line 40"), "that"))
    finding = Finding(span(TEXT, "line 10"), "x", related=related)
    assert _lines(finding) == [[8, 9, 10, 11, 12, 0, 16, 17, 18, 19, 20], [38, 39, 40]]
    frame = frames(SEEN, finding)[0]
    assert frame.rows[5].skipped == 3
    assert [it[0][0] for it in frame.rows[8].labels] == ["this"]


def test_a_frame_ends_with_code_and_not_with_blank_lines() -> None:
    source = Source("b.sql", "\n\nSELECT 1;\n\n\n")
    view = View(report=None, sources={"b.sql": source})  # type: ignore[arg-type]
    found = frames(view, Finding(span(source, "SELECT"), "x"))
    assert [row.number for row in found[0].rows] == [3]


def test_a_place_in_an_unknown_file_has_no_lines() -> None:
    found = frames(
        SEEN, Finding(Span("gone.sql", 3, 4), "x", related=(Related(Span("gone.sql", 3, 4), "y"),))
    )
    assert [(it.place, it.rows) for it in found] == [("gone.sql", ())]


@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ([("line 3\n", "")], ["-line 3"]),
        ([("line 3", "new")], ["-line 3", "+new"]),
        ([("line 3", "line 3\nmore")], ["+more"]),
        ([("line 3", "a"), ("line 5", "b")], ["-line 3", "+a", "-line 5", "+b"]),
        ([("line 1\n", "a\n"), ("line 40\n", "z\n")], ["-line 1", "+a", "-line 40", "+z"]),
    ],
)
def test_a_fix_is_shown_as_the_lines_that_go_and_come(
    edits: list[tuple[str, str]], wanted: list[str]
) -> None:
    fix = Fix("mend", tuple(Edit(_first(old), new) for old, new in edits))
    found = hunks(SEEN, fix)
    changed = [sign + text for it in found for sign, text in it.lines if sign != " "]
    assert changed == wanted
    assert all(len(it.lines) <= 12 for it in found)


def _first(words: str) -> Span:
    start = TEXT.text.index(words if words.endswith("\n") else f"{words}\n")
    return Span("a.sql", start, start + len(words))


def test_a_fix_for_a_place_that_is_not_there_shows_nothing() -> None:
    assert hunks(SEEN, Fix("mend", (Edit(Span("a.sql", 0, 10_000), ""),))) == ()
    assert hunks(SEEN, Fix("mend", (Edit(Span("b.sql", 0, 1), ""),))) == ()


def test_what_other_programs_take_for_a_line_end_is_none() -> None:
    source = Source("b.sql", "one\u2028two\x0cthree\r\nfour\n")
    view = View(report=None, sources={"b.sql": source})  # type: ignore[arg-type]
    (found,) = hunks(view, Fix("mend", (Edit(span(source, "two"), "2"),)))
    assert [sign for sign, _ in found.lines] == ["-", "+", " "]
    assert "\u240d" not in "".join(text for _, text in found.lines)


def test_a_fix_in_a_line_that_is_too_long_to_show_is_counted() -> None:
    source = Source("b.sql", "x" * 50_000 + "\n")
    view = View(report=None, sources={"b.sql": source})  # type: ignore[arg-type]
    (found,) = hunks(view, Fix("mend", (Edit(Span("b.sql", 9, 10), ""),)))
    assert (found.lines, found.more) == ((), 2)


def test_findings_go_to_the_table_that_they_are_about() -> None:
    shop = page(SHOP)
    tables = {it.rule: it.table for it in shop.items}
    assert tables["unindexed-foreign-key"] == "Post"
    assert (
        tables["index-without-concurrently"] == "Post"
    )  # by the table of the statement, under its stored name
    assert tables["set-not-null-scan"] == "User"
    post = next(it.owner for it in shop.tables if it.name == "Post")
    assert post is not None
    assert (post.where, post.stored) == ("prisma/schema.prisma", "posts")


def test_a_finding_of_a_file_goes_to_no_table() -> None:
    shop = page({**SHOP, "prisma/schema.prisma": str(SHOP["prisma/schema.prisma"]) + "\nmodel {\n"})
    assert shop.tables[-1].owner is None
    assert [it.rule for it in shop.tables[-1].items] == ["syntax-error"]


def test_code_goes_to_the_table_that_it_asks() -> None:
    code = """from django.db import models

class Author(models.Model):
    name = models.CharField(max_length=10)

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

def names():
    return [book.author.name for book in Book.objects.all()]
"""
    shop = page({"shop/models.py": code, "manage.py": ""})
    assert {it.rule: it.table for it in shop.items}["lazy-load-in-loop"] == "Author"


def test_two_tables_of_one_name_are_told_apart_by_where_they_are() -> None:
    schema = str(SHOP["prisma/schema.prisma"])
    shop = page({"a/schema.prisma": schema, "b/schema.prisma": schema})
    owners = [(it.owner.name, it.owner.where) for it in shop.tables if it.owner]
    assert sorted(owners) == [("Post", "a/schema.prisma"), ("Post", "b/schema.prisma")]
    assert all(
        it.place.startswith(group.owner.where) for group in shop.tables if group.owner for it in group.items
    )


@pytest.mark.parametrize("name", load())
def test_every_rule_says_why_in_a_few_sentences(name: str) -> None:
    rule = load()[name]
    paragraphs = ["".join(text for text, _ in it) for it in why(rule)]
    assert paragraphs[0].rstrip(".") == rule.summary.replace("`", "").rstrip(".")
    assert 1 <= len(paragraphs) <= 6
    assert sum(map(len, paragraphs)) < 1500
    assert not any(it.endswith(":") or "```" in it for it in paragraphs)


def _entry(name: str, weight: Weight = Weight.NONE, *, new: bool = False) -> Entry:
    return Entry(name=name, path=name, lines=(), quiet=1, weight=weight, new=new, runs="one transaction")


def test_many_migrations_are_folded_by_year_the_latest_first() -> None:
    entries = [_entry(f"{year}0102030405_{it}") for year in (2022, 2023) for it in range(50)]
    found = chapters(entries)
    assert [(it.name, len(it.entries), it.open) for it in found] == [("2023", 50, False), ("2022", 50, False)]
    assert [number for number, _ in found[0].entries] == list(range(50, 100))


def test_migrations_without_years_are_folded_so_many_at_a_time_and_new_ones_are_open() -> None:
    entries = [_entry(f"{it:04}_step", new=it == 99) for it in range(100)]
    found = chapters(entries)
    assert [(it.name, len(it.entries), it.open) for it in found] == [
        ("0060_step to 0099_step", 40, True),
        ("0000_step to 0059_step", 60, False),
    ]


def test_the_drawing_has_a_bounded_number_of_bars_and_shows_the_heaviest_of_each() -> None:
    entries = [_entry(str(it), Weight.ALL if it == 4001 else Weight.NONE) for it in range(5000)]
    found = bars(entries)
    assert len(found) <= 1200
    assert [it.first for it in found if it.name == "all"] == [4001]


# --- colours -----------------------------------------------------------------------------------------------

STYLE = (Path(crowsfoot.pages.__file__).parent / "templates/style.css").read_text()
_PAIRS = [
    *((text, ground) for text in ("text", "quiet", "link") for ground in ("ground", "card", "code")),
    *((it, f"{it}-ground") for it in ("error", "warning", "note", "fresh", "add", "del")),
    *((it, "card") for it in ("error", "warning", "note", "fresh", "add", "del")),
    ("text", "place-ground"),
    ("text", "other-ground"),
    ("note", "code"),
    ("quiet", "soft"),
    ("error", "soft"),
]


def _colours() -> list[dict[str, str]]:
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", STYLE)
    return [{name: light for name, light, _ in pairs}, {name: dark for name, _, dark in pairs}]


def _luminance(colour: str) -> float:
    """Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[it : it + 2], 16) / 255 for it in (1, 3, 5)]
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", _colours(), ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), _PAIRS)
def test_text_stands_out_from_its_ground(colours: dict[str, str], text: str, ground: str) -> None:
    one, other = sorted((_luminance(colours[text]), _luminance(colours[ground])))
    assert (other + 0.05) / (one + 0.05) >= 4.5
