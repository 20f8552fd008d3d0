"""The bodies of `with`, and what `finally` ensures, as stretches of values."""

from crowsfoot.facts.code import Call, Entered, Name, Scope
from crowsfoot.frontends import python


def scope(text: str) -> Scope:
    return python.read(text).scopes[0]


def called(it: Scope, first: int, last: int) -> list[str]:
    """The names of what is called in a stretch."""
    found = []
    for value in it.values[first:last]:
        if isinstance(value, Call):
            of = it.values[value.of]
            assert isinstance(of, Name)
            found.append(of.name)
    return found


def test_the_body_of_a_with_is_known_by_what_it_has_entered() -> None:
    it = scope("before()\nwith a() as x, b():\n    first()\n    with c():\n        second()\nafter()\n")
    bodies = []
    for entered, first, last in it.withins:
        value = it.values[entered]
        assert isinstance(value, Entered)
        bodies.append((called(it, value.of, value.of + 1), called(it, first, last)))
    assert bodies == [
        (["c"], ["second"]),
        (["a"], ["first", "c", "second"]),
        (["b"], ["first", "c", "second"]),
    ]


def test_a_with_that_suppresses_has_a_body_as_well() -> None:
    it = scope("from contextlib import suppress\nwith suppress(OSError):\n    first()\n")
    ((_, first, last),) = it.withins
    assert called(it, first, last) == ["first"]


def test_finally_ensures_what_stands_in_it() -> None:
    it = scope("try:\n    first()\nexcept OSError:\n    second()\nfinally:\n    third()\nafter()\n")
    ((first, last, end),) = it.ensured
    assert (called(it, first, last), called(it, last, end)) == (["first", "second"], ["third"])


def test_a_try_without_finally_ensures_nothing() -> None:
    assert scope("try:\n    first()\nexcept OSError:\n    second()\n").ensured == ()
