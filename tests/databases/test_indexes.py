"""What an index does for a foreign key, and what makes it redundant: each condition by itself."""

from collections.abc import Iterator
from itertools import permutations, product

import pytest
from msgspec.structs import replace

from crowsfoot import frontends
from crowsfoot.databases.indexes import (
    Cover,
    best_cover,
    covers,
    implied_unique,
    is_deletion_time,
    makes_redundant,
    may_be_partial,
    redundant_by,
    same_keys,
)
from crowsfoot.link import link
from crowsfoot.link.project import Database, ForeignKey, Index, Table
from crowsfoot.source import Source


def database(text: str, provider: str = "postgresql", mode: str = "foreignKeys") -> Database:
    text = f'datasource db {{\n  provider = "{provider}"\n  relationMode = "{mode}"\n}}\n{text}'
    facts = frontends.read(Source("schema.prisma", text))
    assert facts is not None
    assert not facts.problems
    (linked,) = link([("schema.prisma", facts)]).databases
    return linked


def table(*attributes: str, provider: str = "postgresql") -> Table:
    """A table with columns of several kinds, and these block attributes."""
    fields = "id Int @id\n a Int\n b Int\n c Int?\n s String\n t String\n deletedAt DateTime?\n l String[]"
    lines = "\n ".join(attributes)
    return database(f"model M {{\n {fields}\n {lines}\n}}\n", provider).tables["M"]


def pair(one: str, two: str, provider: str = "postgresql") -> tuple[Index, Index]:
    """The indexes that two block attributes declare."""
    _, first, second = table(one, two, provider=provider).indexes
    return first, second


def child(*attributes: str, provider: str = "postgresql", mode: str = "foreignKeys") -> ForeignKey:
    """A foreign key (a, b), in a table with these block attributes."""
    lines = "\n ".join(attributes)
    text = (
        "model Parent {\n a Int\n b Int\n children Child[]\n @@id([a, b])\n}\n"
        "model Child {\n id Int @id\n x Int\n a Int\n b Int\n"
        f" parent Parent @relation(fields: [a, b], references: [a, b])\n {lines}\n}}\n"
    )
    (fk,) = database(text, provider, mode).tables["Child"].foreign_keys
    return fk


def cover_of(attribute: str, provider: str = "postgresql", mode: str = "foreignKeys") -> Cover:
    return best_cover(child(attribute, provider=provider, mode=mode))[0]


# What serves a foreign key. Measured in milliseconds for deleting 50 parents of 200,000 children on
# PostgreSQL 15: none 437, (a, b) 9, (b, a) 3, (a) 18, (b) 29, (id, a, b) 376, (a, id, b) 10.


@pytest.mark.parametrize("attribute", ["@@index([a, b])", "@@index([b, a])", "@@unique([b, a, x])"])
def test_postgres_takes_the_columns_in_any_order(attribute: str) -> None:
    assert cover_of(attribute) == Cover.FULL


@pytest.mark.parametrize("attribute", ["@@index([a])", "@@index([b, x])", "@@index([a, id, b])"])
def test_an_index_that_starts_with_one_of_the_columns_is_a_part_of_it(attribute: str) -> None:
    assert cover_of(attribute) == Cover.PARTIAL


@pytest.mark.parametrize("attribute", ["", "@@index([x, a, b])", "@@index([id, a, b])"])
def test_columns_behind_another_one_do_not_count(attribute: str) -> None:
    assert cover_of(attribute) == Cover.NONE


def test_a_primary_key_counts() -> None:
    text = "model P {\n id Int @id\n c C?\n}\nmodel C {\n id Int @id\n p P @relation(fields: [id], references: [id])\n}\n"
    (fk,) = database(text).tables["C"].foreign_keys
    assert best_cover(fk) == (Cover.FULL, fk.table.primary_key)


def test_the_best_index_is_found_behind_a_worse_one() -> None:
    fk = child("@@index([a])", "@@index([a, b])")
    assert best_cover(fk) == (Cover.FULL, fk.table.indexes[2])


def test_innodb_wants_the_order_of_the_key_for_a_constraint() -> None:
    assert cover_of("@@index([a, b])", "mysql") == Cover.FULL
    assert cover_of("@@index([b, a])", "mysql") == Cover.PARTIAL


def test_without_a_constraint_any_order_serves_on_mysql() -> None:
    assert cover_of("@@index([b, a])", "mysql", "prisma") == Cover.FULL


