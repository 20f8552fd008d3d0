"""Prisma schema text to facts: every construct, on small schemas."""

from textwrap import dedent

import msgspec
import pytest

from crowsfoot.facts import PrismaFile
from crowsfoot.facts.prisma import Enum, Field, KeyAttribute, KeyPart, Model
from crowsfoot.frontends.prisma import read


def schema(text: str) -> PrismaFile:
    """The facts of text, which has to be free of problems."""
    facts = read(dedent(text))
    assert facts.problems == ()
    return facts


def model(lines: str) -> Model:
    """A model of these lines."""
    return schema("model Order {\n" + dedent(lines) + "\n}\n").models[0]


def field(line: str) -> Field:
    return model(line).fields[0]


def key(line: str) -> KeyAttribute:
    return model(line).keys[0]


def enum(lines: str) -> Enum:
    return schema("enum Color {\n" + dedent(lines) + "\n}\n").enums[0]


def parts(key: KeyAttribute) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(it.name.text, it.sort, it.length, it.ops) for it in key.parts]


def test_an_empty_text_says_nothing() -> None:
    assert read("") == PrismaFile()


def test_a_datasource_has_its_settings() -> None:
    text = dedent("""
        datasource db {
          provider     = "postgresql"  // the one we use
          url          = env("DATABASE_URL")
          schemas      = ["public", "audit"]
          extensions   = [postgis, uuid(map: "uuid-ossp")]
          relationMode = "prisma"
        }
    """)
    (source,) = read(text).datasources
    assert (source.kind, source.name.text) == ("datasource", "db")
    assert {it.key.text: it.value for it in source.settings} == {
        "provider": "postgresql",
        "url": None,
        "schemas": ("public", "audit"),
        "extensions": ("postgis", 'uuid(map: "uuid-ossp")'),
        "relationMode": "prisma",
    }
    url = source.get("url")
    assert url is not None
    assert url.env == "DATABASE_URL"
    assert text[url.range.start : url.range.end] == 'env("DATABASE_URL")'
    assert source.get("directUrl") is None


def test_a_generator_has_its_settings() -> None:
    (generator,) = schema("""
        generator client {
          provider        = "prisma-client-js"
          previewFeatures = ["views"]
          engineType      = binary
          empty           =
        }
    """).generators
    assert generator.kind == "generator"
    assert [it.value for it in generator.settings] == ["prisma-client-js", ("views",), "binary", None]


@pytest.mark.parametrize(
    ("line", "type", "arity"),
    [
        ("id Int", "Int", "required"),
        ("id Int?", "Int", "optional"),
        ("id Int[]", "Int", "list"),
        ("id String ?", "String", "optional"),
        ("id\tString\t[]", "String", "list"),
        ('shape Unsupported("circle")', 'Unsupported("circle")', "required"),
        ('shape Unsupported("circle")?', 'Unsupported("circle")', "optional"),
        ('shape Unsupported("circle")[]', 'Unsupported("circle")', "list"),
        ("größe Maß", "Maß", "required"),
        ("a-b c-d", "c-d", "required"),
        ("model model", "model", "required"),
        ("enum type?", "type", "optional"),
    ],
)
def test_a_field_has_a_type_and_an_arity(line: str, type: str, arity: str) -> None:
    it = field(line)
    assert (it.name.text, it.type.text, it.arity) == (line.split()[0], type, arity)


def test_a_field_reaches_from_its_name_to_its_last_attribute() -> None:
    text = 'model A {\n\tid  Int @id @map("a")   // the key\n}\n'
    (it,) = read(text).models[0].fields
    assert text[it.range.start : it.range.end] == 'id  Int @id @map("a")'
    assert text[it.name.range.start : it.name.range.end] == "id"
    assert text[it.type.range.start : it.type.range.end] == "Int"


def test_a_field_without_attributes_ends_with_its_type() -> None:
    text = "model A {\n  tags  String []  // all of them\n}\n"
    (it,) = read(text).models[0].fields
    assert text[it.range.start : it.range.end] == "tags  String []"


def test_attributes_need_no_blanks_between_them_and_may_have_blanks_inside() -> None:
    tight = field('id Int@id@map("a")')
    loose = field('id Int @ id @ map ( "a" )')
    assert [it.kind for it in tight.keys] == [it.kind for it in loose.keys] == ["id"]
    assert tight.map == loose.map == "a"


