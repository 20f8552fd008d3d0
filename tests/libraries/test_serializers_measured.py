"""What serializers, views, pages of the admin and forms send is constant where we are silent, else it grows."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from .measured import assert_as_said, said_to_grow

pytest.importorskip("rest_framework", reason="counts what Django REST framework sends")

APPS = Path(__file__).parent / "apps"
FILES = {it.relative_to(APPS).as_posix(): it.read_text() for it in (APPS / "rest_archive").glob("*.py")}
CASES = "rest_archive/cases.py"
NAMES = [
    it.name
    for it in ast.parse(FILES[CASES]).body
    if isinstance(it, ast.FunctionDef)
    or (isinstance(it, ast.ClassDef) and it.name.endswith(("View", "Page", "Form")))
]


@pytest.fixture(scope="module")
def growing() -> set[str]:
    return said_to_grow(FILES, path=CASES)


@pytest.fixture(scope="module")
def counts() -> dict[str, list[int]]:
    """Counted by a process of its own: Django is set up once per process."""
    done = subprocess.run(
        [sys.executable, "-m", "rest_archive"], cwd=APPS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[int]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_our_verdict_is_what_is_counted(name: str, growing: set[str], counts: dict[str, list[int]]) -> None:
    assert_as_said(name, counts[name], growing)
