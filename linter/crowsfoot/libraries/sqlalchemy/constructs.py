"""Functions and classes of the library, as a program calls them, to what they give.

They are known by the last word of their dotted names: select is sqlalchemy.select, sqlalchemy.sql.select,
sqlalchemy.future.select and sqlmodel.select.
"""

from collections.abc import Callable
from typing import Final

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, External, Many, Object
from crowsfoot.libraries.raw.queries import is_interpolated, text_of
from crowsfoot.libraries.sqlalchemy.changes import Change, Text
from crowsfoot.libraries.sqlalchemy.entities import TableRef, entity
from crowsfoot.libraries.sqlalchemy.expressions import (
    ORDERS,
    Condition,
    Expression,
    both,
    cast,
    columns,
    either,
    function,
    negation,
    ordered,
)
from crowsfoot.libraries.sqlalchemy.flask import FlaskDatabase
from crowsfoot.libraries.sqlalchemy.legacy import LegacyQuery, paginated
from crowsfoot.libraries.sqlalchemy.loading import COLUMN_LOADERS, RELATION_LOADERS, option
from crowsfoot.libraries.sqlalchemy.models import Declared
from crowsfoot.libraries.sqlalchemy.names import (
    BASE,
    CONNECTIONS,
    DECORATORS,
    SESSIONS,
    made_base,
    ours,
)
from crowsfoot.libraries.sqlalchemy.receiver import Receiver, elements, is_false, is_true, model_of, text
from crowsfoot.libraries.sqlalchemy.sessions import Connection, Session, SessionMaker
from crowsfoot.libraries.sqlalchemy.statements import Select, Selection


def called(name: str, args: Args, at: At) -> Object | None:
    """What comes of calling the function or class of that dotted name; None: nothing special."""
    if not ours(name):
        return None
    word = last(name)
    if ".func." in name:
        return function(word, args)
    if word in ORDERS:
        return ordered(word, args, at)
    maker = _MAKERS.get(word)
    if maker is not None:
        return maker(args, at)
    if word in RELATION_LOADERS or word in COLUMN_LOADERS or word == "Load":
        return option(word, args, at)
    return instance(name)


def instance(name: str) -> Object | None:
    """What an instance of the library's class of that dotted name is."""
    if not ours(name):
        return None
    word = last(name)
    if word in SESSIONS:
        return Session(SESSIONS[word])
    if word in CONNECTIONS:
        return Connection(CONNECTIONS[word])
    if word in ("sessionmaker", "async_sessionmaker"):
        return SessionMaker(Session(word.startswith("async")))
    if word == "Query" and ".orm" in name:
        return LegacyQuery(receiver="query")
    if word == "SQLAlchemy":
        return FlaskDatabase()
    return None


def _select(args: Args, at: At) -> Object:
    # 1.x: select([a, b], whereclause)
    entities = tuple(entity(it, at) for one in args.positional for it in _written(one, at))
    conditions = [it for it in args.positional if isinstance(it, Condition)]
    return Select(entities, condition=both(*conditions) if conditions else Condition())


def _written(it: Object, at: At) -> tuple[Object, ...]:
    if isinstance(it, Condition):
        return ()
    return elements(it, at) if isinstance(it, Many) else (it,)


def _insert(args: Args, at: At) -> Object:
    return _change("insert", args, at)


def _update(args: Args, at: At) -> Object:
    return _change("update", args, at)


def _delete(args: Args, at: At) -> Object:
    return _change("delete", args, at)


def _change(operation: str, args: Args, at: At) -> Object:
    it = args.get(0)
    model = model_of(it, at)
    table = it.name if isinstance(it, TableRef) else ""
    of = model.id if model is not None else it.model if isinstance(it, TableRef) else None
    return Change(operation, of, table)  # type: ignore[arg-type]


def _exists(args: Args, at: At) -> Object:
    it = args.get(0)
    if isinstance(it, Selection):
        return Expression(it.condition.columns, "exists", table=it.root() or "", where=it.condition)
    model = model_of(it, at)
    within = tuple(column for one in args.all for column in columns(one))
    return Expression(within, "exists", table=model.id if model is not None else "")


def _text(args: Args, at: At) -> Object:
    given = args.get(0, "text")
    written = text_of(given) if given is not None and is_interpolated(given) else None
    return Text(text(given), written)


def _sessions(args: Args, at: At) -> Object:
    cls = args.get(None, "class_")
    keeps = _keeps(args)
    is_async = isinstance(cls, External) and SESSIONS.get(last(cls.name), False)
    if isinstance(cls, Class):
        is_async = any(isinstance(it, str) and SESSIONS.get(last(it), False) for it in at.bases(cls))
    return SessionMaker(Session(is_async, keeps))