@pytest.mark.parametrize(
    ("type", "attribute", "value"),
    [
        ("Int", "@default(42)", 42),
        ("Int", "@default(-1)", -1),
        ("Int", "@default(value: 42)", 42),
        ("Int", '@default(42, map: "df_a")', 42),
        ("Float", "@default(0.5)", 0.5),
        ("Float", "@default(-3)", -3.0),
        ("BigInt", "@default(9007199254740993)", "9007199254740993"),
        ("Decimal", "@default(1.50)", "1.50"),
        ("Int", f"@default({'9' * 30})", "9" * 30),
        ("Float", f"@default({'9' * 400})", "9" * 400),
        ("Boolean", "@default(true)", True),
        ("Boolean", "@default(false)", False),
        ("String", '@default("a \\"b\\" \\\\ \\n \\u00e9 \\ud83d\\ude00")', 'a "b" \\ \n é 😀'),
        ("String", '@default("")', ""),
        ("Json", '@default("{}")', "{}"),
        ("DateTime", '@default("2020-01-01T00:00:00Z")', "2020-01-01T00:00:00Z"),
        ("Color", "@default(RED)", "RED"),
        ("Color", "@default(true)", "true"),
        ("Int[]", "@default([1, 2])", (1, 2)),
        ("Int[]", "@default([])", ()),
        ("Color[]", "@default([RED, GREEN])", ("RED", "GREEN")),
        ("String[]", '@default(["a", "b"])', ("a", "b")),
    ],
)
def test_a_default_literal_means_what_the_type_of_its_field_says(
    type: str, attribute: str, value: object
) -> None:
    default = field(f"a {type} {attribute}").default
    assert default is not None
    assert default.value == value
    assert default.value.__class__ is value.__class__
    assert default.function is None


@pytest.mark.parametrize(
    ("attribute", "function", "args"),
    [
        ("@default(autoincrement())", "autoincrement", ()),
        ("@default(now())", "now", ()),
        ("@default(uuid())", "uuid", (4,)),
        ("@default(uuid(7))", "uuid", (7,)),
        ("@default(cuid())", "cuid", (1,)),
        ("@default(cuid(2))", "cuid", (2,)),
        ("@default(nanoid())", "nanoid", ()),
        ("@default(nanoid(12))", "nanoid", (12,)),
        ("@default(dbgenerated())", "dbgenerated", ()),
        ('@default(dbgenerated("gen_random_uuid()"))', "dbgenerated", ("gen_random_uuid()",)),
        ("@default(sequence(start: 10))", "sequence", ()),
    ],
)
def test_a_default_function_has_its_arguments(
    attribute: str, function: str, args: tuple[object, ...]
) -> None:
    default = field(f"a String {attribute}").default
    assert default is not None
    assert (default.function, default.args, default.value) == (function, args, None)


def test_a_default_knows_its_place() -> None:
    text = "model A {\n  a Int @default(1) @id\n}\n"
    default = read(text).models[0].fields[0].default
    assert default is not None
    assert text[default.range.start : default.range.end] == "@default(1)"


@pytest.mark.parametrize(
    ("attribute", "native"),
    [
        ("@db.VarChar(191)", ("db", "VarChar", ("191",))),
        ("@db.Decimal(10, 2)", ("db", "Decimal", ("10", "2"))),
        ("@db.Text", ("db", "Text", ())),
        ("@primary.Timestamptz(3)", ("primary", "Timestamptz", ("3",))),
    ],
)
def test_a_native_type_has_the_prefix_of_its_datasource(
    attribute: str, native: tuple[str, str, tuple[str, ...]]
) -> None:
    found = field(f"a String {attribute}").native
    assert found is not None
    assert (found.prefix, found.name, found.args) == native


def test_a_field_has_its_marks() -> None:
    marked = field('a DateTime @updatedAt @ignore @map("b")')
    plain = field("a DateTime")
    assert (marked.updated_at, marked.ignored, marked.map) == (True, True, "b")
    assert (plain.updated_at, plain.ignored, plain.map) == (False, False, None)
    assert field('a Int @map(name: "b")').map == "b"


