"""The tables that we conclude from models of SQLAlchemy and SQLModel are those that metadata.create_all() creates."""

from pathlib import Path

import pytest

from ...postgres import Postgres
from .tables import concluded, differences, made, of_postgres, of_sqlite

pytest.importorskip("sqlmodel")

MODELS = Path(__file__).parent / "models"


def test_tables_are_those_that_sqlalchemy_creates_in_sqlite(tmp_path: Path) -> None:
    made("sqlalchemy", MODELS, f"sqlite:///{tmp_path / 'made.db'}")
    assert differences(of_sqlite(tmp_path / "made.db"), "sqlalchemy", MODELS, "sqlite") == []


def test_tables_are_those_that_sqlalchemy_creates_in_postgresql(postgres: Postgres) -> None:
    statements = made("sqlalchemy", MODELS, postgres.uri)
    postgres.run(statements.replace(";", "\\;"))
    assert differences(of_postgres(postgres), "sqlalchemy", MODELS, "postgresql") == []


def test_an_index_in_the_body_of_a_class_says_where_null_comes(tmp_path: Path) -> None:
    # SQLite builds no such index, so that these models are not among those that it makes.
    (tmp_path / "models.py").write_text(
        "from sqlalchemy import Index, nulls_last\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n"
        "class Base(DeclarativeBase): pass\n"
        "class Game(Base):\n"
        "    __tablename__ = 'game'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    score: Mapped[int | None] = mapped_column()\n"
        "    level: Mapped[int | None] = mapped_column()\n"
        "    __table_args__ = (\n"
        "        Index('best', nulls_last(score.desc()), level.asc().nulls_first()),\n"
        "        Index('known', score, postgresql_where=~(level == 3)),\n"
        "    )\n"
    )
    (game,) = concluded(tmp_path, "sqlalchemy", "postgresql")
    _, best, known = game.indexes
    assert [(key.column, key.descending, key.nulls) for key in best.keys] == [
        ("score", True, "last"),
        ("level", False, "first"),
    ]
    assert known.predicate is not None
    assert known.predicate.startswith("?")
