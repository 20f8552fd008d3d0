"""The tables that we conclude from models of Django are those that Django creates."""

from pathlib import Path

import pytest

from ...postgres import Postgres
from .tables import Compared, concluded, differences, made, of_postgres, of_sqlite

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


META = """
from django.db import models

def more():
    return elsewhere()

class Base(models.Model):
    code = models.CharField(max_length=9)
    class Meta:
        abstract = True
        indexes = [models.Index(fields=["code"], name="%(class)s_code")]

class Parcel(Base):
    kind = models.CharField(max_length=9)
    class Meta:
        {}
"""


@pytest.mark.parametrize(
    ("said", "indexes", "complete"),
    [
        ("indexes = [*Base.Meta.indexes, models.Index(fields=['kind'])]", ["code", "kind"], True),
        ("indexes = Base.Meta.indexes + [models.Index(fields=['kind'])]", ["code", "kind"], True),
        ("indexes = [models.Index(fields=['kind']), *more()]", [], False),
        ("indexes = more()", [], False),
        ("unique_together = more()", [], False),
        ("indexes = [models.Index(fields=['kind'])]; indexes.extend(more())", ["kind"], False),
        ("indexes = [models.Index(fields=['kind'])]", ["kind"], True),
    ],
)
def test_a_list_of_indexes_that_is_put_together(
    tmp_path: Path, said: str, indexes: list[str], complete: bool
) -> None:
    (tmp_path / "models.py").write_text(META.format(said))
    (parcel,) = concluded(tmp_path, "django", "postgresql")
    assert [it.keys[0].column for it in parcel.indexes if not it.primary] == indexes
    assert parcel.complete is complete


@pytest.mark.parametrize(
    ("choices", "few"),
    [
        ("Kind.choices", True),
        ("Kind", True),
        ("[('a', 'A'), ('b', 'B')]", True),
        ("SOME", True),
        ("{'a': 'A'}", True),
        ("[(str(it), str(it)) for it in range(200)]", False),
        ("countries()", False),
        ("None", False),
    ],
)
def test_a_field_with_few_choices_has_few_values(tmp_path: Path, choices: str, few: bool) -> None:
    (tmp_path / "models.py").write_text(
        "from django.db import models\n"
        "from places import countries\n"
        "SOME = (('a', 'A'), ('b', 'B'))\n"
        "class Kind(models.TextChoices):\n"
        "    A = 'a'\n"
        "    B = 'b'\n"
        "class Parcel(models.Model):\n"
        f"    kind = models.CharField(max_length=9, choices={choices})\n"
    )
    (parcel,) = concluded(tmp_path, "django", "postgresql")
    assert [it.few for it in parcel.columns] == [False, few]
