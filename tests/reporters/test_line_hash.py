"""Texts to line hashes. The values are those that GitHub's own implementation is tested with.

Source: https://github.com/github/codeql-action/blob/main/src/fingerprints.test.ts
"""

import pytest

from crowsfoot.reporters.line_hash import line_hashes

GREETING = {
    1: "e9496ae3ebfced30:1",
    2: "fb7c023a8b9ccb3f:1",
    3: "ce8ba1a563dcdaca:1",
    4: "e20e36e16fcb0cc8:1",
    5: "b3edc88f2938467e:1",
    6: "c8e28b0b4002a3a0:1",
    7: "c129715d7a2bc9a3:1",
}


def test_the_empty_text_has_one_line() -> None:
    assert line_hashes("", range(1, 9)) == {1: "c129715d7a2bc9a3:1"}


def test_spaces_and_tabs_do_not_count() -> None:
    assert line_hashes(" a\nb\n  \t\tc\n d", range(1, 9)) == {
        1: "271789c17abda88f:1",
        2: "54703d4cd895b18:1",
        3: "180aee12dab6264:1",
        4: "a23a3dc5e078b07b:1",
    }


@pytest.mark.parametrize(
    "text",
    [
        " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
        " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
        " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
        " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
    ],
)
def test_every_kind_of_line_end_counts_the_same(text: str) -> None:
    assert line_hashes(text, range(1, 99)) == GREETING


def test_lines_of_one_hash_are_numbered_also_when_only_the_last_is_wanted() -> None:
    text = "Lorem ipsum dolor sit amet.\n" * 10
    hashes = line_hashes(text, range(1, 99))
    assert [hashes[it] for it in range(1, 8)] == [
        *(f"a7f2ff13bc495cf2:{it}" for it in range(1, 7)),
        "a7f2ff1481e87703:1",
    ]
    assert line_hashes(text, {6, 10}) == {6: "a7f2ff13bc495cf2:6", 10: "cc97dc7b1d7d8f7b:1"}


def test_a_line_is_hashed_in_utf_16() -> None:
    # Two surrogates, "\n" and the end mark, at the first places of the window.
    units = [0xD83D, 0xDE00, 0x0A, 0xFFFF]
    expected = sum(unit * 37 ** (99 - place) for place, unit in enumerate(units)) % 2**64
    assert line_hashes("😀\n", {1}) == {1: f"{expected:x}:1"}


def test_a_line_after_an_emoji_begins_at_the_right_unit() -> None:
    assert line_hashes("😀\nlast", {2})[2] == line_hashes("x\nlast", {2})[2]


def test_a_line_that_does_not_exist_has_no_hash() -> None:
    assert line_hashes("one\ntwo", {3}) == {}
