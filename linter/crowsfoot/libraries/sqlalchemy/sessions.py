"""Sessions and connections: which of their methods send a statement, and what comes of it.

Adding, deleting and setting attributes are kept for the next flush, and are sent together then.
https://docs.sqlalchemy.org/en/20/orm/session_api.html, and counted on SQLAlchemy 1.4.54 and 2.0.58.
"""

from typing import Final

from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, External, Many, Object, OneOf
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.sqlalchemy.entities import Entity, entity
from crowsfoot.libraries.sqlalchemy.expressions import Condition
from crowsfoot.libraries.sqlalchemy.legacy import LegacyQuery, paginated
from crowsfoot.libraries.sqlalchemy.loading import Option
from crowsfoot.libraries.sqlalchemy.names import ours
from crowsfoot.libraries.sqlalchemy.receiver import Awaiting, Receiver, elements, is_none, model_of, text
from crowsfoot.libraries.sqlalchemy.results import Result, first, first_of
from crowsfoot.libraries.sqlalchemy.rows import EXPIRED, FAILED, MAY_HAVE_EXPIRED, MAY_HAVE_FAILED, Row
from crowsfoot.libraries.sqlalchemy.sent import execute, is_statement
from crowsfoot.libraries.sqlalchemy.statements import Select, Selection
from crowsfoot.libraries.where import Where

EXECUTES: Final = frozenset(("execute", "exec", "scalars", "scalar", "stream", "stream_scalars"))
_OTHERS: Final = frozenset(
    ("query", "get", "get_one", "add", "refresh", "merge", "delete", "commit", "flush")
)
_BULK: Final = frozenset(("bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"))


