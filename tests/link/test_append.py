"""Table.append: where a further attribute goes, as prisma format leaves it (engine 7.10)."""

import pytest

from crowsfoot.finding import Fix
from crowsfoot.fix import apply
from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.source import Source

CASES = {
    "after a field, with a line between": (
        "model A {\n  id Int @id\n}\n",
        "model A {\n  id Int @id\n\n  @@index([id])\n}\n",
    ),
    "after an attribute, without one": (
        "model A {\n  id Int @id\n\n  @@unique([id])\n}\n",
        "model A {\n  id Int @id\n\n  @@unique([id])\n  @@index([id])\n}\n",
    ),
    "after a comment behind a field": (
        "model A {\n  id Int @id // the key\n}\n",
        "model A {\n  id Int @id // the key\n\n  @@index([id])\n}\n",
    ),
    "before the lines that end a block": (
        'model A {\n  id Int @id\n\n  @@unique([id])\n  @@map("a")\n  @@schema("x")\n}\n',
        'model A {\n  id Int @id\n\n  @@unique([id])\n  @@index([id])\n  @@map("a")\n  @@schema("x")\n}\n',
    ),
    "behind the last line where @@map stands in the middle": (
        'model A {\n  id Int @id\n\n  @@map("a")\n  @@unique([id])\n}\n',
        'model A {\n  id Int @id\n\n  @@map("a")\n  @@unique([id])\n  @@index([id])\n}\n',
    ),
    "in the block that is meant, not in the one after it": (
        "model A {\n  id Int @id\n}\n\nmodel B {\n  id Int @id\n}\n",
        "model A {\n  id Int @id\n\n  @@index([id])\n}\n\nmodel B {\n  id Int @id\n}\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES.keys())
def test_a_further_attribute_goes(before: str, after: str) -> None:
    assert _appended(before, "@@index([id])") == after


def test_empty_lines_at_the_end_of_the_block_stay_where_they_were() -> None:
    """prisma format would drop them, with or without the attribute."""
    assert _appended("model A {\n  id Int @id\n\n}\n", "@@index([id])") == (
        "model A {\n  id Int @id\n\n  @@index([id])\n\n}\n"
    )


def test_two_in_a_row_stand_below_each_other() -> None:
    once = _appended("model A {\n  id Int @id\n}\n", "@@index([id])")
    assert _appended(once, '@@map("a")') == 'model A {\n  id Int @id\n\n  @@index([id])\n  @@map("a")\n}\n'


def test_two_fixes_of_one_round_share_the_line_between() -> None:
    text = "model A {\n  id Int @id\n}\n"
    (database,) = link([("a.prisma", prisma.read(text))]).databases
    fixes = [Fix("", database.tables["A"].append(line)) for line in ("@@index([id])", "@@unique([id])")]
    assert apply(fixes, {"a.prisma": Source("a.prisma", text)}).texts["a.prisma"] == (
        "model A {\n  id Int @id\n\n  @@index([id])\n  @@unique([id])\n}\n"
    )


def _appended(text: str, line: str) -> str:
    (database,) = link([("a.prisma", prisma.read(text))]).databases
    fix = Fix("", database.tables["A"].append(line))
    return apply([fix], {"a.prisma": Source("a.prisma", text)}).texts["a.prisma"]
