"""Fixes to texts: whole or not at all."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.finding import Edit, Fix
from crowsfoot.fix import Applied, apply, unified_diff
from crowsfoot.source import Source, Span


def edit(start: int, end: int, text: str = "", path: str = "a") -> Edit:
    return Edit(Span(path, start, end), text)


def fix(*edits: Edit, title: str = "mend it") -> Fix:
    return Fix(title, edits)


def applied(text: str, *fixes: Fix) -> Applied:
    return apply(fixes, {"a": Source("a", text)})


def mended(text: str, *fixes: Fix) -> str:
    return applied(text, *fixes).texts.get("a", text)


def test_edits_replace_insert_and_delete() -> None:
    assert mended("0123456789", fix(edit(1, 3, "xyz"), edit(5, 5, "+"), edit(8, 10))) == "0xyz34+567"


def test_offsets_count_code_points() -> None:
    assert mended("a\U0001f426b", fix(edit(2, 3, "c"))) == "a\U0001f426c"


def test_only_changed_texts_come_out() -> None:
    sources = {"a": Source("a", "a"), "b": Source("b", "b")}
    assert apply([fix(edit(0, 1, "x", "b"))], sources).texts == {"b": "x"}


def test_a_fix_can_span_files() -> None:
    sources = {"a": Source("a", "a"), "b": Source("b", "b")}
    result = apply([fix(edit(0, 1, "x", "a"), edit(0, 1, "y", "b"))], sources)
    assert result.texts == {"a": "x", "b": "y"}


def test_of_overlapping_fixes_the_first_by_place_wins_and_the_other_is_left_whole() -> None:
    late = fix(edit(2, 4, "L"), edit(8, 9, "L"))
    early = fix(edit(1, 3, "E"))
    result = applied("0123456789", late, early)
    assert result.texts == {"a": "0E3456789"}
    assert result.applied == (early,)
    assert result.left == (late,)


def test_a_fix_that_is_left_in_one_file_is_left_in_all() -> None:
    sources = {"a": Source("a", "aaa"), "b": Source("b", "bbb")}
    first = fix(edit(0, 2, "x", "a"))
    second = fix(edit(1, 3, "y", "a"), edit(0, 1, "y", "b"))
    assert apply([first, second], sources).texts == {"a": "xa"}


def test_fixes_that_touch_do_not_overlap() -> None:
    assert mended("0123", fix(edit(0, 2, "a")), fix(edit(2, 4, "b"))) == "ab"


def test_the_same_fix_twice_is_applied_once() -> None:
    delete, insert = fix(edit(0, 2)), fix(edit(3, 3, "+"))
    result = applied("0123", delete, insert, delete, insert)
    assert result.texts == {"a": "2+3"}
    assert result.left == ()


def test_an_edit_that_two_fixes_share_is_made_once() -> None:
    shared = edit(0, 2)
    assert mended("0123", fix(shared, edit(3, 3, "x")), fix(shared, edit(4, 4, "y"))) == "2x3y"


def test_different_insertions_at_one_place_go_in_one_after_the_other() -> None:
    assert mended("0", fix(edit(1, 1, "b")), fix(edit(1, 1, "a")), fix(edit(1, 1, "b"))) == "0ba"


def test_an_insertion_has_room_at_the_edges_of_a_replacement_but_not_inside() -> None:
    replacement = fix(edit(1, 3, "R"))
    assert mended("0123", replacement, fix(edit(1, 1, "<")), fix(edit(3, 3, ">"))) == "0<R>3"
    inside = fix(edit(2, 2, "!"))
    assert applied("0123", replacement, inside).left == (inside,)
    earlier = fix(edit(0, 1, "E"), edit(2, 2, "!"))
    assert applied("0123", replacement, earlier).left == (replacement,)


@pytest.mark.parametrize(
    "wrong",
    [
        fix(),
        fix(edit(3, 5, "x")),
        fix(edit(2, 1, "x")),
        fix(edit(-1, 1, "x")),
        fix(edit(0, 1, "x", path="elsewhere")),
        fix(edit(0, 1, "x"), edit(0, 1, "x", path="elsewhere")),
        fix(edit(0, 2, "x"), edit(1, 3, "y")),
        fix(edit(0, 2, "x"), edit(1, 1, "y")),
        fix(edit(0, 1, "0")),
        fix(edit(1, 1, "")),
    ],
)
def test_a_fix_that_is_not_possible_or_changes_nothing_is_left(wrong: Fix) -> None:
    right = fix(edit(3, 4, "!"))
    result = applied("0123", wrong, right)
    assert result.texts == {"a": "012!"}
    assert result.left == (wrong,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nx\ny\nb\n"),
        ("a\r\nb\r\n", "a\r\nx\r\ny\r\nb\r\n"),
        ("a\r\nb\nc\n", "a\r\nx\ny\nb\nc\n"),
        ("a\r\nb\r\nc\n", "a\r\nx\r\ny\r\nb\r\nc\n"),
        ("a", "ax\ny\n"),
        ("a\rb", "ax\ny\n\rb"),
    ],
)
def test_new_lines_end_as_most_lines_of_the_text_do(before: str, after: str) -> None:
    place = before.find("\n") + 1 or 1
    assert mended(before, fix(edit(place, place, "x\ny\n"))) == after


TEXT = "the quick brown fox"


@st.composite
def some_fixes(draw: st.DrawFn) -> list[Fix]:
    def some_edit() -> Edit:
        start = draw(st.integers(-1, len(TEXT) + 1))
        length = draw(st.integers(0, 4))
        return edit(
            start, start + length, draw(st.sampled_from(["", "A", "BB", "\n"])), draw(st.sampled_from("ab"))
        )

    return [
        fix(*(some_edit() for _ in range(draw(st.integers(0, 3))))) for _ in range(draw(st.integers(0, 6)))
    ]


def overlap(one: Edit, other: Edit) -> bool:
    """Said anew, edit by edit: whether the two cannot both be made."""
    if one == other or one.span.path != other.span.path:
        return False
    a, b = sorted((one.span, other.span))
    if a.start == a.end and b.start == b.end:
        return False
    if a.start == a.end or b.start == b.end:
        point, wide = (a, b) if a.start == a.end else (b, a)
        return wide.start < point.start < wide.end
    return b.start < a.end


def possible(it: Fix) -> bool:
    return (
        all(e.span.start >= 0 and e.span.end <= len(TEXT) for e in it.edits)
        and not any(overlap(one, other) for one in it.edits for other in it.edits)
        and any(TEXT[e.span.start : e.span.end] != e.text for e in it.edits)
    )


@given(some_fixes())
def test_every_fix_is_applied_whole_or_not_at_all(fixes: list[Fix]) -> None:
    sources = {"a": Source("a", TEXT), "b": Source("b", TEXT)}
    result = apply(fixes, sources)
    assert sorted(map(repr, (*result.applied, *result.left))) == sorted(map(repr, fixes))
    made = list(dict.fromkeys(e for it in result.applied for e in it.edits))
    assert not any(overlap(one, other) for one in made for other in made)
    for path in "ab":
        text = TEXT
        here = sorted((e for e in made if e.span.path == path), key=lambda e: (e.span.start, e.span.end))
        while here:
            last = here.pop()
            text = text[: last.span.start] + last.text + text[last.span.end :]
        assert result.texts.get(path, TEXT) == text
    assert bool(result.applied) == any(map(possible, fixes))
    for it in result.left:
        assert not possible(it) or any(overlap(mine, other) for mine in it.edits for other in made)


def test_thousands_of_fixes_do_not_multiply() -> None:
    text = "x\n" * 20_000
    result = applied(text, *(fix(edit(it * 2, it * 2 + 1, "y")) for it in range(20_000)))
    assert result.texts["a"] == "y\n" * 20_000


def git_apply(folder: Path, path: str, before: str, after: str) -> str:
    """What git makes of the difference."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before.encode())
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=unified_diff(before, after, path).encode(),
        check=True,
        env={"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": "/usr/bin:/bin"},
    )
    return file.read_bytes().decode()


