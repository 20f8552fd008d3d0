"""Where tests find real inputs and the verdicts of real engines."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from .browser import browser
from .postgres import postgres, postgres_server
from .shell import Shell

__all__ = ["browser", "postgres", "postgres_server"]  # fixtures

# A test counts work and never time. In CI every run tries the same examples, so that a change is judged by
# what it changed; at the desk they are new each time.
settings.register_profile("crowsfoot", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("crowsfoot")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder that CROWSFOOT_CORPUS names (default: ../shared); skips where there is none."""
    folder = Path(os.environ.get("CROWSFOOT_CORPUS", ROOT.parent / "shared"))
    if not (folder / "corpus").is_dir():
        pytest.skip(f"no corpus at {folder}; set CROWSFOOT_CORPUS")
    return folder


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".git").mkdir()
    return Shell(folder)
