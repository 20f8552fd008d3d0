"""Text as a terminal shows it."""

from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.reporters.terminal import cells, visible, width, wrap


def test_whatever_a_terminal_would_obey_is_spelled_out() -> None:
    assert visible("a\x1b[31mb\x07\x7f\r") == "a␛[31mb␇␡␍"
    assert visible("a\u202eb\u2066\u200b\ufeff") == "a<U+202E>b<U+2066><U+200B><U+FEFF>"
    assert visible("a\x9bb\u2028\ud800") == "a<U+009B>b<U+2028><U+D800>"


def test_text_that_does_no_harm_stays_as_it_is() -> None:
    assert visible("naïve 日本語 e\u0301 👩\u200d🚀 a\u00a0b") == "naïve 日本語 e\u0301 👩\u200d🚀 a\u00a0b"


def test_a_message_of_several_lines_becomes_one() -> None:
    assert visible("one\ntwo\r\nthree\tfour") == "one two three four"


def test_wide_and_combining_characters_are_measured() -> None:
    assert width("日本") == 4
    assert width("e\u0301") == 1
    assert width("ﾊﾝ") == 2  # halfwidth
    assert width("한") == 2
    assert width("\u1112\u1161\u11ab") == 2  # the same syllable in pieces
    assert width("😀") == 2


def test_tabs_reach_to_the_next_stop() -> None:
    assert "".join(it for it, _ in cells("\ta\tb")) == "    a   b"
    assert "".join(it for it, _ in cells("日\tx")) == "日  x"


def test_words_that_are_too_long_stay_whole() -> None:
    assert wrap("a bb ccc dddddddd e", 4, 5) == ["a bb", "ccc", "dddddddd", "e"]
    assert wrap("", 4, 5) == [""]


def test_what_the_runner_of_github_would_obey_is_spelled_out() -> None:
    assert visible("a ##[set-output name=x]y # [z]") == "a ##<U+005B>set-output name=x]y # [z]"
    assert "".join(it for it, _ in cells("a ##[error]b #[c")) == "a ##<U+005B>error]b #[c"


def test_no_wrapped_line_is_a_command_to_the_runner_of_github() -> None:
    lines = wrap('the default "some ::add-mask::words of text" is wrong', 12, 12)
    assert len(lines) > 2
    assert not [it for it in lines if it.startswith("::")]


@given(st.text(alphabet=st.characters()))
def test_nothing_that_is_visible_can_control_a_terminal(text: str) -> None:
    shown = visible(text) + "".join(cell for cell, _ in cells(text))
    assert not [it for it in shown if ord(it) < 0x20 or 0x7F <= ord(it) < 0xA0]


@given(st.text(alphabet=st.characters()))
def test_every_code_point_has_a_cell(text: str) -> None:
    measured = cells(text)
    assert len(measured) == len(text)
    assert all(size == width(cell) for cell, size in measured)
