"""A branch that a loop comes to once in so many passes is told from those that it comes to for some."""

import pytest

from .notation import file


def stretches(test: str) -> int:
    code = f"def f(rows, size, self):\n    batch = []\n    for i, row in enumerate(rows):\n        if {test}:\n            go(row)\n"
    return len(file(code).scopes[1].seldom)


@pytest.mark.parametrize(
    "test",
    [
        "i % 100 == 0",
        "0 == i % size",
        "not i % 100",
        "i and i % size == 0",
        "len(batch) >= 500",
        "500 < len(batch)",
        "len(batch) == self.batch_size",
        "len(batch) == CHUNK or i % 7 == 0",
    ],
)
def test_a_count_that_comes_round_is_seldom(test: str) -> None:
    assert stretches(test) == 1


@pytest.mark.parametrize(
    "test",
    [
        "row % 2",  # every other
        "row.size > 100",
        "len(row.parts) >= 500",
        "len(batch) > 1",
        "'%s' % i == row.name",
        "i == 0",
        "i % 100 == 0 or row.late",
        "row in batch",
    ],
)
def test_what_the_row_decides_is_not(test: str) -> None:
    assert stretches(test) == 0


def test_a_branch_outside_of_loops_is_none() -> None:
    assert file("def f(i):\n    if i % 2 == 0:\n        go()\n").scopes[1].seldom == ()
