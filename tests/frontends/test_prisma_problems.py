"""Prisma schema text that does not read: what is said, where, and what still counts."""

from textwrap import dedent

import pytest

from crowsfoot.facts import PrismaFile
from crowsfoot.frontends.prisma import read
from crowsfoot.source import Source


def problems(text: str) -> list[tuple[int, str, str]]:
    """The line, the text and the message of each problem."""
    source = Source("schema.prisma", text)
    return [
        (source.position(it.range.start)[0], text[it.range.start : it.range.end], it.message)
        for it in read(text).problems
    ]


def message(line: str, block: str = "model A") -> str:
    """What is said of a line in a block, and nothing of any other line."""
    ((at, where, said),) = problems(f"{block} {{\n  {line}  // why\n}}\n")
    assert (at, where) == (2, line)
    return said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("id", "expected a type after `id`"),
        ("id @id", "expected a type after `id`"),
        ("id?", "expected a type after `id`"),
        ("id: Int", "no `:` stands between a field's name and its type"),
        ("id Int!", "fields are required without `!` in Prisma"),
        ("id [Int]", "lists are written `Type[]` in Prisma"),
        ("id Int[]?", "lists cannot be optional in Prisma; use `Type[]` or `Type?`"),
        ("id Int;", "a field ends with its line, without `;`"),
        ("id Int = 1", "a default value is written `@default(...)` in Prisma"),
        ("id Int unique", "expected an attribute that begins with `@`, not `unique`"),
        ("a.b Int", "a field's name has no dot; use `@map` to name the column of `a`"),
        ("_id Int", "names begin with a letter in Prisma, not with `_`"),
        ("*/", "expected a field, or an attribute that begins with `@@`"),
        ("id /* key */ Int", "a comment cannot stand between the words of a line in Prisma"),
        ("id Int /* key", "this comment is not closed: expected `*/`"),
        ('shape Unsupported("a\\q")', "unknown escape `\\q`; write `\\\\` for a backslash"),
        ('id Int @@map("a")', "`@@map` belongs on a line of its own, below the fields"),
        ('id Int @id @@map("a")', "`@@map` belongs on a line of its own, below the fields"),
        ("id Int @", "expected the name of an attribute after `@`"),
        ("id Int @id,", "unexpected `,`: nothing separates attributes or ends a line in Prisma"),
        ("id Int @default('a')", "single quotes are not strings in Prisma; use double quotes"),
        ('id Int @default("a)', 'this string is not closed: expected `"` before the end of the line'),
        ('id Int @default("\\x41")', "unknown escape `\\x`; write `\\\\` for a backslash"),
        (
            'id Int @default("\\ud83d")',
            "`\\ud83d` is no character: expected four hexadecimal digits, or a pair of surrogates",
        ),
        ('id Int @default("a\tb")', "strings cannot hold tabs or other control characters; write `\\t`"),
        ('id Int @map("a",)', "trailing comma before `)`: Prisma does not allow one"),
        ("@@index([a, b,])", "trailing comma before `]`: Prisma does not allow one"),
        ("@@index([", "expected `]` for `[`: arguments cannot span lines in Prisma"),
        ("@@index(", "expected `)` for `@@index(`: arguments cannot span lines in Prisma"),
        ("@@index([a]", "expected `)` for `@@index(`: arguments cannot span lines in Prisma"),
        ("@@index([a b])", "expected `,` or `]` after `a`, not `b`"),
        ('@@index([a], map: "x" type: Hash)', 'expected `,` or `)` after `"x"`, not `type`'),
        ("id Int @id ?", "expected an attribute that begins with `@` after `@id`, not `?`"),
        ("@@index([a], map:)", "expected a value after `map:`"),
        ("@@index([a], where: { 1 })", "expected `name: value` after `{`, not `1`"),
        ("@@index([_a])", "names begin with a letter in Prisma, not with `_`"),
        ("@@index([a]) @@id([b])", "`@@id` belongs on a line of its own, below the fields"),
        ("id Int @id }", "expected `}` on a line of its own"),
    ],
)
def test_a_broken_line_of_a_model_says_what_was_expected(line: str, said: str) -> None:
    if line.endswith("}"):
        assert (2, line, said) in problems(f"model A {{\n  {line}\n}}\n")
    elif '"a)' in line or "/*" in line:
        assert problems(f"model A {{\n  {line}\n}}\n") == [(2, line, said)]
    else:
        assert message(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'RED = "red"',
            'enum values take no `=` in Prisma; write `@map("...")` to name the database\'s value',
        ),
        ("RED,", "enum values stand on lines of their own, without `,`"),
        ("'RED'", "single quotes are not strings in Prisma; use double quotes"),
        ("RED GREEN", "expected the name of one enum value, and attributes"),
        ("RED @map(red", "expected `)` for `@map(`: arguments cannot span lines in Prisma"),
    ],
)
def test_a_broken_line_of_an_enum_says_what_was_expected(line: str, said: str) -> None:
    assert message(line, "enum A") == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("provider", "expected `name = value`"),
        ('provider: "a"', "expected `name = value`"),
        ('@@map("a")', "expected `name = value`"),
        ("provider = 'a'", "single quotes are not strings in Prisma; use double quotes"),
        ("previewFeatures = [", "expected `]` for `[`: arguments cannot span lines in Prisma"),
        ('previewFeatures = ["a",]', "trailing comma before `]`: Prisma does not allow one"),
        ("provider = ?", "unexpected `?`"),
        ('provider = "a" "b"', 'unexpected `"b"` after `"a"`'),
        ("provider = @a", "expected a value for `provider`, not an attribute"),
    ],
)
@pytest.mark.parametrize("keyword", ["datasource", "generator"])
def test_a_broken_setting_says_what_was_expected(line: str, said: str, keyword: str) -> None:
    assert message(line, f"{keyword} a") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id Int", "expected a block; a schema consists of model, enum, type, view, datasource and generator blocks"),
        ("}", "unexpected `}`: no block is open here"),
        ("/* never closed", "this comment is not closed: expected `*/`"),
        ("# a comment", "comments begin with `//` in Prisma"),
        ("type Email = String @unique", "type aliases are no longer part of Prisma; write a block: `type Name { ... }`"),
        ("model A", "expected `{` on the same line as `model A`"),
        ("model {", "expected a name between `model` and `{`"),
        ("model _A {", "names begin with a letter in Prisma, not with `_`"),
        ('model "A" {', "names are written without quotes in Prisma"),
        ("modle A {", "unknown kind of block `modle`; did you mean `model`?"),
        ("Enum A {", "unknown kind of block `Enum`; did you mean `enum`?"),
        ("table A {", "unknown kind of block `table`; a schema consists of model, enum, type, view, datasource and"
         " generator blocks"),
    ],
)  # fmt: skip
def test_a_broken_line_outside_blocks_says_what_was_expected(text: str, said: str) -> None:
    assert problems(text + "\n") == [(1, text, said)]


