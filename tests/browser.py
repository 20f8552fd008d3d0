"""A real browser, for tests of pages: Chromium, driven by Playwright, where both are on the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# It asks nobody for updates.
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skips where there is none; CROWSFOOT_CHROMIUM can name one. Playwright runs once in a process."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = os.environ.get("CROWSFOOT_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no Chromium is installed; CROWSFOOT_CHROMIUM can name one")
    with api.sync_playwright() as playwright:
        # CI runs as root, as whom Chromium starts without its sandbox only.
        started = playwright.chromium.launch(executable_path=program, chromium_sandbox=False, args=[*_QUIET])
        yield started
        started.close()
