"""A branch that a loop comes to once in so many passes is told from those that it comes to for some."""

import pytest

from .notation import file


def stretches(test: str) -> int:
    code = f"def f(rows, size, self):\n    batch = []\n    for i, row in enumerate(rows):\n        if {test}:\n            go(row)\n"
    return len(file(code).scopes[1].seldom)


@pytest.mark.parametrize(
    "test",
    [
        "i % 100 == 0",
        "0 == i % size",
        "not i % 100",
        "i and i % size == 0",
        "len(batch) >= 500",
        "500 < len(batch)",
        "len(batch) == self.batch_size",
        "len(batch) == CHUNK or i % 7 == 0",
        "len(batch) >= size or is_last",
        "i % 100 == 0 or i == len(rows) - 1",
    ],
)
def test_a_count_that_comes_round_is_seldom(test: str) -> None:
    assert stretches(test) == 1


@pytest.mark.parametrize(
    "test",
    [
        "row % 2",  # every other
        "row.size > 100",
        "len(row.parts) >= 500",
        "len(batch) > 1",
        "'%s' % i == row.name",
        "i > 0",
        "i % 100 == 0 or row.late",
        "is_last or row.late",
        "row in batch",
    ],
)
def test_what_the_row_decides_is_not(test: str) -> None:
    assert stretches(test) == 0


def test_a_branch_outside_of_loops_is_none() -> None:
    assert file("def f(i):\n    if i % 2 == 0:\n        go()\n").scopes[1].seldom == ()


@pytest.mark.parametrize(
    ("over", "test"),
    [
        ("key, value in rows.items()", "key == 'name'"),
        ("key, value in rows.items()", "'name' == key and value"),
        ("key, value in rows.items()", "key in ('name', 'title')"),
        ("key in rows.keys()", "key == 'name' or key == 'title'"),
        ("i, row in enumerate(rows)", "i == 0"),
        ("kind in rows", "kind == 'book'"),
        ("kind in rows", "kind == Kind.BOOK"),
        ("kind in rows", "kind in ('book', 'page')"),
        ("row in rows", "row.slug == 'latest'"),
        ("file in rows", "file.file_path == 'main.py' and file.key"),
        ("row in rows", "row['verbose_name'] == LATEST"),
    ],
)
def test_a_constant_equals_one_key_of_a_dict(over: str, test: str) -> None:
    code = f"def f(rows):\n    for {over}:\n        if {test}:\n            go()\n"
    assert len(file(code).scopes[1].seldom) == 1


@pytest.mark.parametrize(
    ("over", "test"),
    [
        ("key, value in rows.items()", "value == 'name'"),
        ("key, value in rows.items()", "key != 'name'"),
        ("key, value in rows.items()", "key == 'name' or value"),
        ("key, value in rows.items()", "key in rows"),
        ("key, value in pairs(rows)", "key == 'name'"),
        ("n in rows", "n == 0"),
        ("line in rows", "line == ''"),
        ("key in rows", "key == rows[0]"),
        ("row in rows", "row.kind == 'book'"),
        ("node in rows", "node.name == 'book'"),
        ("row in rows", "row['status'] == CLOSED"),
        ("i, row in enumerate(rows)", "i > 0"),
    ],
)
def test_others_may_equal_it_in_many_passes(over: str, test: str) -> None:
    code = f"def f(rows):\n    for {over}:\n        if {test}:\n            go()\n"
    assert file(code).scopes[1].seldom == ()


def test_a_constant_equals_one_key_of_the_outer_loop() -> None:
    code = """
def f(rows):
    for key, values in rows.items():
        for value in values:
            if key == "tags":
                go(value)
"""
    [(loop, _, _)] = file(code).scopes[1].seldom
    assert loop == 0


def test_what_is_full_has_been_filled_by_all_loops_around() -> None:
    code = """
def f(rows):
    batch = []
    for values in rows:
        for value in values:
            batch.append(value)
            if len(batch) >= BATCH_SIZE:
                go(batch)
                batch = []
            if len(value) >= BATCH_SIZE:
                go(value)
"""
    assert [loop for loop, _, _ in file(code).scopes[1].seldom] == [-1, 1]


def test_what_a_row_is_called_may_have_a_name_of_its_own() -> None:
    code = """
def f(rows):
    for row in rows:
        name, kind = row["name"], row["kind"]
        if name == LATEST:
            go(row)
        elif kind == LATEST:
            go(row)
"""
    assert len(file(code).scopes[1].seldom) == 1