def test_the_lines_of_an_unknown_block_are_passed_over() -> None:
    text = "modle A {\n  id Int @id\n  name String\n}\nmodel B {\n  id Int @id\n}\n"
    assert [line for line, _, _ in problems(text)] == [1]
    assert [it.name.text for it in read(text).models] == ["B"]


def test_a_brace_on_the_next_line_is_one_problem() -> None:
    text = "model A\n{\n  id Int @id\n}\nmodel B {\n  id Int @id\n}\n"
    assert problems(text) == [(1, "model A", "expected `{` on the same line as `model A`")]
    assert [it.name.text for it in read(text).models] == ["B"]


def test_an_unknown_block_without_end_gives_way_to_the_next_block() -> None:
    text = "modle A {\n  id Int @id\nmodel B {\n  id Int @id\n}\n"
    assert [line for line, _, _ in problems(text)] == [1]
    assert [it.name.text for it in read(text).models] == ["B"]


def test_a_broken_line_costs_nothing_else() -> None:
    facts = read(
        dedent("""
            model A {
              id Int @id
              what is this
              name String
              @@index([name,])
              @@unique([name])
            }
            nonsense
            enum B {
              ONE = 1
              TWO
            }
        """)
    )
    assert [it.name.text for it in facts.models[0].fields] == ["id", "name"]
    assert [it.kind for it in facts.models[0].keys] == ["unique"]
    assert [it.name.text for it in facts.enums[0].values] == ["TWO"]
    assert [it.kind for it in facts.problems] == ["syntax"] * 4


def test_a_field_counts_also_when_its_attributes_do_not_read() -> None:
    (it,) = read("model A {\n  name String? @map('a')\n}\n").models[0].fields
    assert (it.name.text, it.type.text, it.arity, it.map) == ("name", "String", "optional", None)


