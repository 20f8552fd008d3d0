"""Comments to directives."""

import pytest

from crowsfoot.facts.common import Comment, Problem
from crowsfoot.frontends import directives
from crowsfoot.frontends.prisma import read as read_prisma
from crowsfoot.source import Range


def read(text: str, marker: str = "//") -> tuple[tuple[Comment, ...], tuple[Problem, ...]]:
    """The directives of text, where each comment reaches from the first marker of its line to the end."""
    places = []
    at = 0
    for line in text.splitlines(keepends=True):
        if marker in line:
            places.append(Range(at + line.index(marker), at + len(line.rstrip("\r\n"))))
        at += len(line)
    return directives.read(text, places, marker)


def comment(text: str, marker: str = "//") -> Comment:
    (found,), problems = read(text, marker)
    assert problems == ()
    return found


def covered(text: str, marker: str = "//") -> str | None:
    covers = comment(text, marker).covers
    return None if covers is None else text[covers.start : covers.end]


@pytest.mark.parametrize(
    ("said", "rules", "reason"),
    [
        ("crowsfoot: allow some-rule -- it is small", ("some-rule",), "it is small"),
        ("crowsfoot: allow some-rule, other-rule -- both", ("some-rule", "other-rule"), "both"),
        ("crowsfoot:allow some-rule,other-rule--both", ("some-rule", "other-rule"), "both"),
        ("crowsfoot : allow some-rule", ("some-rule",), ""),
        ("crowsfoot: allow some-rule --", ("some-rule",), ""),
        ("crowsfoot: allow some-rule -- a -- b", ("some-rule",), "a -- b"),
    ],
)
def test_a_directive_has_rules_and_a_reason(said: str, rules: tuple[str, ...], reason: str) -> None:
    found = comment(f"// {said}\nx\n")
    assert (found.rules, found.reason) == (rules, reason)


@pytest.mark.parametrize("marker", ["//", "--", "#"])
def test_every_language_has_its_own_marker(marker: str) -> None:
    text = f"{marker} crowsfoot: allow a-rule -- why\nx\n"
    found = comment(text, marker)
    assert (found.rules, found.reason) == (("a-rule",), "why")
    assert text[found.range.start : found.range.end] == f"{marker} crowsfoot: allow a-rule -- why"


def test_a_trailing_comment_covers_its_own_line() -> None:
    assert covered("a\n  b c // crowsfoot: allow x\nd\n") == "  b c // crowsfoot: allow x"


def test_a_comment_on_its_own_line_covers_the_next_line() -> None:
    assert covered("a\n  // crowsfoot: allow x\n  b\r\nc\n") == "  b"


def test_blank_lines_and_comments_stand_between_a_directive_and_its_line() -> None:
    assert covered("// crowsfoot: allow x\n\n  // note\n\t\n b\n") == " b"


def test_a_run_of_directives_covers_one_line() -> None:
    text = "// crowsfoot: allow x\n// crowsfoot: allow y\nb\n// crowsfoot: allow z\nc\n"
    found, _ = read(text)
    assert [text[it.covers.start : it.covers.end] for it in found if it.covers] == ["b", "b", "c"]


def test_a_directive_at_the_end_of_a_file_covers_nothing() -> None:
    assert covered("a\n// crowsfoot: allow x\n\n") == ""


def test_a_directive_for_the_file_covers_everything() -> None:
    found = comment("a // crowsfoot: allow-file x, y -- generated\n")
    assert (found.covers, found.rules, found.reason) == (None, ("x", "y"), "generated")


def test_a_directive_may_follow_another_comment() -> None:
    assert comment("a // see the ticket // crowsfoot: allow x\n").rules == ("x",)


@pytest.mark.parametrize(
    "prose",
    [
        "// crowsfoot reads this file",
        "// see crowsfoot: allow x",
        "// crowsfooted",
        "// `crowsfoot: allow x`",
    ],
)
def test_prose_may_name_the_linter(prose: str) -> None:
    assert read(f"{prose}\na\n") == ((), ())


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("crowsfoot: alow x", "unknown directive `alow`; did you mean `allow`?"),
        ("crowsfoot: allowfile x", "unknown directive `allowfile`; did you mean `allow-file`?"),
        ("crowsfoot: ignore x", "unknown directive `ignore`; expected `allow` or `allow-file` after `crowsfoot:`"),
        ("crowsfoot:", "expected `allow` or `allow-file` after `crowsfoot:`"),
        ("crowsfoot: allow", "`crowsfoot: allow` names no rule; write `crowsfoot: allow RULE -- reason`"),
        ("crowsfoot: allow -- why",
         "`crowsfoot: allow` names no rule; write `crowsfoot: allow RULE -- reason`"),
        ("crowsfoot: allow x because", "expected `,` or `-- reason` after `x`"),
        ("crowsfoot: allow x, -- why", "expected a rule after `,`"),
        ("crowsfoot allow x", "expected `crowsfoot: allow`, with a colon"),
    ],
)  # fmt: skip
def test_a_malformed_directive_is_a_problem(said: str, message: str) -> None:
    text = f"a\n// {said}\nb\n"
    comments, (problem,) = read(text)
    assert comments == ()
    assert (problem.message, problem.kind) == (message, "directive")
    assert text[problem.range.start : problem.range.end] == f"// {said}"


def test_in_prisma_only_line_comments_speak_to_the_linter() -> None:
    text = (
        "// crowsfoot: allow a\n"
        "model A { // crowsfoot: allow b\n"
        "  // crowsfoot: allow c -- why\n"
        "  id Int @id // crowsfoot: allow d\n"
        "  /// crowsfoot: allow not-in-documentation\n"
        '  name String @default("// crowsfoot: allow not-in-a-string")\n'
        "  /* crowsfoot: allow not-in-a-block\n"
        "     // crowsfoot: allow nor-in-this */\n"
        "  broken line here // crowsfoot: allow e\n"
        "  @@index([name]) // crowsfoot: allow f\n"
        "} // crowsfoot: allow g\n"
        "nonsense // crowsfoot: allow h\n"
    )
    facts = read_prisma(text)
    lines = text.splitlines()
    found = {
        it.rules[0]: lines.index(text[it.covers.start : it.covers.end]) for it in facts.comments if it.covers
    }
    assert found == {"a": 1, "b": 1, "c": 3, "d": 3, "e": 8, "f": 9, "g": 10, "h": 11}


def test_a_malformed_directive_in_prisma_is_a_problem_of_the_file() -> None:
    facts = read_prisma("model A {\n  id Int @id // crowsfoot: alow x\n}\n")
    assert [it.message for it in facts.problems] == ["unknown directive `alow`; did you mean `allow`?"]


def test_thousands_of_directives_in_a_row_are_read() -> None:
    text = "// crowsfoot: allow x\n" * 20_000 + "a\n"
    found, _ = read(text)
    assert {it.covers for it in found} == {Range(len(text) - 2, len(text) - 1)}