def test_a_key_of_a_field_has_its_arguments() -> None:
    it = field('a String @unique(map: "uq_a", sort: Desc, length: 10, clustered: false)').keys[0]
    assert (it.kind, it.on_field, it.map, it.clustered) == ("unique", True, "uq_a", False)
    assert parts(it) == [("a", "Desc", 10, None)]


def test_the_unnamed_argument_of_a_field_key_is_its_name_in_the_database() -> None:
    assert field('a Int @id("pk_a")').keys[0].map == "pk_a"


def test_a_field_can_have_both_keys() -> None:
    assert [it.kind for it in field("a Int @id @unique").keys] == ["id", "unique"]


def test_empty_arguments_are_as_good_as_none() -> None:
    assert [it.kind for it in field("a Int @id()").keys] == ["id"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("@@index([a, b])", [("a", None, None, None), ("b", None, None, None)]),
        ("@@index(a)", [("a", None, None, None)]),
        ("@@index(fields: [a])", [("a", None, None, None)]),
        ('@@index(map: "x", fields: [a])', [("a", None, None, None)]),
        ("@@index([a(sort: Desc), b(length: 10, sort: Asc)])", [("a", "Desc", None, None), ("b", "Asc", 10, None)]),
        ('@@index([a(ops: raw("gin_trgm_ops"))], type: Gin)', [("a", None, None, "gin_trgm_ops")]),
        ("@@index([a(ops: JsonbPathOps)], type: Gin)", [("a", None, None, "JsonbPathOps")]),
        ("@@index([address.street, address.city(sort: Desc)])",
         [("address.street", None, None, None), ("address.city", "Desc", None, None)]),
        ("@@index([])", []),
    ],
)  # fmt: skip
def test_the_fields_of_a_key(
    line: str, expected: list[tuple[str, str | None, int | None, str | None]]
) -> None:
    assert parts(key(line)) == expected


@pytest.mark.parametrize("kind", ["id", "unique", "index", "fulltext"])
def test_a_block_key_has_its_kind_and_place(kind: str) -> None:
    text = f"model A {{\n  a Int\n  @@{kind}([a])  // why\n}}\n"
    (it,) = read(text).models[0].keys
    assert (it.kind, it.on_field) == (kind, False)
    assert text[it.range.start : it.range.end] == f"@@{kind}([a])"
    name = it.parts[0].name
    assert text[name.range.start : name.range.end] == "a"


def test_a_compound_key_has_a_name_for_the_client_and_one_for_the_database() -> None:
    it = key('@@unique([a, b], name: "a_and_b", map: "uq_a_b")')
    assert (it.name, it.map) == ("a_and_b", "uq_a_b")


def test_the_name_of_an_index_is_its_name_in_the_database() -> None:
    it = key('@@index([a], name: "ix_a")')
    assert (it.name, it.map) == (None, "ix_a")


def test_an_index_has_its_options() -> None:
    it = key("@@index([a], type: Hash, clustered: true)")
    assert (it.type, it.clustered) == ("Hash", True)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('raw("deleted_at IS NULL")', "deleted_at IS NULL"),
        ("{ active: true, state: { not: \"gone\" } }", '{ active: true, state: { not: "gone" } }'),
        ("{ }", "{ }"),
    ],
)  # fmt: skip
def test_a_partial_index_has_its_predicate(where: str, expected: str) -> None:
    assert key(f"@@index([a], where: {where})").where == expected


def test_a_relation_has_its_words() -> None:
    it = field(
        'customer Customer? @relation("buys", fields: [customerId, tenantId], references: [id, tenantId],'
        ' onDelete: SetNull, onUpdate: NoAction, map: "fk_customer")'
    ).relation
    assert it is not None
    assert it.name == "buys"
    assert [name.text for name in it.fields or ()] == ["customerId", "tenantId"]
    assert [name.text for name in it.references or ()] == ["id", "tenantId"]
    assert (it.on_delete, it.on_update, it.map) == ("SetNull", "NoAction", "fk_customer")


def test_a_relation_can_be_named_by_a_named_argument_in_any_place() -> None:
    it = field('a A @relation(references: [id], name: "x", fields: [aId])').relation
    assert it is not None
    assert it.name == "x"
    assert [name.text for name in it.fields or ()] == ["aId"]


