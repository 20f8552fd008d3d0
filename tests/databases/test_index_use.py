"""What we say that an index does for a query, beside what PostgreSQL and SQLite plan."""

import json
import random
import re
import sqlite3
from collections.abc import Iterator, Sequence

import msgspec
import pytest

from crowsfoot.databases.index_use import (
    Asked,
    Part,
    comes_behind,
    order_served,
    part,
    seek,
    with_primary_key,
)

from ..postgres import Postgres

COLUMNS = ("a", "b", "c", "d", "flag")
_VALUES = {"a": "1", "b": "1", "c": "1", "d": "1", "flag": "true"}
CASES = 2_000
QUERIES = 20  # for each index


class Case(msgspec.Struct, frozen=True):
    """An index and a query over one table."""

    index: tuple[Part, ...]
    asked: Asked

    def keys(self) -> str:
        return ", ".join(map(_written, self.index))

    def query(self, hint: str = "") -> str:
        conditions = [f"{it} = {_VALUES[it]}" for it in sorted(self.asked.equal)]
        conditions += [f"{it} IS NULL" for it in sorted(self.asked.null)]
        conditions += [f"{it} IN (1, 2)" for it in sorted(self.asked.among)]
        conditions += [f"{it} > 1" for it in sorted(self.asked.ranges)]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        order = f" ORDER BY {', '.join(map(_written, self.asked.order))}" if self.asked.order else ""
        return f"SELECT * FROM t{hint}{where}{order} LIMIT 5"


def _written(it: Part) -> str:
    return f"{it.column} {'DESC' if it.descending else 'ASC'} NULLS {'FIRST' if it.nulls_first else 'LAST'}"


