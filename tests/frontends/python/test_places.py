"""Where values stand."""

import pytest

from crowsfoot.facts.code import Call
from crowsfoot.frontends.python import read


def calls(text: str) -> list[str]:
    """The calls of a text, as they are written where they are said to stand."""
    found = [it for scope in read(text).scopes for it in scope.values if isinstance(it, Call)]
    return [text[it.start : it.end] for it in found]


@pytest.mark.parametrize(
    "text",
    [
        "f(1)",
        "a\r\nf(1)\r\n",
        "a\rf(1)\r",
        "\f\nf(1)",
        "'a\fb'\nf(1)",
        "a = 'é€😀'; f(1)",
        "'é' \nf(1)",
        "ä = 1\nif ä:\n    f(1) # ö\n",
        "\ufefff(1)",
        "\ufeff\na = 'é'; f(1)",
        "'''\u2028\x1c\x85'''; f(1)",
        "'''a\r\nb\rc\né'''; f(1)",
        "a = f'é{f(1)}'",
        "a = f'''\n\n{b}  {f(1)}\n'''",
        "a = 'b' f'{c}' \\\n  f'{c} {f(1)}'",
        "# -*- coding: latin-1 -*-\n'é'; f(1)",
        "# -*- coding: no-such -*-\nf(1)",
    ],
)
def test_places_are_code_points_of_the_text(text: str) -> None:
    assert calls(text) == ["f(1)"]


def test_a_concatenation_of_strings_begins_with_the_first() -> None:
    text = "x = ('a'\n     'é')"
    (it,) = read(text).scopes[0].values
    assert text[it.start : it.end] == "'a'\n     'é'"


def test_a_scope_and_a_loop_stand_in_code_points() -> None:
    text = "'é'\nclass Ä:\n    for ä in ö: pass\n"
    module, class_ = read(text).scopes
    assert (module.range.start, module.range.end) == (0, len(text))
    assert text[class_.name_range.start : class_.name_range.end] == "Ä"
    (loop,) = class_.loops
    assert text[loop.start : loop.end] == "for ä in ö"
