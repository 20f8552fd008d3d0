"""What a change of type does to values, against a real PostgreSQL."""

import pytest

from crowsfoot.databases.type_changes import Risk, risk
from crowsfoot.facts.sql import AlterColumn
from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.model import empty

from ..postgres import Postgres

# Values of each type that lie at its edges, as SQL.
VALUES = {
    "smallint": ("32767", "-32768"),
    "integer": ("2147483647", "-2147483648"),
    "bigint": ("9223372036854775807", "-9223372036854775808"),
    "numeric(12,2)": ("9999999999.99",),
    "numeric(14,2)": ("999999999999.99",),
    "numeric(12,0)": ("999999999999",),
    "numeric(4,0)": ("9999",),
    "numeric(9,0)": ("-999999999",),
    "numeric(18,0)": ("999999999999999999",),
    "numeric(19,0)": ("9999999999999999999",),
    "numeric": ("1e400", "0." + "123456789" * 13),
    "real": ("1.5e38", "-1.2345679e-20"),
    "double precision": ("-1.234567890123456e-200", "1.2345678901234567", "1.5e300"),
    "text": ("'" + "x" * 300 + "'",),
    "varchar(50)": ("'" + "x" * 50 + "'",),
    "varchar(100)": ("'" + "x" * 100 + "'",),
    "timestamp(3)": ("'2024-02-29 23:59:59.123'",),
    "timestamp(0)": ("'2024-02-29 23:59:59'",),
    "timestamp": ("'2024-02-29 23:59:59.123456'",),
    "date": ("'2024-02-29'",),
    "uuid": ("'00000000-0000-4000-8000-000000000000'",),
    "boolean": ("true",),
    "json": ('\'{"a": "' + "x" * 300 + "\"}'",),
    "jsonb": ('\'{"a": "' + "x" * 300 + "\"}'",),
}
PAIRS = [(old, new) for old in VALUES for new in VALUES if old != new]


def verdict(old: str, new: str, *, converted: bool) -> Risk:
    using = f" USING x::{new}" if converted else ""
    file = read(f"ALTER TABLE t ALTER x TYPE {old}; ALTER TABLE t ALTER x TYPE {new}{using};", "postgresql")
    was, becomes = (it for statement in file.statements for it in statement.does)
    assert isinstance(was, AlterColumn)
    assert isinstance(becomes, AlterColumn)
    assert was.type
    assert becomes.type
    return risk(was.type, becomes.type, empty("postgresql"), converted=converted)


@pytest.mark.parametrize("converted", [False, True], ids=["assigned", "using"])
def test_no_value_is_lost_where_none_is_said_to_be(postgres: Postgres, converted: bool) -> None:
    wrong = []
    for old, new in PAIRS:
        said = verdict(old, new, converted=converted)
        seen = measured(postgres, old, new, converted=converted)
        if seen is None or said is Risk.UNKNOWN:
            continue
        if (said is Risk.NONE) is not (seen is Risk.NONE):
            wrong.append(f"{old} to {new}: said {said.name}, seen {seen.name}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("converted", [False, True], ids=["assigned", "using"])
def test_a_change_that_is_said_to_fail_fails(postgres: Postgres, converted: bool) -> None:
    wrong = []
    for old, new in PAIRS:
        if verdict(old, new, converted=converted) is Risk.FAILS:
            seen = measured(postgres, old, new, converted=converted)
            if seen not in (None, Risk.FAILS):
                wrong.append(f"{old} to {new}: {seen.name if seen else seen}")
    assert not wrong, "\n".join(wrong)


def measured(postgres: Postgres, old: str, new: str, *, converted: bool) -> Risk | None:
    """What happens to the values; None where PostgreSQL knows no such cast at all (42804, 42846)."""
    values = ", ".join(f"(CAST({it} AS {old}))" for it in VALUES[old])
    postgres.run(f"BEGIN; DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT x FROM (VALUES {values}) v(x)")
    postgres.run("ALTER TABLE t ADD before text")
    postgres.run("UPDATE t SET before = x::text")
    using = f" USING x::{new}" if converted else ""
    state = postgres.refusal(f"ALTER TABLE t ALTER x TYPE {new}{using}")
    if state is None:
        # The same text, or a value that is only written in another way and comes back the same.
        same = postgres.run("SELECT bool_and(x::text = before) FROM t")[-1] == "t"
        different = f"SELECT 1 / bool_and(x::{old}::text = before)::int FROM t"
        back = Risk.NONE if same or postgres.refusal(different) is None else Risk.CHANGES
    else:
        back = Risk.FAILS
    postgres.run("ROLLBACK")
    return None if state in ("42804", "42846") else back
