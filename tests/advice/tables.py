"""Tables of a Prisma schema, and shapes of queries over them, made by hand."""

from collections.abc import Iterable

from crowsfoot import frontends
from crowsfoot.databases.index_use import Asked, Part, part
from crowsfoot.link import link
from crowsfoot.link.project import Database, Table
from crowsfoot.link.wanted import Place, Wanted
from crowsfoot.source import Source, Span


def database(text: str, provider: str = "postgresql") -> Database:
    """What the models of the text declare."""
    text = f'datasource db {{\n  provider = "{provider}"\n}}\n{text}'
    facts = frontends.read(Source("schema.prisma", text))
    assert facts is not None
    assert not facts.problems
    (linked,) = link([("schema.prisma", facts)]).databases
    return linked


EVENT = """enum Status {
  OPEN
  PAID
  VOID
}
model Event {
  id        Int       @id
  tenantId  Int
  userId    Int
  status    Status
  done      Boolean
  slug      String
  total     Int
  payload   Json?
  createdAt DateTime
  deletedAt DateTime?
%s
}
"""


def event(*indexes: str, provider: str = "postgresql") -> Table:
    """A table with columns of several kinds, and these indexes beside its key."""
    return database(EVENT % "\n".join(indexes), provider).tables["Event"]


def asks(
    table: Table,
    equal: str = "",
    *,
    null: str = "",
    among: str = "",
    ranges: str = "",
    order: Iterable[str] = (),
    limit: bool = False,
    places: int = 1,
) -> Wanted:
    """A shape; columns are parted by blanks, and "-" before one in the order turns it."""
    provider = table.database.provider
    keys = tuple(part(it.removeprefix("-"), provider, descending=it.startswith("-")) for it in order)
    sets = [frozenset(it.split()) for it in (equal, null, among, ranges)]
    return Wanted(
        table=table,
        asked=Asked(sets[0], sets[1], sets[2], sets[3], keys),
        others=frozenset(),
        limit=limit,
        whole=True,
        places=tuple(Place(Span("app.py", 0, 0), f"query {number}") for number in range(places)),
    )


def written(keys: Iterable[Part]) -> list[str]:
    """Keys as `asks` takes an order."""
    return [("-" if it.descending else "") + (it.column or "?") for it in keys]