def test_a_relation_tells_absent_arguments_from_empty_ones() -> None:
    bare, empty = field("a A @relation").relation, field("a A @relation(fields: [])").relation
    assert bare is not None
    assert empty is not None
    assert (bare.fields, empty.fields) == (None, ())


def test_a_model_has_its_attributes() -> None:
    it = model("""
        id Int @id
        @@map("orders")
        @@schema("shop")
        @@ignore
        @@shardKey([id])
    """)
    assert (it.map, it.schema, it.ignored) == ("orders", "shop", True)
    assert it.keys == ()
    assert model('@@map(name: "orders")').map == "orders"


def test_models_views_and_types_are_told_apart() -> None:
    facts = schema("""
        model A {
          id Int @id
        }
        view B {
          id Int
        }
        type C {
          street String
        }
    """)
    assert [(it.kind, it.name.text) for it in facts.models] == [("model", "A"), ("view", "B"), ("type", "C")]


def test_a_block_reaches_from_its_keyword_to_its_brace() -> None:
    text = "// first\nmodel A {\n  id Int @id\n} // last\n"
    it = read(text).models[0]
    assert text[it.range.start : it.range.end] == "model A {\n  id Int @id\n}"


def test_two_blocks_can_meet_on_one_line() -> None:
    facts = schema("model A {\n id Int @id\n} model B {\n id Int @id\n}")
    assert [it.name.text for it in facts.models] == ["A", "B"]


def test_an_enum_has_its_values() -> None:
    it = enum("""
        RED
        GREEN @map("green")  // like grass
        BLUE
        @@map("colors")
        @@schema("shop")
    """)
    assert [(value.name.text, value.map) for value in it.values] == [
        ("RED", None),
        ("GREEN", "green"),
        ("BLUE", None),
    ]
    assert (it.map, it.schema) == ("colors", "shop")


def test_documentation_is_the_comments_with_three_slashes() -> None:
    facts = schema("""
        /// What somebody buys.
        // not this
        /// At any time.
        model Order {
          /// The key.
          id Int @id /// Never reused.
          plain Int
          /// Lost.

          /// Kept.

          far Int // nothing
        }

        /// Floating.

        enum Color {
          /// Like fire.
          RED
          BLUE /// Like the sky.
        }
    """)
    order = facts.models[0]
    assert order.doc == "What somebody buys.\nAt any time."
    assert [it.doc for it in order.fields] == ["The key.\nNever reused.", None, "Kept."]
    assert facts.enums[0].doc is None
    assert [it.doc for it in facts.enums[0].values] == ["Like fire.", "Like the sky."]


@pytest.mark.parametrize(
    ("lines", "end", "after"),
    [
        ("", "{", "open"),
        (" // note", "// note", "open"),
        ("\n  id Int @id", "@id", "field"),
        ("\n  id Int @id   // key  \n\n", "// key", "field"),
        ("\n  id Int\n  @@id([id])  \n", "@@id([id])", "attribute"),
        ("\n  id Int\n  @@id([id])\n  // end\n", "// end", "attribute"),
    ],
)
def test_a_line_is_appended_after_the_last_content(lines: str, end: str, after: str) -> None:
    text = f"model A {{{lines}\n}}\n"
    it = read(text).models[0]
    assert text[: it.append_at].endswith(end)
    assert text[it.append_at :].strip() == "}"
    assert it.append_after == after


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(newline: str) -> None:
    text = "model A {\n  id Int @id // key\n  @@map(\"a\")\n}\n".replace("\n", newline)  # fmt: skip
    facts = read(text)
    assert facts.problems == ()
    it = facts.models[0]
    assert (it.map, [name.name.text for name in it.fields]) == ("a", ["id"])
    assert text[: it.append_at].endswith('@@map("a")')


def test_block_comments_stand_before_or_behind_a_line() -> None:
    it = model("""
        /* one */ id Int @id /* two */
        /* model B {
         */
        name String /* over
        lines */
        text String @default("/* no comment */")
        // a /* that opens nothing
        last Int
    """)
    assert [name.name.text for name in it.fields] == ["id", "name", "text", "last"]
    default = it.fields[2].default
    assert default is not None
    assert default.value == "/* no comment */"


def test_slashes_in_strings_begin_no_comment() -> None:
    it = field('url String @default("https://example.org") // the // home page')
    assert it.default is not None
    assert it.default.value == "https://example.org"


