"""What variables stand for where ways of the code meet."""

from .notation import loops, names, shown, values


def test_after_a_branch_a_variable_is_either() -> None:
    assert values("def f(a):\n    if a: x = b()\n    else: x = c()\n    return x", "f") == [
        *("parameter 0", "test 0", "b", "2()", "c", "4()", "either 3 | 5", "return 6"),
    ]


def test_what_was_before_counts_where_no_branch_must_be_taken() -> None:
    assert values("def f(a):\n    x = b()\n    if a: x = c()\n    return x", "f")[-2:] == [
        *("either 5 | 2", "return 6"),
    ]


def test_branches_that_leave_a_variable_alike_need_no_choice() -> None:
    assert values("x = f()\nif a: y = x\nelse: y = x\ny.b")[-1] == "1.b"


def test_a_branch_that_returns_leaves_nothing() -> None:
    code = """
        def f(a):
            x = b()
            if a:
                x = c()
                return x
            return x
    """
    assert values(code, "f")[-1] == "return 2"


def test_a_choice_that_nobody_reads_is_no_value() -> None:
    assert values("def f(a):\n    if a: x = 1\n    else: x = 2", "f") == [
        *("parameter 0", "test 0", "literal 1", "literal 2"),
    ]


def test_a_chain_of_elif_is_one_choice() -> None:
    code = "def f(a):\n    if a: x = 1\n    elif b: x = 2\n    elif c: x = 3\n    else: x = 4\n    return x"
    assert values(code, "f")[-2:] == ["either 2 | 5 | 8 | 9", "return 10"]


def test_a_loop_finds_what_its_last_pass_has_left() -> None:
    code = """
        def f(a):
            n = 0
            while True:
                rows = g(n)
                n = rows[-1]
                if not rows:
                    break
            return n
    """
    assert shown(code, "f").splitlines()[1:] == [
        "1 literal 0",
        "  2 literal True",
        "  3 g",
        "  4 either 1 | 7",
        "  5 3(4)",
        "  6 literal -1",
        "  7 5[6]",
        "  8 test 5",
        "  9 not 5",
        "10 return 7",
    ]
    assert loops(code, "f") == ["while 2: always, leaves, carries n"]


def test_after_a_loop_a_variable_is_what_it_was_or_became() -> None:
    assert values("def f(a):\n    x = 0\n    for b in a: x = b.c\n    return x, b", "f")[-3:] == [
        *("either 1 | 3", "tuple 4 2", "return 5"),
    ]


def test_continue_reaches_the_next_pass_with_what_it_has() -> None:
    code = """
        def f(a):
            x = 0
            for b in a:
                x.y
                if b:
                    x = 1
                    continue
                x = 2
    """
    assert "either 1 | 7 | 6" in values(code, "f")


def test_the_else_of_a_loop_does_not_see_what_leaves_it() -> None:
    code = """
        def f(a):
            for b in a:
                if b:
                    x = 1
                    break
            else:
                x = 2
            return x
    """
    assert shown(code, "f").splitlines()[-3:] == ["4 literal 2", "5 either 4 | 3", "6 return 5"]


def test_a_variable_that_a_pass_writes_first_is_not_carried() -> None:
    assert loops("for a in b:\n    c = a.d\n    c.e") == ["for 0 as a: always"]
    assert loops("x = 0\nfor a in b:\n    if a: x = a") == ["for 1 as a: always"]
    assert loops("x = 0\nfor a in b:\n    x += a") == ["for 1 as a: always, carries x"]


def test_a_loop_within_carries_for_those_around_it() -> None:
    assert loops("x = 0\nfor a in b:\n    for c in a:\n        x = f(x)") == [
        *("for 1 as a: always, carries x", "for 2 as c: always, carries x"),
    ]


def test_an_except_clause_finds_the_body_begun_or_ended() -> None:
    code = """
        def f():
            x = None
            try:
                x = g()
            except E:
                return x
            return x
    """
    assert values(code, "f") == [
        *("literal None", "g", "1()", "E", "either 0 | 2", "return 4", "return 2"),
    ]


def test_a_fallback_import_is_either() -> None:
    code = "try:\n    import a\nexcept ImportError:\n    a = None"
    assert names(code) == {"a": "either 0 | 2"}


def test_the_name_of_an_except_clause_is_gone_after_it() -> None:
    assert values("try: f()\nexcept E as e: pass\nelse: pass\ne.b")[-2:] == ["e", "4.b"]


def test_what_is_deleted_is_a_name_again() -> None:
    assert values("a = f()\ndel a\na.b") == ["f", "0()", "a", "2.b"]


def test_names_are_taken_apart_by_unpacking_and_swapped() -> None:
    assert values("a, b = f()\na.c") == ["f", "0()", "part 0 of 1", "part 1 of 1", "2.c"]
    assert values("a = f()\nb = g()\na, b = b, a\na.c")[-1] == "3.c"
    assert values("a = b = f()\na.c")[-1] == "1.c"


def test_match_takes_the_subject_apart() -> None:
    code = """
        def f(a):
            match a:
                case [x, *y]: z = x
                case {"k": x}: z = x
                case Point(c=x) if x: z = x
                case _: z = a
            return z
    """
    assert values(code, "f") == [
        *("parameter 0", "part 0 of 0", "part * of 0"),
        *("literal 'k'", "0[3]"),
        *("Point", "0.c", "test 6"),
        *("either 1 | 4 | 6 | 0", "return 8"),
    ]


def test_a_store_into_an_outer_scope_is_no_local_variable() -> None:
    code = """
        def f():
            global a
            a = g()
            return a
    """
    assert values(code, "f") == ["g", "0()", "a", "return 2"]


def test_a_list_that_grows_is_stored_into() -> None:
    assert values("a = []\na += b") == ["list", "b", "0[] = 1", "+= 0 1"]
    assert values("a.b += c") == ["a", "0.b", "c", "+= 1 2", "0.b = 3"]
    assert values("a[b] += c") == ["a", "b", "0[1]", "c", "+= 2 3", "0[1] = 4"]


def test_with_binds_what_is_entered() -> None:
    assert values("with f() as a, g(): a.b") == ["f", "0()", "with 1", "g", "3()", "with 4", "2.b"]
    assert values("async def f(a):\n    async with a as b: b.c", "f")[1:] == ["async with 0", "1.c"]
