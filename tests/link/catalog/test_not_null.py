"""NOT NULL as PostgreSQL 18 keeps it: a constraint with a name. The codes were measured there."""

import pytest

from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.execute import Ran, run
from crowsfoot.link.catalog.model import Column, empty
from crowsfoot.link.project import File


def replayed(*statements: str, postgres: int = 18) -> Ran:
    facts = read(";\n".join(statements), "postgresql")
    assert not facts.problems
    file = File("m.sql", facts)
    return run(
        empty("postgresql"), facts.statements, file=file, migration=0, in_block=True, postgres=postgres
    )


def column(ran: Ran, table: str, name: str) -> Column:
    return next(it for it in ran.catalog.tables.values() if it.name == table).columns[name]


MADE = "CREATE TABLE a (c int, d int)"
ADDED = "ALTER TABLE a ADD CONSTRAINT x NOT NULL c"
LATER = f"{ADDED} NOT VALID"
CASES = [
    ([MADE, LATER, "ALTER TABLE a VALIDATE CONSTRAINT x"], None),
    ([MADE, LATER, "ALTER TABLE a VALIDATE CONSTRAINT y"], "42704"),
    ([MADE, LATER, "ALTER TABLE a ADD CONSTRAINT y NOT NULL c"], "55000"),
    ([MADE, LATER, ADDED], "55000"),
    ([MADE, LATER, "ALTER TABLE a ADD NOT NULL c"], "55000"),
    ([MADE, LATER, "ALTER TABLE a ALTER c SET NOT NULL", "ALTER TABLE a VALIDATE CONSTRAINT x"], None),
    ([MADE, LATER, "ALTER TABLE a ADD PRIMARY KEY (c)"], "55000"),
    ([MADE, LATER, "ALTER TABLE a VALIDATE CONSTRAINT x", "ALTER TABLE a ADD PRIMARY KEY (c)"], None),
    ([MADE, ADDED, "ALTER TABLE a DROP CONSTRAINT x"], None),
    ([MADE, ADDED, "ALTER TABLE a DROP CONSTRAINT x", "ALTER TABLE a DROP CONSTRAINT x"], "42704"),
    ([MADE, ADDED, "ALTER TABLE a DROP CONSTRAINT x", "ALTER TABLE a DROP CONSTRAINT IF EXISTS x"], None),
    ([MADE, "ALTER TABLE a ALTER d SET NOT NULL", "ALTER TABLE a DROP CONSTRAINT a_d_not_null"], None),
    ([MADE, ADDED, "ALTER TABLE a ALTER c DROP NOT NULL", "ALTER TABLE a DROP CONSTRAINT x"], "42704"),
    ([MADE, ADDED, "ALTER TABLE a ALTER c DROP NOT NULL", "ALTER TABLE a ADD CONSTRAINT x CHECK (c > 1)"], None),
    ([MADE, "ALTER TABLE a ADD CONSTRAINT x CHECK (c > 1)", ADDED], "42710"),
    ([MADE, ADDED, "ALTER TABLE a ADD CONSTRAINT x NOT NULL d"], "42710"),
    ([MADE, LATER, "ALTER TABLE a RENAME CONSTRAINT x TO w", "ALTER TABLE a VALIDATE CONSTRAINT w"], None),
    ([MADE, LATER, "ALTER TABLE a RENAME CONSTRAINT x TO w", "ALTER TABLE a VALIDATE CONSTRAINT x"], "42704"),
    (["CREATE TABLE p (id int PRIMARY KEY)", "ALTER TABLE p DROP CONSTRAINT p_id_not_null"], "42P16"),
    (["CREATE TABLE v (k int NOT NULL)", "ALTER TABLE v ALTER CONSTRAINT v_k_not_null NO INHERIT"], None),
    (["CREATE TABLE v (k int NOT NULL)", "ALTER TABLE v DROP CONSTRAINT v_k_not_null"], None),
    (["CREATE TABLE v (k int CONSTRAINT n NOT NULL)", "ALTER TABLE v DROP CONSTRAINT n"], None),
    (["CREATE TABLE v (k int, CONSTRAINT n NOT NULL k)", "ALTER TABLE v DROP CONSTRAINT n"], None),
    (["CREATE TABLE v (k int NOT NULL)", "ALTER TABLE v RENAME TO w", "ALTER TABLE w DROP CONSTRAINT v_k_not_null"], None),
    (["CREATE TABLE v (k int GENERATED ALWAYS AS IDENTITY)", "ALTER TABLE v DROP CONSTRAINT v_k_not_null"], "55000"),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "code"), CASES)
def test_a_named_not_null_is_refused_as_by_postgresql_18(statements: list[str], code: str | None) -> None:
    failure = replayed(*statements).failure
    assert (failure.code if failure else None) == code


def test_before_18_no_name_is_made_up() -> None:
    dropped = ("CREATE TABLE v (k int NOT NULL)", "ALTER TABLE v DROP CONSTRAINT v_k_not_null")
    failure = replayed(*dropped, postgres=17).failure
    assert failure
    assert failure.code == "42704"


def test_what_becomes_of_the_column() -> None:
    assert not column(replayed(MADE, LATER), "a", "c").not_null_valid
    assert column(replayed(MADE, LATER, "ALTER TABLE a VALIDATE CONSTRAINT x"), "a", "c").not_null_valid
    assert not column(replayed(MADE, ADDED, "ALTER TABLE a DROP CONSTRAINT x"), "a", "c").not_null
    heirs = (MADE, "CREATE TABLE b () INHERITS (a)", LATER, "ALTER TABLE a VALIDATE CONSTRAINT x")
    assert column(replayed(*heirs), "b", "c").not_null_valid
    assert not column(replayed(*heirs, "ALTER TABLE a DROP CONSTRAINT x"), "b", "c").not_null
