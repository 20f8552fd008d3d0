"""YAML as CI files are written in, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.frontends.shell.yaml import entries


def scalars(text: str) -> list[tuple[str, str, str]]:
    """Path, value and style of every entry."""
    return [
        (".".join(it.path), text[it.value.start : it.value.end], it.style)
        for it in entries(text)
        if it.style != "none"
    ]


def values(text: str) -> dict[str, str]:
    return {path: value for path, value, _ in scalars(text)}


def test_keys_lead_to_their_values() -> None:
    assert values("a:\n  b: 1\n  c:\n    d: 2\ne: 3\n") == {"a.b": "1", "a.c.d": "2", "e": "3"}


def test_items_are_counted_and_their_keys_are_below_them() -> None:
    text = "steps:\n  - name: A\n    run: a\n  - run: b\n  - c\n"
    assert values(text) == {"steps.-1.name": "A", "steps.-1.run": "a", "steps.-2.run": "b", "steps.-3": "c"}


def test_a_sequence_may_stand_as_far_left_as_its_key() -> None:
    assert values("a:\n- x\n- y: 1\nb: 2\n") == {"a.-1": "x", "a.-2.y": "1", "b": "2"}


def test_sequences_may_stand_in_sequences() -> None:
    assert values("a:\n  - - x\n    - y\n  - - z\n") == {"a.-1.-1": "x", "a.-1.-2": "y", "a.-2.-1": "z"}


def test_an_item_may_begin_with_a_dash() -> None:
    assert values("args:\n  - -c\n  - --flag\n") == {"args.-1": "-c", "args.-2": "--flag"}


def test_a_literal_block_ends_where_the_indentation_does() -> None:
    text = "run: |\n  a\n\n    b: c\n  # d\nnext: 1\n"
    assert scalars(text) == [("run", "  a\n\n    b: c\n  # d", "literal"), ("next", "1", "plain")]


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|2", ">", ">-", "| # comment"])
def test_a_block_may_have_any_header(header: str) -> None:
    assert values(f"run: {header}\n  a\nb: 1\n")["run"] == "  a"


def test_a_block_may_be_an_item() -> None:
    assert values("script:\n  - |\n    a\n    b\n  - c\n") == {"script.-1": "    a\n    b", "script.-2": "c"}


def test_a_plain_value_goes_on_where_it_is_indented_more() -> None:
    assert values("run: a\n  b\n  c\nd: e\n") == {"run": "a\n  b\n  c", "d": "e"}


def test_a_value_may_begin_on_the_line_below_its_key() -> None:
    assert values('command:\n  [\n    "a",\n  ]\nb: 1\n') == {"command": '[\n    "a",\n  ]', "b": "1"}
    assert values("command:\n  npm run\n  start\nb: 1\n") == {"command": "npm run\n  start", "b": "1"}


def test_quotes_are_left_out() -> None:
    assert values("a: \"b: # c\"\n'd': 'e''f'\n\"g\": 1\n") == {"a": "b: # c", "d": "e''f", "g": "1"}


def test_a_quoted_value_may_go_on() -> None:
    assert values('a: "b\n  c"\nd: 1\n') == {"a": "b\n  c", "d": "1"}


def test_comments_are_left_out() -> None:
    assert values("# a: b\na: b # c\n  # d: e\nf: g#h\n") == {"a": "b", "f": "g#h"}


def test_a_colon_inside_of_a_word_makes_no_key() -> None:
    assert values("- npm run db:push\n- http://x\n") == {"-1": "npm run db:push", "-2": "http://x"}


def test_anchors_and_tags_are_no_part_of_a_value() -> None:
    assert scalars("a: &x b\nc: *x\nd: &y\n  e: !t f\n") == [
        ("a", "b", "plain"),
        ("c", "*x", "alias"),
        ("d.e", "f", "plain"),
    ]


def test_flow_collections_stay_one_value() -> None:
    assert scalars('a: ["b", "c"]\nd: {e: f}\n') == [("a", '["b", "c"]', "flow"), ("d", "{e: f}", "flow")]


def test_documents_are_counted() -> None:
    assert [it.document for it in entries("a: 1\n---\na: 2\n")] == [0, 1]


def test_windows_line_ends_change_nothing() -> None:
    text = "a:\r\n  - b: |\r\n      c\r\n      d\r\n  - e\r\nf: g\r\n"
    assert {key: it.strip() for key, it in values(text).items()} == {
        "a.-1.b": "c\r\n      d",
        "a.-2": "e",
        "f": "g",
    }


LINES = st.lists(
    st.builds(
        str.__add__,
        st.sampled_from(("", " ", "  ", "   ", "    ", "\t")),
        st.sampled_from(
            (
                "a:",
                "a: b",
                "- a",
                "- a: b",
                "- - a",
                "a: |",
                "a: >",
                "- |",
                'a: "b',
                "a: [b",
                "a: {",
                "]",
                "}",
                "#",
                "",
                "---",
                "a: *b",
                "a: &b",
                "&b",
                "!b c",
                "'a': b",
                "?",
                ": a",
                "-",
                "a: 'b''c'",
                "\u2028",
                "\r",
                "a: b #",
            )
        ),
    ),
    max_size=30,
)


@given(LINES)
def test_every_range_lies_inside_of_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    for entry in entries(text):
        assert 0 <= entry.key.start <= entry.key.end <= len(text)
        assert 0 <= entry.value.start <= entry.value.end <= len(text)
        assert entry.path


@pytest.mark.parametrize(
    "piece",
    [
        "- ",
        "a: ",
        "a:\n",
        "'",
        '"',
        "a: '",
        'a: "\n',
        "[",
        "a: [\n",
        "a: |\n",
        "&a ",
        "!a ",
        ":",
        "#",
        " #",
        "\n",
        "- - - -\n",
        "x" * 50,
        "a: &",
        "? ",
        "'a'",
        "a:b",
        "---\n",
        "\r\n",
        "\t",
    ],
)
def test_what_has_no_end_is_read_in_linear_work(piece: str) -> None:
    # 100,000 pieces: quadratic work would not come to an end.
    text = piece * 100_000
    assert all(it.value.end <= len(text) for it in entries(text))


@pytest.mark.parametrize(
    "text", ['a: [ "' + '\\"' * 100_000, "a: {'" + '"' * 100_000, 'a: "' + '\\"' * 100_000]
)
def test_a_quote_without_an_end_is_looked_for_once(text: str) -> None:
    (entry,) = entries(text)
    assert entry.value.end == len(text)


def test_a_comment_behind_a_flow_collection_is_no_part_of_it() -> None:
    assert scalars('a: ["b", "#c"] # "d"\ne: 1\n') == [("a", '["b", "#c"]', "flow"), ("e", "1", "plain")]


def test_what_lies_deep_is_read_in_linear_work() -> None:
    text = "\n".join(" " * depth + "a:" for depth in range(3000))
    assert max(len(it.path) for it in entries(text)) < 100
