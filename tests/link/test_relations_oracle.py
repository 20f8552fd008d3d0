"""Relations of real schemas against what Prisma's own engines say of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.link.project import Database, ForeignKey, Relation
from crowsfoot.source import Source

Row = dict[str, Any]

# What the engines say where two fields cannot be joined into a relation.
_UNRESOLVED = re.compile(
    "is missing an opposite relation field"
    "|is neither a built-in type, nor refers to another model"
    "|do not provide the `fields` argument"
    "|both provide the `fields` argument"
    "|must specify the `(fields|references)` argument"
    "|must provide both arguments on the same side"
    "|[Aa]mbiguous (self )?relation"
    "|Wrongly named relation"
    "|Unnamed self relation"
    "|does not have an `@id` field"
    "|fields must refer only to (scalar|existing) fields"
    "|must specify the same number of fields"
)


def test_every_relation_of_an_accepted_schema_is_the_engines(corpus: Path) -> None:
    seen, wrong = 0, []
    for path, row in _rows(corpus):
        if not row["valid"] or "models" not in row:
            continue
        linked = _ends(_databases(path))
        for model in row["models"]:
            for field in model["fields"]:
                if "relationName" in field:  # a field of a composite type is an object without one
                    seen += 1
                    end = f"{model['name']}.{field['name']}"
                    if linked.get(end) != _expected(field):
                        wrong.append((path.name, end, linked.get(end), _expected(field)))
    assert not wrong
    assert seen > 1_300


def test_actions_are_the_engines_where_they_are_written(corpus: Path) -> None:
    seen, wrong = 0, []
    for path, row in _rows(corpus):
        if not row["valid"]:
            continue
        keys = {str(fk.relation.owner): fk for fk in _foreign_keys(_databases(path)) if fk.relation}
        for model in row.get("models", ()):
            for field in model["fields"]:
                said = (field.get("relationOnDelete"), field.get("relationOnUpdate"))
                if said == (None, None):
                    continue
                seen += 1
                fk = keys[f"{model['name']}.{field['name']}"]
                if said != (fk.on_delete if said[0] else None, fk.on_update if said[1] else None):
                    wrong.append((path.name, str(fk), said))
    assert not wrong
    assert seen > 300


def test_an_accepted_schema_leaves_nothing_unresolved_and_nothing_twice(corpus: Path) -> None:
    wrong = []
    for path, row in _rows(corpus):
        if row["valid"]:
            project = link([("schema.prisma", prisma.read(_text(path)))])
            wrong += [(path.name, it.message) for it in project.problems]
            wrong += [(path.name, it.reason) for database in project.databases for it in database.unresolved]
    assert not wrong


def test_what_the_engine_cannot_resolve_is_unresolved_on_the_same_line(corpus: Path) -> None:
    seen, missed = 0, []
    for path, row in _rows(corpus):
        errors = [it for it in row.get("errors", ()) if _UNRESOLVED.search(it["message"])]
        if row["valid"] or not errors:
            continue
        source = Source("schema.prisma", _text(path))
        unresolved = [it for database in _databases(path) for it in database.unresolved]
        places = [span for it in unresolved for span in (it.span, it.field.span, *it.others)]
        lines = {source.position(span.start)[0] for span in places}
        for error in errors:
            seen += 1
            # Schemas that were tried with several providers have messages without lines.
            if not unresolved or error.get("line", next(iter(lines))) not in lines:
                missed.append((path.name, error, lines))
    assert not missed
    assert seen > 80


def _rows(corpus: Path) -> Iterator[tuple[Path, Row]]:
    for folder in ("psl", "psl-inline"):
        for line in (corpus / "corpus" / folder / "expected.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            yield corpus / "corpus" / folder / row["path"], row
    for expected in sorted((corpus / "corpus" / "apps").glob("*/expected.schema.json")):
        yield (
            expected.parent / "prisma" / "schema.prisma",
            {"valid": True, **json.loads(expected.read_text("utf-8"))},
        )


def _text(path: Path) -> str:
    return path.read_bytes().decode()


def _databases(path: Path) -> tuple[Database, ...]:
    return link([("schema.prisma", prisma.read(_text(path)))]).databases


def _foreign_keys(databases: tuple[Database, ...]) -> Iterator[ForeignKey]:
    for database in databases:
        yield from database.foreign_keys()


End = tuple[str, list[str], list[str]]


def _ends(databases: tuple[Database, ...]) -> dict[str, End]:
    """Every relation field -> the name of its relation, and the columns that it joins if it holds the key."""
    ends: dict[str, End] = {}
    for database in databases:
        for relation in database.relations:
            ends[str(relation.other)] = (relation.name, [], [])
            ends[str(relation.owner)] = (relation.name, *_columns(relation))
    return ends


def _columns(relation: Relation) -> tuple[list[str], list[str]]:
    fk = relation.foreign_key
    if fk is None:
        return [], []
    return [column.field for column in fk.columns], [column.field for column in fk.target_columns]


def _expected(field: Row) -> End:
    return field["relationName"], field.get("relationFromFields", []), field.get("relationToFields", [])
