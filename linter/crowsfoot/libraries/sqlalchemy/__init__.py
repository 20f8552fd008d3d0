"""SQLAlchemy 1.4 and 2, Flask-SQLAlchemy: what a program calls -> the statements that are sent.

Models: annotations.py, fields.py, models.py, connecting.py.
Statements: expressions.py, entities.py, loading.py, statements.py, changes.py, constructs.py.
What sends them: sessions.py, legacy.py, sent.py. What they bring: results.py, rows.py; schemas.py reads it.
"""

from collections.abc import Iterable
from typing import Final

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Object
from crowsfoot.libraries.sqlalchemy import constructs, models, schemas, sessions
from crowsfoot.libraries.sqlalchemy.connecting import LIBRARIES
from crowsfoot.libraries.sqlalchemy.connecting import connect as _connect
from crowsfoot.libraries.sqlalchemy.constructs import Metadata
from crowsfoot.libraries.sqlalchemy.entities import Entity, TableRef
from crowsfoot.libraries.sqlalchemy.expressions import ColumnRef, RelationRef
from crowsfoot.libraries.sqlalchemy.fields import ColumnField
from crowsfoot.libraries.sqlalchemy.legacy import LegacyQuery
from crowsfoot.libraries.sqlalchemy.names import DECORATORS as _DECORATORS
from crowsfoot.libraries.sqlalchemy.names import PACKAGES as _PACKAGES
from crowsfoot.libraries.sqlalchemy.names import SESSIONS
from crowsfoot.libraries.sqlalchemy.receiver import Maker
from crowsfoot.libraries.sqlalchemy.rows import EXPIRED, MAY_HAVE_EXPIRED, Row, expired

_OWN: Final = frozenset((*SESSIONS, "SQLAlchemy"))


class Mapper(Library):
    """What SQLAlchemy does for its models and for SQLModel's."""

    DECORATORS = _DECORATORS
    # Its relations are called as any attribute is ("model", "outputs"): what has one need not be a row.
    TELLING = False

    def called(self, name: str, args: Args, at: At) -> Object | None:
        return constructs.called(name, args, at)

    def instance(self, name: str) -> Object | None:
        return constructs.instance(name)

    def instance_of(self, cls: Class, at: At) -> Object | None:
        """A session of the program's own class, or the database of its own that derives from Flask's."""
        found = next((it for it in at.bases(cls) if isinstance(it, str) and last(it) in _OWN), None)
        return constructs.instance(found) if found is not None else None

    def row(self, model: Model) -> Object:
        return UNKNOWN if model.abstract and not model.fields else Row(model.id, guessed=True)

    def new_row(self, model: Model, args: Args) -> Object:
        """Book(title="x"): what the program has made."""
        return Row(model.id, fresh=True)

    def class_attribute(self, model: Model, name: str, at: At) -> Object | None:
        return class_attribute(model, name, at)

    def constructed(self, cls: Class, args: Args, at: At) -> Object | None:
        return schemas.constructed(cls, args, at)

    def class_member(self, cls: Class, name: str, at: At) -> Object | None:
        return schemas.class_member(cls, name, at)


class SqlAlchemy(Mapper):
    """The library; where SQLModel is used, it is asked as well."""

    # Pydantic and FastAPI read rows, where there are some.
    PACKAGES = (*(it for it in _PACKAGES if it != "sqlmodel"), "pydantic", "fastapi")

    def model(self, cls: Class, at: At) -> Model | None:
        return models.model(cls, at)

    def review_function(
        self, decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
    ) -> None:
        schemas.review_function(decorators, returned, annotation, at)

    def connect(self, given: Iterable[Model]) -> list[Model]:
        return _connect(given)

    def receives(self, method: str) -> bool:
        return sessions.receives(method)

    def received(self, chain: tuple[str, ...], method: str, args: Args, at: At) -> Object | None:
        return sessions.received(chain, method, args, at)

    def guess(self, name: str, at: At) -> None:
        """An attribute is read of something that nobody knows: it may be a column of a row."""
        if not any(at.marked(it) for it in (EXPIRED, MAY_HAVE_EXPIRED)):
            return
        for it in at.models.with_field(name):
            found = at.models.get(it.id) if it.library in LIBRARIES else None
            if found is not None and isinstance(found.fields.get(name), ColumnField):
                expired(found, name, at, likely=False)
                return


def class_attribute(model: Model, name: str, at: At) -> Object | None:
    """What the class of a model has by that name."""
    field = model.fields.get(name)
    if field is not None:
        if field.kind == "column":
            return ColumnRef(model.id, name)
        return RelationRef(model.id, name, field.target)
    if name in schemas.VALIDATES and model.library == "sqlmodel":
        return Maker(Row(model.id, fresh=True))
    if name == "metadata":
        return Metadata()
    if name == "__table__":
        return TableRef(model.table, model.id)
    if name == "query" and isinstance(model.cls, Class) and at.member(model.cls, name, model.cls) is None:
        return LegacyQuery((Entity(model.id),), receiver=f"{model.name}.query")
    return None


LIBRARY: Final = SqlAlchemy()
