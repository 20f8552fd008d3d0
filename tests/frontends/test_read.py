"""Which frontend reads which file."""

import pytest

from crowsfoot.facts import Automation, Installed, Journal, MigrationLock, PrismaFile, SchemaLocation
from crowsfoot.frontends import read
from crowsfoot.source import Source


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("schema.prisma", PrismaFile),
        ("db/models/user.prisma", PrismaFile),
        ("package.json", SchemaLocation),
        ("apps/web/package.json", SchemaLocation),
        *[(f"prisma.config.{it}", SchemaLocation) for it in ("ts", "mts", "cts", "js", "mjs", "cjs")],
        *[(it, Installed) for it in ("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock")],
        ("requirements.txt", Installed),
        ("pyproject.toml", Installed),
        ("prisma/migrations/migration_lock.toml", MigrationLock),
        ("drizzle/meta/_journal.json", Journal),
        (".github/workflows/deploy.yml", Automation),
    ],
)
def test_the_file_name_chooses_the_frontend(path: str, kind: type) -> None:
    assert isinstance(read(Source(path, "")), kind)


@pytest.mark.parametrize(
    "path",
    ["prisma", "schema.prisma.bak", "npm-shrinkwrap.json", "prisma.config.json", "my.prisma.config.ts"],
)
def test_other_files_are_not_read(path: str) -> None:
    assert read(Source(path, "model A {\n}\n")) is None
