"""Spans to lines and columns."""

from crowsfoot.reporters.places import Place, at, first_line, place, utf8_bytes, utf16_units
from crowsfoot.source import Source, Span

from .reports import view

EMOJI = Source("a.sql", "x\nSELECT '😀é', name;\nend\n")
NAME = EMOJI.text.index("name")


def test_columns_are_counted_in_the_unit_of_the_format() -> None:
    seen = view(sources=(EMOJI,))
    where = Span("a.sql", NAME, NAME + 4)
    assert place(seen, where) == Place(2, 14, 2, 18)
    assert place(seen, where, utf16_units) == first_line(seen, where, utf16_units) == Place(2, 15, 2, 19)
    assert place(seen, where, utf8_bytes) == Place(2, 18, 2, 22)


def test_a_span_at_the_end_of_the_text_has_a_place() -> None:
    end = len(EMOJI.text)
    assert place(view(sources=(EMOJI,)), Span("a.sql", end, end)) == Place(4, 1, 4, 1)


def test_a_span_beyond_the_text_is_cut_to_it() -> None:
    short = Source("a.sql", "ab")
    assert place(view(sources=(short,)), Span("a.sql", 1, 99)) == Place(1, 2, 1, 3)
    assert first_line(view(sources=(short,)), Span("a.sql", 98, 99)) == Place(1, 3, 1, 3)


def test_the_first_line_of_a_span_ends_before_its_line_end() -> None:
    crlf = Source("a.sql", "abc\r\ndef\r\n")
    seen = view(sources=(crlf,))
    assert first_line(seen, Span("a.sql", 1, 8)) == Place(1, 2, 1, 4)
    assert first_line(seen, Span("a.sql", 4, 8)) == Place(1, 4, 1, 4)  # begins between "\r" and "\n"


def test_a_span_of_an_unknown_source_has_no_place() -> None:
    assert place(view(), Span("a.sql", 0, 1)) is None
    assert first_line(view(), Span("a.sql", 0, 1)) is None
    assert at(view(prefix="api/"), Span("a.sql", 0, 1)) == "api/a.sql"


def test_a_line_end_does_not_make_the_next_line_part_of_a_place() -> None:
    seen = view(sources=(Source("a.sql", "one\ntwo\n"),))
    ends = {end: place(seen, Span("a.sql", 1, end)) for end in (3, 4, 5)}
    assert [it.last_line for it in ends.values() if it] == [1, 1, 2]


def test_columns_of_every_unit_are_right_in_a_long_line_of_many_scripts() -> None:
    text = "a\u00e9\u2603\U0001f600\ud800b" * 3 + "\nnext \u00e9 line"
    source = Source("a.prisma", text)
    seen = view(sources=(source,))
    for start in range(len(text)):
        line, column = source.position(start)
        before = text[:start].rpartition("\n")[2]
        for unit, size in (
            (utf16_units, len(before.encode("utf-16-le", "surrogatepass")) // 2),
            (utf8_bytes, len(before.encode("utf-8", "surrogatepass"))),
        ):
            where = place(seen, Span(source.path, start, start), unit)
            assert where is not None
            assert (where.line, where.column) == (line, size + 1)
            assert place(seen, Span(source.path, start, start)) == Place(line, column, line, column)
