"""What a program asks of prisma-client-py, and what of that once per row."""

import pytest

from crowsfoot.frontends import prisma
from crowsfoot.libraries.query import Query
from crowsfoot.link.prisma import link_schema
from crowsfoot.link.project import Database, File

from .sending import Sent, marked, sent

SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Team {
  id      Int      @id
  name    String   @unique
  players Player[]
}

model Player {
  id     Int       @id
  name   String
  age    Int
  teamId Int       @map("team_id")
  left   DateTime?
  team   Team      @relation(fields: [teamId], references: [id])
  goals  Goal[]

  @@unique([teamId, name])
  @@map("players")
}

model Goal {
  id       Int    @id
  playerId Int
  player   Player @relation(fields: [playerId], references: [id])
}

model Session {
  id Int @id
}
"""


@pytest.fixture(scope="module")
def databases() -> tuple[Database, ...]:
    database, problems = link_schema((File("schema.prisma", prisma.read(SCHEMA)),), None)
    assert not problems
    return (database,)


def test_every_action_is_a_request_of_its_own(databases: tuple[Database, ...]) -> None:
    code = """
import asyncio
from prisma import Prisma
from prisma.models import Player

db = Prisma()

async def one_by_one(ids, rows):
    for each in ids:
        await db.player.find_unique(where={"id": each})  # N
        await db.player.find_first(where={"name": each})  # N
        await db.player.count(where={"teamId": each})  # N
        await Player.prisma().delete(where={"id": each})  # N
    for row in rows:
        await db.player.create(data=row)  # N
        await db.player.upsert(where={"id": row["id"]}, data={"create": row, "update": row})  # N
        await db.query_raw("SELECT * FROM players WHERE id = $1", row["id"])  # N

async def all_at_once(ids):
    first = await asyncio.gather(*[db.player.find_unique(where={"id": each}) for each in ids])  # N
    tasks = []
    for each in ids:
        tasks.append(db.player.find_many(where={"teamId": each}))  # N
    return first, await asyncio.gather(*tasks)

async def together(ids, rows):
    players = await db.player.find_many(where={"id": {"in": ids}}, include={"team": True})
    await db.player.create_many(data=rows)
    await asyncio.gather(db.player.count(), db.team.count())
    return [player.team.name for player in players]
"""
    assert set(sent(code, databases=databases).repeated) == marked(code, "# N")


def test_a_batch_is_one_request_and_a_transaction_is_not(databases: tuple[Database, ...]) -> None:
    code = """
from prisma import Prisma

async def queued(db: Prisma, rows, name):
    async with db.batch_() as batcher:
        for row in rows:
            batcher.player.create(data=row)
            getattr(batcher, name).update_many(where={"id": row["id"]}, data=row)
    async with db.tx() as tx:
        for row in rows:
            await tx.player.create(data=row)  # N
        async with tx.batch_() as batcher:
            for row in rows:
                batcher.player.create(data=row)
"""
    found = sent(code, databases=databases)
    assert set(found.repeated) == marked(code, "# N")
    assert [query.in_batch for line in (7, 11, 14) for query in found.queries[line]] == [True, False, True]


def test_a_relation_that_was_not_included_is_none_and_no_query(databases: tuple[Database, ...]) -> None:
    code = """
from prisma import Prisma

async def names(db: Prisma):
    teams = await db.team.find_many(include={"players": {"include": {"goals": True}}})
    found = [player.goals for team in teams for player in team.players]
    return found, [player.team for player in await db.player.find_many()]
"""
    found = sent(code, databases=databases)
    assert not found.repeated
    assert found.queries[5][0].loads == ("players", "players.goals")


def test_an_accessor_of_the_schema_is_known_wherever_the_client_comes_from(
    databases: tuple[Database, ...],
) -> None:
    code = """
from somewhere import prisma_client, get_client

class Service:
    def __init__(self, client):
        self.client = client
        self.table = client.db.player

    async def of(self, ids):
        for each in ids:
            await self.client.db.player.find_unique(where={"id": each})  # N
            await prisma_client.db.player.delete(where={"id": each})  # N
            await get_client().player.find_many(where={"id": each})  # N
            await self.client.player.update(where={"id": each}, data={"age": 1})  # N
        async with prisma_client.db.batch_() as batcher:
            for each in ids:
                batcher.player.delete(where={"id": each})
"""
    assert set(sent(code, databases=databases).repeated) == marked(code, "# N")


def test_what_a_batch_from_elsewhere_is_asked_for_is_not_awaited(databases: tuple[Database, ...]) -> None:
    code = """
from somewhere import batch_of, table_of