LINES = "".join(f"line {it}\n" for it in range(30))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LINES, LINES.replace("line 3\n", "line three\n").replace("line 25\n", "")),
        ("a\nb", "a\nc"),
        ("a\nb\n", "a\nb"),
        ("a\nb", "a\nb\n"),
        ("a", "b\n"),
        ("a\r\nb\r\n", "a\r\nx\r\nb\r\n"),
        ("a\x0cb\u2028c\rd\n", "a\x0cb\u2028c\rD\n"),
        ("one\n", ""),
    ],
)
@pytest.mark.parametrize("path", ["schema.prisma", "packages/the db/schema.prisma"])
def test_git_applies_the_difference(tmp_path: Path, path: str, before: str, after: str) -> None:
    if after:
        assert git_apply(tmp_path, path, before, after) == after
    else:
        assert unified_diff(before, after, path).endswith("@@ -1 +0,0 @@\n-one\n")


def test_no_difference_is_no_text() -> None:
    assert unified_diff("a\n", "a\n", "x") == ""


def test_a_difference_names_both_sides_and_the_missing_line_end() -> None:
    assert unified_diff("a\nb", "a\nc", "x.prisma") == (
        "--- a/x.prisma\n+++ b/x.prisma\n@@ -1,2 +1,2 @@\n a\n"
        "-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )
