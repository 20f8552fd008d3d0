"""Which statements sqlparser reads, with which Prisma cuts migrations up."""

import json
from pathlib import Path

import pytest

from crowsfoot.databases.sqlparser import parses
from crowsfoot.frontends.sql import read

# What sqlparser said of each statement; and of which one facts do not tell that.
STATEMENTS = json.loads((Path(__file__).parent / "sqlparser.json").read_text())
READ = (*STATEMENTS["read"], *STATEMENTS["read, and not known to be"])
NOT_READ = STATEMENTS["not read"]
NOT_KNOWN = {*STATEMENTS["read, and not known to be"], *STATEMENTS["not read, and not known to be"]}


@pytest.mark.parametrize("text", READ)
def test_what_sqlparser_reads_is_known(text: str) -> None:
    (statement,) = read(text, "postgresql").statements
    assert parses(statement) == (text not in NOT_KNOWN)


@pytest.mark.parametrize("text", NOT_READ)
def test_what_sqlparser_does_not_read_is_known(text: str) -> None:
    (statement,) = read(text, "postgresql").statements
    assert parses(statement) == (text in NOT_KNOWN)


def test_of_the_migrations_of_five_applications_all_but_one_are_told_rightly(corpus: Path) -> None:
    # sqlparser reads 39 of the 1,042 files not. One of them is broken, and one calls a table "top".
    uncut = [
        file
        for file in (corpus / "corpus" / "apps").rglob("migration.sql")
        if not all(map(parses, read(file.read_text(), "postgresql").statements))
    ]
    assert sorted(it.parent.name for it in uncut) == STATEMENTS["files"]
