"""Places in a text."""

from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.source import Source

TEXTS = st.text(st.sampled_from("ab\n\r\u00e4"), max_size=40)


@given(TEXTS, st.lists(st.integers(0, 40), max_size=12))
def test_a_place_is_the_same_whether_few_or_many_are_asked_for(text: str, offsets: list[int]) -> None:
    source = Source("a.sql", text)
    for offset in offsets:
        at = min(offset, len(text))
        lines = text[:at].split("\n")
        assert source.position(at) == (len(lines), len(lines[-1]) + 1)
