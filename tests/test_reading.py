"""Which files are read, and where."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from crowsfoot import frontends, reading
from crowsfoot.cache import Cache
from crowsfoot.facts.sql import CreateView, Dialect, SqlFile
from crowsfoot.link.layouts import Entry, Layout
from crowsfoot.source import Source

SOURCES = [
    Source(f"{name}/schema.prisma", f"model {name} {{\n  id Int @id\n  x  String @default('x')\n}}\n")
    for name in ("One", "Two", "Three")
]


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that were read in this process."""
    paths: list[str] = []
    read = frontends.read

    def counted(source: Source, *dialect: Any) -> object:
        paths.append(source.path)
        return read(source, *dialect)

    monkeypatch.setattr(frontends, "read", counted)
    return paths


def test_a_text_at_two_paths_is_read_once(read_here: list[str]) -> None:
    copy = Source("copy/schema.prisma", SOURCES[0].text)
    facts = reading.read_all([SOURCES[0], copy], Cache(None))
    assert [path for path, _ in facts] == ["One/schema.prisma", "copy/schema.prisma"]
    assert read_here == ["One/schema.prisma"]


def test_the_same_text_under_another_name_may_mean_something_else() -> None:
    text = '{"prisma": {"schema": "a.prisma"}}'
    facts = dict(reading.read_all([Source("package.json", text), Source("x.prisma", text)], Cache(None)))
    assert type(facts["package.json"]) is not type(facts["x.prisma"])


def test_what_was_read_once_is_not_read_again(tmp_path: Path, read_here: list[str]) -> None:
    cache = Cache(tmp_path)
    first = reading.read_all(SOURCES, cache)
    assert reading.read_all(SOURCES, cache) == first
    assert len(read_here) == len(SOURCES)


def test_other_processes_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    here = reading.read_all(SOURCES, Cache(None))
    monkeypatch.setattr(reading, "WORTH_PROCESSES", 0)
    assert reading.read_all(SOURCES, Cache(None)) == here


def test_where_no_process_can_be_started_it_works_without(
    monkeypatch: pytest.MonkeyPatch, read_here: list[str]
) -> None:
    def refused(*_: object) -> NoReturn:
        raise PermissionError("no processes here")

    monkeypatch.setattr(reading, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(os, "fork", refused, raising=False)
    monkeypatch.setattr(reading, "_read_in_pool", refused)
    assert len(reading.read_all(SOURCES, Cache(None))) == len(SOURCES)
    assert len(read_here) == len(SOURCES)


MIGRATIONS = tuple(Source(f"m/{it}/migration.sql", f"CREATE TABLE t{it} (id int);\n") for it in range(4))
TEXTS = {it.path: it.text for it in MIGRATIONS}


def layout(*sources: Source, dialect: Dialect = "postgresql") -> Layout:
    return Layout("m", "prisma", tuple(Entry(it.path, it.path) for it in sources), dialect)


def read(layouts: list[Layout], texts: Mapping[str, str | None], cache: Cache) -> list[tuple[str, SqlFile]]:
    found = list(reading.read_migrations(layouts, texts, cache))
    assert all(isinstance(it, SqlFile) for _, it in found)
    return found  # type: ignore[return-value]  # as has just been seen


def test_sql_is_left_for_when_its_dialect_is_known(read_here: list[str]) -> None:
    assert reading.read_all(MIGRATIONS, Cache(None)) == []
    assert read_here == []


def test_migrations_are_read_in_their_order_and_kept(tmp_path: Path, read_here: list[str]) -> None:
    cache = Cache(tmp_path)
    first = read([layout(*MIGRATIONS[:3])], TEXTS, cache)
    assert [path for path, _ in first] == [it.path for it in MIGRATIONS[:3]]
    assert read([layout(*MIGRATIONS[:3])], TEXTS, cache) == first
    assert len(read_here) == 3


def test_a_migration_is_there_before_the_next_is_read(read_here: list[str]) -> None:
    migrations = reading.read_migrations([layout(*MIGRATIONS)], TEXTS, Cache(None))
    assert next(migrations)[0] == MIGRATIONS[0].path
    assert read_here == [MIGRATIONS[0].path]


def test_a_migration_that_is_added_is_the_only_one_to_be_read(tmp_path: Path, read_here: list[str]) -> None:
    cache = Cache(tmp_path)
    read([layout(*MIGRATIONS[:3])], TEXTS, cache)
    read([layout(*MIGRATIONS)], TEXTS, cache)
    assert read_here == [it.path for it in MIGRATIONS]


def test_the_same_text_in_another_dialect_is_read_again(tmp_path: Path, read_here: list[str]) -> None:
    cache = Cache(tmp_path)
    for dialect in ("postgresql", "mysql"):
        ((_, facts),) = read([layout(MIGRATIONS[0], dialect=dialect)], TEXTS, cache)
        assert facts.dialect == dialect
    assert len(read_here) == 2


def test_what_views_are_made_of_is_read_once_a_migration_guards_rows(
    tmp_path: Path, read_here: list[str]
) -> None:
    view = Source("m/1_view/migration.sql", "CREATE VIEW v AS SELECT a FROM t WHERE b = 1;")
    guard = Source("m/2_guard/migration.sql", "alter table t enable row  level security;")
    texts = {view.path: view.text, guard.path: guard.text}
    cache = Cache(tmp_path)

    def readings(*sources: Source) -> list[bool]:
        found = read([layout(*sources)], texts, cache)
        does = [it for _, facts in found for statement in facts.statements for it in statement.does]
        return [it.query.reading is not None for it in does if isinstance(it, CreateView)]

    assert readings(view) == [False]
    assert readings(view, guard) == [True]
    assert readings(view) == [False]
    assert read_here == [view.path, view.path, guard.path]


def test_a_migration_without_a_text_is_left_out() -> None:
    texts = {**TEXTS, MIGRATIONS[0].path: None}
    found = read([layout(*MIGRATIONS)], texts, Cache(None))
    assert [path for path, _ in found] == [it.path for it in MIGRATIONS[1:]]
    assert read([layout(MIGRATIONS[0])], texts, Cache(None)) == []


def test_a_text_in_two_folders_is_read_once(read_here: list[str]) -> None:
    two = [layout(*MIGRATIONS), layout(*MIGRATIONS)]
    assert read(two, TEXTS, Cache(None)) == 2 * read([layout(*MIGRATIONS)], TEXTS, Cache(None))
    assert len(read_here) == 2 * len(MIGRATIONS)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("cores", [1, 3])
def test_other_processes_read_the_same_migrations(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    here = read([layout(*MIGRATIONS)], TEXTS, Cache(None))
    monkeypatch.setattr(reading, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(reading, "spare_cores", lambda: cores if sys.platform == "linux" else 0)
    assert read([layout(*MIGRATIONS)], TEXTS, Cache(None)) == here


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is forked")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_what_others_fail_to_read_is_read_here(monkeypatch: pytest.MonkeyPatch, read_here: list[str]) -> None:
    us, read_well = os.getpid(), frontends.read

    def fails_elsewhere(source: Source, *dialect: Any) -> object:
        if os.getpid() != us:
            os._exit(1)
        return read_well(source, *dialect)

    here = read([layout(*MIGRATIONS)], TEXTS, Cache(None))
    read_here.clear()
    monkeypatch.setattr(reading, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(reading, "spare_cores", lambda: 2)
    monkeypatch.setattr(frontends, "read", fails_elsewhere)
    assert read([layout(*MIGRATIONS)], TEXTS, Cache(None)) == here
    assert len(read_here) == len(MIGRATIONS)
