"""Work grows with the number of indexes, and not with the number of pairs of them."""

import pytest

from crowsfoot.databases import indexes
from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.link.project import ForeignKey, Index, Table

MANY = 300


def table(body: str) -> Table:
    text = f'datasource db {{\n  provider = "postgresql"\n}}\n\nmodel Wide {{\n  id Int @id\n{body}}}\n'
    (database,) = link([("schema.prisma", prisma.read(text))]).databases
    return database.tables["Wide"]


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Index, Index]]:
    """The pairs of indexes that were compared in full."""
    pairs: list[tuple[Index, Index]] = []
    makes_redundant = indexes.makes_redundant

    def counted(a: Index, by: Index) -> bool:
        pairs.append((a, by))
        return makes_redundant(a, by)

    monkeypatch.setattr(indexes, "makes_redundant", counted)
    return pairs


def test_indexes_that_begin_differently_are_not_compared(compared: list[tuple[Index, Index]]) -> None:
    wide = table("".join(f"  f{n} Int\n  @@index([f{n}])\n" for n in range(MANY)))
    assert not any(indexes.redundant_by(index) for index in wide.indexes)
    assert len(compared) <= 2 * MANY


def test_equal_indexes_are_compared_with_the_one_to_keep(compared: list[tuple[Index, Index]]) -> None:
    wide = table("  a Int\n" + "".join(f'  @@index([a], map: "i{n}")\n' for n in range(MANY)))
    found = [indexes.redundant_by(index) for index in wide.indexes]
    assert sum(map(bool, found)) == MANY - 1
    assert len(compared) <= 4 * MANY


def test_a_foreign_key_looks_at_the_indexes_that_begin_with_its_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Index] = []
    covers = indexes.covers

    def counted(index: Index, fk: ForeignKey) -> indexes.Cover:
        asked.append(index)
        return covers(index, fk)

    monkeypatch.setattr(indexes, "covers", counted)
    wide = table(
        "".join(
            f'  p{n}Id Int?\n  p{n} Wide? @relation("r{n}", fields: [p{n}Id], references: [id])\n'
            f'  c{n} Wide[] @relation("r{n}")\n  @@index([p{n}Id])\n'
            for n in range(MANY)
        )
    )
    assert [indexes.best_cover(fk)[0] for fk in wide.foreign_keys] == [indexes.Cover.FULL] * MANY
    assert len(asked) == MANY