async def written(client, rows):
    queue = batch_of(client)
    for row in rows:
        queue.player.update(where={"id": row.id}, data={"age": 1})
        await table_of(client).update(where={"id": row.id}, data={"age": 1})  # N
        found = table_of(client).find_many(where={"id": row.id})  # N
        print(await found)
"""
    assert set(sent(code, databases=databases).repeated) == marked(code, "# N")


def test_names_that_others_have_as_well_are_not_taken_for_an_accessor(
    databases: tuple[Database, ...],
) -> None:
    code = """
def others(db, request, collection, redis, ids, get):
    for each in ids:
        db.session.delete(each)
        request.session.delete()
        request.player.update({"a": each}, upsert=True)
        collection.delete(where={"id": each})
        collection.count()
        redis.player.count()
        get().create(data=each)
"""
    assert not sent(code, databases=databases).queries


def test_without_a_schema_names_and_arguments_are_needed_both() -> None:
    code = """
async def asked(self, client, ids):
    for each in ids:
        await self.client.db.player.find_unique(where={"id": each})  # N
        await client.player.find_unique(where={"id": each})
        await client.db.player.create(each)
"""
    # Something of the client is imported, or nobody would look for it.
    code = "from prisma import Prisma\n" + code
    assert set(sent(code).repeated) == marked(code, "# N")


def test_a_repository_gives_away_the_table_that_it_wraps(databases: tuple[Database, ...]) -> None:
    code = """
from typing import Any, Protocol

class Actions(Protocol):
    async def find_unique(self, where: dict[str, Any]) -> Any: ...

class Players:
    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def table(self) -> Actions:
        return wrapped(self._client)

async def asked(client, ids):
    return [await Players(client).table.find_unique(where={"id": each}) for each in ids]  # N
"""
    assert set(sent(code, databases=databases).repeated) == marked(code, "# N")


def test_a_property_gives_away_the_table_of_a_client_that_nobody_knows(
    databases: tuple[Database, ...],
) -> None:
    code = """
from typing import Final, Protocol

class View(Protocol):
    @property
    def db(self) -> "Tables": ...

class Repository:
    def __init__(self, client: object):
        self._client = client

    @property
    def client(self):
        return self._client

class Players(Repository):
    @property
    def table(self) -> "Actions[Player]":
        client: Final[View] = self.client
        return client.db.player

class Sessions(Repository):
    @property
    def table(self):
        return self._client.db.sessions  # no model is called so

async def asked(client, ids, rows, batcher):
    for each in ids:
        await Players(client).table.delete(where={"id": each})  # N
        await Sessions(client).table.delete(where={"id": each})
    for row in rows:
        Players(batcher).table.create(data=row)  # may be a batch
        Players(client).table.count(row)  # takes no such thing
"""
    assert set(sent(code, databases=databases).repeated) == marked(code, "# N")


def query_of(call: str, databases: tuple[Database, ...]) -> Query:
    code = f"from prisma import Prisma\nasync def asked(db: Prisma, each, ids):\n    await db.{call}\n"
    ((query,),) = sent(code, databases=databases).queries.values()
    return query


def test_where_says_which_columns_are_compared_and_how(databases: tuple[Database, ...]) -> None:
    query = query_of(
        'player.find_many(where={"name": each, "id": {"in": ids}, "left": None, "age": {"gte": 3, "not": 4},'
        ' "team": {"is": {"name": {"startswith": "a"}}}, "goals": {"none": {"id": 1}}},'
        ' order=[{"age": "desc"}, {"id": "asc"}], take=20, cursor={"id": 7})',
        databases,
    )
    assert (query.model, query.table) == ("prisma.models.Player", "players")
    assert (query.equal, query.among, query.null) == (("name",), ("id",), ("left",))
    assert query.ranges == ("age", "id")
    assert query.functions == (("team.name", "like"),)
    assert query.others == ("age", "team.name", "goals.id")
    assert (query.order, query.limit) == ((("age", "desc"), ("id", "asc")), 20)


def test_and_or_and_compound_keys(databases: tuple[Database, ...]) -> None:
    query = query_of(
        'player.find_first(where={"AND": [{"age": 3}, {"name": each}], "OR": [{"id": 1}, {"id": 2}],'
        ' "NOT": {"left": None}})',
        databases,
    )
    assert (query.equal, query.among, query.ranges) == (("age", "name"), ("id",), ("left",))
    assert (query.others, query.limit) == ((), 1)
    query = query_of('player.find_unique(where={"teamId_name": {"teamId": 1, "name": each}})', databases)
    assert query.equal == ("teamId", "name")
    query = query_of('player.find_many(where={"OR": [{"id": 1}, {"name": each}]})', databases)
    assert (query.equal, query.others) == ((), ("id", "name"))


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        ('find_unique(where={"id": each})', 'find_many(where={"id": {"in": ...}})'),
        ('find_many(where={"teamId": each})', 'find_many(where={"teamId": {"in": ...}})'),
        ('find_unique(where={"teamId_name": {"teamId": 1, "name": each}})', 'find_many(where={"OR": [...]})'),
        ('count(where={"teamId": each})', 'group_by(by=["teamId"], count=True)'),
        ('create(data={"name": each})', "create_many()"),
        ('create(data={"name": each, "team": {"connect": {"id": 1}}})', "batch_()"),
        ('update(where={"id": each}, data={"age": 1})', 'update_many(where={"id": {"in": ...}})'),
        ('update(where={"id": each}, data={"name": each})', "batch_()"),
        ('upsert(where={"id": each}, data={})', "batch_()"),
        ('delete(where={"id": each})', 'delete_many(where={"id": {"in": ...}})'),
    ],
)
def test_what_to_write_instead(call: str, instead: str, databases: tuple[Database, ...]) -> None:
    assert query_of(f"player.{call}", databases).instead == instead


def repeated_in(found: Sent) -> list[str]:
    return [it.query.api for each in found.repeated.values() for it in each]


def test_a_wrapper_of_the_client_is_seen_through(databases: tuple[Database, ...]) -> None:
    code = """
