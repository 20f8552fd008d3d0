"""redundant-index and duplicate-index against the catalog that the migrations of five applications lead to.

What is shown by default must hold in the real database too: the index that is said to do the work is there,
whole, and the one to delete is not a smaller, partial one.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crowsfoot import Confidence, Index, frontends
from crowsfoot.databases.indexes import redundant_by
from crowsfoot.link import link
from crowsfoot.source import Source
from crowsfoot_rules.indexes import duplicate_index, redundant_index

pytestmark = pytest.mark.oracle

# How many findings are shown: a rule that fell silent would agree with every catalog.
SHOWN = {"civitai": 6, "hoppscotch": 3, "litellm": 14, "superagent": 0, "umami": 12}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_is_shown_is_redundant_in_the_database(name: str, corpus: Path) -> None:
    folder = corpus / "corpus" / "apps" / name
    catalog = json.loads((folder / "expected.catalog.json").read_text(encoding="utf-8"))["indexes_list"]
    shown = list(_shown((folder / "prisma" / "schema.prisma").read_text(encoding="utf-8")))
    assert len(shown) == SHOWN[name]
    assert [str(it) for it in shown if _is_partial(it, catalog)] == []
    assert [str(it) for it in shown if not any(_is_whole(by, catalog) for by in redundant_by(it))] == []


def _shown(text: str) -> Iterator[Index]:
    facts = frontends.read(Source("prisma/schema.prisma", text))
    assert facts is not None
    (database,) = link([("prisma/schema.prisma", facts)]).databases
    for index in database.indexes():
        for rule in (redundant_index.check, duplicate_index.check):
            if any(it.confidence >= Confidence.LIKELY for it in rule.check(index)):
                yield index


def _same_columns(index: Index, catalog: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    columns = [column.name for column in index.columns]
    return (it for it in catalog if it["table"] == index.table.name and it["cols"] == columns)


def _is_partial(index: Index, catalog: list[dict[str, Any]]) -> bool:
    return any(it["partial"] for it in _same_columns(index, catalog))


def _is_whole(index: Index, catalog: list[dict[str, Any]]) -> bool:
    return any(not it["partial"] and it["method"] == index.method for it in _same_columns(index, catalog))
