"""Which changes to its indexes a table needs, for what is asked of it."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from crowsfoot.advice.model import Change, TablePlan
from crowsfoot.advice.of_table import plan_table
from crowsfoot.databases.index_advice import missing
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Table
from crowsfoot.link.wanted import Wanted

from .tables import asks, database, event, written


def said(table: Table, shapes: Sequence[Wanted], least: Confidence = Confidence.LIKELY) -> list[str]:
    """The changes, each in a line."""
    return [_line(it) for it in plan_table(table, shapes, least).changes]


def _line(it: Change) -> str:
    new = f" ({', '.join(written(it.proposal.keys))})" if it.proposal is not None else ""
    where = (
        f" where {' '.join(it.proposal.null)} null" if it.proposal is not None and it.proposal.null else ""
    )
    old = "".join(f" {index.declaration}" for index in it.old)
    return f"{it.kind}{old}{new}{where}"


def test_a_search_by_what_no_index_starts_with_gets_an_index() -> None:
    table = event()
    assert said(table, [asks(table, "userId")]) == ["add (userId)"]


def test_equality_comes_first_then_the_order() -> None:
    table = event()
    shape = asks(table, "userId status", order=["-createdAt"], limit=True)
    assert said(table, [shape]) == ["add (userId, status, createdAt)"]


def test_without_a_limit_the_order_costs_no_key() -> None:
    table = event()
    assert said(table, [asks(table, "userId", order=["-createdAt"])]) == ["add (userId)"]


def test_one_index_serves_all_that_its_start_serves() -> None:
    table = event()
    shapes = [
        asks(table, "userId slug"),
        asks(table, "slug"),
        asks(table, "userId slug", order=["createdAt"], limit=True),
    ]
    assert said(table, shapes) == ["add (slug, userId, createdAt)"]


def test_one_index_serves_both_directions_of_an_order() -> None:
    table = event()
    shapes = [
        asks(table, "userId", order=["-createdAt"], limit=True),
        asks(table, "userId", order=["createdAt", "total"], limit=True),
        asks(table, "userId createdAt"),
    ]
    assert said(table, shapes) == ["add (userId, createdAt, total)"]


def test_what_an_index_serves_already_needs_none() -> None:
    table = event("@@index([userId, createdAt])", "@@unique([slug, tenantId])")
    shapes = [
        asks(table, "id"),
        asks(table, "userId", order=["-createdAt", "-id"], limit=True),
        asks(table, "tenantId slug status"),
        asks(table, "slug", among="tenantId"),
        asks(table, "userId", among="id"),
    ]
    assert said(table, shapes, Confidence.POSSIBLE) == []


def test_flags_and_enums_never_stand_alone() -> None:
    table = event()
    shapes = [asks(table, "done"), asks(table, "done status"), asks(table, among="status")]
    assert said(table, shapes, Confidence.POSSIBLE) == []
    few = asks(table, "status", order=["createdAt"], limit=True)
    assert said(table, [few], Confidence.POSSIBLE) == ["add (status, createdAt)"]


def test_a_column_without_an_order_of_values_is_no_key() -> None:
    table = event()
    assert said(table, [asks(table, "userId payload")]) == ["add (userId)"]
    assert said(table, [asks(table, "payload")], Confidence.POSSIBLE) == []


def test_at_most_four_keys() -> None:
    table = event()
    shape = asks(table, "tenantId userId slug total status", order=["createdAt"], limit=True)
    (line,) = said(table, [shape])
    assert line.count(",") == 3


def test_an_index_is_made_longer_rather_than_that_another_is_added() -> None:
    table = event("@@index([userId])", "@@index([slug])")
    shape = asks(table, "userId slug", order=["createdAt"], limit=True)
    found = plan_table(table, [shape], Confidence.POSSIBLE)
    assert [_line(it) for it in found.changes] == ["replace @@index([userId]) (userId, slug, createdAt)"]
    assert (found.before, found.after) == (3, 3)


def test_what_is_equal_is_not_turned_with_the_index_that_is_made_longer() -> None:
    table = event("@@index([userId, createdAt(sort: Desc)])")
    shape = asks(table, "userId", order=["createdAt", "total"], limit=True)
    (line,) = said(table, [shape], Confidence.POSSIBLE)
    assert line.endswith("(userId, -createdAt, -total)")


def test_a_longer_index_for_what_one_value_finds_is_only_possible() -> None:
    table = event("@@index([userId])")
    shape = asks(table, "userId", order=["createdAt"], limit=True)
    assert said(table, [shape]) == []
    assert said(table, [shape], Confidence.POSSIBLE) == ["replace @@index([userId]) (userId, createdAt)"]


def test_an_order_of_one_value_is_none() -> None:
    table = event("@@index([tenantId])")
    shape = asks(table, "userId slug", order=["slug"], limit=True)
    assert said(table, [shape]) == ["add (userId, slug)"]


@pytest.mark.parametrize("index", ["@@index([done])", "@@index([deletedAt])"])
def test_what_finds_most_rows_is_hardly_better_than_nothing(index: str) -> None:
    for other in ("", index):
        table = event(other)
        shape = asks(table, "done total", null="deletedAt")
        assert said(table, [shape]) == [], other
        assert len(said(table, [shape], Confidence.POSSIBLE)) == 1, other
        assert len(said(table, [asks(table, "done slug", null="deletedAt")])) == 1, other


def test_who_indexes_a_flag_alone_knows_that_it_finds_few() -> None:
    for index, found in (("", ["add (done, createdAt)"]), ("@@index([done])", [])):
        table = event(index)
        assert said(table, [asks(table, "done", order=["createdAt"], limit=True)]) == found


def test_an_order_that_an_index_has_begun_is_sorted_group_by_group() -> None:
    for provider, found in (
        ("postgresql", []),
        ("mysql", ["replace @@index([createdAt]) (createdAt, total)"]),
    ):
        table = event("@@index([createdAt])", provider=provider)
        shape = asks(table, order=["createdAt", "total"], limit=True)
        assert said(table, [shape]) == found
        assert len(said(table, [shape], Confidence.POSSIBLE)) == 1


def test_what_an_or_finds_is_not_found_by_the_order() -> None:
    table = event()
    shape = asks(table, order=["createdAt"], limit=True)
    either = replace(
        shape, either=(frozenset({"userId"}), frozenset({"done"})), others=frozenset({"userId", "done"})
    )
    assert said(table, [shape]) == ["add (createdAt)"]
    assert said(table, [either], Confidence.POSSIBLE) == []
    of_tenant = asks(table, "tenantId", order=["createdAt"], limit=True)
    of_tenant = replace(of_tenant, either=either.either, others=either.others)
    assert said(table, [of_tenant]) == ["add (tenantId, createdAt)"]


def test_a_range_of_what_another_query_sorts_by_is_not_enough() -> None:
    table = event("@@index([total, slug])")
    assert said(table, [asks(table, "slug", ranges="total")]) == ["add (slug, total)"]


def test_two_indexes_that_begin_alike_are_not_both_sure() -> None:
    """Once there is one that finds by userId, the other saves little."""
    table = event()
    shapes = [asks(table, "userId status", places=2), asks(table, "userId done")]
    assert said(table, shapes) == ["add (userId, status)"]
    assert len(said(table, shapes, Confidence.POSSIBLE)) == 2


def test_a_soft_delete_is_a_predicate_where_all_queries_say_so() -> None:
    table = event()
    live = asks(table, "userId", null="deletedAt", order=["createdAt"], limit=True)
    assert said(table, [live]) == ["add (userId, createdAt) where deletedAt null"]
    assert said(table, [live, asks(table, "userId")]) == ["add (userId, createdAt, deletedAt)"]
    mysql = event(provider="mysql")
    assert "where" not in said(mysql, [asks(mysql, "userId", null="deletedAt")])[0]


FAMILY = """model Parent {
  id       Int     @id
  children Child[]
}
model Child {
  id       Int    @id
  parentId Int
  kind     String
  key      String
  parent   Parent @relation(fields: [parentId], references: [id])
%s
}
"""


@pytest.mark.parametrize(("provider", "lines"), [("postgresql", ["add (parentId)"]), ("mysql", [])])
def test_a_bare_foreign_key_asks_for_an_index(provider: str, lines: list[str]) -> None:
    table = database(FAMILY % "", provider).tables["Child"]
    assert said(table, []) == lines


def test_what_mysql_makes_for_a_foreign_key_serves_queries_as_well() -> None:
    text = """
    model User {
      id    Int    @id
      posts Post[]
    }
    model Post {
      id        Int      @id
      userId    Int
      slug      String
      createdAt DateTime
      user      User     @relation(fields: [userId], references: [id])
      %s
    }
    """
    table = database(text % "", "mysql").tables["Post"]
    assert said(table, [asks(table, "userId")], Confidence.POSSIBLE) == []
    assert not list(missing(table, [asks(table, "userId")]))
    first = asks(table, "userId", order=["createdAt"], limit=True)
    assert said(table, [first]) == []
    # The index of the key goes by itself, so that none is told to be replaced.
    assert said(table, [first], Confidence.POSSIBLE) == ["add (userId, createdAt)"]
    assert said(table, [asks(table, "slug")]) == ["add (slug)"]
    # Without a constraint there is no such index.
    for provider in ("postgresql", "sqlite"):
        table = database(text % "", provider).tables["Post"]
        assert said(table, [asks(table, "userId")]) == ["add (userId)"]


def test_a_foreign_key_and_a_query_share_an_index() -> None:
    table = database(FAMILY % "").tables["Child"]
    (change,) = plan_table(table, [asks(table, "key parentId")], Confidence.LIKELY).changes
    assert _line(change) == "add (parentId, key)"
    assert [str(it.key) for it in change.foreign_keys] == ["Child(parentId)"]


def test_a_foreign_key_of_many_columns_is_served_whole() -> None:
    names = "abcdef"
    fields = "\n".join(f"{it} Int" for it in names)
    listed = ", ".join(names)
    table = database(
        f"model Parent {{\n{fields}\nchildren Child[]\n@@id([{listed}])\n}}\n"
        f"model Child {{\nid Int @id\n{fields}\n"
        f"parent Parent @relation(fields: [{listed}], references: [{listed}])\n}}"
    ).tables["Child"]
    assert said(table, []) == [f"add ({listed})"]


def test_where_the_key_of_the_row_is_appended_an_index_is_made_longer_all_the_same() -> None:
    table = event("@@index([slug])", provider="sqlite")
    shape = asks(table, "userId slug", order=["createdAt"], limit=True)
    assert said(table, [shape], Confidence.POSSIBLE) == ["replace @@index([slug]) (slug, userId, createdAt)"]
    served = asks(table, "slug", order=["id"], limit=True)
    assert said(table, [served], Confidence.POSSIBLE) == []


def test_what_could_not_be_read_may_be_the_index() -> None:
    table = event("@@index([slug])", "@@index([slug, total])")
    torn = replace(table, complete=False)
    torn = replace(torn, columns={key: replace(it, table=torn) for key, it in table.columns.items()})
    shape = asks(torn, "userId")
    assert said(torn, [shape], Confidence.POSSIBLE)[0] == "add (userId)"
    assert said(torn, [shape]) == ["drop @@index([slug])"]
    assert said(table, [asks(table, "userId")])[0] == "add (userId)"


def test_what_another_index_does_is_dropped() -> None:
    table = event("@@index([userId])", "@@index([userId, createdAt])", "@@index([slug])", "@@index([slug])")
    found = plan_table(table, [], Confidence.LIKELY)
    assert [_line(it) for it in found.changes] == ["drop @@index([userId])", "drop @@index([slug])"]
    assert (found.before, found.after) == (5, 3)


def test_what_stays_is_told_and_not_what_goes_too() -> None:
    table = event("@@index([userId])", "@@index([userId, slug])", "@@index([userId, slug, total])")
    changes = plan_table(table, [], Confidence.LIKELY).changes
    assert {it.by for it in changes} == {table.indexes[3]}


def test_a_new_index_makes_several_old_ones_superfluous() -> None:
    table = event("@@index([tenantId])", "@@index([tenantId, userId])")
    shape = asks(table, "tenantId userId slug")
    changes = plan_table(table, [shape], Confidence.POSSIBLE).changes
    assert {it for change in changes for it in change.old} == set(table.indexes[1:])


def test_an_index_over_rows_that_nobody_can_tell_may_be_the_one() -> None:
    # As Django writes ~Q(status="PAID"); that a query excludes the same is nothing that we could prove.
    table = event("@@index([createdAt], where: raw(\"status <> 'PAID'\"))")
    first = asks(table, ranges="createdAt", order=["createdAt"], limit=True)
    assert said(table, [replace(first, others=frozenset({"status"}))]) == []
    assert said(table, [first], Confidence.POSSIBLE) == ["add (createdAt)"]
    # Another one does not serve it, whichever rows it holds.
    assert said(table, [asks(table, "slug")]) == ["add (slug)"]


def test_unique_keys_stay() -> None:
    table = event("@@unique([userId])", "name2 String @unique")
    assert all("drop" not in it and "replace" not in it for it in said(table, [asks(table, "userId slug")]))


def test_the_promise_says_what_the_index_does() -> None:
    table = event()
    shape = asks(table, "userId", ranges="total", order=["-createdAt"], limit=True)
    other = asks(table, "userId", ranges="createdAt")
    (change,) = plan_table(table, [shape, other], Confidence.LIKELY).changes
    assert [(it.keys, it.range, it.sorted) for it in change.promises] == [(1, False, True), (1, True, False)]


def test_the_order_of_the_row_itself_is_left_to_the_database() -> None:
    table = event()
    assert said(table, [asks(table, "userId", order=["-createdAt", "-id"], limit=True)]) == [
        "add (userId, createdAt)"
    ]


def test_lists_of_values_come_behind_the_order() -> None:
    table = event()
    shape = asks(table, "userId", among="status", order=["createdAt"], limit=True)
    assert said(table, [shape]) == ["add (userId, createdAt)"]


def test_what_finds_few_rows_by_a_list_is_not_bettered_by_what_may_find_many() -> None:
    table = event("@@index([userId])")
    shapes = [
        asks(table, "total", among="userId"),
        asks(table, null="userId", order=["createdAt"], limit=True),
    ]
    assert said(table, shapes, Confidence.POSSIBLE) == []


@pytest.mark.parametrize("provider", ["postgresql", "mysql", "sqlite"])
def test_a_list_of_what_tells_rows_apart_is_as_sure_as_one_value(provider: str) -> None:
    table = event(provider=provider)
    for shape, index in (
        (asks(table, among="slug"), "slug"),
        (asks(table, "done", among="slug"), "done, slug"),
    ):
        assert said(table, [shape]) == [f"add ({index})"]
        (advice,) = missing(table, [shape])
        assert [it.name for it in advice.columns] == ["slug"]
    # How many rows a value of these finds nobody knows, nor the advice nor the rule.
    assert said(table, [asks(table, among="total")]) == []
    assert said(table, [asks(table, among="total")], Confidence.POSSIBLE) == ["add (total)"]


def test_what_is_compared_in_some_calls_only_may_find_the_rows() -> None:
    table = event("@@index([slug])")
    shape = asks(table, "userId total")
    assert said(table, [shape]) == ["add (userId, total)"]
    assert said(table, [replace(shape, others=frozenset({"slug"}))]) == ["add (userId, total)"], "slug <> ..."
    sometimes = replace(shape, others=frozenset({"slug"}), sometimes=frozenset({"slug"}))
    assert said(table, [sometimes]) == []
    assert said(table, [sometimes], Confidence.POSSIBLE) == ["add (userId, total)"]


def test_of_one_row_that_is_named_there_is_nothing_to_sort() -> None:
    table = event()
    shape = asks(table, "slug", order=["createdAt"], limit=True)
    one = replace(shape, places=tuple(replace(it, one=True) for it in shape.places))
    assert said(table, [shape]) == ["add (slug, createdAt)"]
    assert said(table, [one]) == ["add (slug)"]


def test_a_plan_without_changes_counts_the_indexes() -> None:
    table = event("@@index([userId])")
    assert plan_table(table, [asks(table, "userId")], Confidence.LIKELY) == TablePlan(table, (), 2, 2)
