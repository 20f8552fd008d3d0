"""The index to propose for a shape of query, and what a schema lets one think of its columns."""

from typing import Any

import pytest

from crowsfoot.databases.index_use import Asked, Part, order_served, part, seek
from crowsfoot.databases.selectivity import grows, has_few_values, tells_apart
from crowsfoot.databases.suggested_index import MOST_KEYS, suggested
from crowsfoot.link.project import Table
from crowsfoot.link.wanted import Place, Wanted
from crowsfoot.source import Span

from .test_indexes import database

SCHEMA = """
enum State {
  open
  closed
}

model Tenant {
  id     Int     @id
  orders Order[]
  notes  Note[]
  teams  Team[]
  bills  Bill[]
}

model Order {
  id        Int       @id
  slug      String
  state     State
  paid      Boolean
  tenantId  Int
  tenant    Tenant    @relation(fields: [tenantId], references: [id])
  total     Int
  createdAt DateTime
  closedAt  DateTime?
  deletedAt DateTime?

  @@index([state, slug])
}

model Note {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}

model Team {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}

model Bill {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}

model Setting {
  id    Int    @id
  name  String
  value String
}

model Reading {
  id       Int    @id
  sensorId String
}

model Profile {
  userId String  @unique
  id     Int     @id
  teamId String?
}
"""


def orders(provider: str = "postgresql") -> Table:
    return database(SCHEMA, provider).tables["Order"]


def keys(
    asked: str = "",
    *,
    null: str = "",
    among: str = "",
    ranges: str = "",
    order: str = "",
    limit: bool = True,
    like: bool = False,
    provider: str = "postgresql",
) -> str:
    """The index that is proposed for columns given with blanks between; "-" is descending.

    like: beside the index that the table has.
    """
    table = orders(provider)
    equal, nulls, lists, bounds = (frozenset(it.split()) for it in (asked, null, among, ranges))
    parts = tuple(part(it.lstrip("-"), provider, descending=it[0] == "-") for it in order.split())
    shape = Wanted(
        table=table,
        asked=Asked(equal, nulls, lists, bounds, parts),
        others=frozenset(),
        limit=limit,
        whole=True,
        places=(Place(span=Span("app.py", 0, 1), said="query"),),
    )
    found = suggested(shape, table.indexes[-1] if like else None)
    assert found.table is table
    assert len(found.keys) <= MOST_KEYS
    words = [f"{'-' if it.descending else ''}{it.column}" for it in found.keys]
    return " ".join(words) + "".join(f" where {it}" for it in found.null)


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ({"asked": "total"}, "total"),
        ({"asked": "slug tenantId"}, "tenantId slug"),  # the tenant's first
        ({"asked": "paid slug"}, "slug paid"),  # few values last
        ({"asked": "tenantId", "order": "createdAt"}, "tenantId createdAt"),
        ({"asked": "tenantId", "order": "-createdAt"}, "tenantId createdAt"),  # read backwards
        ({"asked": "tenantId", "order": "-total -createdAt"}, "tenantId total createdAt"),
        ({"asked": "tenantId", "order": "-total createdAt"}, "tenantId -total createdAt"),
        ({"asked": "tenantId", "order": "tenantId createdAt"}, "tenantId createdAt"),
        ({"asked": "tenantId", "ranges": "total", "order": "createdAt"}, "tenantId createdAt total"),
        ({"asked": "tenantId", "ranges": "createdAt", "order": "createdAt"}, "tenantId createdAt"),
        ({"asked": "tenantId", "ranges": "total slug", "order": "createdAt"}, "tenantId createdAt slug"),
        ({"asked": "tenantId", "ranges": "total", "order": "createdAt", "limit": False}, "tenantId total"),
        ({"asked": "tenantId", "order": "createdAt", "limit": False}, "tenantId createdAt"),
        ({"asked": "tenantId", "among": "state", "order": "createdAt"}, "tenantId createdAt state"),
        ({"asked": "tenantId", "null": "closedAt", "order": "createdAt"}, "tenantId createdAt closedAt"),
        (
            {"asked": "tenantId", "null": "deletedAt", "order": "createdAt"},
            "tenantId createdAt where deletedAt",
        ),
        (
            {"asked": "tenantId", "null": "deletedAt", "order": "createdAt", "provider": "mysql"},
            "tenantId createdAt deletedAt",
        ),
        (
            {"asked": "tenantId", "order": "createdAt id"},
            "tenantId createdAt",
        ),  # the row's own key adds nothing
        ({"asked": "tenantId", "order": "id"}, "tenantId id"),
        ({"asked": "tenantId slug paid state", "order": "createdAt"}, "tenantId slug state paid"),
        ({"order": "createdAt"}, "createdAt"),
        ({}, ""),
    ],
)
def test_equality_comes_first_then_the_order_then_one_range(shape: dict[str, Any], found: str) -> None:
    assert keys(**shape) == found


def test_an_index_that_is_there_keeps_its_columns_in_their_order() -> None:
    assert keys("slug state tenantId", order="createdAt") == "tenantId slug state createdAt"
    assert keys("slug state tenantId", order="createdAt", like=True) == "state slug tenantId createdAt"


def test_where_null_comes_is_kept() -> None:
    table = orders()
    order = (Part("total", descending=True, nulls_first=False),)
    shape = Wanted(
        table=table,
        asked=Asked(frozenset({"tenantId"}), order=order),
        others=frozenset(),
        limit=True,
        whole=True,
        places=(Place(span=Span("app.py", 0, 1), said="query"),),
    )
    proposal = suggested(shape)
    assert proposal.keys[1:] == order
    assert order_served(proposal.keys, shape.asked, "postgresql")
    assert seek(proposal.keys, shape.asked).keys == 1


def test_flags_and_enums_have_few_values() -> None:
    columns = orders().columns
    assert [it.field for it in columns.values() if has_few_values(it)] == ["state", "paid"]


def test_ids_and_references_tell_rows_apart() -> None:
    columns = orders().columns
    assert [it.field for it in columns.values() if tells_apart(it)] == ["id", "slug", "tenantId"]


def test_rows_that_belong_to_something_are_many() -> None:
    tables = database(SCHEMA).tables
    assert [name for name, table in tables.items() if grows(table)] == [
        "Order",
        "Note",
        "Team",
        "Bill",
        "Reading",
    ]
