"""Functions, classes and lambdas to scopes."""

import sys

import pytest

from crowsfoot.facts.code import Scope

from .notation import described, file, names, scope, values


def said(it: Scope, numbers: list[int | None]) -> list[str | None]:
    """Values of a module whose first ones stand for themselves."""
    return [None if number is None else described(it.values[number]) for number in numbers]


def test_a_function_is_a_scope_with_parameters() -> None:
    code = "def f(a, b: int = 1, /, c=d, *e, g: h, i=2, **j) -> k: return a, j"
    module, function = file(code).scopes
    assert [(it.name, it.kind) for it in function.params] == [
        *(("a", "positional"), ("b", "positional"), ("c", "positional"), ("e", "args")),
        *(("g", "keyword"), ("i", "keyword"), ("j", "kwargs")),
    ]
    annotations = [it.annotation for it in function.params]
    assert said(module, annotations) == [None, "int", None, None, "h", None, None]
    defaults = [it.default for it in function.params]
    assert said(module, defaults) == [None, "literal 1", "d", None, None, "literal 2", None]
    assert said(module, [function.returns]) == ["k"]
    assert [described(it) for it in function.values[-2:]] == ["tuple 0 6", "return 7"]


def test_a_class_has_bases_keywords_and_attributes() -> None:
    code = """
        @deco(1)
        class A(B, C, metaclass=M):
            x: int = f()
            y: "list[D]"
            def g(self): pass
    """
    module, it, method = file(code).scopes
    assert said(module, [*it.bases, *it.decorators]) == ["B", "C", "0(1)"]
    assert [(name, described(module.values[number])) for name, number in it.keywords] == [("metaclass", "M")]
    assert {name: described(it.values[number]) for name, number in it.names} == {"x": "1()", "g": "scope 2"}
    assert [(name, described(it.values[number])) for name, number in it.annotations] == [
        *(("x", "int"), ("y", "3[4]")),
    ]
    assert (method.kind, method.parent) == ("function", 1)


def test_a_scope_knows_where_it_and_its_name_stand() -> None:
    text = "@a\nasync  def defer(d): pass\nclass class_(c): pass\nx = lambda: 1\n"
    _, function, class_, lambda_ = file(text).scopes
    assert text[function.range.start : function.range.end] == "async  def defer(d): pass"
    assert text[function.name_range.start : function.name_range.end] == "defer"
    assert text[class_.name_range.start : class_.name_range.end] == "class_"
    assert text[lambda_.range.start : lambda_.range.end] == "lambda: 1"
    assert (function.is_async, class_.is_async) == (True, False)


def test_what_a_function_captures_is_a_name_in_it() -> None:
    code = """
        def f(a):
            b = a.c
            def g(): return b
            return g
    """
    assert values(code, "g") == ["b", "return 0"]
    assert names(code, "f") == {"a": "parameter 0", "b": "0.c", "g": "scope 2"}


def test_what_a_way_that_ended_has_defined_can_be_captured() -> None:
    code = """
        def f(a):
            if a:
                b = a.c
                return lambda: b
            return None
    """
    assert names(code, "f")["b"] == "0.c"


def test_a_lambda_returns() -> None:
    lambda_ = file("x = lambda a: a.b").scopes[1]
    assert [described(it) for it in lambda_.values] == ["parameter 0", "0.b", "return 1"]


def test_a_name_declared_global_is_rebound_and_not_local() -> None:
    it = scope("def f():\n    global a\n    a = 1\n    for a in b: pass\n    a = 2", "f")
    assert [(name, described(it.values[number])) for name, number in it.rebinds] == [
        *(("a", "literal 1"), ("a", "element of loop 0"), ("a", "literal 2")),
    ]


def test_imports_are_bound_as_python_binds_them() -> None:
    code = "import a.b\nimport c.d as e\nfrom f import g as h\nfrom .. import i\nfrom .j import k"
    assert names(code) == {
        "a": "import a",
        "e": "import c.d",
        "h": "import f g",
        "i": "import .. i",
        "k": "import .j k",
    }


def test_stars_are_kept_apart() -> None:
    assert file("from a import *\nfrom ..b import *").stars == (("a", 0), ("b", 2))


def test_annotations_in_strings_are_read() -> None:
    code = """
        def f(a: "B", b: "Optional['C.D']", c: list["E"], d: Literal["F"], e: Annotated["G", "h"], g: "I | None"):
            pass
    """
    assert [it for it in values(code) if not it.startswith("scope")] == [
        "B",
        *("Optional", "C", "2.D", "1[3]"),
        *("list", "E", "5[6]"),
        *("Literal", "literal 'F'", "8[9]"),
        *("Annotated", "G", "literal 'h'", "tuple 12 13", "11[14]"),
        *("I", "literal None", "| 16 17"),
    ]


def test_what_an_annotation_in_a_string_says_stands_where_the_string_does() -> None:
    text = 'x: "List[Book]"\n'
    found = file(text).scopes[0].values
    assert {text[it.start : it.end] for it in found} == {'"List[Book]"'}


def test_a_string_that_is_no_annotation_stays_a_string() -> None:
    assert values('x: "not a type!"') == ["literal 'not a type!'"]
    assert values("x: ''") == ["literal ''"]


def test_values_that_are_said_to_be_of_a_type_are_kept_with_it() -> None:
    it = scope("def f(a):\n    b: C = a.d\n    a.e: G = b", "f")
    assert [tuple(described(it.values[number]) for number in pair) for pair in it.typed] == [("0.d", "C")]
    assert [(name, described(it.values[number])) for name, number in it.annotations] == [("b", "C")]
    assert described(it.values[-1]) == "0.e: 3 = 2"


def test_a_group_of_exceptions_is_an_except_clause() -> None:
    assert values("try: x = f()\nexcept* E: x = g()\nx.a")[-2:] == ["either 1 | 4", "5.a"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a syntax of Python 3.12")
def test_type_parameters_are_names_and_type_aliases_variables() -> None:
    assert values("def f[T: B](a: T) -> T: pass")[:2] == ["T", "T"]
    assert names("type A = list[B]") == {"A": "0[1]"}
    assert values("class A[T](B[T]): pass")[:3] == ["B", "T", "0[1]"]
