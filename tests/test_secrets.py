"""Passwords and keys are shown to nobody, and stay out of the cache."""

from pathlib import Path

import pytest

from crowsfoot.reporters import FORMATS
from crowsfoot.secrets import masked

from .shell import Shell


@pytest.mark.parametrize(
    "line",
    [
        "DATABASE_URL=postgresql://app:hunter2@db/x",
        'engine = create_engine("postgresql://app:hunter2@db/x")',
        "url = postgres://app:hun@hunter2@db",
        "KEY=sb_secret_hunter2",
        "TOKEN=eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2",
        "export API_KEY=hunter2",
        "  POSTGRES_PASSWORD: hunter2",
        "      - DB_PASSWORD=hunter2",
        '"PASSWORD": "hunter2",',
        'connect(user="app", password="hunter2")',
        "SECRET_KEY='hunter2' # of the project",
    ],
)
def test_a_secret_becomes_stars_of_the_same_length(line: str) -> None:
    assert "hunter2" not in masked(line)
    assert len(masked(line)) == len(line)


@pytest.mark.parametrize(
    "line",
    [
        'url = env("DATABASE_URL")',
        "model Token { key String @id }",
        'API_KEY = os.environ["API_KEY"]',
        "password = get_password()",
        "ALTER TABLE key ADD COLUMN token text;",
        "https://example.com/path:8080/@me",
    ],
)
def test_everything_else_stays(line: str) -> None:
    assert masked(line) == line


def test_a_long_line_takes_no_longer() -> None:
    for piece in ("KEY", "://a:", "eyJ", "password=", "A_KEY="):
        masked(piece * 20_000)


def test_no_report_and_no_cache_holds_a_secret(shell: Shell) -> None:
    shell.write(
        "migrations/0001_init.sql",
        "CREATE TABLE invoice (id int PRIMARY KEY, tenant int NOT NULL);\n"
        "ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON invoice USING (tenant = current_setting('app.tenant')::int);\n",
    )
    shell.write(
        ".env",
        "DATABASE_URL=postgresql://postgres:hunter2@db/app\nVITE_SERVICE_ROLE_KEY=sb_secret_hunter2\n",
    )
    shell.write(
        "app.py",
        "import psycopg\n\n"
        'conn = psycopg.connect("postgresql://postgres:hunter2@db/app")\n'
        'KEY = "sb_secret_hunter2"\n',
    )
    for format in FORMATS:
        run = shell("check", "--output", format)
        assert run.returncode == 1, run.stderr
        assert "postgres" in run.stdout
        assert "hunter2" not in run.stdout + run.stderr
    cache = Path(shell.environment["XDG_CACHE_HOME"])
    kept = [it for it in cache.rglob("*") if it.is_file()]
    assert kept
    assert not any(b"hunter2" in it.read_bytes() for it in kept)
