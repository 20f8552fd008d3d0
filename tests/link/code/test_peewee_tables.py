"""The tables that we conclude from models of Peewee are those that create_tables() creates."""

from pathlib import Path

import pytest

from ...postgres import Postgres
from .tables import differences, made, of_postgres, of_sqlite

pytest.importorskip("peewee")

MODELS = Path(__file__).parent / "models"


def test_tables_are_those_that_peewee_creates_in_sqlite(tmp_path: Path) -> None:
    made("peewee", MODELS, f"sqlite:///{tmp_path / 'made.db'}")
    assert differences(of_sqlite(tmp_path / "made.db"), "peewee", MODELS, "sqlite") == []


def test_tables_are_those_that_peewee_creates_in_postgresql(postgres: Postgres) -> None:
    statements = made("peewee", MODELS, postgres.uri)
    postgres.run(statements.replace(";", "\\;"))
    assert differences(of_postgres(postgres), "peewee", MODELS, "postgresql") == []