def cases(provider: str, seed: int, *, nulls: bool) -> Iterator[tuple[tuple[Part, ...], list[Case]]]:
    """Indexes, each with queries; the same ones in every run."""
    chance = random.Random(seed)

    def parts(most: int, of: Sequence[str] = COLUMNS) -> tuple[Part, ...]:
        chosen = chance.sample(of, chance.randint(1, most))
        return tuple(
            part(
                it,
                provider,
                descending=chance.random() < 0.4,
                nulls=chance.choice(("first", "last")) if nulls and chance.random() < 0.3 else None,
            )
            for it in chosen
        )

    for _ in range(CASES // QUERIES):
        index = parts(4)
        found = []
        for _ in range(QUERIES):
            compared = chance.sample(COLUMNS, chance.randint(0, 3))
            sets: dict[str, set[str]] = {"equal": set(), "null": set(), "among": set(), "ranges": set()}
            for it in compared:
                kind = chance.choices(list(sets), (6, 2, 2, 3))[0]
                sets["equal" if it == "flag" else kind].add(it)
            # Nobody sorts by a boolean that has one value only; a few may.
            odd = "flag" in sets["equal"] and chance.random() < 0.95
            order = parts(3, COLUMNS[:-1] if odd else COLUMNS)
            asked = Asked(**{kind: frozenset(it) for kind, it in sets.items()}, order=order)
            found.append(Case(index, asked))
        yield index, found


def fill(postgres: Postgres) -> None:
    postgres.run("CREATE TABLE t (id serial, a int, b int, c int, d int, flag boolean)")
    postgres.run(
        "INSERT INTO t (a, b, c, d, flag) SELECT nullif(i % 7, 0), nullif(i % 5, 0), nullif(i % 11, 0), "
        "nullif(i % 13, 0), i % 3 = 0 FROM generate_series(1, 3000) i"
    )


def test_postgresql_sorts_where_we_say_that_no_index_serves(postgres: Postgres) -> None:
    fill(postgres)
    for setting in ("enable_sort", "enable_incremental_sort", "enable_seqscan", "enable_bitmapscan"):
        postgres.run(f"SET {setting} = off")
    wrong = []
    seen = 0
    for index, queries in cases("postgresql", 1, nulls=True):
        postgres.run(f"CREATE INDEX i ON t ({', '.join(map(_written, index))})")
        postgres.run("ANALYZE t")
        for case in queries:
            plan = json.dumps(postgres.json(f"EXPLAIN (FORMAT JSON, COSTS OFF) {case.query()}"))
            sorts = '"Sort"' in plan or '"Incremental Sort"' in plan
            seen += 1
            if sorts is order_served(index, case.asked, "postgresql"):
                wrong.append(case)
        postgres.run("DROP INDEX i")
    assert seen == CASES
    # WHERE flag ORDER BY flag: a boolean stands for itself, so that the planner knows of no value it equals.
    assert all("flag" in it.asked.equal & {key.column for key in it.asked.order} for it in wrong), wrong
    assert len(wrong) <= CASES / 100


def test_postgresql_searches_where_we_say_that_an_index_narrows(postgres: Postgres) -> None:
    fill(postgres)
    for setting in ("enable_seqscan", "enable_bitmapscan"):
        postgres.run(f"SET {setting} = off")
    wrong = []
    seen = narrowed = 0
    for index, queries in cases("postgresql", 3, nulls=True):
        postgres.run(f"CREATE INDEX i ON t ({', '.join(map(_written, index))})")
        postgres.run("ANALYZE t")
        for case in queries:
            # Without an order, which an index may be read for as well, with the list as a filter.
            query = case.query().partition(" ORDER BY")[0]
            plan = plans(postgres, query)
            condition = re.search(r'"Index Cond": "((?:[^"\\]|\\.)*)"', plan)
            searched = (
                condition is not None and re.search(rf"\b{index[0].column}\b", condition[1]) is not None
            )
            found = seek(index, case.asked)
            seen += 1
            narrowed += searched
            if searched is not (found.keys > 0 or found.range):
                wrong.append((query, [it.column for it in index], plan))
        postgres.run("DROP INDEX i")
    assert seen == CASES
    assert CASES / 4 < narrowed < CASES * 3 / 4
    assert len(wrong) <= CASES / 100, wrong[:5]


def test_sqlite_sorts_and_searches_as_we_say() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d, flag)")
    wrong = []
    seen = 0
    for index, queries in cases("sqlite", 2, nulls=False):
        keys = ", ".join(f"{it.column} {'DESC' if it.descending else 'ASC'}" for it in index)
        database.execute(f"CREATE INDEX i ON t ({keys})")
        for case in queries:
            query = re.sub(r" NULLS (FIRST|LAST)", "", case.query(" INDEXED BY i"))
            try:
                plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}")]
            except sqlite3.OperationalError:  # no query solution: it can do nothing with the index
                plan = ["no use", "USE TEMP B-TREE FOR ORDER BY"]
            parts = with_primary_key(index, ["id"], "sqlite")
            found = seek(parts, case.asked)
            searched = re.search(r"\((.*)\)", plan[0])
            bounds = searched[1].split(" AND ") if searched else []
            sorts = any("TEMP B-TREE" in it for it in plan)
            seen += 1
            if sorts is order_served(parts, case.asked, "sqlite") or len(bounds) != found.keys + found.range:
                wrong.append((case.query(), keys, plan))
        database.execute("DROP INDEX i")
    assert seen == CASES
    assert len(wrong) < CASES / 100, wrong[:10]


@pytest.mark.parametrize("provider", ["mysql", "sqlite", "sqlserver"])
def test_is_null_fixes_the_order_in_others_than_postgresql(provider: str) -> None:
    """Measured on MariaDB 10.11 as well, which no test can start."""
    asked = Asked(frozenset({"tenant"}), frozenset({"deleted"}), order=(part("created", provider),))
    index = [part(it, provider) for it in ("tenant", "deleted", "created")]
    assert order_served(index, asked, provider)


def test_is_null_does_not_fix_the_order_in_postgresql() -> None:
    asked = Asked(frozenset({"tenant"}), frozenset({"deleted"}), order=(part("created", "postgresql"),))
    index = [part(it, "postgresql") for it in ("tenant", "deleted", "created")]
    assert not order_served(index, asked, "postgresql")
    assert order_served([index[0], index[2], index[1]], asked, "postgresql")


def plans(postgres: Postgres, query: str) -> str:
    return json.dumps(postgres.json(f"EXPLAIN (FORMAT JSON, COSTS OFF) {query}"))