def _keeps(args: Args) -> bool | None:
    """Whether rows stay as they are when the session commits."""
    if args.spread:
        return None
    said = args.get(None, "expire_on_commit")
    return is_false(said) if said is None or is_false(said) or is_true(said) else None


def _session(args: Args, at: At) -> Object:
    return Session(False, _keeps(args))


def _async_session(args: Args, at: At) -> Object:
    return Session(True, _keeps(args))


def _async_sessions(args: Args, at: At) -> Object:
    return SessionMaker(Session(True, _keeps(args)))


def _scoped(args: Args, at: At) -> Object:
    of = args.get(0)
    return SessionMaker(of.session) if isinstance(of, SessionMaker) else SessionMaker(Session())


def _base(args: Args, at: At) -> Object:
    return made_base(BASE, args.get(None, "cls"))


def _engine(args: Args, at: At) -> Object:
    return Connection(False, "engine")


def _async_engine(args: Args, at: At) -> Object:
    return Connection(True, "engine")


def _table(args: Args, at: At) -> Object:
    return TableRef(text(args.get(0, "name")) or "")


def _aliased(args: Args, at: At) -> Object:
    return args.get(0) or UNKNOWN


def _and(args: Args, at: At) -> Object:
    return both(*args.positional)


def _or(args: Args, at: At) -> Object:
    return either(*args.positional)


def _not(args: Args, at: At) -> Object:
    return negation(args.get(0) or UNKNOWN)


def _cast(args: Args, at: At) -> Object:
    return cast(args)


def _between(args: Args, at: At) -> Object:
    it = args.get(0, "expr")
    return it.method("between", args, at) if isinstance(it, Receiver) else UNKNOWN


def _computed(args: Args, at: At) -> Object:
    return Expression(tuple(dict.fromkeys(column for it in args.all for column in columns(it))))


def _declared(args: Args, at: At) -> Object:
    return Declared(args.get(0) or UNKNOWN)


def _flask(args: Args, at: At) -> Object:
    return FlaskDatabase(args.get(None, "model_class") or UNKNOWN)


def _page(args: Args, at: At) -> Object:
    """https://pypi.org/project/paginate_sqlalchemy/"""
    query = args.get(0, "collection")
    return paginated(query, at) if isinstance(query, LegacyQuery) else UNKNOWN


def _registry(args: Args, at: At) -> Object:
    return Registry()


class Registry(Receiver, frozen=True):
    """registry(): bases and mappings of models."""

    def method(self, name: str, args: Args, at: At) -> Object:
        return _base(args, at) if name == "generate_base" else UNKNOWN

    def attribute(self, name: str, at: At) -> Object:
        if name in DECORATORS:
            return External(f"sqlalchemy.orm.registry.{name}")
        return Metadata() if name == "metadata" else super().attribute(name, at)


class Metadata(Receiver, frozen=True):
    """MetaData(): the tables of the program, of which there are as many as it says."""

    def attribute(self, name: str, at: At) -> Object:
        if name in ("sorted_tables", "tables"):
            return Many(TableRef(""), size="fixed")
        return super().attribute(name, at)


def _metadata(args: Args, at: At) -> Object:
    return Metadata()


def _object_session(args: Args, at: At) -> Object:
    return Session()


_MAKERS: Final[dict[str, Callable[[Args, At], Object]]] = {
    "select": _select,
    "insert": _insert,
    "update": _update,
    "delete": _delete,
    "exists": _exists,
    "text": _text,
    "Session": _session,
    "AsyncSession": _async_session,
    "sessionmaker": _sessions,
    "async_sessionmaker": _async_sessions,
    "scoped_session": _scoped,
    "async_scoped_session": _async_sessions,
    "declarative_base": _base,
    "automap_base": _base,
    "create_engine": _engine,
    "engine_from_config": _engine,
    "create_async_engine": _async_engine,
    "Table": _table,
    "aliased": _aliased,
    "with_polymorphic": _aliased,
    "and_": _and,
    "or_": _or,
    "not_": _not,
    "between": _between,
    **dict.fromkeys(("cast", "try_cast", "type_coerce"), _cast),
    **dict.fromkeys(("tuple_", "case", "extract", "collate"), _computed),
    "declared_attr": _declared,
    "SQLAlchemy": _flask,
    "SqlalchemyOrmPage": _page,
    "registry": _registry,
    "MetaData": _metadata,
    "object_session": _object_session,
    "async_object_session": _object_session,
}
