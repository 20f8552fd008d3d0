"""Texts that values are put into -> their parts, and which parts of a statement are values."""

import pytest

from crowsfoot.libraries.objects import UNKNOWN, Args, Built, Constant, Object, Table
from crowsfoot.libraries.raw.holes import has_value_hole
from crowsfoot.libraries.raw.queries import text_of
from crowsfoot.libraries.raw.tokens import HOLE
from crowsfoot.libraries.standard import listed
from crowsfoot.libraries.texts import formatted, percent


def written(it: Object) -> str | None:
    text = text_of(it)
    return None if text is None else text.replace(HOLE, "?")


def test_percent_puts_one_value_or_several_in_their_places() -> None:
    assert written(percent((Constant("a = %s"), UNKNOWN))) == "a = ?"
    assert written(percent((Constant("%s = %d"), listed((Constant("a"), UNKNOWN))))) == "a = ?"


def test_percent_makes_one_of_two_signs() -> None:
    assert (
        written(percent((Constant("a LIKE '%%' AND b = %%s AND c = %s"), UNKNOWN)))
        == "a LIKE '%' AND b = %s AND c = ?"
    )


def test_percent_puts_values_of_a_dict_where_their_names_stand() -> None:
    values = Table(UNKNOWN, UNKNOWN, (("table", Constant("book")),))
    assert written(percent((Constant("%(table)s.%(column)s"), values))) == "book.?"


def test_format_counts_its_fields_and_knows_their_names() -> None:
    args = Args((Constant("book"), UNKNOWN), (("key", Constant("id")),))
    assert written(formatted("{}.{key} = {}", args)) == "book.id = ?"
    assert written(formatted("{1} = {0!r:>3}", args)) == "? = book"


def test_doubled_braces_are_no_field() -> None:
    assert written(formatted("{{}} {}", Args((UNKNOWN,)))) == "{{}} ?"


def test_what_is_no_constant_text_stays_whole() -> None:
    assert percent((UNKNOWN, Constant(1))) == Built("builtins.str", Args((UNKNOWN, Constant(1))))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM t WHERE name = '?'",
        "SELECT 1 FROM t WHERE name LIKE '%?%'",
        "SELECT 1 FROM t WHERE id = ?",
        "UPDATE t SET n = ? WHERE id = 3",
        "INSERT INTO t VALUES ('?', 1)",
        "SELECT 'it''s ?' FROM t",
    ],
)
def test_a_hole_for_a_value_is_found(sql: str) -> None:
    assert has_value_hole(sql.replace("?", HOLE))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM ? WHERE id = 3",
        "SELECT ? FROM t ORDER BY ?",
        "SELECT 'a' AS kind FROM t LIMIT ?; SELECT 'b'",
        "SELECT 1 FROM t WHERE id IN (?)",
        "SELECT 1 FROM t -- it's ?",
        "SET LOCAL statement_timeout = ?",
        "CREATE TABLE t (a text DEFAULT '?')",
        "SELECT 1 FROM t WHERE id = 3",
    ],
)
def test_a_hole_for_something_else_is_not(sql: str) -> None:
    assert not has_value_hole(sql.replace("?", HOLE))
