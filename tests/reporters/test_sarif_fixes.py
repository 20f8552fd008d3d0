"""Edits to edits that SARIF consumers apply rightly."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.finding import Edit
from crowsfoot.reporters.sarif_fixes import sarif_edits
from crowsfoot.source import Source, Span


def _apply(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, key=lambda it: it.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _edit(start: int, end: int, text: str) -> Edit:
    return Edit(Span("a", start, end), text)


def test_an_indented_line_is_deleted_from_the_end_of_the_line_above() -> None:
    source = Source("a", "m {\n  x\n  y\n}\n")
    (edit,) = sarif_edits(source, [_edit(4, 8, "")])
    assert edit == _edit(3, 8, "\n")
    assert _apply(source.text, [edit]) == "m {\n  y\n}\n"


def test_a_line_is_inserted_before_an_indented_one_at_the_end_of_the_line_above() -> None:
    source = Source("a", "m {\n  x\n}\n")
    assert sarif_edits(source, [_edit(4, 4, "  y\n")]) == [_edit(3, 4, "\n  y\n")]


def test_an_edit_outside_of_indents_stays_as_it_is() -> None:
    source = Source("a", "m {\n  x\n}\n")
    edits = [_edit(3, 3, "\n  y"), _edit(6, 7, "z"), _edit(8, 9, ")")]
    assert sarif_edits(source, edits) == edits


def test_neighbouring_lines_are_deleted_in_one() -> None:
    source = Source("a", "m {\n  x\n  y\n  z\n}\n")
    (edit,) = sarif_edits(source, [_edit(8, 12, ""), _edit(4, 8, "")])
    assert _apply(source.text, [edit]) == "m {\n  z\n}\n"


def test_what_stands_between_edits_that_become_one_is_kept() -> None:
    source = Source("a", "m {\n  x\n  y\n}\n")
    edits = [_edit(6, 8, ""), _edit(9, 9, "z")]
    assert sarif_edits(source, edits) == [_edit(6, 9, " z")]
    assert _apply(source.text, edits) == "m {\n   z y\n}\n"


def test_new_lines_end_as_those_of_the_file() -> None:
    source = Source("a", "m {\r\n  x\r\n}\r\n")
    (edit,) = sarif_edits(source, [_edit(5, 5, "  y\n")])
    assert _apply(source.text, [edit]) == "m {\r\n  y\r\n  x\r\n}\r\n"


@given(st.data())
def test_the_effect_is_the_same_and_none_begins_in_an_indent(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet=" \t\nab{", max_size=40))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    edits = [
        _edit(start, end, data.draw(st.text(alphabet=" \nxy", max_size=4)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    source = Source("a", text)
    result = sarif_edits(source, edits)
    assert _apply(text, result) == _apply(text, edits)
    for before, after in pairwise(result):
        assert before.span.end <= after.span.start
    for edit in result:
        line, column = source.position(edit.span.start)
        blank = len(source.line(line)) - len(source.line(line).lstrip())
        assert line == 1 or column - 1 >= blank
