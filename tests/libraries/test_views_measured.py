"""What we say that views of DRF and Django ask is what they really send in answer to a GET."""

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from crowsfoot.libraries.query import READS, Query

from .sending import sent
from .sql_shapes import said
from .sql_shapes import sent as told
from .test_shapes import named

pytest.importorskip("rest_framework", reason="measures what Django REST framework sends")
pytest.importorskip("django_filters", reason="measures what its filters add")

APPS = Path(__file__).parent / "apps"
FILES = {it.relative_to(APPS).as_posix(): it.read_text() for it in (APPS / "shown_shop").glob("*.py")}
CASES = "shown_shop/cases.py"
PLACES = {
    it.name: range(it.lineno, (it.end_lineno or it.lineno) + 1)
    for it in ast.parse(FILES[CASES]).body
    if isinstance(it, (ast.ClassDef, ast.FunctionDef)) and it.name.endswith(("View", "Page", "_page"))
}


@pytest.fixture(scope="module")
def by_framework() -> dict[str, list[str]]:
    """Sent by a process of its own: Django is set up once per process."""
    done = subprocess.run(
        [sys.executable, "-m", "shown_shop"], cwd=APPS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def queries() -> dict[int, list[Query]]:
    return sent(FILES, path=CASES).queries


def surely(query: Query) -> Query:
    """Without what only some calls compare."""
    others = tuple(it for it in query.others if it not in query.optional)
    return msgspec.structs.replace(query, others=others, optional=())


@pytest.mark.parametrize("name", PLACES)
def test_a_view_sends_what_we_say(
    name: str, by_framework: dict[str, list[str]], queries: dict[int, list[Query]]
) -> None:
    ours = [it for line in PLACES[name] for it in queries.get(line, ()) if it.operation in READS]
    assert all(it.whole for it in ours)
    theirs = (named(told(sql, "sqlite"), {"author_id": "author"}) for sql in by_framework[name])
    assert Counter(said(surely(it)) for it in ours) == Counter(theirs)
