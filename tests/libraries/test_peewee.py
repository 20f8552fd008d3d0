"""What a real Peewee sends for 1, 10 and 100 rows is constant where we are silent, and grows where we are not."""

import sqlite3
from collections.abc import Callable
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.libraries.query import Query

from .measured import ROWS, assert_as_said, cases_of, said_to_grow
from .sending import marked, sent

pytest.importorskip("peewee")

TEXT = (Path(__file__).parent / "apps" / "peewee_shop.py").read_text()

from .apps import peewee_shop as shop_app  # noqa: E402

CASES = cases_of(shop_app)


@pytest.fixture(scope="module")
def growing() -> set[str]:
    return said_to_grow(TEXT)


@cache
def filled(rows: int) -> bytes:
    """A database with that many rows in each table."""
    shop_app.database.init(":memory:")
    shop_app.database.connect()
    shop_app.database.create_tables(shop_app.MODELS)
    with shop_app.database.atomic():
        for number in range(1, rows + 1):
            city = shop_app.City.create(name=f"city {number}")
            shop = shop_app.Shop.create(name=f"shop {number}", city=city)
            shop_app.Order.create(number=number, shop=shop)
    database: Any = shop_app.database
    found: bytes = database.connection().serialize()
    shop_app.database.close()
    return found


def counted(case: Callable[..., object], rows: int) -> int:
    """How many statements a case sends, with that many rows in each table."""
    content = filled(rows)
    shop_app.database.init(":memory:")
    shop_app.database.connect()
    database: Any = shop_app.database
    connection: sqlite3.Connection = database.connection()
    connection.deserialize(content)
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    given = {"ids": list(range(1, rows + 1))}
    case(**{name: given[name] for name in signature(case).parameters if name in given})
    connection.set_trace_callback(None)
    shop_app.database.close()
    own = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "PRAGMA")
    return sum(not it.startswith(own) for it in statements)


@pytest.mark.parametrize("name", CASES)
def test_our_verdict_is_what_is_counted(name: str, growing: set[str]) -> None:
    assert_as_said(name, [counted(getattr(shop_app, name), rows) for rows in ROWS], growing)


MODELS = """\
from peewee import CharField, DateTimeField, ForeignKeyField, Model

class Team(Model):
    name = CharField()

class Player(Model):
    name = CharField()
    team = ForeignKeyField(Team, backref="players")
    retired = DateTimeField(null=True)
    class Meta:
        table_name = "players"
"""


def query_of(line: str) -> Query:
    """The one query that the line sends."""
    (found,) = sent(MODELS + line).queries.values()
    assert len(found) == 1
    return found[0]


def test_a_condition_says_which_columns_it_compares_and_how() -> None:
    query = query_of(
        'list(Player.select().where((Player.name == "x") & (Player.id << [1]), Player.retired.is_null()'
        ", Player.team > 3).order_by(Player.name.desc(), Player.id).limit(5))"
    )
    assert query.table == "players"
    assert (query.equal, query.among, query.null, query.ranges) == (
        ("name",),
        ("id",),
        ("retired",),
        ("team",),
    )
    assert query.order == (("name", "desc"), ("id", "asc"))
    assert query.limit == 5


def test_either_or_is_served_by_no_index_of_one_column() -> None:
    query = query_of('list(Player.select().where((Player.name == "x") | (Player.id == 1)))')
    assert query.equal == ()
    assert query.others == ("name", "id")


def test_a_column_of_a_joined_table_is_named_by_the_way_to_it() -> None:
    query = query_of('list(Player.select(Player, Team).join(Team).where(Team.name == "x"))')
    assert query.equal == ("team.name",)
    assert query.loads == ("team",)


def test_what_to_write_instead_names_the_models() -> None:
    code = MODELS + "for player in Player.select():\n    print(player.team.name)\n"
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.query.instead == "select(Player, Team).join(Team)"
    code = MODELS + "for i in ids():\n    Player.get(Player.name == i)\n"
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.query.instead == "Player.select().where(Player.name.in_(...))"


def test_methods_that_are_awaited_send_the_same() -> None:
    code = """
from peewee import CharField, ForeignKeyField
from peewee_async import AioModel

class Team(AioModel):
    name = CharField()

class Player(AioModel):
    team = ForeignKeyField(Team, backref="players")

async def asked(ids):
    for each in ids:
        player = await Player.aio_get(Player.id == each)  # N
        await player.aio_save()  # N
        await Player.update(team=1).where(Player.id == each).aio_execute()  # N
    for player in await Player.select(Player, Team).join(Team).aio_execute():
        print(player.team.name)
"""
    assert set(sent(code).repeated) == marked(code, "# N")


def test_what_only_one_of_two_queries_has_loaded_is_not_loaded() -> None:
    code = """
def names(wide):
    players = Player.select(Player, Team).join(Team)
    if wide:
        players = Player.select()
    return [player.team.name for player in players]  # N
"""
    code = MODELS + code
    assert set(sent(code).repeated) == marked(code, "# N")


def test_a_class_attribute_that_holds_a_model_is_that_model() -> None:
    code = (
        MODELS
        + """
class Service:
    model = None

    @classmethod
    def find(cls, id):
        return cls.model.get_or_none(cls.model.id == id)

class Players(Service):
    model = Player

def names(ids):
    return [Players.find(id) for id in ids]
"""
    )
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.query.model == "app.Player"
    assert found.way


def test_what_one_loop_puts_together_and_another_sends_is_not_the_same_each_time() -> None:
    found = sent("""
from peewee import CharField, Model, SqliteDatabase
class Book(Model):
    title = CharField()
    class Meta:
        database = SqliteDatabase(":memory:")
def f(titles):
    queries = []
    for title in titles:
        queries.append(Book.select().where(Book.title == title))
    return [next(iter(it.execute()), None) for it in queries]
""")
    [repeated] = [it for many in found.repeated.values() for it in many]
    assert not repeated.same
