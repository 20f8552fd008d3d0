"""Prisma schema text to facts, compared with what the real engines say of Prisma's own tests and of real apps.

The expected files leave out what is false, zero or empty, and the engines leave ignored and
Unsupported models and fields out of theirs.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crowsfoot.facts import PrismaFile
from crowsfoot.facts.prisma import Default, Enum, Field, KeyAttribute, Model
from crowsfoot.frontends.prisma import read
from crowsfoot.source import Source

# The engines' messages of errors in the syntax; all other errors are about what the schema means.
_SYNTAX = re.compile(
    r"line is (?:invalid|not)|block is invalid|Invalid type definition|declaration is invalid|no longer required"
    r"|To specify a list|don't require|Optional lists|Unknown escape|unicode escape|Trailing commas"
    r"|missing a value"
)

# Where we say less than the engines: they report each line of a block that does not begin or end
# well, we report where it begins and pass over the rest, or read it all the same.
_ONE_PROBLEM_PER_BLOCK = {
    "psl-inline/prisma-fmt__src__get_config.rs__L100.prisma",
    "psl-inline/prisma-fmt__src__get_dmmf.rs__L32.prisma",
    "psl-inline/prisma-fmt__src__validate.rs__L86.prisma",
}
# Where the engines report the same line, but in other words: a function's argument without a value.
_OTHER_WORDS = {"psl/datasource/url_empty_named_arg.prisma"}


class Row(NamedTuple):
    name: str
    text: str
    expected: dict[str, Any]


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    found = []
    for folder in ("psl", "psl-inline"):
        base = corpus / "corpus" / folder
        for line in (base / "expected.jsonl").read_text(encoding="utf-8").splitlines():
            expected = json.loads(line)
            found.append(Row(f"{folder}/{expected['path']}", _text(base / expected["path"]), expected))
    for app in sorted((corpus / "corpus" / "apps").iterdir()):
        expected = json.loads((app / "expected.schema.json").read_text(encoding="utf-8"))
        found.append(Row(f"apps/{app.name}", _text(app / "prisma" / "schema.prisma"), expected))
    return found


def test_the_corpus_is_there(rows: list[Row]) -> None:
    assert len(rows) > 2000
    assert sum("models" in row.expected for row in rows) > 350


def test_no_accepted_schema_has_a_problem(rows: list[Row]) -> None:
    found = {row.name: read(row.text).problems for row in rows if row.expected["valid"]}
    assert len(found) > 700
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_syntax_errors_stand_on_the_lines_where_the_engines_see_them(rows: list[Row]) -> None:
    different = {}
    compared = 0
    for row in rows:
        errors = row.expected["errors"]
        if any("line" not in it for it in errors):
            continue
        theirs = {it["line"] for it in errors if _SYNTAX.search(it["message"])}
        ours = _lines(row.text)
        compared += bool(theirs)
        if row.name in _ONE_PROBLEM_PER_BLOCK:
            assert ours < theirs
        elif row.name in _OTHER_WORDS:
            assert not theirs
            assert ours == {it["line"] for it in errors}
        elif ours != theirs:
            different[row.name] = (ours, theirs)
    assert different == {}
    assert compared > 40


def test_a_schema_with_syntax_errors_has_problems_and_others_have_none(rows: list[Row]) -> None:
    different = []
    for row in rows:
        broken = any(_SYNTAX.search(it["message"]) for it in row.expected["errors"])
        if bool(_lines(row.text)) != broken and row.name not in _OTHER_WORDS:
            different.append(row.name)
    assert different == []


def test_every_model_field_index_and_enum_is_the_engines(rows: list[Row]) -> None:
    differences = [
        (row.name, it)
        for row in rows
        if "models" in row.expected
        for it in _differences(read(row.text), row.expected)
    ]
    assert differences == []


def _text(path: Path) -> str:
    return path.read_bytes().decode()


def _lines(text: str) -> set[int]:
    source = Source("schema.prisma", text)
    return {source.position(it.range.start)[0] for it in read(text).problems if it.kind == "syntax"}


def _differences(facts: PrismaFile, expected: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    models = {it.name.text: it for it in facts.models if it.kind != "type" and not it.ignored}
    enums = {it.name.text: it for it in facts.enums}
    yield from _unequal("models", set(models), {it["name"] for it in expected["models"]})
    yield from _unequal("enums", set(enums), {it["name"] for it in expected["enums"]})
    for it in expected["models"]:
        for difference in _model_differences(models[it["name"]], it):
            yield it["name"], *difference
    for it in expected["enums"]:
        for difference in _enum_differences(enums[it["name"]], it):
            yield it["name"], *difference


def _enum_differences(enum: Enum, expected: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    yield from _unequal("values", [it.name.text for it in enum.values], expected["values"])
    yield from _unequal("map", enum.map, expected.get("dbName"))


def _model_differences(model: Model, expected: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    fields = {
        it.name.text: it
        for it in model.fields
        if not it.ignored and not it.type.text.startswith("Unsupported(")
    }
    yield from _unequal("map", model.map, expected.get("dbName"))
    yield from _unequal("schema", model.schema, expected.get("schema"))
    yield from _unequal("fields", list(fields), [it["name"] for it in expected["fields"]])
    for it in expected["fields"]:
        for difference in _field_differences(model, fields[it["name"]], it):
            yield it["name"], *difference
    ours = [_index(key) for field in model.fields for key in field.keys] + [_index(it) for it in model.keys]
    yield from _unequal(
        "indexes", sorted(ours, key=json.dumps), sorted(map(_sorted, expected["indexes"]), key=json.dumps)
    )


def _field_differences(model: Model, field: Field, expected: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    single = [
        it.kind
        for it in model.keys
        if [part.name.text.split(".")[0] for part in it.parts] == [field.name.text]
    ]
    kinds = {*single, *(it.kind for it in field.keys)}
    is_id = "id" in kinds
    arity = "list" if expected.get("isList") else "required" if expected.get("isRequired") else "optional"
    native = None if field.native is None else [field.native.name, list(field.native.args)]
    yield from _unequal("type", field.type.text, expected["type"])
    yield from _unequal("arity", field.arity, arity)
    yield from _unequal("map", field.map, expected.get("dbName"))
    yield from _unequal("native", native, expected.get("nativeType"))
    yield from _unequal("id", is_id, expected.get("isId", False))
    # The engines do not call an identifier unique.
    yield from _unequal("unique", "unique" in kinds and not is_id, expected.get("isUnique", False))
    yield from _unequal("updated_at", field.updated_at, expected.get("isUpdatedAt", False))
    if not _same_default(field.default, expected.get("default")):
        yield "default", field.default, expected.get("default")


def _same_default(default: Default | None, expected: Any) -> bool:
    if default is None:
        return expected is None
    if default.function is not None:
        return bool(expected == {"name": default.function, "args": list(default.args)})
    if isinstance(default.value, tuple):
        theirs = expected or []
        return len(theirs) == len(default.value) and all(map(_same_literal, default.value, theirs))
    return _same_literal(default.value, expected)


def _same_literal(ours: Any, theirs: Any) -> bool:
    if not theirs or isinstance(theirs, bool):
        return bool((ours or None) == (theirs or None)) or ours == "0"
    if isinstance(theirs, int | float):
        # The engines calculate in binary fractions, also where the schema says a decimal.
        return isclose(float(ours), theirs)
    if re.match(r"\d{4}-\d\d-\d\dT", theirs):
        return datetime.fromisoformat(ours) == datetime.fromisoformat(theirs)
    return bool(ours == theirs)


def _index(key: KeyAttribute) -> dict[str, Any]:
    fields = [
        {
            "name": it.name.text,
            "sortOrder": it.sort.lower() if it.sort else None,
            "length": it.length,
            "operatorClass": it.ops,
        }
        for it in key.parts
    ]
    return _sorted(
        {
            "type": "normal" if key.kind == "index" else key.kind,
            "isDefinedOnField": key.on_field,
            "fields": [{name: value for name, value in it.items() if value is not None} for it in fields],
            "algorithm": key.type,
            "clustered": key.clustered,
            "dbName": key.map,
            "name": key.name,
        }
    )


def _sorted(index: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in index.items() if value is not None}
    known["fields"] = [dict(sorted(it.items())) for it in known["fields"]]
    return dict(sorted(known.items()))


def _unequal(what: str, ours: object, theirs: object) -> Iterator[tuple[object, ...]]:
    if ours != theirs:
        yield what, ours, theirs
