"""The tables that we conclude from models of Django are those that Django creates."""

from pathlib import Path

import pytest

from ...postgres import Postgres
from .tables import Compared, differences, made, of_postgres, of_sqlite

pytest.importorskip("django")

MODELS = Path(__file__).parent / "models"


def test_tables_are_those_that_django_creates_in_sqlite(tmp_path: Path) -> None:
    made("django", MODELS, f"sqlite:///{tmp_path / 'made.db'}")
    assert differences(without_djangos(of_sqlite(tmp_path / "made.db")), "django", MODELS, "sqlite") == []


def test_tables_are_those_that_django_creates_in_postgresql(postgres: Postgres) -> None:
    pytest.importorskip("psycopg", reason="Django speaks to PostgreSQL by nothing else")
    made("django", MODELS, postgres.uri)
    assert differences(without_djangos(of_postgres(postgres)), "django", MODELS, "postgresql") == []


def without_djangos(tables: dict[str, Compared]) -> dict[str, Compared]:
    return {name: it for name, it in tables.items() if not name.startswith(("django_", "auth_"))}