class Session(Receiver, frozen=True):
    """A session, or whatever stands for one; is_async: its methods are awaited, None: nobody can tell."""

    is_async: bool | None = False
    keeps: bool | None = None  # expire_on_commit=False; None: nobody can tell
    name: str = "session"

    def attribute(self, name: str, at: At) -> Object:
        if name in ("sync_session", "session"):
            return Session(False, self.keeps, self.name)
        return super().attribute(name, at)

    def method(self, name: str, args: Args, at: At) -> Object:
        if name == "query":
            return query(args, at, f"{self.name}.query", is_async=self.is_async)
        if name in EXECUTES:
            return self._execute(name, args, at)
        if name in ("get", "get_one", "get_or_404", "one_or_404", "first_or_404"):
            return self._get(name, args, at)
        if name == "paginate":
            return self._paginate(args, at)
        if name in ("flush", "commit"):
            self._flush(name, at)
        elif name == "refresh":
            self._refresh(args, at)
        elif name == "merge":
            return self._merge(args, at)
        elif name == "delete":
            delete_cascades(args.get(0, "instance"), at)
        elif name in _BULK:
            self._bulk(name, args, at)
        elif name == "connection":
            return Connection(self.is_async)
        elif name in ("begin", "begin_nested"):
            return Transaction(self)
        elif name == "run_sync":
            return self._run_sync(args, at)
        elif name in ("no_autoflush", "execution_options"):
            return self
        return UNKNOWN

    def _execute(self, name: str, args: Args, at: At) -> Object:
        streaming = name in ("stream", "stream_scalars")
        statement = args.get(0, "statement")
        how = f"{self.name}.{name}"
        result = execute(statement, how, at, is_async=self.is_async, streaming=streaming)
        if not isinstance(result, Result):
            return result
        if name in ("scalars", "stream_scalars") or (name == "exec" and _one_entity(statement)):
            return Result(first(result.of), streaming, result.single)
        if name == "scalar":
            return first(result.of)
        return result

    def _get(self, name: str, args: Args, at: At) -> Object:
        it = args.get(0, "entity")
        model = model_of(it, at)
        if model is None:
            if isinstance(it, Selection):  # Flask-SQLAlchemy's one_or_404(select(Book))
                return first_of(execute(it, f"{self.name}.{name}", at, is_async=self.is_async))
            at.runs(
                Query("sqlalchemy", f"{self.name}.{name}()", "select", instead="select().where(....in_(...))")
            )
            return UNKNOWN
        options = tuple(
            one
            for it in elements(args.get(None, "options"), at)
            for one in elements(it, at)
            if isinstance(one, Option)
        )
        keys = Condition(Where(equal=tuple((model.id, key) for key in model.primary_key)))
        statement = Select((Entity(model.id),), options, keys)
        at.runs(statement.query(f"{self.name}.{name}({model.name})", at))
        return statement.thing(statement.entities[0], at, is_async=self.is_async)

    def _paginate(self, args: Args, at: At) -> Object:
        statement = args.get(0, "select")
        if not isinstance(statement, Selection):
            return UNKNOWN
        known = LegacyQuery(
            statement.entities, statement.options, statement.condition, statement.order, True, statement.joins
        )
        return paginated(known, at)

    def _flush(self, name: str, at: At) -> None:
        api = f"{self.name}.{name}()"
        at.runs(Query("sqlalchemy", api, "flush", instead=f"{name}() once, after the loop"))
        if name == "commit" and not self.keeps:
            sure = self.keeps is False
            # An asynchronous session cannot load anew what has expired: it raises.
            if self.is_async:
                at.mark(FAILED if sure else MAY_HAVE_FAILED)
            else:
                at.mark(EXPIRED if sure else MAY_HAVE_EXPIRED)

    def _refresh(self, args: Args, at: At) -> None:
        row = args.get(0, "instance")
        names = tuple(
            it for one in elements(args.get(1, "attribute_names"), at) if (it := text(one)) is not None
        )
        model = at.models.get(row.model) if isinstance(row, Row) else None
        relations = tuple(
            it for it in names if model and it in model.fields and model.fields[it].kind != "column"
        )
        if model is None:
            instead = "select().execution_options(populate_existing=True)"
        elif relations:
            instead = f"selectinload({model.name}.{relations[0]})"
        else:
            instead = f"select({model.name}).execution_options(populate_existing=True)"
        at.runs(
            Query(
                model.library if model is not None else "sqlalchemy",
                f"{self.name}.refresh()",
                "refresh",
                model=model.id if model is not None else None,
                table=(model.table or None) if model is not None else None,
                equal=model.primary_key if model is not None else (),
                loads=relations,
                instead=instead,
            )
        )
        if row is not None and relations:
            at.loaded(row, relations)

    def _merge(self, args: Args, at: At) -> Object:
        row = args.get(0, "instance")
        model = (
            at.models.get(row.model)
            if isinstance(row, Row)
            else model_of(row, at)
            if row is not None
            else None
        )
        at.runs(
            Query(
                model.library if model is not None else "sqlalchemy",
                f"{self.name}.merge()",
                "upsert",
                model=model.id if model is not None else None,
                table=(model.table or None) if model is not None else None,
                equal=model.primary_key if model is not None else (),
                instead=f"one select({model.name if model is not None else ''}) with in_(), before the loop",
            )
        )
        return Row(model.id, is_async=self.is_async) if model is not None else UNKNOWN

    def _bulk(self, name: str, args: Args, at: At) -> None:
        model = model_of(args.get(0), at)
        at.runs(
            Query(
                "sqlalchemy",
                f"{self.name}.{name}()",
                "update" if "update" in name else "insert",
                model=model.id if model is not None else None,
                table=(model.table or None) if model is not None else None,
                instead=f"{name}() once, after the loop",
            )
        )

    def _run_sync(self, args: Args, at: At) -> Object:
        if not args.positional:
            return UNKNOWN
        within = args.rest.behind(Session(False, self.keeps, self.name))
        return Awaiting(at.call(args.positional[0], within))

    def call(self, args: Args, at: At) -> Object:
        return self  # a scoped_session

    def entered(self, at: At) -> Object:
        return self

    def awaited(self, at: At) -> Object:
        return self


class Transaction(Receiver, frozen=True):
    """session.begin() or begin_nested(): to be entered, or to be ended by its own commit()."""

    of: Object

    def entered(self, at: At) -> Object:
        return self.of

    def awaited(self, at: At) -> Object:
        return self


