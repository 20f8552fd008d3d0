"""Markdown to blocks: which are found, what they hold, and where that stands in the document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.documents import read as read_document
from crowsfoot.frontends.markdown import Found, read
from crowsfoot.frontends.markdown.contents import Content
from crowsfoot.source import Range


def blocks(text: str) -> list[Found]:
    """The blocks of the text, each character of which stands where the block says."""
    found = list(read(text).blocks)
    for it in found:
        assert places(it.content, text) == it.content.text
        assert 0 <= it.range.start <= it.range.end <= len(text)
    return found


def places(content: Content, text: str) -> str:
    """The text of the content, as it is found in the document."""
    ends = [*content.starts[1:], len(content.text)]
    return "".join(
        text[place : place + end - start]
        for start, place, end in zip(content.starts, content.places, ends, strict=True)
    )


def texts(text: str) -> list[str]:
    return [it.content.text for it in blocks(text)]


def test_a_block_is_what_stands_between_its_fences() -> None:
    (block,) = blocks("# Title\n\n```sql\nSELECT 1;\n```\n\nprose\n")
    assert block.content.text == "SELECT 1;\n"
    assert block.content.places == (16,)
    assert block.range == Range(16, 26)


@pytest.mark.parametrize(
    ("info", "language", "dialect"),
    [
        ("sql", "sql", None),
        (" sql", "sql", None),
        ("SQL", "sql", None),
        ('sql title="policies.sql"', "sql", None),
        ("sql{1,3}", "sql", None),
        ("sql {1,3}", "sql", None),
        ("sql:policies.sql", "sql", None),
        ("sql,ignore", "sql", None),
        ("{.sql .numberLines}", "sql", None),
        ("{code-block} sql", "sql", None),
        ("postgresql", "sql", "postgresql"),
        ("plpgsql", "sql", "postgresql"),
        ("mysql", "sql", "mysql"),
        ("sqlite", "sql", "sqlite"),
        ("tsql", "sql", "sqlserver"),
        ("prisma file=schema.prisma highlight=3;add", "prisma", None),
        ("py", "python", None),
        ("python3.12", "python", None),
        ("{python}", "python", None),
        ("pycon", "python", None),
    ],
)
def test_the_first_word_behind_a_fence_is_the_language(info: str, language: str, dialect: str | None) -> None:
    (block,) = blocks(f"```{info}\nx = 1\n```\n")
    assert (block.language, block.dialect) == (language, dialect)


@pytest.mark.parametrize(
    "info", ["", "text", "ts", "sql+jinja", "pyx", "json title=sql", "nosql", "{mermaid}"]
)
def test_other_languages_are_not_read(info: str) -> None:
    assert not blocks(f"```{info}\nx = 1\n```\n")


def test_tildes_make_a_fence_as_well() -> None:
    assert texts("~~~sql\nSELECT '```';\n```\n~~~\n") == ["SELECT '```';\n```\n"]


def test_a_longer_fence_may_hold_a_shorter_one() -> None:
    assert texts("````sql\nSELECT 1;\n```\nSELECT 2;\n````\n") == ["SELECT 1;\n```\nSELECT 2;\n"]


def test_a_block_within_a_block_of_another_language_is_text() -> None:
    assert texts("````md\n```sql\nSELECT 1;\n```\n````\n\n```sql\nSELECT 2;\n```\n") == ["SELECT 2;\n"]


def test_a_fence_with_words_does_not_close_a_block() -> None:
    assert texts("```sql\nSELECT 1;\n```python\nx\n```\n") == ["SELECT 1;\n```python\nx\n"]


def test_a_block_that_nothing_closes_goes_on_to_the_end() -> None:
    assert texts("```sql\nSELECT 1;\nSELECT 2;") == ["SELECT 1;\nSELECT 2;"]


def test_code_in_a_line_is_no_fence() -> None:
    assert texts("```sql``` is how a block begins\n\n```sql\nSELECT 1;\n```\n") == ["SELECT 1;\n"]


def test_what_an_item_of_a_list_is_indented_by_is_left_out() -> None:
    text = "1. First:\n\n   ```sql\n   SELECT\n     1;\n\n   SELECT 2;\n   ```\n2. Second\n"
    assert texts(text) == ["SELECT\n  1;\n\nSELECT 2;\n"]


def test_a_line_that_is_less_indented_than_its_fence_loses_nothing() -> None:
    assert texts("   ```sql\nSELECT 1;\n  SELECT 2;\n   ```\n") == ["SELECT 1;\nSELECT 2;\n"]


def test_a_fence_may_stand_beside_the_mark_of_its_item() -> None:
    text = "- ```sql\n  SELECT 1;\n  ```\n- ```sql\n  SELECT 2;\n- other\n"
    assert texts(text) == ["SELECT 1;\n", "SELECT 2;\n"]


def test_a_block_in_a_quote_ends_with_the_quote() -> None:
    text = "> ```sql\n> SELECT 1;\n>\n> SELECT 2;\n> ```\n> ```sql\n> SELECT 3;\n\nprose\n"
    assert texts(text) == ["SELECT 1;\n\nSELECT 2;\n", "SELECT 3;\n"]


def test_quotes_may_stand_in_quotes() -> None:
    assert texts("> > ```sql\n> > SELECT 1;\n> > ```\n") == ["SELECT 1;\n"]


def test_tags_of_mdx_around_a_block_do_not_matter() -> None:
    text = "<CodeWithResult>\n  <cmd>\n\n    ```prisma\n    model A {\n      id Int @id\n    }\n    ```\n\n  </cmd>\n"
    assert texts(text) == ["model A {\n  id Int @id\n}\n"]


def test_line_ends_stay_as_they_are() -> None:
    assert texts("> ```sql\r\n> SELECT 1;\r\n> ```\r\n") == ["SELECT 1;\r\n"]


def test_a_comment_hides_the_blocks_in_it() -> None:
    assert texts("<!--\n```sql\nSELECT 1;\n```\n-->\n```sql\nSELECT 2;\n```\n") == ["SELECT 2;\n"]
    assert texts("{/*\n```sql\nSELECT 1;\n```\n*/}\n```sql\nSELECT 2;\n```\n") == ["SELECT 2;\n"]
    assert texts("<!--\n```sql\nSELECT 1;\n```\n") == []


def test_a_piece_of_a_function_begins_at_the_margin() -> None:
    assert texts("```python\n    rows = ask()\n    for row in rows:\n        show(row)\n```\n") == [
        "rows = ask()\nfor row in rows:\n    show(row)\n"
    ]


def test_of_a_session_at_a_prompt_only_what_was_typed_counts() -> None:
    text = "```pycon\n>>> for row in rows:\n...     show(row)\n...\n1\n2\n>>> x\n... not typed\n```\n"
    assert texts(text) == ["for row in rows:\n    show(row)\n\n\n\nx\nnot typed\n"]


def test_of_a_session_of_psql_only_what_was_typed_counts() -> None:
    text = "```sql\ndb=> SELECT 1,\ndb->   2;\n ?column?\n----------\n\ndb=# SET a.b = 'c';\nSET\n=> SELECT 3;\n```\n"
    assert texts(text) == ["SELECT 1,\n  2;\n\n\n\nSET a.b = 'c';\n\nSELECT 3;\n"]
    assert texts("```sql\nSELECT a => 1;\n```\n") == ["SELECT a => 1;\n"]


def test_a_diff_counts_as_it_leaves_the_text() -> None:
    assert texts("```diff-sql\n-SELECT 1;\n+SELECT 2;\n SELECT 3;\n```\n") == ["\nSELECT 2;\n SELECT 3;\n"]
    assert texts("```prisma\n model A {\n-  id Int\n+  id Int @id\n }\n```\n") == [
        " model A {\n\n  id Int @id\n }\n"
    ]


@pytest.mark.parametrize(
    "above",
    [
        "### Bad",
        "### \u274c The naive way",
        "Don't:",
        "**Wrong**",
        "Before:",
        "- Incorrect:",
        "You should not write this:",
        "This is vulnerable, as anyone can guess the key that is used in the claim of the caller:",
    ],
)
def test_what_is_called_wrong_is_not_read(above: str) -> None:
    assert not blocks(f"{above}\n\n```sql\nSELECT 1;\n```\n")


@pytest.mark.parametrize(
    "above",
    [
        "### Before you begin",
        "Set the claims of the caller before any query that a policy guards is sent:",
        "Never mind what the database does on the next connection that it takes from the pool of them:",
        "### Claims",
        "",
    ],
)
def test_words_that_prose_says_in_passing_call_nothing_wrong(above: str) -> None:
    assert blocks(f"{above}\n\n```sql\nSELECT 1;\n```\n")


def test_a_comment_may_call_its_block_wrong() -> None:
    assert not blocks("```sql\n-- BAD: anyone can read it\nSELECT 1;\n```\n")
    assert not blocks("```python\nask()  # \u274c\n```\n")
    assert blocks("```sql\n-- the claims are not bad\nSELECT 1;\n```\n")


def test_a_title_may_call_its_block_wrong() -> None:
    assert not blocks('```sql title="bad.sql"\nSELECT 1;\n```\n')
    assert not blocks("```sql [Before]\nSELECT 1;\n```\n")


def test_a_section_that_is_called_wrong_is_so_as_far_as_it_goes() -> None:
    text = "## Common mistakes\n\n### Claims\n\n{}\n\n```sql\nSELECT 1;\n```\n\n## Roles\n\n```sql\nSELECT 2;\n```\n"
    assert texts(text.format("The role:")) == ["SELECT 2;\n"]
    assert texts(text.format("Do this instead:")) == ["SELECT 1;\n", "SELECT 2;\n"]


def test_of_two_blocks_the_caption_of_the_first_is_not_that_of_the_second() -> None:
    text = "Bad:\n\n```sql\nSELECT 1;\n```\n```sql\nSELECT 2;\n```\n"
    assert texts(text) == ["SELECT 2;\n"]


@pytest.mark.parametrize(
    "text",
    ["SELECT ...;", "SELECT \u2026;", "SELECT <column>;", "SELECT {{ id }};", "SELECT ${ID};", "SELECT %s;"],
)
def test_a_block_in_which_something_is_left_out_is_not_complete(text: str) -> None:
    (block,) = blocks(f"```sql\n{text}\n```\n")
    assert block.elided


def test_a_comment_over_a_block_speaks_of_the_block() -> None:
    page = read(
        "<!-- crowsfoot: allow a-rule -- a page of its own\n     says why -->\n\n```sql\nSELECT 1;\n```\n"
        "{/* crowsfoot: allow b-rule, c-rule -- why */}\n```ts\n```\n"
    )
    first, second = page.comments
    assert (first.rules, first.reason) == (("a-rule",), "a page of its own says why")
    assert first.range == Range(0, 67)
    assert first.covers == page.blocks[0].range
    assert second.rules == ("b-rule", "c-rule")


def test_a_comment_that_says_nothing_is_a_problem() -> None:
    (problem,) = read("<!-- crowsfoot: alow a-rule -->\n").problems
    assert problem.kind == "directive"
    assert "did you mean `allow`" in problem.message
    assert not read("<!-- crowsfoot reads this page -->\n").problems


# What would take hours if its cost grew with the square of its length, and how many blocks it holds.
HOSTILE = {
    "fences": ("```sql\n" * 100_000, 1),
    "blocks": ("```sql\nSELECT 1;\n```\n" * 20_000, 20_000),
    "quoted blocks": ("> ```sql\n> SELECT 1;\n> ```\n" * 20_000, 20_000),
    "open blocks in items": ("- ```sql\n  SELECT 1;\n" * 20_000, 20_000),
    "fences of all lengths": ("".join("`" * it + "sql\n" for it in range(3, 1_000)), 1),
    "a long line": ("x" * 10_000_000, 0),
    "a long fence": ("`" * 5_000_000, 0),
    "a long info": ("```sql " + "x" * 5_000_000 + "\n1", 1),
    "a long indent": (" " * 5_000_000 + "```sql\n1", 0),
    "marks of lists": ("- " * 2_000_000 + "```sql\n1", 0),
    "marks of quotes": (">" * 2_000_000 + "```sql\n1", 0),
    "comments": ("<!-- x -->\n" * 100_000, 0),
    "open comments": ("<!--\n" * 100_000, 0),
    "directives": ("<!-- crowsfoot: allow a -- b -->\n" * 20_000, 0),
    "a comment of stars": ("<!-- crowsfoot" + "*" * 1_000_000 + " -->\n", 0),
    "a comment of blanks": ("<!-- crowsfoot" + " " * 1_000_000 + "x -->\n", 0),
    "blank lines": ("```sql\n" + "\n" * 1_000_000 + "1\n```\n", 1),
    "blank lines between": ("\n" * 1_000_000 + "```sql\n1\n```\n", 1),
    "headings": ("# bad\n" * 100_000, 0),
    "prompts": ("```py\n" + ">>> x.execute(1)\n" * 20_000 + "```\n", 1),
    "a diff": ("```diff-sql\n" + "+SELECT 1;\n" * 20_000 + "```\n", 1),
    "comments in a block": ("```sql\n" + "-- fine\n" * 100_000 + "```\n", 1),
    "open tags": ("<a" * 500_000 + "\n```sql\nSELECT 1;\n```\n", 1),
    "control characters": ("\x00\x1b\ufffe\n```sql\n\x00\x1b\n```\n", 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_read_like_any_other(name: str) -> None:
    text, count = HOSTILE[name]
    assert len(blocks(text)) == count


PIECES = (
    *("```sql\n", "```\n", "~~~py\n", "~~~\n", "````md\n", "````\n", "```diff-sql\n", "```prisma\n"),
    *(
        "> ",
        ">",
        "- ",
        "1. ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "+",
        "-",
        ">>> ",
        "... ",
        "<!-- ",
        "-->",
        "{/* ",
        " */}",
    ),
    *(
        "import a\n",
        "from b import c\n",
        "SELECT 1;\n",
        "x.execute(1)\n",
        "# Bad\n",
        "prose\n",
        "\u2028",
        "\U0001f600",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_whatever_a_document_holds_each_character_is_where_the_block_says(text: str) -> None:
    blocks(text)
    document = read_document(text)
    for it in document.blocks:
        assert it.starts[0] == 0
        assert list(it.starts) == sorted(it.starts)
        assert len(it.starts) == len(it.places)


def test_ten_thousand_blocks_in_a_document_are_read_one_by_one() -> None:
    text = "prose\n\n> ```prisma\n> model A {\n>   id Int @id\n> }\n> ```\n\n" * 10_000
    document = read_document(text)
    assert len(document.blocks) == 10_000
    assert len(document.blocks[-1].starts) == 3
