"""What was measured of indexes, and the fixtures that hold the rules to it.

Each experiment ran queries over 200,000 rows of PostgreSQL 15 and 18, some on MariaDB 10.11 and SQLite 3.40 as
well, with several indexes each. A fixture is named after the one that it comes from: e4-mixed-direction.
"""

import re
from pathlib import Path

import msgspec
import pytest

from crowsfoot.testing import read_case, wants

FIXTURES = Path(__file__).parent / "fixtures"


class Experiment(msgspec.Struct, frozen=True):
    """What came out, and the rules that have to speak of it, and to be silent."""

    measured: str
    speaks: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


EXPERIMENTS = {
    "e1": Experiment(
        "tenant =, created >: (created, tenant) reads 136 blocks, (tenant, created) 74",
        speaks=("wrong-index-order",),
        silent=("wrong-index-order",),
    ),
    "e2": Experiment(
        "tenant =, status =, the latest 20: (tenant) 833 and a sort, (created) 21821, "
        "(created, tenant, status) 141, (tenant, created, status) 23, (tenant, status, created) 23",
        speaks=("sort-not-served", "wrong-index-order", "missing-index-for-query"),
        silent=("sort-not-served", "wrong-index-order"),
    ),
    "e3": Experiment(
        "tenant =, a tenth of the totals, the latest 20: range before order 114 and a sort, behind it 25",
        speaks=("range-before-sort",),
    ),
    "e3b": Experiment(
        "the same with a thousandth of the totals: 4 before and 10 behind",
        silent=("range-before-sort", "sort-not-served"),
    ),
    "e3c": Experiment(
        "the same without a limit: 114 and 118", silent=("range-before-sort", "sort-not-served")
    ),
    "e4": Experiment(
        "a up, b down: (a, b) 509, (a, b DESC) 23, (a DESC, b) 23",
        speaks=("direction-mismatch",),
        silent=("direction-mismatch",),
    ),
    "e4b": Experiment("both down by (a, b): 23", silent=("direction-mismatch",)),
    "e4c": Experiment("one down behind equality: 23", silent=("direction-mismatch",)),
    "e4d": Experiment(
        "DESC NULLS LAST: (x) 835 and a sort, (x DESC NULLS LAST) 23, (x NULLS FIRST) 23",
        speaks=("nulls-mismatch",),
        silent=("nulls-mismatch",),
    ),
    "e5": Experiment("a =, b =: (a, b) 3, (b, a) 3", silent=("wrong-index-order",)),
    "e6": Experiment(
        "tenant =: (tenant) 833, (tenant, created) 837",
        speaks=("redundant-index", "sort-not-served"),
        silent=("redundant-index",),
    ),
    "e7": Experiment("a flag that most rows have: never used", speaks=("low-cardinality-index",)),
    "e7b": Experiment("a partial index over a rare flag is small", silent=("low-cardinality-index",)),
    "e7d": Experiment(
        "one of 5 states, the latest 20: (status) 2361, (created) 133, (status, created) 23",
        speaks=("sort-not-served",),
        silent=("sort-not-served", "low-cardinality-index"),
    ),
    "e8": Experiment(
        "a partial index: 22 with its predicate in the query, 2326 without",
        speaks=("partial-index-not-implied",),
        silent=("partial-index-not-implied",),
    ),
    "e9": Experiment(
        "tenant =, status IN, the latest 20: (tenant, status, created) 381 and a sort, "
        "(tenant, created, status) 51, (tenant, created) 51",
        speaks=("in-before-sort",),
        silent=("in-before-sort",),
    ),
    "e10": Experiment(
        "a range of the second column: all rows are read, but for few values of the first on PostgreSQL 18",
        silent=("missing-index-for-query",),
    ),
    "e10b": Experiment("equality of the second column: the same", speaks=("missing-index-for-query",)),
    "e10c": Experiment(
        "a =, c > by (a, b, c): 11, by (a, c): 7",
        silent=("missing-index-for-query", "wrong-index-order"),
    ),
    "e11": Experiment(
        "deleting 50 parents: 950 ms without an index, 4.8 by (fk), 847 by (x, fk), 702 by a partial index, "
        "718 by BRIN, 3.7 by a hash, 1.7 by (fk) WHERE fk IS NOT NULL",
        speaks=("unindexed-foreign-key",),
        silent=("unindexed-foreign-key",),
    ),
    "e12": Experiment("INCLUDE saves visits to the table, and is in no order", speaks=("sort-not-served",)),
    "e13": Experiment(
        "lower(email) =: (email) 2326, (lower(email)) 4; ILIKE 2326 by both",
        speaks=("expression-not-indexed",),
        silent=("expression-not-indexed",),
    ),
    "e14": Experiment(
        "a foreign key (a, b): 437 ms without an index, 8.6 by (a, b), 2.5 by (b, a), 18 by (a), "
        "376 by (id, a, b), 9.7 by (a, id, b)",
        speaks=("unindexed-foreign-key", "partially-indexed-foreign-key"),
        silent=("unindexed-foreign-key", "partially-indexed-foreign-key"),
    ),
    "e15": Experiment(
        "<> bounds nothing",
        speaks=("missing-index-for-query",),
        silent=("missing-index-for-query",),
    ),
    "e16": Experiment(
        "id =, tenant =: (id) 4, (id, tenant) 3",
        silent=("sort-not-served", "redundant-index"),
    ),
    "e17": Experiment(
        "a = OR b =: (a, b) 904, (a) and (b) 28",
        speaks=("or-without-indexes",),
        silent=("or-without-indexes",),
    ),
    "e18": Experiment("rows behind the last one, by rows 23, by OR 608", silent=("sort-not-served",)),
    "e18c": Experiment(
        "created, id by (tenant, created): 24, and 23 with id",
        speaks=("sort-not-served",),  # another last column, where all rows are sorted for it
        silent=("sort-not-served",),
    ),
    "e19": Experiment(
        "a hash finds equality, and has no order",
        speaks=("sort-not-served",),
        silent=("missing-index-for-query",),
    ),
    "e20": Experiment(
        "tenant =, closed IS NULL: (tenant, closed) 450, (closed, tenant) 451",
        silent=("missing-index-for-query", "wrong-index-order"),
    ),
    "e23": Experiment(
        "UNIQUE (tenant, email, deleted) takes a second live row; a partial one refuses it, "
        "and ON CONFLICT does not find that",
        speaks=("soft-delete-unique", "nullable-unique", "upsert-on-partial-unique"),
        silent=("soft-delete-unique", "nullable-unique", "upsert-on-partial-unique"),
    ),
    "e25": Experiment(
        "tenant =, deleted IS NULL, the latest 20: (tenant, deleted, created) 529 and a sort that nothing "
        "avoids on PostgreSQL, and none on MariaDB and SQLite; (tenant, created, deleted) 23, partial 25",
        speaks=("null-before-sort",),
        silent=("null-before-sort", "sort-not-served"),
    ),
}


def cases_of(name: str, rule: str) -> list[Path]:
    return sorted((FIXTURES / rule).glob(f"{name}-*"))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_rules_speak_of_what_was_measured_and_are_silent_beside_it(name: str) -> None:
    experiment = EXPERIMENTS[name]
    assert experiment.speaks or experiment.silent
    for rule in experiment.speaks:
        assert any(wants(read_case(case)) for case in cases_of(name, rule)), f"{rule} never speaks"
    for rule in experiment.silent:
        assert any(not wants(read_case(case)) for case in cases_of(name, rule)), f"{rule} is never silent"


def test_every_fixture_of_an_experiment_is_of_one_that_was_run() -> None:
    named = {it: re.match(r"e\d+[a-z]?(?=-)", it.name) for it in FIXTURES.glob("*/e[0-9]*")}
    assert {match[0] if match else it.name for it, match in named.items()} == EXPERIMENTS.keys()
    for case, match in named.items():
        experiment = EXPERIMENTS[match[0] if match else ""]
        assert case.parent.name in (*experiment.speaks, *experiment.silent), case