class SessionMaker(Receiver, frozen=True):
    """sessionmaker(...): what makes sessions; also a scoped_session, which is one at the same time."""

    session: Session

    def attribute(self, name: str, at: At) -> Object:
        if name in ("begin", "configure", "remove", "close_all", "object_session"):
            return super().attribute(name, at)
        return self.session.attribute(name, at)

    def method(self, name: str, args: Args, at: At) -> Object:
        return Transaction(self.session) if name == "begin" else UNKNOWN

    def call(self, args: Args, at: At) -> Object:
        return self.session

    def annotated(self) -> Object:
        return self.session

    def entered(self, at: At) -> Object:
        return self.session


class Connection(Receiver, frozen=True):
    """A connection of Core, or an engine, which gives one."""

    is_async: bool | None = False
    name: str = "connection"

    def method(self, name: str, args: Args, at: At) -> Object:
        if name in ("connect", "begin"):
            return Connection(self.is_async)
        if name in ("execute", "scalars", "scalar", "stream", "stream_scalars", "exec_driver_sql"):
            return Session(self.is_async, name=self.name)._execute(
                "execute" if name == "exec_driver_sql" else name, args, at
            )
        if name == "run_sync":
            if not args.positional:
                return UNKNOWN
            within = args.rest.behind(Connection(False))
            return Awaiting(at.call(args.positional[0], within))
        return self if name in ("execution_options", "begin_nested") else UNKNOWN

    def entered(self, at: At) -> Object:
        return Connection(self.is_async)

    def awaited(self, at: At) -> Object:
        return self


def query(args: Args, at: At, receiver: str, *, is_async: bool | None = None) -> LegacyQuery:
    """session.query(Book, Author.name)"""
    entities = tuple(entity(it, at) for it in args.positional)
    return LegacyQuery(entities, receiver=receiver, is_async=is_async)


def receives(method: str) -> bool:
    """Whether a session may be asked so."""
    return method in EXECUTES or method in _OTHERS


def received(chain: tuple[str, ...], method: str, args: Args, at: At) -> Object | None:
    """What a method of something unknown gives, judged by what it is given; None: not ours.

    chain is how the program calls the receiver: ("self", "db"). What is given a model is a session then.
    """
    it = args.get(0)
    if it is None:
        if method not in ("commit", "flush") or not chain or not at.happened(_mark(chain)):
            return None
    elif not _is_ours(method, it, args, at):
        return None
    elif chain and not at.happened(_mark(chain)):
        at.mark(_mark(chain))
    return Session(None, name=".".join(chain[-2:]) or "session").method(method, args, at)


def _mark(chain: tuple[str, ...]) -> str:
    return f"a session: {'.'.join(chain)}"


def _is_ours(method: str, it: Object, args: Args, at: At) -> bool:
    """Whether what a method is given is a model, a row or a statement."""
    if method == "query":
        return (isinstance(it, Built | External) and ours(it.name)) or entity(it, at) != Entity()
    if method in EXECUTES:
        return is_statement(it)
    if method in ("get", "get_one"):
        # A dict may be asked for a class as well, with a constant for what is not there.
        return len(args.positional) == 2 and _model(it, at) is not None and not is_none(args.positional[1])
    return method in ("add", "refresh", "merge", "delete") and isinstance(it, Row)


def _model(it: Object, at: At) -> Model | None:
    model = model_of(it, at)
    return (
        model
        if model is not None and model.library in ("sqlalchemy", "sqlmodel") and not model.abstract
        else None
    )


def _one_entity(statement: Object | None) -> bool:
    if isinstance(statement, OneOf):
        return any(_one_entity(it) for it in statement.options)
    return isinstance(statement, Selection) and len(statement.entities) == 1


def delete_cascades(row: Object | None, at: At) -> None:
    """What session.delete(row) loads at once: the rows of each relation that is deleted with it."""
    if isinstance(row, Many):
        row = row.of
    if not isinstance(row, Row) or row.fresh:
        return
    model = at.models.get(row.model)
    if model is None:
        return
    for field in model.fields.values():
        if not field.cascades or (row.loads.how(field.name) or field.loading) == "eager":
            continue
        found = row.query(field, model, at)
        at.runs(found)
        return