def test_a_prefix_of_a_column_finds_more_rows_than_asked_for() -> None:
    assert cover_of("@@index([a(length: 2), b])", "mysql") == Cover.PARTIAL


def test_a_hash_index_serves_a_key_of_one_column_only() -> None:
    text = "model P {\n id Int @id\n c C[]\n}\nmodel C {\n id Int @id\n p Int\n"
    text += " up P @relation(fields: [p], references: [id])\n @@index([p], type: Hash)\n}\n"
    (fk,) = database(text).tables["C"].foreign_keys
    assert covers(fk.table.indexes[1], fk) == Cover.FULL
    assert cover_of("@@index([a, b], type: Hash)") == Cover.NONE


@pytest.mark.parametrize("kind", ["Gin", "Gist", "SpGist", "Brin"])
def test_an_index_of_another_kind_does_not_serve(kind: str) -> None:
    assert cover_of(f"@@index([a, b], type: {kind})") == Cover.NONE


@pytest.mark.parametrize(
    ("predicate", "cover"),
    [
        ('raw("a IS NOT NULL")', Cover.FULL),
        (r'raw("\"a\" is not null AND (b IS NOT NULL)")', Cover.FULL),
        (r'raw("(\"a\" IS NOT NULL)")', Cover.FULL),
        ("{ a: { not: null } }", Cover.FULL),
        ("{ a: { not: null }, b: { not: null } }", Cover.FULL),
        ('raw("x IS NOT NULL")', Cover.NONE),
        ('raw("a IS NOT NULL OR x > 1")', Cover.NONE),
        ('raw("a IS NULL")', Cover.NONE),
        ("{ x: { not: null } }", Cover.NONE),
        ("{ x: 1 }", Cover.NONE),
        ("{ a: { not: null }, x: 1 }", Cover.NONE),
    ],
)
def test_a_partial_index_serves_when_it_leaves_out_only_nulls(predicate: str, cover: Cover) -> None:
    assert cover_of(f"@@index([a, b], where: {predicate})") == cover


# What makes an index redundant. The base case, and each condition that takes it away.


def test_an_index_that_starts_with_the_same_keys_makes_the_shorter_one_redundant() -> None:
    short, long = pair("@@index([a])", "@@index([a, b])")
    assert makes_redundant(short, long)
    assert not makes_redundant(long, short)
    assert not makes_redundant(short, short)


def test_the_same_table_is_meant() -> None:
    one, two = table("@@index([a])"), table("@@index([a, b])")
    assert not makes_redundant(one.indexes[1], two.indexes[1])


_COMPOSITE = """
type Place {
  city   String
  street String
}

model A {
  id    String @id
  place Place

  @@unique([place.city])
  @@unique([place.city, place.street])
}

model B {
  id    String @id
  place Place

  @@index([place.city])
}
"""


def test_a_path_into_a_document_is_a_key_of_its_own_table() -> None:
    tables = database(_COMPOSITE, "mongodb").tables
    _, city, street = tables["A"].indexes
    assert not makes_redundant(tables["B"].indexes[1], city)
    assert not makes_redundant(city, street)
    assert not implied_unique(street)


def test_another_method_does_other_work() -> None:
    assert not makes_redundant(*pair("@@index([a], type: Hash)", "@@index([a, b])"))
    assert not makes_redundant(*pair("@@index([a])", '@@index([a], type: Hash, map: "x")'))


def test_other_methods_than_the_b_tree_know_no_prefix() -> None:
    assert not makes_redundant(
        *pair("@@index([l], type: Gin)", '@@index([l, s(ops: raw("gin_trgm_ops"))], type: Gin)')
    )
    assert makes_redundant(*pair('@@index([l], type: Gin, map: "x")', "@@index([l], type: Gin)"))


def test_another_operator_class_does_other_work() -> None:
    assert not makes_redundant(*pair('@@index([s(ops: raw("text_pattern_ops"))])', "@@index([s, a])"))


def test_a_prefix_length_has_to_be_the_same() -> None:
    assert not makes_redundant(*pair("@@index([s])", "@@index([s(length: 20), a])", "mysql"))
    assert makes_redundant(*pair("@@index([s(length: 20)])", "@@index([s(length: 20), a])", "mysql"))


def test_a_partial_index_is_smaller_than_the_whole_one() -> None:
    assert not makes_redundant(*pair('@@index([a], where: raw("b > 1"))', "@@index([a, b])"))


