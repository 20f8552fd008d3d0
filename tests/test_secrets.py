"""Passwords and keys are shown to nobody, and stay out of the cache."""

from pathlib import Path

import pytest

from crowsfoot.secrets import masked


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


def test_a_long_line_takes_no_longer(tmp_path: Path) -> None:
    for piece in ("KEY", "://a:", "eyJ", "password=", "A_KEY="):
        masked(piece * 20_000)
