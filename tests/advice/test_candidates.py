"""The fewest indexes for needs of a table, beside all ways to part them."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowsfoot.advice.candidates import begins, candidates
from crowsfoot.advice.needs import Need, needs_of
from crowsfoot.advice.of_table import plan_table
from crowsfoot.databases.index_use import Part, order_served, part, seek
from crowsfoot.finding import Confidence
from crowsfoot.link.wanted import Wanted

from .tables import asks, event

TABLE = event()
COLUMNS = ("tenantId", "userId", "slug", "total", "createdAt")


def parts(*names: str) -> tuple[Part, ...]:
    return tuple(part(it.removeprefix("-"), "postgresql", descending=it.startswith("-")) for it in names)


@pytest.mark.parametrize(
    ("start", "groups", "found"),
    [
        ([frozenset("a")], [frozenset("ab")], [frozenset("a"), frozenset("b")]),
        (
            [frozenset("ab")],
            [frozenset("a"), frozenset("bc")],
            [frozenset("a"), frozenset("b"), frozenset("c")],
        ),
        ([frozenset("ab")], [frozenset("ac")], None),
        ([frozenset("a"), *parts("b")], [frozenset("ab")], [frozenset("a"), *parts("b")]),
        ([*parts("-b")], [frozenset("ab")], [*parts("-b"), frozenset("a")]),
        ([*parts("-b")], [*parts("b")], None),
        ([frozenset("b")], [*parts("b", "c")], [*parts("b", "c")]),
        ([frozenset("bc")], [*parts("b", "c")], [*parts("b", "c")]),
        ([frozenset("c")], [*parts("b", "c")], None),
        ([frozenset("ab")], [frozenset("a")], None),
        ([], [frozenset("a")], [frozenset("a")]),
    ],
)
def test_what_an_index_may_begin_with(
    start: list[frozenset[str] | Part],
    groups: list[frozenset[str] | Part],
    found: list[frozenset[str] | Part] | None,
) -> None:
    assert begins(start, groups) == (None if found is None else tuple(found))


shapes = st.builds(
    lambda equal, order, limit: asks(
        TABLE, " ".join(equal), order=[it for it in order if it.removeprefix("-") not in equal], limit=limit
    ),
    st.frozensets(st.sampled_from(COLUMNS), min_size=1, max_size=3),
    st.lists(
        st.sampled_from([*COLUMNS, "-createdAt"]), max_size=2, unique_by=lambda it: it.removeprefix("-")
    ),
    st.booleans(),
)


@settings(max_examples=50)
@given(st.lists(shapes, min_size=1, max_size=4))
def test_all_are_served_by_as_few_as_can_be(asked: list[Wanted]) -> None:
    needs = list(needs_of(TABLE, asked))
    found = candidates(needs, [], "postgresql")
    assert sorted(id(it.of) for candidate in found for it in candidate.needs) == sorted(
        id(it.of) for it in needs
    )
    for candidate in found:
        assert len({it.column for it in candidate.keys}) == len(candidate.keys) <= 4
        assert all(served(candidate.keys, it) for it in candidate.needs)
    fewest = min(len(it) for it in partitions(needs) if all(map(one_serves, it)))
    assert len(found) <= fewest + any(it.fixed for it in needs)


def test_a_need_whose_order_another_one_fixes_goes_where_it_fits() -> None:
    shapes = [
        asks(TABLE, "tenantId"),
        asks(TABLE, "tenantId total"),
        asks(TABLE, "total", order=["tenantId"], limit=True),
    ]
    found = candidates(list(needs_of(TABLE, shapes)), [], "postgresql")
    assert sorted([it.keys for it in found], key=len) == [parts("tenantId"), parts("total", "tenantId")]


def served(keys: Sequence[Part], need: Need) -> bool:
    free = {it.column for it in keys[: seek(keys, need.asked).keys]}
    return need.free <= free and (not need.is_sorted or order_served(keys, need.asked, "postgresql"))


def partitions(needs: Sequence[Need]) -> Iterator[list[list[Need]]]:
    if not needs:
        yield []
        return
    first, *rest = needs
    for parted in partitions(rest):
        yield [[first], *parted]
        for number in range(len(parted)):
            yield [*parted[:number], [first, *parted[number]], *parted[number + 1 :]]


def one_serves(needs: Sequence[Need]) -> bool:
    """Whether some index of at most four keys serves them all, tried one by one."""
    wanted = sorted({it.column or "" for need in needs for it in need.keys})
    down = {it.column for need in needs for it in need.asked.order if it.descending}
    return any(all(served(keys, it) for it in needs) for keys in _indexes(wanted, down, 4))


def _indexes(columns: Sequence[str], down: set[str | None], most: int) -> Iterator[tuple[Part, ...]]:
    yield ()
    if most:
        for it in columns:
            left = [other for other in columns if other != it]
            for rest in _indexes(left, down, most - 1):
                yield (*parts(it), *rest)
                if it in down:
                    yield (*parts(f"-{it}"), *rest)


def test_hundreds_of_shapes_are_planned_for_the_most_frequent() -> None:
    table = event(*(f"c{number} Int" for number in range(40)))
    many = [
        asks(table, f"c{one} c{two} c{three}", order=[f"c{one + 1}"], limit=True)
        for one in range(0, 10, 2)
        for two in range(1, 20, 2)
        for three in range(21, 40, 2)
    ]
    assert len(many) == 500
    plan = plan_table(table, many, Confidence.POSSIBLE)
    assert 0 < len(plan.changes) <= 200
