"""How loops go on."""

import pytest

from .notation import loops, shown

_HEAD = "def f(xs):\n    for x in xs:\n"


@pytest.mark.parametrize(
    ("body", "goes_on"),
    [
        ("x.a", "always"),
        ("continue", "always"),
        ("return x", "never"),
        ("break", "never"),
        ("raise E", "never"),
        ("if x: break", "always, leaves"),
        ("if x: return 1\nelse: return 2", "never"),
        ("if x: return 1\nelse: continue", "always, leaves"),
        ("if x: continue\nreturn x", "always, leaves"),
        ("assert x", "always"),
        ("for y in x: return y", "always, leaves"),
        ("for y in x: break", "always"),
        ("while True: return x", "never"),
        ("while True:\n    if x: break", "always"),
        ("while x: pass\nelse: break", "never"),
        ("with x: return x", "never"),
        ("with suppress(E): return x", "after a failure, leaves"),
        ("try: return x\nexcept E: pass", "after a failure, leaves"),
        ("try: return x\nexcept E:\n    if x: raise", "after a failure, leaves"),
        ("try: return x\nexcept E: continue", "after a failure, leaves"),
        ("try: y = x()\nexcept E: continue\nbreak", "after a failure, leaves"),
        ("try: y = x()\nexcept E: z()\nelse: break", "after a failure, leaves"),
        ("try: return x\nexcept E: pass\ncontinue", "after a failure, leaves"),
        ("try: return x\nexcept E: return 1", "never"),
        ("try: x()\nexcept E: pass", "always"),
        ("try: x()\nexcept E: break", "always, leaves"),
        ("try: raise E\nexcept E: pass", "after a failure"),
        ("try: x()\nfinally: break", "never"),
        ("try: return x\nfinally: y()", "never"),
        ("match x:\n    case 1: break\n    case _: return", "never"),
        ("match x:\n    case 1: break", "always, leaves"),
    ],
)
def test_a_loop_goes_on_as_its_body_does(body: str, goes_on: str) -> None:
    indented = "".join(f"        {line}\n" for line in body.splitlines())
    assert loops(_HEAD + indented, "f")[0] == f"for 0 as x: {goes_on}"


def test_the_else_of_a_loop_belongs_to_the_loop_around_it() -> None:
    assert shown("for a in b:\n    a.c\nelse:\n    d").splitlines()[-1] == "3 d"


def test_a_while_loop_asks_within_itself() -> None:
    code = "while a := f(): a.b"
    assert shown(code).splitlines() == ["  0 f", "  1 0()", "  2 test 1", "  3 1.b"]
    assert loops(code) == ["while 1: always"]


def test_an_async_loop_is_told_apart() -> None:
    assert loops("async def f(a):\n    async for b in a: pass", "f") == ["async for 0 as b: always"]


def test_what_a_loop_goes_over_is_computed_outside_of_it() -> None:
    assert shown("for a in f():\n    for b in a.c: b.d").splitlines() == [
        *("0 f", "1 0()", "  2 element of loop 0", "  3 2.c", "    4 element of loop 1", "    5 4.d"),
    ]