def test_a_partial_index_does_not_hold_every_row() -> None:
    assert not makes_redundant(*pair("@@index([a])", '@@index([a, b], where: raw("b > 1"))'))


def test_two_indexes_with_one_predicate_compare_like_whole_ones() -> None:
    assert makes_redundant(
        *pair('@@index([a], where: raw("b  > 1"))', '@@index([a, b], where: raw("b > 1"))')
    )


def test_the_keys_have_to_be_the_first_ones() -> None:
    assert not makes_redundant(*pair("@@index([a])", "@@index([b, a])"))
    assert not makes_redundant(*pair("@@index([a, b])", "@@index([b, a, s])"))


def test_a_b_tree_is_read_in_both_directions_as_a_whole() -> None:
    assert makes_redundant(*pair("@@index([a])", "@@index([a(sort: Desc), b])"))
    assert makes_redundant(*pair("@@index([a, b(sort: Desc)])", "@@index([a(sort: Desc), b, s])"))
    assert not makes_redundant(*pair("@@index([a, b])", "@@index([a, b(sort: Desc), s])"))


def test_what_is_included_has_to_be_held_by_the_other() -> None:
    short, long = pair("@@index([a])", "@@index([a, b])")
    columns = short.table.columns
    assert makes_redundant(replace(short, include=(columns["b"],)), long)
    assert not makes_redundant(replace(short, include=(columns["s"],)), long)
    assert makes_redundant(replace(short, include=(columns["s"],)), replace(long, include=(columns["s"],)))


def test_uniqueness_of_fewer_columns_is_not_redundant() -> None:
    assert not makes_redundant(*pair("@@unique([a])", "@@index([a, b])"))
    assert not makes_redundant(*pair("@@unique([a])", "@@unique([a, b])"))
    assert not makes_redundant(*pair("@@unique([a])", '@@index([a], map: "x")'))


def test_uniqueness_with_an_expression_is_of_more_than_its_columns() -> None:
    unique, longer = pair("@@unique([a])", "@@unique([a, b])")
    key = replace(longer.keys[1], column=None, expression="lower(s)")
    assert not makes_redundant(unique, replace(longer, keys=(longer.keys[0], key)))


def test_a_unique_key_is_redundant_beside_the_same_one() -> None:
    assert makes_redundant(*pair("@@unique([a, b])", '@@unique([a, b], map: "x")'))


def test_a_primary_key_is_never_redundant() -> None:
    key, unique = table("@@unique([id])").indexes
    assert not makes_redundant(key, unique)
    assert makes_redundant(unique, key)


def test_a_clustered_index_is_the_table() -> None:
    assert not makes_redundant(*pair("@@index([a], clustered: true)", "@@index([a, b])", "sqlserver"))


def _referred_to(mode: str, *attributes: str) -> tuple[Index, ...]:
    text = "model P {\n id Int @id\n code Int\n cs C[]\n " + "\n ".join(attributes) + "\n}\n"
    text += "model C {\n id Int @id\n code Int\n p P @relation(fields: [code], references: [code])\n}\n"
    return database(text, mode=mode).tables["P"].indexes


def test_a_foreign_key_may_rest_on_either_of_two_unique_keys() -> None:
    _, one, two = _referred_to("foreignKeys", "@@unique([code])", '@@unique([code], map: "x")')
    assert not makes_redundant(one, two)
    assert not makes_redundant(two, one)


def test_nothing_rests_on_a_unique_key_without_constraints() -> None:
    _, one, two = _referred_to("prisma", "@@unique([code])", '@@unique([code], map: "x")')
    assert makes_redundant(one, two)


def test_a_foreign_key_rests_on_the_primary_key_of_the_same_columns() -> None:
    text = "model P {\n id Int @id @unique\n cs C[]\n}\n"
    text += "model C {\n id Int @id\n pid Int\n p P @relation(fields: [pid], references: [id])\n}\n"
    key, unique = database(text).tables["P"].indexes
    assert makes_redundant(unique, key)


def _attributes() -> Iterator[str]:
    for size in (1, 2, 3):
        for columns in permutations(("a", "b", "x"), size):
            for first in ("", "(sort: Desc)", "(length: 2)"):
                for keyword in ("index", "unique"):
                    name = "_".join((keyword, *columns, first.strip("()").replace(": ", "_")))
                    keys = ", ".join((columns[0] + first, *columns[1:]))
                    yield f'@@{keyword}([{keys}], map: "{name}")'


