"""Database.graph, and the circles that its edges make."""

import networkx as nx
import pytest

from crowsfoot.link.circles import circles

from .conftest import Schema

MODELS = """
model A {
  id  Int  @id
  bId Int
  b   B    @relation("ab", fields: [bId], references: [id])
  cs  C[]
  tags Tag[]
}

model B {
  id  Int  @id
  aId Int
  as  A[]  @relation("ab")
}

model C {
  id   Int @id
  aId  Int
  a    A   @relation(fields: [aId], references: [id])
  upId Int
  up   C   @relation("up", fields: [upId], references: [id])
  low  C[] @relation("up")
}

model Tag {
  id Int @id
  as A[]
}
"""


def test_every_table_is_a_node_and_every_foreign_key_an_edge(schema: Schema) -> None:
    database = schema(MODELS)
    graph = database.graph
    assert {name: data["table"] for name, data in graph.nodes.items()} == database.tables
    edges = [(u, v, key, data["fk"]) for (u, v, key), data in graph.edges.items()]
    assert {(u, v, key) for u, v, key, _ in edges} == {
        ("A", "B", "bId"),
        ("C", "A", "aId"),
        ("C", "C", "upId"),
        ("_AToTag", "A", "A"),
        ("_AToTag", "Tag", "B"),
    }
    assert {fk for *_, fk in edges} == set(database.foreign_keys())
    assert all(fk.table.model == u and fk.target.model == v for u, v, _, fk in edges)


def test_two_keys_between_two_tables_are_two_edges(schema: Schema) -> None:
    database = schema(
        """
        model Game {
          id     Int  @id
          homeId Int
          home   Team @relation("home", fields: [homeId], references: [id])
          awayId Int
          away   Team @relation("away", fields: [awayId], references: [id])
        }

        model Team {
          id   Int    @id
          home Game[] @relation("home")
          away Game[] @relation("away")
        }
        """
    )
    assert database.graph.number_of_edges("Game", "Team") == 2


def test_two_relations_over_the_same_columns_are_two_edges(schema: Schema) -> None:
    database = schema(
        """
        model Note {
          id     Int  @id
          userId Int
          author User @relation("author", fields: [userId], references: [id])
          reader User @relation("reader", fields: [userId], references: [id])
        }

        model User {
          id      Int    @id
          written Note[] @relation("author")
          read    Note[] @relation("reader")
        }
        """
    )
    assert database.graph.number_of_edges("Note", "User") == 2


def test_the_graph_is_frozen_and_made_once(schema: Schema) -> None:
    database = schema(MODELS)
    assert database.graph is database.graph
    with pytest.raises(nx.NetworkXError):
        database.graph.add_node("more")


@pytest.mark.parametrize("length", [2, 3, 40])
def test_a_circle_is_found_whole_and_in_order(schema: Schema, length: int) -> None:
    models = "\n".join(
        f"model M{it} {{\n  id Int @id\n  nextId Int\n"
        f'  next M{(it + 1) % length} @relation("r{it}", fields: [nextId], references: [id])\n'
        f'  last M{(it - 1) % length}[] @relation("r{(it - 1) % length}")\n}}'
        for it in range(length)
    )
    database = schema(models)
    (found,) = circles(database, database.foreign_keys(), first=lambda fk: int(fk.table.model[1:]))
    assert [fk.table.model for fk in found] == [f"M{it}" for it in range(length)]
    assert all(a.target is b.table for a, b in zip(found, [*found[1:], found[0]], strict=True))


def test_what_only_leads_to_itself_or_nowhere_is_no_circle(schema: Schema) -> None:
    database = schema(MODELS)
    assert list(circles(database, database.foreign_keys())) == []
