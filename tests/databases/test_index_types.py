"""Which indexes a database cannot build or use. PostgreSQL's verdicts are those of a real server.

tests/rules has the messages; here are the edges of each condition.
"""

import pytest

from crowsfoot import frontends
from crowsfoot.databases.index_types import misfit
from crowsfoot.link import link
from crowsfoot.source import Source


def verdict(field: str, attribute: str, provider: str = "postgresql") -> str | None:
    text = f'datasource db {{\n  provider = "{provider}"\n}}\n'
    text += f"enum E {{\n A\n}}\nmodel M {{\n id Int @id\n n Int\n {field}\n {attribute}\n}}\n"
    facts = frontends.read(Source("schema.prisma", text))
    assert facts is not None
    assert not facts.problems
    (database,) = link([("schema.prisma", facts)]).databases
    return misfit(database.tables["M"].indexes[-1])


@pytest.mark.parametrize(
    ("field", "attribute"),
    [
        ("f Int", "@@index([f, n], type: Hash)"),
        ("f Json @db.Json", "@@index([f])"),
        ("f Json @db.Json", "@@index([f], type: Hash)"),
        ("f Json @db.Json @unique", ""),
        *((f'f Unsupported("{it}")?', "@@index([f])") for it in ("point", "line", "lseg", "box", "path")),
        *((f'f Unsupported("{it}")?', "@@index([n, f])") for it in ("polygon", "circle")),
    ],
)
def test_postgres_refuses_to_build_it(field: str, attribute: str) -> None:
    assert "fails" in str(verdict(field, attribute))


@pytest.mark.parametrize(
    ("field", "attribute"),
    [
        ("f String[]", "@@index([f])"),
        ("f E[]", "@@index([f, n])"),
        ("f Json", "@@index([f])"),
        ("f Json @db.JsonB", "@@index([f])"),
        ('f Unsupported("tsvector")?', "@@index([f])"),
    ],
)
@pytest.mark.parametrize("provider", ["postgresql", "cockroachdb"])
def test_a_b_tree_over_it_is_built_and_finds_nothing(field: str, attribute: str, provider: str) -> None:
    assert "type: Gin" in str(verdict(field, attribute, provider))


@pytest.mark.parametrize(
    ("field", "attribute"),
    [
        ("f Int", "@@index([f], type: Hash)"),
        ("f Json", "@@index([f], type: Hash)"),
        ("f Json", "@@index([f], type: Gin)"),
        ("f Json", '@@index([f(ops: raw("jsonb_ops"))])'),
        ("f String[] @unique", ""),
        ("f String[]", "@@index([n, f])"),
        ("f Json[] @db.Json", "@@index([f], type: Gin)"),
        ('f Unsupported("point")?', "@@index([f], type: Gist)"),
        ('f Unsupported("vector(3)")?', "@@index([f])"),
        ('f Unsupported("citext")?', "@@index([f])"),
        ("f String", "@@index([f])"),
        ("f E", "@@index([f], type: Hash)"),
    ],
)
def test_postgres_builds_and_uses_it(field: str, attribute: str) -> None:
    assert verdict(field, attribute) is None


@pytest.mark.parametrize(
    ("field", "attribute", "fits"),
    [
        ("f Json", "@@index([f])", False),
        ("f Json", "@@index([n, f])", False),
        ("f Json @unique", "", False),
        ("f Int", "@@fulltext([f])", False),
        ("f E", "@@fulltext([f])", False),
        ("f Bytes", "@@fulltext([f])", False),
        ("f Json", "@@fulltext([f])", True),
        ("f String @db.Text", "@@fulltext([f])", True),
        ("f String", "@@index([f])", True),
    ],
)
def test_mysql_indexes_no_json_and_searches_words_in_text_only(
    field: str, attribute: str, fits: bool
) -> None:
    assert (verdict(field, attribute, "mysql") is None) == fits


@pytest.mark.parametrize("provider", ["sqlite", "sqlserver", "mongodb"])
def test_other_databases_are_not_judged(provider: str) -> None:
    assert verdict("f Json", "@@index([f])", provider) is None
