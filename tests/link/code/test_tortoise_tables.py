"""The tables that we conclude from models of Tortoise are those that generate_schemas() creates."""

from pathlib import Path

import pytest

from ...postgres import Postgres
from .tables import differences, made, of_postgres, of_sqlite

pytest.importorskip("tortoise")

MODELS = Path(__file__).parent / "models"


def test_tables_are_those_that_tortoise_creates_in_sqlite(tmp_path: Path) -> None:
    made("tortoise", MODELS, f"sqlite:///{tmp_path / 'made.db'}")
    assert differences(of_sqlite(tmp_path / "made.db"), "tortoise", MODELS, "sqlite") == []


def test_tables_are_those_that_tortoise_creates_in_postgresql(postgres: Postgres) -> None:
    statements = made("tortoise", MODELS, postgres.uri)
    postgres.run(statements.replace(";", "\\;"))
    assert differences(of_postgres(postgres), "tortoise", MODELS, "postgresql") == []
