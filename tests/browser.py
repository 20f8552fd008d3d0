"""A real browser, for tests of pages: Chromium, driven by Playwright, where both are on the machine."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# It asks nobody for updates, and runs as root too, as CI does.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A playwright.sync_api.Browser; skips where there is none. CROWSFOOT_CHROMIUM names the program."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = os.environ.get("CROWSFOOT_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine; CROWSFOOT_CHROMIUM can name one")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=[*_ARGUMENTS])
        yield opened
        opened.close()
