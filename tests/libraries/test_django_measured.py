"""What a real Django sends for 1, 10 and 100 rows is constant where we are silent, and grows where we are not."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from crowsfoot.link.code.analysis import link_code

from .measured import assert_as_said, said_to_grow
from .sending import read_file

pytest.importorskip("django", minversion="4.2")

APPS = Path(__file__).parent / "apps"
FILES = {it.relative_to(APPS).as_posix(): it.read_text() for it in (APPS / "django_archive").glob("*.py")}
CASES = "django_archive/cases.py"


@pytest.fixture(scope="module")
def growing() -> set[str]:
    return said_to_grow(FILES, path=CASES)


@pytest.fixture(scope="module")
def counts() -> dict[str, list[int]]:
    """Counted by a process of its own: Django is set up once per process, and keeps what it is given."""
    done = subprocess.run(
        [sys.executable, "-m", "django_archive"], cwd=APPS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[int]] = json.loads(done.stdout)
    return found


PAGES = "django_archive/pages.py"
SHOWN: dict[str, str] = next(
    ast.literal_eval(it.value)
    for it in ast.parse(FILES[PAGES]).body
    if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]) == "PAGES"
)


@pytest.fixture(scope="module")
def growing_pages() -> set[str]:
    """The pages of which we say that they ask once per row, each by the name of its template."""
    pages = {f"django_archive/templates/pages/{name}.html": text for name, text in SHOWN.items()}
    found = link_code([read_file(path, text) for path, text in (FILES | pages).items()])
    parts = {"row": "included", "rows": "included_rows"}
    names = (Path(it.span.path).stem for it in found.repeated if it.query.likely and it.span.path in pages)
    return {parts.get(name, name) for name in names}


NAMES = [
    it.name for it in ast.parse(FILES[CASES]).body if isinstance(it, (ast.FunctionDef, ast.AsyncFunctionDef))
]


@pytest.mark.parametrize("name", NAMES)
def test_our_verdict_is_what_is_counted(name: str, growing: set[str], counts: dict[str, list[int]]) -> None:
    assert_as_said(name, counts[name], growing)


@pytest.mark.parametrize("name", [it for it in SHOWN if it not in ("base", "row", "rows")])
def test_a_page_sends_as_many_statements_as_we_say(
    name: str, growing_pages: set[str], counts: dict[str, list[int]]
) -> None:
    assert_as_said(name, counts[name], growing_pages)
