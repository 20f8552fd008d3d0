"""Expressions of Python to values."""

import pytest

from .notation import loops, shown, values


def test_values_stand_in_the_order_in_which_they_are_computed() -> None:
    assert shown("f(a.b, *c, d=e[0], **g)").splitlines() == [
        "0 f",
        "1 a",
        "2 1.b",
        "3 c",
        "4 *3",
        "5 e",
        "6 literal 0",
        "7 5[6]",
        "8 g",
        "9 0(2, 4, d=7, **=8)",
    ]


def test_a_local_variable_is_the_value_that_it_was_given() -> None:
    assert values("a = f()\na.b") == ["f", "0()", "1.b"]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("'a' 'b'", "literal 'ab'"),
        ("-1", "literal -1"),
        ("1.5", "literal 1.5"),
        ("True", "literal True"),
        ("b'raw'", "unclear"),
        ("9223372036854775807", "literal 9223372036854775807"),
        ("9223372036854775808", "unclear"),
        ("-9223372036854775808", "literal -9223372036854775808"),
        ("2j", "unclear"),
        ("...", "literal None"),
        ("'\\ud800'", "literal '?'"),
        ("60 * 60", "unclear"),
        ("a < b < c", "< 0 1 2"),
        ("a + b + c", "+ 0 1 2"),
        ("a not in b", "not in 0 1"),
        ("a is not None", "is not 0 1"),
        ("a | b", "| 0 1"),
        ("~a", "~ 0"),
        ("a[1:2]", "0[3]"),
        ("[a, b]", "list 0 1"),
        ("(a, *b)", "tuple 0 2"),
        ("{a, b}", "set 0 1"),
        ("{a: b, **c}", "dict 0:1 **2"),
        ("{}", "dict"),
        ("f'a{b}{c.d!r:>{e}}'", "text 'a' 0 2"),
        ("lambda: a", "scope 1"),
        ("a or a", "0"),
    ],
)
def test_an_expression_is_a_value(code: str, value: str) -> None:
    found = values(f"x = {code}\nx")
    assert found[-1] == value if value != "0" else found == ["a", "test 0", "a", "either 0 | 2"]


def test_a_slice_has_what_is_written() -> None:
    assert values("a[1:]")[2:] == ["slice 1::", "0[2]"]
    assert values("a[::b]")[1:] == ["b", "slice ::1", "0[2]"]


def test_what_decides_is_tested() -> None:
    assert values("x = a and b or c") == [
        *("a", "test 0", "b", "either 0 | 2", "test 3", "c", "either 3 | 5"),
    ]
    assert values("x = a if b else c") == ["b", "test 0", "a", "c", "either 2 | 3"]
    assert values("if not a: pass") == ["a", "test 0", "not 0"]
    assert values("assert a, b") == ["a", "test 0", "b"]


def test_a_comparison_is_not_asked_whether_it_is_true() -> None:
    assert values("if a == b: pass") == ["a", "b", "== 0 1"]


def test_a_comprehension_is_loops_of_its_scope() -> None:
    assert shown("x = {k: v.w for k in a if k for v in k.b}").splitlines() == [
        "0 a",
        "  1 element of loop 0",
        "  2 test 1",
        "  3 1.b",
        "    4 element of loop 1",
        "    5 4.w",
        "6 dict of 1:5 in loop 1",
    ]
    assert loops("x = {k: v.w for k in a if k for v in k.b}") == [
        "comprehension 0 as k: always",
        "comprehension 3 as v: always",
    ]


def test_variables_of_a_comprehension_are_its_own() -> None:
    assert values("a = f()\nx = [a.b for a in a.c]\na.d") == [
        *("f", "0()", "1.c", "element of loop 0", "3.b", "list of 4 in loop 0", "1.d"),
    ]


def test_a_walrus_in_a_comprehension_binds_outside_of_it() -> None:
    assert values("x = [y := f(a) for a in b]\ny.c")[-1] == "3.c"


def test_an_element_may_be_taken_apart() -> None:
    assert shown("for i, (a, *b, c) in x: pass").splitlines() == [
        "0 x",
        "  1 element of loop 0",
        "  2 part 0 of 1",
        "  3 part 1 of 1",
        "  4 part 0 of 3",
        "  5 part * of 3",
        "  6 part -1 of 3",
    ]
    assert loops("for i, (a, *b, c) in x: pass") == ["for 0 as i, a, b, c: always"]


def test_await_and_yield_are_values() -> None:
    assert values("async def f(a):\n    x = yield await a\n    yield", "f") == [
        *("parameter 0", "await 0", "yield 1", "yield"),
    ]
    assert values("def f(a): yield from a", "f") == ["parameter 0", "yield from 0"]


def test_async_comprehensions_and_generators_are_told_apart() -> None:
    code = "async def f(a): return (x async for x in a)"
    assert values(code, "f")[-2:] == ["generator of 1 in loop 0", "return 2"]
    assert loops(code, "f") == ["async comprehension 0 as x: always"]


def test_a_long_text_is_kept_whole_only_where_it_may_hold_sql() -> None:
    prose, sql = "word " * 100, "select a from b -- " + "x" * 400
    assert values(f"a = {prose!r}") == [f"literal {prose[:200]!r}"]
    assert values(f"a = {sql!r}") == [f"literal {sql!r}"]


def test_of_a_large_table_only_sql_is_told_apart() -> None:
    found = values("x = [" + "1, 'ab', " * 40 + "'select a from b', c]")
    assert found == ["unclear", "literal 'select a from b'", "c", f"list {'0 ' * 80}1 2"]


def test_a_docstring_is_no_value() -> None:
    assert values('"""Module."""\nclass A:\n    """Class."""\n') == ["scope 1"]
    assert values('def f():\n    """Function."""\n    1', "f") == []
