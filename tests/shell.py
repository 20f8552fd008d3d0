"""crowsfoot as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


class Shell:
    """Runs crowsfoot in a folder, as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Colours and the cache depend on the environment; a test depends on what it says itself.
        kept = {key: value for key, value in os.environ.items() if not key.endswith("COLOR")}
        self.environment = {**kept, "XDG_CACHE_HOME": str(folder.parent / "cache"), "COLUMNS": "100"}

    def __call__(
        self, *arguments: str, stdin: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        run = subprocess.run(
            [sys.executable, "-m", "crowsfoot", *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            check=False,
        )
        return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file
