"""The maps that a catalog keeps beside its tables, after changes of single parts of them."""

import sys
from collections.abc import Callable

import pytest

from crowsfoot.facts.sql import Dialect
from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.draft import Draft, Session
from crowsfoot.link.catalog.execute import run
from crowsfoot.link.catalog.model import Catalog, empty
from crowsfoot.link.project import File

POSTGRES = """
CREATE TYPE mood AS ENUM ('ok'); CREATE TYPE other AS ENUM ('a');
CREATE TABLE a (id serial PRIMARY KEY, m mood, n mood, u int, CONSTRAINT a_u_key UNIQUE (u), CHECK (u > 0));
CREATE TABLE b (id bigserial PRIMARY KEY, a int REFERENCES a, c int CONSTRAINT twice REFERENCES a, m mood);
CREATE INDEX ON b (a); CREATE INDEX b_c ON b (c); CREATE UNIQUE INDEX b_ac ON b (a, c);
ALTER TABLE a DROP COLUMN m;
ALTER TABLE b ALTER COLUMN m TYPE other USING m::text::other;
ALTER TABLE b DROP CONSTRAINT twice;
ALTER TABLE b ADD CONSTRAINT b_unique UNIQUE USING INDEX b_ac;
ALTER TABLE a DROP CONSTRAINT a_u_key;
ALTER TABLE a ADD COLUMN z other, ADD CONSTRAINT z CHECK (u < 9), ADD UNIQUE (z);
ALTER INDEX b_c RENAME TO b_d;
DROP INDEX b_d;
CREATE INDEX b_d ON b (m);
ALTER TABLE b DROP CONSTRAINT b_a_fkey, ADD FOREIGN KEY (c) REFERENCES b;
ALTER TABLE a RENAME TO renamed;
ALTER TABLE b ALTER COLUMN id DROP DEFAULT;
CREATE TABLE p (x int, y other) PARTITION BY RANGE (x);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2); CREATE INDEX ON p (x);
CREATE VIEW v AS SELECT u FROM renamed; CREATE OR REPLACE VIEW v AS SELECT renamed.u FROM renamed, b;
ALTER TABLE p DETACH PARTITION p1;
"""
MYSQL = """
CREATE TABLE a (id int PRIMARY KEY, u int, UNIQUE KEY U (u));
CREATE TABLE b (id int, a int, c int, CONSTRAINT k FOREIGN KEY (a) REFERENCES a (id));
CREATE UNIQUE INDEX k2 ON b (c);
ALTER TABLE b ADD CONSTRAINT k3 FOREIGN KEY (c) REFERENCES a (id);
ALTER TABLE b DROP FOREIGN KEY k;
DROP INDEX U ON a;
CREATE INDEX u ON a (u);
ALTER TABLE b RENAME INDEX k TO K4;
ALTER TABLE a RENAME TO A2;
"""
SQLITE = """
CREATE TABLE a (id INTEGER PRIMARY KEY, u INTEGER UNIQUE);
CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id), later INTEGER REFERENCES c (id));
CREATE INDEX One ON b (a);
DROP INDEX one;
CREATE INDEX oNE ON b (later);
CREATE TABLE c (id INTEGER PRIMARY KEY);
ALTER TABLE a RENAME TO z;
ALTER TABLE b DROP COLUMN a;
"""


def after(sql: str, dialect: Dialect, catalog: Catalog | None = None) -> Catalog:
    facts = read(sql, dialect)
    assert not facts.problems
    catalog = catalog or empty(dialect)
    for it in facts.statements:
        found = run(catalog, [it], file=File("m.sql", facts), migration=0, in_block=False)
        assert found.failure is None, found.failure.message
        assert all(outcome.bug is None for outcome in found.outcomes)
        catalog = found.catalog
    return catalog


def beside(catalog: Catalog) -> dict[str, object]:
    return {
        "names": dict(catalog.names),
        "indexes": dict(catalog.index_tables),
        "constraints": dict(catalog.constraint_names),
        "referrers": {key: set(it) for key, it in catalog.referrers.items()},
        "readers": {key: set(it) for key, it in catalog.readers.items()},
        "users": {key: set(it) for key, it in catalog.users.items()},
        "partitions": dict(catalog.partitions),
    }


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [(POSTGRES, "postgresql"), (MYSQL, "mysql"), (SQLITE, "sqlite")],
    ids=lambda it: it[:6],
)
def test_after_each_change_they_are_what_the_tables_say(sql: str, dialect: Dialect) -> None:
    catalog = empty(dialect)
    for it in sql.split(";"):
        catalog = after(it, dialect, catalog)
        file = File("m.sql", read("", dialect))
        anew = Draft(empty(dialect), file, 0, Session())
        for table in catalog.tables_in_order():
            anew.put(table)
        assert beside(catalog) == beside(anew.catalog), it


def calls(work: Callable[[], object]) -> int:
    """How many functions it calls, those written in C included."""
    count = 0

    def count_call(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "change",
    [
        "DROP INDEX t_1; CREATE INDEX t_1 ON t (c0);",
        "ALTER TABLE t ADD CONSTRAINT x CHECK (c0 > 1);",
        "ALTER TABLE t DROP CONSTRAINT c_1;",
        "ALTER TABLE t ALTER COLUMN c1 SET NOT NULL;",
        "ALTER TABLE t ADD COLUMN more int DEFAULT 1;",
    ],
)
def test_a_change_of_one_part_is_no_more_work_where_the_table_has_many(change: str) -> None:
    def of(parts: int) -> int:
        columns = "".join(f", c{it} int CONSTRAINT c_{it} CHECK (c{it} > 0)" for it in range(parts))
        indexes = "".join(f"CREATE INDEX t_{it} ON t (c{it % 9});" for it in range(parts))
        catalog = after(f"CREATE TABLE t (id int{columns});{indexes}", "postgresql")
        facts = read(change, "postgresql")
        file = File("m.sql", facts)
        return calls(lambda: run(catalog, facts.statements, file=file, migration=1, in_block=True))

    of(10)  # what is imported late
    assert of(500) == of(20)


def test_tables_come_as_they_were_created_though_the_map_has_no_order() -> None:
    catalog = after("".join(f"CREATE TABLE t{it} (x int);" for it in range(100)), "postgresql")
    assert [it.name for it in catalog.tables_in_order()] == [f"t{it}" for it in range(100)]
