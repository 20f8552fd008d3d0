"""Text that is no Python, and what is written against those who read it."""

import sys
import sysconfig
import warnings
from pathlib import Path

import msgspec
import pytest

from crowsfoot.facts.code import CodeFile
from crowsfoot.frontends.python import read

from .notation import described, scope, values


def problem(text: str) -> tuple[str, str]:
    """The one problem of text: what is written at its place, and what it says."""
    facts = read(text)
    (it,) = facts.problems
    assert (facts.scopes, it.kind) == ((), "unparsed")
    assert 0 <= it.range.start <= it.range.end <= len(text)
    return text[it.range.start : it.range.end], it.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nprint 'a'\n", "`print` is a statement"),
        ("print >>f, 'a'\nprint 'b'\n", "`print` is a statement"),
        ("exec 'a'\n", "`exec` is a statement"),
        ("raise E, 'a'\n", "`raise` takes a comma"),
        ("if a <> b: pass\n", "`<>` is an operator"),
        ("a = `b`\n", "backticks are an operator"),
        ("a = 0777\n", "numbers are written as there"),
        ("a = 10L\n", "numbers are written as there"),
    ],
)
def test_python_2_is_named(text: str, said: str) -> None:
    assert problem(text)[1] == f"this is Python 2, where {said}"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 reads it as two exceptions")
def test_a_variable_after_the_comma_of_except_is_python_2() -> None:
    text = "try: pass\nexcept OSError, error: pass\n"
    assert problem(text)[1] == "this is Python 2, where `except` binds with a comma"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 reads it")
def test_what_is_not_known_of_a_later_python_is_said_of_this_one() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    text = "try: pass\nexcept A, B:\n    x = (\n"
    assert problem(text)[1].startswith(f"Python {version} cannot parse this: ")


def test_a_broken_line_is_one_problem_with_its_place() -> None:
    where, message = problem("a = 1\nb = (é, c\nd = 2\n")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert where.startswith("(")
    assert message == f"Python {version} cannot parse this: '(' was never closed"


@pytest.mark.parametrize(
    "text", ["a = 1\n\0", "x = '\ud800'", "\ufeff(", "(", "'", "'''a", "a\n  b\n c", "\\", "f'{", "é = ("]
)
def test_every_problem_has_a_place_in_the_text(text: str) -> None:
    assert problem(text)[1]


def test_an_empty_file_is_a_module() -> None:
    (module,) = read("").scopes
    assert (module.kind, module.values) == ("module", ())


def test_what_nobody_can_parse_is_said_to_be_too_deep() -> None:
    assert problem("x = " + "-" * 100_000 + "1")[1] == "nested too deeply for Python to parse"


def test_a_long_sum_is_one_operation() -> None:
    assert values("x = " + " + ".join(["a"] * 2000))[-1] == "+ " + " ".join(map(str, range(2000)))


@pytest.mark.parametrize(
    "expression",
    [
        "a" + ".b()" * 1200,
        "not " * 900 + "a",
        "a" + " + b - c" * 1000,
        "a if b else " * 1000 + "c",
        "[" * 150 + "]" * 150,
        "lambda: " * 500 + "a",
    ],
)
def test_what_is_nested_too_deeply_costs_only_itself(expression: str) -> None:
    it = scope(f"x = {expression}\ny = f(1)\n")
    kinds = {name: described(it.values[number]) for name, number in it.names}
    assert kinds["y"].endswith(")")


def test_blocks_nest_as_deeply_as_python_lets_them() -> None:
    for head in ("if a:", "for b in a:", "while a:", "try:", "with a:", "def f():", "class A:"):
        text = "".join(" " * depth + head + "\n" for depth in range(99)) + " " * 99 + "x = f(x)\n"
        if head == "try:":
            text += "".join(" " * depth + "finally: pass\n" for depth in reversed(range(99)))
        assert not read(text).problems, head


def test_a_long_elif_chain_is_no_recursion() -> None:
    text = "if a: x = 1\n" + "elif b: x = 2\n" * 900 + "y = x\n"
    assert values(text)[-1].startswith("either ")


def test_warnings_of_the_parser_are_nobodys() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert values("a = '\\d'") == ["literal '\\\\d'"]
    assert not warned


def test_a_comment_speaks_to_the_linter_and_a_string_does_not() -> None:
    text = "a = '''\n# crowsfoot: allow x -- y\n'''\nb = 1  # crowsfoot: allow a-rule -- why\r\n"
    (it,) = read(text).comments
    assert (it.rules, it.reason) == (("a-rule",), "why")
    assert text[it.range.start : it.range.end] == "# crowsfoot: allow a-rule -- why"
    assert it.covers is not None
    assert text[it.covers.start : it.covers.end] == "b = 1  # crowsfoot: allow a-rule -- why"


@pytest.mark.parametrize("begin", ["", "\ufeff", "a\r", "\f\n", "'é'\r\n"])
def test_a_comment_stands_where_it_is_written(begin: str) -> None:
    text = f"{begin}# crowsfoot: allow-file a-rule\n"
    (it,) = read(text).comments
    assert (text[it.range.start : it.range.end], it.covers) == ("# crowsfoot: allow-file a-rule", None)


def test_a_broken_directive_is_a_problem_of_its_own() -> None:
    (it,) = read("# crowsfoot: alow a-rule\n").problems
    assert (it.kind, it.message) == ("directive", "unknown directive `alow`; did you mean `allow`?")


def test_comments_of_a_broken_file_still_count() -> None:
    facts = read("# crowsfoot: allow-file a-rule\nx = (\n")
    assert (len(facts.comments), len(facts.problems)) == (1, 1)


@pytest.mark.oracle
def test_the_standard_library_reads_without_an_exception() -> None:
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        if "site-packages" in path.parts:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        facts = read(text)
        assert bool(facts.scopes) != any(it.kind == "unparsed" for it in facts.problems), path
        for it in facts.scopes:
            for part in (*it.values, *it.loops):
                assert 0 <= part.start <= part.end <= len(text), path
            assert all(0 <= number < len(it.values) for _, number in it.names), path
            assert all(value.loop < len(it.loops) for value in it.values), path
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=CodeFile) == facts, path
