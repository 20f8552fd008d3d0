"""The parse tables that are made beforehand."""

import json
import subprocess
import sys

import lark
import pytest

from crowsfoot.frontends.prisma import parser, tables

TEXT = '\n@id @default(uuid(7))\n@@index([a(sort: Desc), b], map: "x")\nenv("URL")'


STORED = json.loads(tables._text(tables.TABLES))


def test_the_tables_are_those_of_the_grammar() -> None:
    assert STORED["grammar"] == tables._text(tables.GRAMMAR), "the grammar has changed: make tables"


def test_what_is_stored_is_what_would_be_made() -> None:
    made = json.loads(tables.tables(parser.PrismaLexer))
    assert made.keys() == STORED.keys()
    # The numbers of states depend on the order of sets; how many there are does not.
    states = [len(it["data"]["parser"]["parser"]["states"]) for it in (made, STORED)]
    assert states[0] == states[1]


def test_without_tables_of_its_own_a_grammar_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with_tables = parser.parse(TEXT)
    monkeypatch.setattr(lark, "__version__", "0.0.1")
    parser._lark.cache_clear()
    try:
        assert parser.parse(TEXT) == with_tables
    finally:
        parser._lark.cache_clear()


@pytest.mark.skipif(STORED["lark"] != lark.__version__, reason="the tables are of another lark")
def test_a_run_makes_no_tables() -> None:
    code = (
        "import lark.parsers.lalr_analysis as made\n"
        "def refuse(*_, **__): raise SystemExit('tables were made')\n"
        "made.LALR_Analyzer.compute_lalr = refuse\n"
        "from crowsfoot.frontends.prisma import parser\n"
        "parser.parse('\\n@id')\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