def test_no_foreign_key_loses_the_index_that_innodb_demands() -> None:
    """ERROR 1553 on MariaDB 10.11. All pairs of indexes of up to three columns."""
    fk = child(*_attributes(), provider="mysql")
    indexes = fk.table.indexes
    pairs = [(a, b) for a, b in product(indexes, indexes) if makes_redundant(a, b)]
    assert len(pairs) > 100
    assert [(a, b) for a, b in pairs if covers(a, fk) > covers(b, fk)] == []


# Which of two indexes stays.


def _survivors(*attributes: str) -> list[str]:
    return [it.declaration for it in table(*attributes).indexes if not redundant_by(it)]


def test_of_two_equal_indexes_exactly_one_stays() -> None:
    assert _survivors("@@index([a])", '@@index([a], map: "x")') == ["@id on id", "@@index([a])"]
    one = table("@@index([a])", '@@index([a], map: "x")')
    assert [it.name for it in one.indexes if not redundant_by(it)] == [None, "x"]


def test_a_unique_key_stays_and_the_mere_index_goes() -> None:
    assert _survivors("@@index([a])", "@@unique([a])") == ["@id on id", "@@unique([a])"]


def test_the_narrowest_reason_comes_first() -> None:
    short, *longer = table("@@index([a])", "@@index([a, b, s])", "@@index([a, b])").indexes[1:]
    assert [it.declaration for it in redundant_by(short)] == ["@@index([a, b])", "@@index([a, b, s])"]
    assert len(longer) == 2


def test_the_same_keys_in_another_order_are_not_the_same() -> None:
    assert not same_keys(*pair("@@index([a, b])", "@@index([b, a])"))
    assert not same_keys(*pair("@@index([a])", "@@index([a, b])"))
    assert same_keys(*pair("@@index([a, b])", "@@unique([a, b])"))


# What the schema cannot say.


@pytest.mark.parametrize(("provider", "may_be"), [("postgresql", True), ("sqlite", True), ("mysql", False)])
def test_an_index_with_a_name_of_its_own_may_be_partial(provider: str, may_be: bool) -> None:
    named, unnamed = pair('@@index([a], map: "x")', "@@index([a])", provider)
    assert may_be_partial(named) == may_be
    assert not may_be_partial(unnamed)


def test_a_primary_key_is_whole_whatever_its_name() -> None:
    (key,) = database('model M {\n id Int @id(map: "x")\n}\n').tables["M"].indexes
    assert not may_be_partial(key)


def test_fewer_columns_that_are_never_null_imply_uniqueness() -> None:
    indexes = table("@@unique([id, c])", "@@unique([a, c])", "@@unique([c])", "@@unique([c, b])").indexes
    assert [implied_unique(it) for it in indexes] == [False, True, False, False, False]


def test_a_partial_unique_key_implies_nothing() -> None:
    _, partial, whole = table('@@unique([a], where: raw("b > 1"))', "@@unique([a, b])").indexes
    assert not implied_unique(whole)
    assert not implied_unique(partial)


@pytest.mark.parametrize(
    ("declaration", "is_one"),
    [
        ("deletedAt DateTime?", True),
        ("deleted_at DateTime?", True),
        ("removedOn DateTime?", True),
        ("softDeletedAt DateTime?", True),
        ("deletedAt DateTime", False),
        ("deletedAt Boolean?", False),
        ("updatedAt DateTime?", False),
        ("undeletedAt DateTime?", False),
    ],
)
def test_a_time_of_deletion_is_known_by_name_and_type(declaration: str, is_one: bool) -> None:
    columns = database(f"model M {{\n id Int @id\n {declaration}\n}}\n").tables["M"].columns
    assert is_deletion_time([*columns.values()][1]) == is_one


def test_where_nulls_come_is_part_of_the_order() -> None:
    plain, named = pair("@@index([a])", "@@index([a, b])")
    assert makes_redundant(plain, named)
    odd = replace(named, keys=(replace(named.keys[0], nulls="first"), named.keys[1]))
    assert not makes_redundant(plain, odd)
    written = replace(named, keys=(replace(named.keys[0], nulls="last"), named.keys[1]))
    assert makes_redundant(plain, written), "which is where they are by themselves"
    turned = (replace(named.keys[0], nulls="first", descending=True), replace(named.keys[1], descending=True))
    assert makes_redundant(plain, replace(named, keys=turned)), "read backwards"
