"""Values of a scope -> the code that messages show."""

import pytest

from crowsfoot.facts import code as facts
from crowsfoot.frontends import python
from crowsfoot.link.code.evaluation.shown import shown


def last_call(code: str) -> str:
    """How the last call that the function makes is shown."""
    scope = python.read(code).scopes[1]
    calls = [number for number, it in enumerate(scope.values) if isinstance(it, facts.Call)]
    return shown(scope, calls[-1])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Book.objects.get(pk=id)", "Book.objects.get(pk=id)"),
        ('find("x", rows[0], *id)', 'find("x", rows[0], *id)'),
        ("find(**id)", "find(**id)"),
        ("find(1 + 2, id * 3)", "find(...)"),
        ("(id or rows).sync()", "sync()"),
        (
            "Book.objects.filter(author__name=id).exclude(title=rows).order_by('title')",
            "Book.objects.filter(...).exclude(...).order_by(...)",
        ),
    ],
)
def test_a_call_is_shown_as_it_stands_unless_it_is_long(line: str, expected: str) -> None:
    assert last_call(f"def f(id, rows):\n    {line}\n") == expected


def test_an_element_is_called_as_its_loop_calls_it() -> None:
    assert last_call("def f(rows):\n    for row in rows:\n        row.save()\n") == "row.save()"


def test_a_part_of_an_element_is_called_as_its_loop_calls_it() -> None:
    assert last_call("def f(rows):\n    for key, row in rows.items():\n        row.save()\n") == "row.save()"


def test_no_code_is_longer_than_a_line() -> None:
    names = ".".join(f"attribute_{it}" for it in range(20))
    assert len(last_call(f"def f(id):\n    id.{names}()\n")) <= 60