def test_a_comment_at_an_open_brace_is_passed_over() -> None:
    assert [it.name.text for it in schema("model A { // note {\n id Int @id\n}").models[0].fields] == ["id"]


def test_offsets_count_code_points() -> None:
    text = 'model A {\n  a String @default("😀é") @map("b")\n  b Int @unique\n}\n'
    first, second = read(text).models[0].fields
    assert text[first.range.start : first.range.end] == 'a String @default("😀é") @map("b")'
    assert text[second.name.range.start : second.name.range.end] == "b"


def test_the_same_attributes_have_a_place_on_every_line() -> None:
    text = "model A {\n" + "".join(f"  f{it} Int @unique(map: \"m\")\n" for it in range(600)) + "}\n"  # fmt: skip
    fields = read(text).models[0].fields
    assert len(fields) == 600
    assert {text[it.keys[0].range.start : it.keys[0].range.end] for it in fields} == {'@unique(map: "m")'}
    assert len({it.keys[0].range for it in fields}) == 600


def test_many_different_attributes_are_read_across_batches() -> None:
    text = "model A {\n" + "".join(f"  f{it} Int @map(\"m{it}\")\n" for it in range(1000)) + "}\n"  # fmt: skip
    assert [it.map for it in read(text).models[0].fields] == [f"m{it}" for it in range(1000)]


def test_facts_survive_the_cache() -> None:
    facts = schema("""
        datasource db {
          provider = "postgresql"
        }
        model A {
          id   BigInt @id @default(autoincrement())
          tags String[] @default(["a"])
          @@index([tags(ops: ArrayOps)], type: Gin)
        }
    """)
    coded = msgspec.msgpack.encode(facts)
    assert msgspec.msgpack.decode(coded, type=PrismaFile) == facts


def test_key_parts_stand_where_the_field_is_for_field_keys() -> None:
    text = "model A {\n  id Int @id\n}\n"
    (it,) = read(text).models[0].fields
    assert it.keys[0].parts == (KeyPart(it.name),)


@pytest.mark.parametrize(
    ("line", "removed"),
    [("  a Int @unique @map(\"b\")", "@unique "), ("  a Int  @unique", "  @unique"), ("  a Int @unique // x", " @unique")],
)  # fmt: skip
def test_a_field_key_is_removed_with_the_blanks_beside_it(line: str, removed: str) -> None:
    text = f"model A {{\n{line}\n}}\n"
    removal = read(text).models[0].fields[0].keys[0].removal
    assert removal is not None
    assert text[removal.start : removal.end] == removed


def test_a_block_key_is_removed_with_its_line() -> None:
    text = "model A {\n  a Int\n\n  @@unique([a])\n  @@index([a]) // x\n}\n"
    unique, index = read(text).models[0].keys
    assert unique.removal is not None
    assert index.removal is not None
    assert text[unique.removal.start : unique.removal.end] == "  @@unique([a])\n"
    assert text[index.removal.start : index.removal.end] == "  @@index([a]) // x\n"


def test_the_last_line_of_a_block_is_removed_with_the_blank_lines_before_it() -> None:
    text = "model A {\n  a Int\n\n  @@unique([a])\n}\n"
    (unique,) = read(text).models[0].keys
    assert unique.removal is not None
    assert text[: unique.removal.start] + text[unique.removal.end :] == "model A {\n  a Int\n}\n"


@pytest.mark.parametrize(
    "lines",
    ["  @@index([a]) /* over\n  lines */", "  /* over\n  lines */ @@index([a])", "  @@index([a]) /* x */"],
)
def test_a_block_comment_beside_a_block_key_stays(lines: str) -> None:
    text = f"model A {{\n  a Int\n{lines}\n}}\n"
    (index,) = read(text).models[0].keys
    assert index.removal == index.range
    assert read(text[: index.removal.start] + text[index.removal.end :]).problems == ()


@pytest.mark.parametrize("line", ["x/* */", "/* */", "/* */x", "/* */ /* */\r", "x /* */\r"])
def test_a_file_may_consist_of_comments(line: str) -> None:
    # To look back to the start of the line from each of them would take many minutes.
    facts = read(line * 200_000 + "\nmodel A {\n  id Int @id\n}\n")
    assert [it.name.text for it in facts.models] == ["A"]
