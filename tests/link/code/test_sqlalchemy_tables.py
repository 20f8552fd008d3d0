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


def test_a_key_is_read_where_a_function_puts_its_target_together(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(
        "from sqlalchemy import Column, ForeignKey, Integer\n"
        "from sqlalchemy.orm import declarative_base\n"
        "from elsewhere import TABLE\n"
        "Base = declarative_base()\n"
        "class Team(Base):\n"
        "    __tablename__ = 'team'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "def key(target, column, **more):\n"
        "    return Column(ForeignKey(f'{target}.{column}', ondelete='CASCADE'), nullable=False, **more)\n"
        "class Game(Base):\n"
        "    __tablename__ = 'game'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "    home_id = key(Team.__tablename__, 'id')\n"
        "    guest_id = key('te' + 'am', 'id', index=True)\n"
        "class Guess(Base):\n"
        "    __tablename__ = 'guess'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "    of_id = key(TABLE, 'id')\n"
    )
    _, game, guess = concluded(tmp_path, "sqlalchemy", "postgresql")
    assert [(it.columns, it.on_delete) for it in game.foreign_keys] == [
        (("home_id",), "Cascade"),
        (("guest_id",), "Cascade"),
    ]
    assert game.complete
    # There is a key, and nobody can tell where it leads.
    assert (guess.foreign_keys, guess.complete) == ((), False)


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


@pytest.mark.parametrize(
    ("where", "predicate"),
    [
        ("level.is_not(None)", "level IS NOT NULL"),
        ("level.isnot(None)", "level IS NOT NULL"),
        ("level != None", "level IS NOT NULL"),
        ("~level.is_(None)", "level IS NOT NULL"),
        ("and_(level.is_not(None), over.is_(True))", "level IS NOT NULL AND over = true"),
        ("level.is_not(None) & score.is_not(None)", "level IS NOT NULL AND score IS NOT NULL"),
        ("over", "over = true"),
        ("~over", "over = false"),
        ("level > 3", None),
        ("and_(level.is_not(None), level > 3)", None),
        ("and_(level.is_not(None), score > 3)", None),
        ("or_(level.is_not(None), over)", None),
    ],
)
def test_the_predicate_of_a_partial_index(tmp_path: Path, where: str, predicate: str | None) -> None:
    (tmp_path / "models.py").write_text(
        "from sqlalchemy import Index, and_, or_\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n"
        "class Base(DeclarativeBase): pass\n"
        "class Game(Base):\n"
        "    __tablename__ = 'game'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    score: Mapped[int | None] = mapped_column()\n"
        "    level: Mapped[int | None] = mapped_column()\n"
        "    over: Mapped[bool] = mapped_column()\n"
        f"    __table_args__ = (Index('some', score, postgresql_where={where}),)\n"
    )
    (game,) = concluded(tmp_path, "sqlalchemy", "postgresql")
    found = game.indexes[1].predicate
    assert found is not None
    assert found == predicate or (predicate is None and found.startswith("?"))