def test_an_unclosed_block_is_a_problem_at_its_opening_line() -> None:
    text = "model A { // note\n  id Int @id\n  name String"
    said = "model A is not closed: expected `}` on a line of its own"
    assert problems(text) == [(1, "model A { // note", said)]
    (it,) = read(text).models
    assert [name.name.text for name in it.fields] == ["id", "name"]
    assert (it.range.end, it.append_at) == (len(text), len(text))


def test_an_unclosed_block_ends_before_the_next_one() -> None:
    text = "model A {\n  id Int @id\n\nmodel B {\n  id Int @id\n}\n"
    said = "model A is not closed: expected `}` on a line of its own before `model B {`"
    assert problems(text) == [(1, "model A {", said)]
    assert [(it.name.text, len(it.fields)) for it in read(text).models] == [("A", 1), ("B", 1)]


def test_a_block_on_one_line_is_a_problem() -> None:
    said = "model A stands on one line; in Prisma each field and the `}` have lines of their own"
    assert problems("model A { id Int @id }\n") == [(1, "model A { id Int @id }", said)]


def test_a_byte_order_mark_is_a_problem_and_costs_nothing_else() -> None:
    text = "\ufeffmodel A {\n  id Int @id\n}\n"
    said = "byte order mark: Prisma rejects a file that starts with one; save it as UTF-8 without BOM"
    assert problems(text) == [(1, "\ufeff", said)]
    (it,) = read(text).models
    assert text[it.name.range.start : it.name.range.end] == "A"


def test_of_very_many_problems_the_first_hundred_and_the_number_of_the_rest_are_told() -> None:
    text = "model A {\n" + "  ?\n" * 5000 + "}\n"
    found = problems(text)
    assert [line for line, _, _ in found] == list(range(2, 103))
    assert found[-1][2] == "4900 more lines could not be read"


def test_thousands_of_different_broken_attributes_do_not_hide_each_other() -> None:
    broken = "".join(f"  a{it} Int @map({it}\n  b{it} Int @map(\"b{it}\")\n" for it in range(1500))  # fmt: skip
    facts = read("model A {\n" + broken + "}\n")
    assert facts.problems[-1].message == "1400 more lines could not be read"
    assert sum(it.map is not None for it in facts.models[0].fields) == 1500


@pytest.mark.parametrize(
    "deep",
    [
        "[" * 100_000 + "]" * 100_000,
        "[" * 100_000,
        "f(" * 100_000 + ")" * 100_000,
        "{ a: " * 100_000 + "1" + "}" * 100_000,
        "(" * 100_000,
    ],
    ids=["lists", "open lists", "calls", "objects", "parentheses"],
)
def test_deep_nesting_is_read_or_a_problem(deep: str) -> None:
    facts = read(f"model A {{\n  id Int @default({deep})\n  name String\n}}\n")
    assert [it.name.text for it in facts.models[0].fields] == ["id", "name"]
    assert facts.problems or facts.models[0].fields[0].default is not None


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("// use prisma-next\n\nmodel A {\n  id Int @id\n}\n", "// use prisma-next"),
        ("\n\ufeff  // use prisma-next\n", "// use prisma-next"),
        ("native_enum Color {\n  RED\n}\n", "native_enum Color {"),
        ("model A {\n  id Int @id\n  at temporal.updatedAt()\n}\n", "temporal.updatedAt"),
        ('model Bug {\n  steps String\n  @@base(Task, "bug")\n}\n', "@@base("),
        ("types {\n  Vector = pgvector.Vector(3)\n}\nmodel A {\n  id Int @id\n}\n", "types {"),
        ("namespace shop {\n  model A {\n    id Int @id\n  }\n}\n", "namespace shop {"),
        ('enum Level {\n  Low = "low"\n  @@type("pg/text@1")\n}\n', "@@type("),
    ],
)
def test_a_prisma_8_contract_is_recognised(text: str, marker: str) -> None:
    facts = read(text)
    (problem,) = facts.problems
    assert facts == PrismaFile(problems=facts.problems)
    assert problem.kind == "unsupported"
    assert text[problem.range.start : problem.range.end] == marker
    said = f"`{marker}` makes this a Prisma 8 contract; schemas of Prisma up to 7 are read"
    assert problem.message == said


def test_a_model_named_types_makes_no_contract() -> None:
    facts = read("model types {\n  id Int @id\n  types String // namespace x {\n}\n")
    assert facts.problems == ()
    assert [it.name.text for it in facts.models] == ["types"]