from typing import Optional

class Store:
    def __init__(self):
        self.db = connect()

    async def get(self, table: Optional[str], key):
        if table == "player":
            return await self.db.player.find_unique(where={"id": key})
        return None

async def names(store: Store, ids):
    for each in ids:
        await store.get("player", each)
"""
    assert repeated_in(sent(code, databases=databases)) == ["player.find_unique()"]


@pytest.mark.parametrize(
    ("call", "field", "value"),
    [
        (
            'find_many(where={"name": {"equals": each, "mode": "insensitive"}})',
            "functions",
            (("name", "ilike"),),
        ),
        (
            'find_many(where={"name": {"contains": each, "mode": "insensitive"}})',
            "functions",
            (("name", "icontains"),),
        ),
        ('find_many(where={"name": {"contains": each}})', "functions", ()),
        ('find_many(where={"name": {"startswith": each, "mode": "insensitive"}})', "ranges", ()),
        ('find_many(where={"OR": [{"name": each}, {"age": {"gt": 3}}]})', "either", (("name",), ("age",))),
        ('find_many(where={"OR": [{"name": each}, {"age": {"not": 3}}]})', "either", ()),
        ('find_many(where={"name": "x", "age": 3})', "constants", (("name", "'x'"), ("age", "3"))),
        ('find_many(where={"left": {"not": None}})', "ranges", ("left",)),
        ("find_many(where=each)", "whole", False),
        ('find_many(where={"OR": each})', "whole", False),
        ('find_many(where={"name": each})', "whole", True),
        # Some rows are taken by their key, unless the call says otherwise; find_first() takes any.
        ('find_many(where={"name": each}, take=5)', "order", (("id", "asc"),)),
        ('find_first(where={"name": each})', "order", ()),
        ('find_many(order={"age": {"sort": "desc", "nulls": "last"}})', "order", (("age", "desc"),)),
        ('find_many(order={"age": {"sort": "desc", "nulls": "last"}})', "nulls", (("age", "last"),)),
        ('find_many(order={"team": {"name": "asc"}})', "order", (("?", "asc"),)),
        (
            'upsert(where={"id": each}, data={"create": {"id": each, "name": "x"}, "update": {"name": "x"}})',
            "target",
            ("id",),
        ),
        (
            'upsert(where={"teamId_name": {"teamId": 1, "name": each}},'
            ' data={"create": {"teamId": 1, "name": each}, "update": {"age": 3}})',
            "target",
            ("teamId", "name"),
        ),
        # A SELECT comes first: nothing to update, another value, rows of another table.
        ('upsert(where={"id": each}, data={"create": {"id": each}, "update": {}})', "target", ()),
        ('upsert(where={"id": each}, data={"create": {"name": "x"}, "update": {"name": "x"}})', "target", ()),
        (
            'upsert(where={"id": each}, data={"create": {"id": each}, "update": {"name": "x"}}, include={"team": True})',
            "target",
            (),
        ),
    ],
)
def test_what_an_index_would_have_to_serve(
    call: str, field: str, value: object, databases: tuple[Database, ...]
) -> None:
    assert getattr(query_of(f"player.{call}", databases), field) == value


def test_what_is_put_into_a_where_later_is_optional(databases: tuple[Database, ...]) -> None:
    code = """
from prisma import Prisma
async def asked(db: Prisma, name, age):
    where = {"name": name}
    if age:
        where["age"] = age
    return await db.player.find_many(where=where)
"""
    ((query,),) = sent(code, databases=databases).queries.values()
    assert (query.equal, query.optional) == (("name", "age"), ("age",))
