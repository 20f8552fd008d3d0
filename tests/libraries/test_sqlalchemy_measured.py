"""What a real SQLAlchemy sends for 1, 10 and 100 rows is constant where we are silent, and grows where we are not."""

import sqlite3
from collections.abc import Callable
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from .measured import ROWS, assert_as_said, cases_of, prepared, said_to_grow

sqlalchemy = pytest.importorskip("sqlalchemy", minversion="2.0")
pytest.importorskip("sqlalchemy.orm")

APP = Path(__file__).parent / "apps" / "sqlalchemy_shop.py"
TEXT = APP.read_text()


from .apps import sqlalchemy_shop as shop_app  # noqa: E402

CASES = cases_of(shop_app)


@pytest.fixture(scope="module")
def growing() -> set[str]:
    return said_to_grow(TEXT)


def engine_on(connection: sqlite3.Connection) -> Any:
    """An engine on that connection, and no other."""
    return sqlalchemy.create_engine(
        "sqlite://", creator=lambda: connection, poolclass=sqlalchemy.pool.StaticPool
    )


@cache
def filled(rows: int) -> sqlite3.Connection:
    """A database with that many rows in each table."""
    connection = sqlite3.connect(":memory:")
    engine = engine_on(connection)
    shop_app.Base.metadata.create_all(engine)
    with sqlalchemy.orm.Session(engine) as session:
        for number in range(1, rows + 1):
            city = shop_app.City(name=f"city {number}")
            shop = shop_app.Shop(id=number, name=f"shop {number}", note="", city=city)
            shop.owner = shop_app.Owner()
            shop.orders = [shop_app.Order(number=1), shop_app.Order(number=2)]
            session.add(shop)
        session.commit()
    return connection


def counted(case: Callable[..., object], rows: int) -> int:
    """How many statements a case sends, with that many rows in each table."""
    connection = sqlite3.connect(":memory:")
    filled(rows).backup(connection)
    engine = engine_on(connection)
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    with sqlalchemy.orm.Session(engine) as session:
        given = {"session": session, "ids": list(range(1, rows + 1))}
        counting = prepared(case, **{name: given[name] for name in signature(case).parameters})
        sqlalchemy.event.listen(engine, "before_cursor_execute", count)
        counting()
    connection.close()
    return statements


@pytest.mark.parametrize("name", CASES)
def test_our_verdict_is_what_is_counted(name: str, growing: set[str]) -> None:
    assert_as_said(name, [counted(getattr(shop_app, name), rows) for rows in ROWS], growing)
