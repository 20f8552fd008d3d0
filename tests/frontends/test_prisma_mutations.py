"""Broken schemas: reading never raises, and every place lies in the text."""

from collections.abc import Iterator
from textwrap import dedent

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from crowsfoot.facts import PrismaFile, SchemaLocation
from crowsfoot.frontends.prisma import read
from crowsfoot.frontends.settings import read_config, read_package
from crowsfoot.source import Range

_SCHEMAS = [
    dedent("""\
        // crowsfoot: allow-file a-rule -- so
        generator client {
          provider        = "prisma-client-js"
          previewFeatures = ["views", "multiSchema"] // some
        }

        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }

        /// Somebody.
        model User {
          id     Int      @id @default(autoincrement()) @db.Integer
          email  String   @unique(map: "uq_email", sort: Desc) /* one */
          tags   String[] @default(["a", "b\\u00e9"])
          shape  Unsupported("circle")?
          orders Order[]  @relation("buys")
          boss   User?    @relation("heads", fields: [bossId], references: [id], onDelete: SetNull)
          bossId Int?     /// Above.
          // crowsfoot: allow b-rule

          @@unique([email, bossId], name: "both", map: "uq")
          @@index([email(ops: raw("gin_trgm_ops")), bossId(sort: Desc)], type: Gin)
          @@index([bossId], where: { email: "x", id: 1 })
          @@map("users")
        }
        """),
    dedent("""\
        view Seen {
          at DateTime @default(now()) @updatedAt @ignore
          @@ignore
        }
        type Address {
          street String @map("s") /* over
          lines */
        }
        enum Color {
          RED   @map("red") // like fire
          GREEN
          @@schema("shop")
        }
        """).replace("\n", "\r\n"),
]
_SNIPPETS = st.sampled_from(
    [
        "// crowsfoot: alow x",
        "types {",
        "Unsupported(",
        "model A {\n",
        "}\n",
        "9" * 50,
        " " * 30,
        "😀",
        "\r\n",
    ]
) | st.sampled_from("{}()[]\"'@/*\\,:.;_-?!=#1a\n\r\t\x00\x0c\ufeff\u2028é ")


@st.composite
def _broken(draw: st.DrawFn, texts: list[str]) -> str:
    """One of texts with characters and lines taken out, put in, put twice, or cut off."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        change = draw(st.sampled_from(["delete", "insert", "replace", "line", "repeat", "truncate"]))
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", start) + 1 or len(text)
        if change == "delete":
            text = text[:start] + text[start + draw(st.integers(1, 5)) :]
        elif change == "insert":
            text = text[:start] + draw(_SNIPPETS) + text[start:]
        elif change == "replace":
            text = text[:start] + draw(_SNIPPETS) + text[start + 1 :]
        elif change == "line":
            text = text[:line_start] + text[line_end:]
        elif change == "repeat":
            text = text[:line_end] + text[line_start:line_end] + text[line_end:]
        else:
            text = text[:start]
    return text


@settings(max_examples=400)
@given(_broken(_SCHEMAS))
def test_a_broken_schema_gives_facts_with_places_in_the_text(text: str) -> None:
    facts = read(text)
    _check(facts, text)
    for model in facts.models:
        assert text[model.name.range.start : model.name.range.end] == model.name.text
        assert model.range.start <= model.append_at <= model.range.end
        for field in model.fields:
            assert text[field.name.range.start : field.name.range.end] == field.name.text
            assert model.range.start <= field.range.start < field.range.end <= model.range.end
            for key in field.keys:
                assert field.range.start < key.range.start < key.range.end <= field.range.end
        for key in model.keys:
            assert text[key.range.start : key.range.end].startswith("@@")
            for part in key.parts:
                assert text[part.name.range.start : part.name.range.end] == part.name.text


@settings(max_examples=100)
@given(st.text())
def test_any_text_gives_facts_with_places_in_the_text(text: str) -> None:
    _check(read(text), text)
    _check(read(f"model A {{\n  id Int {text}\n}}\n"), f"model A {{\n  id Int {text}\n}}\n")


_CONFIGS = [
    "export default defineConfig({ schema: path.join('a', \"b\"), migrations: { path: `c` } }) // crowsfoot: allow x",
    "const c: PrismaConfig = { datasource: { url: 'x' }, f() { return 1 } }\nmodule.exports = c",
    '{ "name": "x", "prisma": { "schema": "a/b", "seed": ["x", { "y": null }] }, "scripts": {} }',
]


@settings(max_examples=200)
@given(_broken(_CONFIGS))
def test_broken_settings_give_facts_with_places_in_the_text(text: str) -> None:
    _check(read_config(text), text)
    _check(read_package(text), text)


def _check(facts: PrismaFile | SchemaLocation, text: str) -> None:
    for it in _ranges(facts):
        assert 0 <= it.start <= it.end <= len(text)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=type(facts)) == facts


def _ranges(fact: object) -> Iterator[Range]:
    if isinstance(fact, Range):
        yield fact
    elif isinstance(fact, msgspec.Struct):
        for name in fact.__struct_fields__:
            yield from _ranges(getattr(fact, name))
    elif isinstance(fact, tuple):
        for it in fact:
            yield from _ranges(it)
