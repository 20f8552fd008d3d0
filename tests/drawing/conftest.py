"""What the tests of drawings share."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from crowsfoot.drawing import Drawing, draw
from crowsfoot.session import Choices, Session

from .drawings import hostile_sql

Folder = Callable[[Mapping[str, str]], Drawing]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A function from files to the drawing of a project that has them, findings and queries included."""

    def make(files: Mapping[str, str]) -> Drawing:
        (tmp_path / ".git").mkdir()
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        session = Session([tmp_path], Choices(), cached=False)
        assert not session.report.failures
        return draw(session.project, session.report, session.sources)

    return make


@pytest.fixture
def hostile(folder: Folder) -> Drawing:
    drawing = folder({"migrations/0001_init.sql": hostile_sql()})
    assert len(drawing.nodes) >= 12
    return drawing