def test_a_pattern_class_finds_values_and_has_them_in_no_order_that_is_asked_for(postgres: Postgres) -> None:
    postgres.run("CREATE TABLE t (name text, at int)")
    postgres.run("CREATE INDEX i ON t (name text_pattern_ops, at)")
    for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        postgres.run(f"SET {setting} = off")
    parts = [Part("name", nulls_first=False, sorted=False, patterns=True), part("at", "postgresql")]
    for order in ("name", "at", "name, at", "name DESC"):
        for where in ("", " WHERE name = 'x'", " WHERE at = 1"):
            keys = tuple(
                part(it.partition(" ")[0], "postgresql", descending=it.endswith("DESC"))
                for it in order.split(", ")
            )
            asked = Asked(frozenset(re.findall(r"(\w+) =", where)), order=keys)
            plan = plans(postgres, f"SELECT * FROM t{where} ORDER BY {order} LIMIT 5")
            sorts = '"Sort"' in plan or '"Incremental Sort"' in plan
            assert order_served(parts, asked, "postgresql") is not sorts, (where, order)
            searched = "(name = " in plan
            assert (seek(parts, asked).keys > 0) is searched, (where, order)


def test_like_is_a_range_of_what_is_sorted_letter_by_letter(postgres: Postgres) -> None:
    postgres.run('CREATE TABLE t (plain text, byte text COLLATE "C", pattern text)')
    postgres.run("CREATE INDEX p ON t (plain); CREATE INDEX c ON t (byte)".replace(";", "\\;"))
    postgres.run("CREATE INDEX o ON t (pattern text_pattern_ops)")
    for setting in ("enable_seqscan", "enable_bitmapscan"):
        postgres.run(f"SET {setting} = off")
    (collation,) = postgres.run("SELECT datcollate FROM pg_database WHERE datname = current_database()")
    pattern = msgspec.structs.replace(part("pattern", "postgresql"), sorted=False, patterns=True)
    cases = (
        (pattern, "pattern LIKE 'x%'", Asked(prefixes=frozenset({"pattern"}))),
        (pattern, "pattern > 'x'", Asked(ranges=frozenset({"pattern"}))),
        (pattern, "pattern = 'x'", Asked(equal=frozenset({"pattern"}))),
        (part("plain", "postgresql"), "plain > 'x'", Asked(ranges=frozenset({"plain"}))),
        # Which collation a column has no code says: the one of most databases is that of a language.
        *(
            [(part("plain", "postgresql"), "plain LIKE 'x%'", Asked(prefixes=frozenset({"plain"})))]
            if collation not in ("C", "POSIX")
            else []
        ),
    )
    for key, where, asked in cases:
        found = seek([key], asked)
        assert ("Index Cond" in plans(postgres, f"SELECT * FROM t WHERE {where}")) is (
            found.keys > 0 or found.range
        ), where
    assert "Index Cond" in plans(postgres, "SELECT * FROM t WHERE byte LIKE 'x%'")


def test_sqlite_looks_for_no_pattern_in_a_plain_index() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (name TEXT)")
    database.execute("CREATE INDEX i ON t (name)")
    for where, searched in (("name LIKE 'x%'", False), ("name > 'x'", True), ("name GLOB 'x*'", True)):
        ((_, _, _, plan),) = database.execute(f"EXPLAIN QUERY PLAN SELECT rowid, * FROM t WHERE {where}")
        assert plan.startswith("SEARCH") is searched, where


def test_nulls_last_is_another_order_even_where_the_column_is_never_null(postgres: Postgres) -> None:
    postgres.run("CREATE TABLE t (at int NOT NULL)")
    postgres.run("CREATE INDEX i ON t (at)")
    for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        postgres.run(f"SET {setting} = off")
    assert '"Sort"' not in plans(postgres, "SELECT * FROM t ORDER BY at DESC LIMIT 5")
    assert '"Sort"' in plans(postgres, "SELECT * FROM t ORDER BY at DESC NULLS LAST LIMIT 5")


def test_an_index_is_in_the_wrong_order_where_it_holds_what_is_equal_and_begins_with_something_else() -> None:
    asked = Asked(frozenset({"tenant"}), ranges=frozenset({"created"}), order=(part("at", "sqlite"),))
    index = {it: part(it, "sqlite") for it in ("tenant", "created", "at", "size")}
    assert comes_behind([index["created"], index["tenant"]], asked)
    assert comes_behind([index["at"], index["size"], index["tenant"]], asked)
    assert not comes_behind([index["tenant"], index["created"]], asked)
    assert not comes_behind([index["size"], index["tenant"]], asked)
    assert not comes_behind([index["created"]], asked)
    assert not comes_behind([], asked)
