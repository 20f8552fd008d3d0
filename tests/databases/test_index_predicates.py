"""What we say that a query implies of a partial index, beside the indexes that PostgreSQL takes for it."""

import json
import random
from collections.abc import Iterator, Mapping

import msgspec
import pytest

from crowsfoot.databases.index_predicates import implied
from crowsfoot.databases.index_use import Asked
from crowsfoot.link.project import Index, Key, Table
from crowsfoot.link.wanted import Place, Wanted
from crowsfoot.source import Span

from ..postgres import Postgres
from .test_indexes import database

SCHEMA = """
model T {
  id   Int     @id
  a    Int?
  b    Int?
  c    Int
  flag Boolean
  kind String

  @@index([id], map: "it")
  @@map("t")
}
"""
CASES = 2_000
PREDICATES = (
    "a IS NULL",
    "a IS NOT NULL",
    '("b" IS NOT NULL)',
    "c IS NOT NULL",
    "flag",
    "NOT flag",
    "flag = true",
    "a = 1",
    "kind = 'open'",
    "(kind = 'open'::text)",
    "a IS NULL AND flag",
    "((a IS NOT NULL) AND (kind = 'open'))",
)
CONDITIONS = {
    "null": ("{} IS NULL",),
    "equal": ("{} = {}",),
    "among": ("{} IN (1, 2)",),
    "ranges": ("{} > 1", "{} IS NOT NULL", "{} BETWEEN 1 AND 3"),
    "others": ("{} + 1 = 3",),
}
VALUES = {"a": ("1", "2"), "b": ("1",), "c": ("1",), "flag": ("true", "false"), "kind": ("'open'", "'done'")}


def table() -> Table:
    return database(SCHEMA).tables["T"]


def partial(of: Table, predicate: str) -> Index:
    index = next(it for it in of.indexes if not it.primary)
    return msgspec.structs.replace(index, predicate=predicate, keys=(Key(of.columns["id"]),))


def shape(of: Table, sets: Mapping[str, set[str]], constants: Mapping[str, str]) -> Wanted:
    equal, null, among, ranges = (frozenset(sets[it]) for it in ("equal", "null", "among", "ranges"))
    asked = Asked(equal, null, among, ranges)
    place = Place(span=Span("app.py", 0, 1), said="query")
    return Wanted(
        table=of,
        asked=asked,
        others=frozenset(sets["others"]),
        limit=False,
        whole=True,
        places=(place,),
        constants=frozenset(constants.items()),
    )


def cases(of: Table) -> Iterator[tuple[str, list[tuple[Wanted, str]]]]:
    """Predicates, each with queries and their conditions; the same ones in every run."""
    chance = random.Random(3)
    for predicate in PREDICATES:
        found = []
        for _ in range(CASES // len(PREDICATES) + 1):
            sets: dict[str, set[str]] = {kind: set() for kind in CONDITIONS}
            constants, written = {}, []
            for column in chance.sample(sorted(VALUES), chance.randint(0, 4)):
                kinds = ("equal",) if column in ("flag", "kind") else tuple(CONDITIONS)
                kind = chance.choice(kinds)
                value = chance.choice(VALUES[column])
                sets[kind].add(column)
                if kind == "equal":
                    constants[column] = value
                written.append(chance.choice(CONDITIONS[kind]).format(column, value))
            found.append((shape(of, sets, constants), " AND ".join(written)))
        yield predicate, found


def test_postgresql_takes_a_partial_index_where_we_say_that_the_query_implies_its_predicate(
    postgres: Postgres,
) -> None:
    postgres.run(
        "CREATE TABLE t (id int, a int, b int, c int NOT NULL, flag bool NOT NULL, kind text NOT NULL)"
    )
    postgres.run(
        "INSERT INTO t SELECT i, nullif(i % 4, 0), nullif(i % 3, 0), i % 5, i % 2 = 0, 'open' "
        "FROM generate_series(1, 500) i"
    )
    postgres.run("SET enable_seqscan = off")
    of = table()
    wrong = []
    seen = told = 0
    for predicate, queries in cases(of):
        postgres.run(f"CREATE INDEX i ON t (id) WHERE {predicate}")
        index = partial(of, predicate)
        for wanted, conditions in queries:
            where = f" WHERE {conditions}" if conditions else ""
            plan = json.dumps(postgres.json(f"EXPLAIN (FORMAT JSON, COSTS OFF) SELECT * FROM t{where}"))
            seen += 1
            said = implied(index, wanted)
            # Where no row can be, no index is asked either.
            if said is not None and '"Result"' not in plan:
                told += 1
                if ('"Index Name"' in plan) is not said:
                    wrong.append((predicate, conditions))
        postgres.run("DROP INDEX i")
    assert seen >= CASES
    assert told > CASES * 0.8
    assert len(wrong) < CASES / 100, wrong[:20]


@pytest.mark.parametrize(
    "predicate",
    [
        "{ a: null }",
        '"a" IS NULL',
        "[a] is null",
        "`a` IS NULL",
        'raw("\\"a\\" IS NULL")',
        "(((a IS NULL)))",
        "a\n IS  NULL",
    ],
)
def test_a_predicate_is_read_however_it_is_written(predicate: str) -> None:
    of = table()
    asked = {kind: set[str]() for kind in CONDITIONS}
    index = partial(of, predicate)
    assert implied(index, shape(of, {**asked, "null": {"a"}}, {})) is True
    assert implied(index, shape(of, {**asked, "equal": {"a"}}, {})) is False


@pytest.mark.parametrize(
    "predicate", ["lower(kind) = 'open'", "a > b", "a IS NULL OR flag", "? Q()", "x = 1", ""]
)
def test_what_cannot_be_read_is_neither_implied_nor_not(predicate: str) -> None:
    of = table()
    assert implied(partial(of, predicate), shape(of, {kind: {"a"} for kind in CONDITIONS}, {})) is None


def test_a_value_that_comes_with_the_query_may_be_that_of_the_predicate() -> None:
    of = table()
    sets = {kind: {"kind"} if kind == "equal" else set[str]() for kind in CONDITIONS}
    assert implied(partial(of, "kind = 'open'"), shape(of, sets, {})) is None
    assert implied(partial(of, "kind = 'open'"), shape(of, sets, {"kind": "'open'"})) is True
    assert implied(partial(of, "kind = 'open'"), shape(of, sets, {"kind": "'done'"})) is False


def test_no_predicate_asks_nothing() -> None:
    of = table()
    assert implied(of.indexes[0], shape(of, {kind: set() for kind in CONDITIONS}, {})) is True
