"""The migrations of five real applications: all of them are read, and every place is right."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    ColumnDef,
    ColumnUse,
    Constant,
    Constraint,
    DropColumn,
    Expression,
    ObjectName,
    SqlFile,
    Unknown,
)
from crowsfoot.frontends.sql import read
from crowsfoot.frontends.sql.postgres_words import Words, unquoted
from crowsfoot.source import Range

_BROKEN = "20251123142214_model_metric_overhaul"


@pytest.fixture(scope="module")
def migrations(corpus: Path) -> dict[str, tuple[str, SqlFile]]:
    """The text and the facts of every migration, by the name of its folder."""
    paths = sorted((corpus / "corpus/apps").rglob("*.sql"))
    texts = {path.parent.name: path.read_bytes().decode() for path in paths}
    assert len(paths) == 1042
    return {name: (text, read(text, "postgresql")) for name, text in texts.items()}


def facts(value: object) -> Iterator[object]:
    """A value, and all that it holds."""
    waiting = [value]
    while waiting:
        it = waiting.pop()
        if isinstance(it, tuple):
            waiting += it
        elif isinstance(it, msgspec.Struct):
            yield it
            waiting += [getattr(it, name) for name in it.__struct_fields__]


def test_one_migration_is_broken(migrations: dict[str, tuple[str, SqlFile]]) -> None:
    problems = {name: file.problems for name, (_, file) in migrations.items() if file.problems}
    assert problems.keys() == {_BROKEN}
    (problem,) = problems[_BROKEN]
    text, file = migrations[_BROKEN]
    assert problem.message == 'syntax error at or near ""mode""'
    assert text[problem.range.start : problem.range.end] == '"mode"'
    assert len(file.statements) > 20


def test_every_statement_is_known(migrations: dict[str, tuple[str, SqlFile]]) -> None:
    for text, file in migrations.values():
        assert not [it for it in facts(file) if isinstance(it, Unknown)]
        if not file.problems:
            assert file.empty == (not file.statements)
            assert not re.search(r"^\s*[A-Z]", _rest(text, file), re.MULTILINE)


def _rest(text: str, file: SqlFile) -> str:
    """What stands outside of statements and comments."""
    parts: list[str] = []
    end = 0
    for it in file.statements:
        parts.append(text[end : it.range.start])
        end = it.range.end
    rest = "".join([*parts, text[end:]])
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", rest, flags=re.DOTALL)


def test_every_place_lies_in_the_text(migrations: dict[str, tuple[str, SqlFile]]) -> None:
    for text, file in migrations.values():
        for it in facts(file):
            if isinstance(it, Range):
                assert 0 <= it.start < it.end <= len(text)


def test_a_statement_stands_from_its_first_word_to_its_last(
    migrations: dict[str, tuple[str, SqlFile]],
) -> None:
    for text, file in migrations.values():
        end = 0
        for it in file.statements:
            written = text[it.range.start : it.range.end]
            assert written == written.strip()
            assert not written.startswith(("--", "/*"))
            assert not written.endswith((";", "*/"))
            assert it.range.start >= end
            end = it.range.end
            after = re.sub(r"--[^\n]*|/\*.*?\*/", "", text[end:], flags=re.DOTALL).lstrip()
            assert after == "" or after.startswith(";")


def test_names_stand_where_they_are_written(migrations: dict[str, tuple[str, SqlFile]]) -> None:
    count = 0
    for text, file in migrations.values():
        for it in facts(file):
            if isinstance(it, ObjectName | ColumnUse):
                written = text[it.range.start : it.range.end]
                words = Words(written, 0, len(written)).words
                assert unquoted(words[-1]) == it.name
                if isinstance(it, ObjectName) and it.schema:
                    assert unquoted(words[-3]) == it.schema
                count += 1
    assert count > 10_000


def test_columns_and_actions_stand_where_they_are_written(
    migrations: dict[str, tuple[str, SqlFile]],
) -> None:
    for text, file in migrations.values():
        for it in facts(file):
            if isinstance(it, ColumnDef) and it.type.name:
                name = text[it.name_range.start : it.name_range.end]
                written = text[it.range.start : it.range.end]
                assert unquoted(name) == it.name
                assert written.startswith(name)
                assert not re.search(r"[,;\s]$", written)
            elif isinstance(it, AddColumn | AddConstraint | DropColumn | AlterColumn):
                written = text[it.range.start : it.range.end]
                assert re.match(r"(?:ADD|DROP|ALTER)\b", written, re.IGNORECASE)
                assert not re.search(r"[,;\s]$", written)
            elif isinstance(it, Constraint):
                written = text[it.range.start : it.range.end]
                assert re.match(
                    r"(?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|REFERENCES|EXCLUDE)\b",
                    written,
                    re.IGNORECASE,
                )


def test_expressions_and_constants_stand_where_they_are_written(
    migrations: dict[str, tuple[str, SqlFile]],
) -> None:
    for text, file in migrations.values():
        for it in facts(file):
            if isinstance(it, Expression):
                written = text[it.range.start : it.range.end]
                assert written.count("(") == written.count(")")
                assert not re.search(r"[,;\s]$", written)
            elif isinstance(it, Constant):
                written = text[it.range.start : it.range.end]
                assert written[-1] in "'$"
                assert re.match(r"[eE]?'|\$", written)
