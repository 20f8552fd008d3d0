"""What a scope may leave out, though it comes to what stands before it."""

import pytest

from crowsfoot.facts.code import BRANCH, Attribute

from .notation import file


def left_out(body: str) -> dict[str, set[int]]:
    """The attributes that are read in stretches that may be left out, with the numbers of these."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    scope = file(f"def f(a, rows):\n{lines}").scopes[1]
    read = {it.name: number for number, it in enumerate(scope.values) if isinstance(it, Attribute)}
    found = {
        name: {loop for loop, first, end in scope.perhaps if first <= number < end}
        for name, number in read.items()
    }
    return {name: loops for name, loops in found.items() if loops}


@pytest.mark.parametrize(
    "body",
    [
        "if a.tested:\n    a.x\n",
        "if a.tested:\n    pass\nelse:\n    a.x",
        "if a.tested:\n    pass\nelif a.x:\n    pass",
        "a.tested and a.x",
        "a.tested or a.x",
        "a.x if a.tested else None",
        "try:\n    a.tried\nexcept E:\n    a.x",
        "match a.tested:\n    case 1:\n        a.x",
        "any(row.x for row in rows)",
        "[row.x for row in rows if row.tested]",
    ],
)
def test_a_branch_may_be_left_out(body: str) -> None:
    assert left_out(body) == {"x": {BRANCH}}


@pytest.mark.parametrize(
    ("body", "loop"),
    [
        ("for row in rows:\n    if row.tested:\n        continue\n    row.x", 0),
        (
            "for row in rows:\n    with a.lock:\n        if row.tested:\n            continue\n        row.x",
            0,
        ),
        ("for row in rows:\n    try:\n        row.tried\n    except E:\n        continue\n    row.x", 0),
        ("if a.tested:\n    return\na.x", -1),
    ],
)
def test_what_follows_a_way_out_may_be_left_out(body: str, loop: int) -> None:
    assert left_out(body) == {"x": {loop}}


def test_a_loop_that_ends_early_may_leave_out_all_of_it() -> None:
    assert left_out("for row in rows:\n    row.x\n    if a:\n        break") == {"x": {0}}
    assert left_out("for row in rows:\n    row.x\n    if a:\n        return") == {"x": {-1}}


@pytest.mark.parametrize(
    "body",
    [
        "for row in rows:\n    row.x",
        "[row.x for row in rows]",
        "with a.lock:\n    a.x",
        "try:\n    a.x\nfinally:\n    a.y",
        "if a.tested:\n    raise E\na.x",  # nothing follows where that has happened
        "while a.tested:\n    a.x",  # its passes are told by the loop
    ],
)
def test_nothing_else_is(body: str) -> None:
    assert left_out(body) == {}
