"""Where everything goes."""

import re
from itertools import combinations

import pytest

from crowsfoot.drawing import Drawing
from crowsfoot.drawing.boxes import box, clipped
from crowsfoot.drawing.cardinality import Cardinality
from crowsfoot.drawing.neighbours import neighbourhoods
from crowsfoot.drawing.packing import pack
from crowsfoot.drawing.paths import REACH, end
from crowsfoot.drawing.scene import Scene, scene
from crowsfoot.reporters.terminal import width

from .drawings import SHOP, chains, drawing, star

pytest.importorskip("graphlay", reason="nothing is laid out without graphlay: pip install 'crowsfoot[graph]'")

Rectangle = tuple[float, float, float, float]


def rectangles(laid: Scene) -> list[Rectangle]:
    return [(x, y, it.width, it.height) for (x, y), it in zip(laid.corners, laid.boxes, strict=True)]


def overlap(one: Rectangle, other: Rectangle) -> bool:
    (x1, y1, w1, h1), (x2, y2, w2, h2) = one, other
    return x1 < x2 + w2 and x2 < x1 + w1 and y1 < y2 + h2 and y2 < y1 + h1


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


DRAWINGS = {
    "shop": SHOP,
    "star": star(30),
    "chains": chains(4, 12),
    "one": "model A {\n  id Int @id\n}",
    "none": "",
}


@pytest.fixture(params=DRAWINGS, scope="module")
def drawn(request: pytest.FixtureRequest) -> Drawing:
    return drawing(DRAWINGS[request.param])


def test_no_two_tables_overlap_and_all_are_on_the_sheet(drawn: Drawing) -> None:
    laid = scene(drawn)
    them = rectangles(laid)
    assert not [pair for pair in combinations(them, 2) if overlap(*pair)]
    assert all(x >= 0 and y >= 0 and x + w <= laid.width and y + h <= laid.height for x, y, w, h in them)


def test_no_two_groups_overlap_and_each_holds_its_tables(drawn: Drawing) -> None:
    laid = scene(drawn)
    them = rectangles(laid)
    frames = [(it.x, it.y, it.width, it.height) for it in laid.frames]
    assert not [pair for pair in combinations(frames, 2) if overlap(*pair)]
    for frame, (left, top, wide, high) in zip(laid.frames, frames, strict=True):
        for n in frame.group.nodes:
            x, y, w, h = them[n]
            assert left <= x
            assert top <= y
            assert x + w <= left + wide + 0.1
            assert y + h <= top + high + 0.1


def test_lines_between_tables_of_a_group_touch_both_and_cross_none(drawn: Drawing) -> None:
    laid = scene(drawn)
    them = rectangles(laid)
    for n, edge in enumerate(drawn.edges):
        if n in laid.far:
            continue
        points = corners(laid.paths[n])
        for table in (edge.source, edge.target):
            x, y, w, h = them[table]
            sides = [
                (px, py)
                for px, py in points
                if min(abs(px - x), abs(px - x - w)) < 0.2 and y - 7 < py < y + h + 7
            ]
            above = [(px, py) for px, py in points if abs(py - y) < 0.2 and x < px < x + w]
            on_border = above if edge.source == edge.target else sides
            assert on_border, drawn.in_words(edge)
        inside = [
            (px, py)
            for px, py in points
            for x, y, w, h in them
            if x + 1 < px < x + w - 1 and y + 1 < py < y + h - 1
        ]
        assert not inside


def test_a_line_begins_at_the_row_of_its_column() -> None:
    drawn = drawing(SHOP)
    laid = scene(drawn)
    for n, edge in enumerate(drawn.edges):
        if edge.source == edge.target or n in laid.far:
            continue
        of = laid.boxes[edge.source]
        row = next(
            at for at, it in enumerate(of.rows) if it.field is not None and it.field.name == edge.columns[0]
        )
        y = laid.corners[edge.source][1] + of.y_of(row)
        assert any(abs(py - y) < 0.2 for _, py in corners(laid.paths[n]))


