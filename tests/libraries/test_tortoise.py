"""What a real Tortoise sends for 1, 10 and 100 rows is constant where we are silent, and grows where we are not."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path

import pytest

from crowsfoot.libraries.query import Query

from .measured import ROWS, assert_as_said, cases_of, said_to_grow
from .sending import marked, sent

tortoise = pytest.importorskip("tortoise")

TEXT = (Path(__file__).parent / "apps" / "tortoise_shop.py").read_text()

from .apps import tortoise_shop as shop_app  # noqa: E402

CASES = cases_of(shop_app)


@pytest.fixture(scope="module")
def growing() -> set[str]:
    return said_to_grow(TEXT)


@contextmanager
def sending() -> Iterator[list[str]]:
    """What Tortoise says that it sends: an executemany() once, which SQLite itself would run row by row."""
    statements: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            statements.append(record.getMessage())

    logger, handler = logging.getLogger("tortoise.db_client"), Kept()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield statements
    logger.removeHandler(handler)
    logger.setLevel(before)


async def counted(case: Callable[..., Awaitable[object]], rows: int) -> int:
    """How many statements a case sends, with that many rows in each table."""
    await tortoise.Tortoise.init(db_url="sqlite://:memory:", modules={"shop": [shop_app.__name__]})
    try:
        await tortoise.Tortoise.generate_schemas()
        numbers = range(1, rows + 1)
        await shop_app.City.bulk_create([shop_app.City(id=it, name=f"city {it}") for it in numbers])
        await shop_app.Shop.bulk_create(
            [shop_app.Shop(id=it, name=f"shop {it}", city_id=it) for it in numbers]
        )
        await shop_app.Order.bulk_create([shop_app.Order(id=it, number=it, shop_id=it) for it in numbers])
        await shop_app.Tag.bulk_create([shop_app.Tag(id=it, name=f"tag {it}") for it in numbers])
        given = {"ids": list(numbers)}
        with sending() as statements:
            await case(**{name: given[name] for name in signature(case).parameters})
        return len(statements)
    finally:
        await tortoise.Tortoise.close_connections()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("name", CASES)
def test_our_verdict_is_what_is_counted(name: str, growing: set[str]) -> None:
    assert_as_said(name, [asyncio.run(counted(getattr(shop_app, name), rows)) for rows in ROWS], growing)


MODELS = """\
from tortoise import fields
from tortoise.models import Model

class Team(Model):
    name = fields.TextField()

class Player(Model):
    name = fields.TextField()
    team = fields.ForeignKeyField("app.Team", related_name="players")
    retired = fields.DatetimeField(null=True)
    class Meta:
        table = "players"

"""


def query_of(line: str) -> Query:
    """The one query that the line of an async function sends."""
    (found,) = sent(f"{MODELS}async def asking():\n    {line}").queries.values()
    assert len(found) == 1
    return found[0]


def test_keywords_say_which_columns_are_compared_and_how() -> None:
    query = query_of(
        'await Player.filter(name="x", id__in=[1], retired__isnull=True, team__name__gte="a", name__icontains="y")'
        '.exclude(id=3).order_by("-name", "id").limit(5)'
    )
    assert query.table == "players"
    assert (query.equal, query.among, query.null, query.ranges, query.others) == (
        ("name",),
        ("id",),
        ("retired",),
        ("team.name",),
        ("name", "id"),
    )
    assert query.order == (("name", "desc"), ("id", "asc"))
    assert query.limit == 5


def test_what_is_loaded_is_said() -> None:
    query = query_of('await Team.all().prefetch_related("players__team")')
    assert query.loads == ("players", "players.team")


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("await Player.get(id=each)", "Player.filter(id__in=...)"),
        ("await Player.create(name=each)", "Player.bulk_create()"),
        ("await Player.filter(id=each).delete()", "Player.filter(id__in=...).delete()"),
    ],
)
def test_what_to_write_instead_names_the_model(line: str, instead: str) -> None:
    found = sent(f"{MODELS}async def asking(ids):\n    for each in ids:\n        {line}\n")
    (repeated,) = (it for each in found.repeated.values() for it in each)
    assert repeated.query.instead == instead


def test_what_only_one_of_two_queries_has_loaded_is_not_loaded() -> None:
    code = """
async def names(wide):
    players = Player.all().select_related("team")
    if wide:
        players = Player.all()
    return [(await player.team).name for player in await players]  # N
"""
    code = MODELS + code
    assert set(sent(code).repeated) == marked(code, "# N")


def test_raw_sql_gives_rows_of_the_model() -> None:
    code = """
async def names(ids):
    for each in ids:
        for player in await Player.raw(f"SELECT * FROM players WHERE id = {each}"):  # N
            print((await player.team).name)  # N
"""
    code = MODELS + code
    assert set(sent(code).repeated) == marked(code, "# N")


def test_a_path_is_named_from_the_row_that_was_fetched() -> None:
    code = (
        MODELS
        + """
class Goal(Model):
    player = fields.ForeignKeyField("app.Player", related_name="goals")

async def teams():
    for goal in await Goal.all().select_related("player"):
        print((await goal.player.team).name)
"""
    )
    (found,) = (it for each in sent(code).repeated.values() for it in each)
    assert found.query.instead == 'prefetch_related("player__team")'


def test_a_relation_that_is_read_without_await_was_fetched_by_somebody() -> None:
    code = f"{MODELS}def names(players: list[Player]):\n    return [player.team.name for player in players]\n"
    assert not sent(code).queries
