"""Flask-SQLAlchemy: db = SQLAlchemy(), and what db holds. https://flask-sqlalchemy.readthedocs.io/en/stable/"""

from typing import Final

from crowsfoot.libraries.objects import UNKNOWN, Args, At, External, Object
from crowsfoot.libraries.sqlalchemy.names import made_base
from crowsfoot.libraries.sqlalchemy.receiver import Receiver
from crowsfoot.libraries.sqlalchemy.sessions import Connection, Session, SessionMaker

_OF_ORM: Final = frozenset(
    [
        "relationship",
        "backref",
        "joinedload",
        "selectinload",
        "subqueryload",
        "lazyload",
        "aliased",
        "deferred",
        "column_property",
        "declared_attr",
        "load_only",
        "defer",
        "undefer",
        "contains_eager",
        "with_polymorphic",
        "object_session",
        "Mapped",
        "mapped_column",
    ]
)
_OF_SESSION: Final = frozenset(("get_or_404", "first_or_404", "one_or_404", "paginate"))


class FlaskDatabase(Receiver, frozen=True):
    """db: a base of models, a session, and all names of SQLAlchemy."""

    model_class: Object = UNKNOWN  # what its models derive from as well

    def attribute(self, name: str, at: At) -> Object:
        if name == "Model":
            return made_base("flask_sqlalchemy.SQLAlchemy.Model", self.model_class)
        if name == "session":
            return SessionMaker(Session(False, name="db.session"))
        if name in ("engine", "get_engine"):
            return Connection(False, "db.engine")
        if name in _OF_SESSION:
            return Session(False, name="db").attribute(name, at)
        if name in ("create_all", "drop_all", "init_app", "app"):
            return super().attribute(name, at)
        return External(f"sqlalchemy.orm.{name}" if name in _OF_ORM else f"sqlalchemy.{name}")

    def call(self, args: Args, at: At) -> Object:
        return self
