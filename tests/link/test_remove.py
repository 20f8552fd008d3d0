"""Index.remove: what goes with an index, so that prisma format (engine 7.10) finds nothing to do."""

import pytest

from crowsfoot.finding import Fix
from crowsfoot.fix import apply
from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.source import Source

CASES = {
    "a line among others": (
        "model A {\n  id Int @id\n  a  Int\n\n  @@index([a]) // why\n  @@unique([id, a])\n}\n",
        "model A {\n  id Int @id\n  a  Int\n\n  @@unique([id, a])\n}\n",
    ),
    "the last line of several": (
        "model A {\n  id Int @id\n  a  Int\n\n  @@unique([id, a])\n  @@index([a])\n}\n",
        "model A {\n  id Int @id\n  a  Int\n\n  @@unique([id, a])\n}\n",
    ),
    "the only one, with the line before it": (
        "model A {\n  id Int @id\n  a  Int\n\n  @@index([a])\n}\n",
        "model A {\n  id Int @id\n  a  Int\n}\n",
    ),
    "with the line ends of Windows": (
        "model A {\r\n  id Int @id\r\n  a  Int\r\n\r\n  @@index([a])\r\n}\r\n",
        "model A {\r\n  id Int @id\r\n  a  Int\r\n}\r\n",
    ),
    "an attribute behind another": (
        "model A {\n  id Int @id\n  a  Int @db.Integer @unique\n}\n",
        "model A {\n  id Int @id\n  a  Int @db.Integer\n}\n",
    ),
    "an attribute before another": (
        "model A {\n  id Int @id\n  a  Int @unique @db.Integer\n}\n",
        "model A {\n  id Int @id\n  a  Int @db.Integer\n}\n",
    ),
    "an attribute before a comment": (
        "model A {\n  id Int @id\n  a  Int @unique // why\n}\n",
        "model A {\n  id Int @id\n  a  Int // why\n}\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES.keys())
def test_an_index_goes_without_a_trace(before: str, after: str) -> None:
    (database,) = link([("a.prisma", prisma.read(before))]).databases
    index = next(it for it in database.tables["A"].indexes if str(it) == "A(a)")
    fix = Fix("", index.remove())
    assert apply([fix], {"a.prisma": Source("a.prisma", before)}).texts["a.prisma"] == after