@pytest.mark.parametrize("cardinality", ["one", "zero-or-one", "many", "zero-or-many"])
@pytest.mark.parametrize("away", [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
def test_each_end_reaches_from_the_table_to_the_line(
    cardinality: Cardinality, away: tuple[float, float]
) -> None:
    path = end((100.0, 100.0), away, cardinality)
    along = [(x - 100) * away[0] + (y - 100) * away[1] for x, y in corners(path)]
    assert min(along) == 0
    assert max(along) == REACH
    assert ("a" in path) == cardinality.startswith("zero"), "a ring where there may be none"
    feet = [
        it
        for it in corners(path)
        if it != (100.0, 100.0) and (it[0] - 100) * away[0] + (it[1] - 100) * away[1] == 0
    ]
    assert bool(feet) == cardinality.endswith("many"), "three toes where there may be many"


def test_around_each_table_are_its_neighbours_and_nothing_overlaps() -> None:
    drawn = drawing(SHOP)
    laid = scene(drawn)
    for n, it in enumerate(neighbourhoods(laid)):
        near = {edge.source for edge in drawn.edges if edge.target == n}
        near |= {edge.target for edge in drawn.edges if edge.source == n}
        assert set(it.nodes) == near | {n}
        assert {drawn.edges[at].columns for at in it.edges} >= {
            edge.columns for edge in drawn.edges if n in (edge.source, edge.target)
        }
        them = [
            (x, y, laid.boxes[m].width, it.height_of if m == n else laid.boxes[m].height)
            for m, (x, y) in zip(it.nodes, it.corners, strict=True)
        ]
        assert not [pair for pair in combinations(them, 2) if overlap(*pair)]
        assert it.left_out == 0


def test_of_a_hub_with_many_neighbours_some_are_left_out_and_counted() -> None:
    hub = next(neighbourhoods(scene(drawing(star(100)))))
    assert len(hub.nodes) == 41
    assert hub.left_out == 60


def test_two_thousand_tables_are_laid_out_in_bounded_work() -> None:
    drawn = drawing(chains(100, 20))
    assert len(drawn.nodes) == 2000
    laid = scene(drawn)
    assert len(laid.frames) == 100
    assert sum(len(it.nodes) for it in neighbourhoods(laid)) <= 40_000
    # The sheet is not much larger than what is on it.
    area = sum(it.width * it.height for it in laid.frames)
    assert laid.width * laid.height < 3 * area


def test_two_thousand_tables_around_one_are_laid_out_in_bounded_work() -> None:
    drawn = drawing(star(2000))
    laid = scene(drawn)
    assert not [it for it in laid.frames if len(it.group.near) > 100]
    assert sum(len(it.nodes) for it in neighbourhoods(laid)) <= 40_000


def test_the_same_project_is_drawn_the_same() -> None:
    models = star(30) + "\n" + chains(2, 30)
    assert scene(drawing(models)).paths == scene(drawing(models)).paths


def test_packed_rectangles_do_not_overlap() -> None:
    sizes = [(30.0 + 7 * (n % 11), 20.0 + 13 * (n % 7)) for n in range(120)]
    places = pack(sizes, 5)
    them = [(x, y, w + 5, h + 5) for (x, y), (w, h) in zip(places, sizes, strict=True)]
    assert not [pair for pair in combinations(them, 2) if overlap(*pair)]
    assert pack([], 5) == []


@pytest.mark.parametrize("text", ["", "abc", "N" * 10_000, "表" * 50, "é" * 40, "😀" * 30, "a\u0301" * 60])
def test_clipped_text_fits(text: str) -> None:
    assert width(clipped(text, 20)) <= 20
    assert clipped(text, 20_000) == text


def test_a_table_shows_its_keys_and_counts_the_rest() -> None:
    (post,) = (it for it in drawing(SHOP).nodes if it.label == "Post")
    assert [it.name for it in box(post, "keys").rows] == ["id", "authorId", "editorId", "parentId"]
    (user,) = (it for it in drawing(SHOP).nodes if it.label == "User")
    assert [it.name for it in box(user, "keys").rows] == ["id", "1 more"]
    assert [it.name for it in box(user, "all").rows] == ["id", "email"]
    assert box(user, "none").rows == ()
    assert [it.name for it in box(user, "keys", lines=9).rows] == ["id", "email"], (
        "what lines need, columns fill"
    )


def test_a_column_that_refers_has_a_row_wherever_it_is_declared() -> None:
    plain = "\n".join(f"  c{n} Int" for n in range(60))
    to = "  hubId Int\n  hub Hub @relation(fields: [hubId], references: [id])"
    drawn = drawing(
        f"model Hub {{\n  id Int @id\n  wides Wide[]\n}}\nmodel Wide {{\n  id Int @id\n{plain}\n{to}\n}}"
    )
    wide = scene(drawn, "all").boxes[1]
    assert [it.name for it in wide.rows][:3] == ["id", "c0", "c1"]
    assert [it.name for it in wide.rows][-2:] == ["hubId", "38 more"]


def test_many_foreign_keys_from_one_table_to_another_go_through_neither() -> None:
    many = range(40)
    back = "\n".join(f'  bs{n} B[] @relation("r{n}")' for n in many)
    to = "\n".join(
        f'  a{n}Id Int\n  a{n} A @relation("r{n}", fields: [a{n}Id], references: [id])' for n in many
    )
    drawn = drawing(f"model A {{\n  id Int @id\n{back}\n}}\nmodel B {{\n  id Int @id\n{to}\n}}")
    laid = scene(drawn)
    assert len(laid.boxes[1].rows) == 41
    for path in laid.paths:
        for px, py in corners(path):
            assert not any(
                x + 1 < px < x + w - 1 and y + 1 < py < y + h - 1 for x, y, w, h in rectangles(laid)
            )


def test_titles_of_groups_are_higher_the_larger_the_drawing_is() -> None:
    few, some, many = (scene(drawing(chains(n, 12))) for n in (2, 8, 60))
    assert few.title < some.title < many.title
    for laid in (few, some, many):
        for frame in laid.frames:
            assert min(laid.corners[n][1] for n in frame.group.nodes) - frame.y >= laid.title - 0.1
        # What it takes on a screen where all of it is seen.
        assert laid.title * min(1400 / laid.width, 760 / laid.height) > 13
