"""The tables that we conclude from models of SQLAlchemy and SQLModel are those that metadata.create_all() creates."""

from pathlib import Path

import pytest

from ...postgres import Postgres
from .tables import differences, made, of_postgres, of_sqlite

pytest.importorskip("sqlmodel")

MODELS = Path(__file__).parent / "models"


def test_tables_are_those_that_sqlalchemy_creates_in_sqlite(tmp_path: Path) -> None:
    made("sqlalchemy", MODELS, f"sqlite:///{tmp_path / 'made.db'}")
    assert differences(of_sqlite(tmp_path / "made.db"), "sqlalchemy", MODELS, "sqlite") == []


def test_tables_are_those_that_sqlalchemy_creates_in_postgresql(postgres: Postgres) -> None:
    statements = made("sqlalchemy", MODELS, postgres.uri)
    postgres.run(statements.replace(";", "\\;"))
    assert differences(of_postgres(postgres), "sqlalchemy", MODELS, "postgresql") == []
