"""A function's values -> what it says to which connection, in its order, and in which transaction.

Connections are told apart by where a function has them from: a parameter, a variable, a call that takes one
out of a pool. What a pool is asked directly goes to a connection of its own each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import UNKNOWN, Object
from crowsfoot.libraries.raw.connections import Connection, Cursor

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.frame import Effect, Frame

Values = tuple[facts.AnyValue, ...]
InTransaction = Literal["block", "implicit", "none", "unknown"]


class Root(NamedTuple):
    """Where a connection comes from.

    number is a value of the scope, or that of the statement that it was taken for.
    """

    kind: Literal["taken", "call", "name", "parameter", "thread", "each", "unclear", "itself"]
    number: int
    name: str = ""


_ITSELF: Final = Root("itself", 0)  # what a loop goes on with: the other options tell


class Holder(NamedTuple):
    """Who keeps the connection when the function is done with it.

    library is the driver or the ORM; pooled: it goes back to others; None: nobody can tell. cleans: the pool
    sends RESET ALL before it hands it out again. autocommit: a statement outside of a block is a transaction
    of its own.
    """

    library: str
    pooled: bool | None
    cleans: bool = False
    autocommit: bool | None = None


class Block(NamedTuple):
    """A stretch of values that runs in one transaction."""

    first: int
    last: int
    root: Root
    entered: int


# The methods that take a connection out of a pool or an engine, or open one.
_TAKES: Final = frozenset(
    (
        "acquire",
        "getconn",
        "get_connection",
        "connect",
        "connection",
        "tx",
        "raw_connection",
        "session",
        "begin",
    )
)
# What gives the connection itself again, or something that speaks to it.
_BEGINS: Final = frozenset(
    ("transaction", "begin", "begin_nested", "atomic", "tx", "in_transaction", "start")
)
_DECORATORS: Final = frozenset(("atomic", "transactional", "transaction", "in_transaction", "tx"))
_POOLS: Final = ("pool", "Pool", "PooledDB")
_ON_THE_THREAD: Final = frozenset(("django", "peewee", "tortoise"))
# asyncpg runs Connection.reset() when a connection comes back: https://magicstack.github.io/asyncpg/current/
_CLEANING: Final = frozenset(("asyncpg", "databases", "tortoise"))
_AUTOCOMMIT: Final = frozenset(("asyncpg", "databases", "tortoise", "peewee", "prisma", "aiopg", "django"))
_TRANSACTIONAL: Final = frozenset(("psycopg", "psycopg2", "psycopg_pool", "pg8000", "sqlalchemy", "sqlmodel"))
_ASKS: Final = frozenset(
    ("fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "fetch_val", "executemany")
)
_DEEPEST: Final = 40
_DEEPEST_CHOICES: Final = 4  # each has up to four options


class Habits(NamedTuple):
    """What the program says of its connections elsewhere."""

    sqlalchemy_pools: bool = True  # False: every engine has NullPool
    sqlalchemy_autocommit: bool = False  # every engine is AUTOCOMMIT
    sqlalchemy_commits: bool = True  # without, the pool rolls back what was set
    pools: bool | None = None  # of the drivers: connections come from pools alone, or from none
    django_keeps: bool = False  # CONN_MAX_AGE, or a pool
    django_atomic: bool = False  # ATOMIC_REQUESTS


class Conversation:
    """One function, and what it says to databases."""

    def __init__(self, frame: Frame, habits: Habits, decorators: frozenset[str]) -> None:
        self.frame = frame
        self.values: Values = frame.scope.values
        self.habits = habits
        self.decorated = not _DECORATORS.isdisjoint(decorators)
        self.blocks = tuple(self._blocks())
        self._entered = frozenset(it.of for it in self.values if isinstance(it, facts.Entered))
        self._autocommit: dict[Root, bool] | None = None

    def root(self, effect: Effect) -> Root:
        """The connection that the statement goes to."""
        if effect.query.library in _ON_THE_THREAD and effect.query.sql is None:
            return Root("thread", 0, effect.query.library)
        receiver = self.receiver(effect.value)
        if receiver is None:
            return Root("unclear", effect.value)
        found = self.root_of(receiver)
        it = self.object(found.number)
        if found.kind in ("name", "parameter", "call") and (self._is_pool(it) or self._is_called_pool(found)):
            return Root("each", effect.value)
        return found

    def receiver(self, number: int) -> int | None:
        """What a method of is called there."""
        it = self.values[number]
        for _ in range(_DEEPEST):
            if isinstance(it, facts.Awaited | facts.Given):
                if it.of is None:
                    return None
                it = self.values[it.of]
            elif isinstance(it, facts.Call):
                function = self.values[it.of]
                return function.of if isinstance(function, facts.Attribute) else None
            else:
                return None
        return None

    def root_of(self, number: int, seen: frozenset[int] = frozenset()) -> Root:
        """Where a connection, a cursor, or a query that is built on one comes from.

        seen are the choices that led here: what a loop assigns is a choice that may lead to itself.
        """
        for _ in range(_DEEPEST):
            it = self.values[number]
            known = self.frame.known(number)
            if isinstance(known, Cursor | Connection) and known.made == "django":
                return Root("thread", 0, "django")
            if isinstance(it, facts.Awaited | facts.Entered):
                number = it.of
            elif isinstance(it, facts.Call):
                function = self.values[it.of]
                if not isinstance(function, facts.Attribute):
                    return Root("call", number)
                if self._takes(function):
                    return Root("taken", number)
                number = function.of
            elif isinstance(it, facts.Attribute):
                name = self._dotted(number)
                if name is None:
                    number = it.of
                else:
                    return Root("name", number, name) if "." in name else self.root_of(it.of, seen)
            elif isinstance(it, facts.Parameter):
                return Root("parameter", it.index)
            elif isinstance(it, facts.Name):
                return Root("name", number, it.name)
            elif isinstance(it, facts.Either) and it.options:
                if number in seen:
                    return _ITSELF
                if len(seen) == _DEEPEST_CHOICES:
                    return Root("unclear", number)
                roots = {self._same(self.root_of(each, seen | {number})) for each in it.options[:4]} - {
                    _ITSELF
                }
                return roots.pop() if len(roots) == 1 else Root("unclear", number)
            elif isinstance(it, facts.Element | facts.Part | facts.Item | facts.Import):
                return Root("name", number, f"#{number}")
            else:
                return Root("unclear", number)
        return Root("unclear", number)

    def same(self, one: Root, other: Root) -> bool:
        return self._same(one) == self._same(other)

    def _same(self, root: Root) -> Root:
        return root._replace(number=0) if root.kind == "name" else root

    def object(self, number: int) -> Object:
        return self.frame.known(number) if 0 <= number < len(self.values) else UNKNOWN

    def _dotted(self, number: int) -> str | None:
        words: list[str] = []
        for _ in range(_DEEPEST):
            it = self.values[number]
            if isinstance(it, facts.Attribute):
                words.append(it.name)
                number = it.of
            elif isinstance(it, facts.Parameter):
                words.append(f"@{it.index}")
                return ".".join(reversed(words))
            elif isinstance(it, facts.Name | facts.Import):
                words.append(it.name)
                return ".".join(reversed(words))
            else:
                return None
        return None

    def _takes(self, function: facts.Attribute) -> bool:
        """Whether a method of that name gives a connection of its own: of a session, it gives its own one."""
        if function.name not in _TAKES:
            return function.name.startswith(("get_conn", "get_db", "get_session", "new_session", "open_"))
        base = self.frame.known(function.of)
        if function.name in ("begin", "connection", "session"):
            word = self._last_word(function.of)
            return (
                self._is_pool(base)
                or type(base).__name__ in ("SessionMaker", "Client")
                or word.endswith(("pool", "engine", "maker", "factory", "sessionlocal"))
                or "engine" in word
            )
        return True

    def _last_word(self, number: int) -> str:
        it = self.values[number]
        if isinstance(it, facts.Attribute | facts.Name | facts.Import):
            return it.name.lower()
        if isinstance(it, facts.Parameter):
            return self.frame.scope.params[it.index].name.lower()
        return ""

    def _is_called_pool(self, root: Root) -> bool:
        """Whether the program calls it one: `pool`, `self._pool`, `get_pool()`."""
        if root.kind == "parameter":
            return self.frame.scope.params[root.number].name.lower().endswith("pool")
        it = self.values[root.number]
        if isinstance(it, facts.Call):
            it = self.values[it.of]
        return isinstance(it, facts.Attribute | facts.Name | facts.Import) and it.name.lower().endswith(
            "pool"
        )

    def _is_pool(self, it: Object) -> bool:
        """Whether each statement that it is asked takes another connection."""
        if isinstance(it, Connection | Cursor):
            return it.made.endswith(_POOLS) or (it.made == "Database" and it.library == "databases")
        if type(it).__module__ == "crowsfoot.libraries.sqlalchemy.sessions":
            return type(it).__name__ == "Connection" and getattr(it, "name", "") == "engine"
        return type(it).__module__.startswith("crowsfoot.libraries.prisma_client")

    # Who keeps the connection.

    def holder(self, effect: Effect, root: Root) -> Holder:
        receiver = self.receiver(effect.value)
        it = self.object(receiver) if receiver is not None else UNKNOWN
        library = effect.query.library
        if library == "sql" and ("$1" in (effect.query.sql or "") or self._is_acquired(root)):
            library = "asyncpg"  # no other driver of Python writes its placeholders so
        if (root.kind == "thread" and root.name == "django") or library == "django":
            return Holder("django", self.habits.django_keeps, autocommit=True)
        if library == "prisma":
            return Holder("prisma", True, autocommit=True)
        if library in ("sqlalchemy", "sqlmodel"):
            each = self.habits.sqlalchemy_autocommit or self._is_set_to_autocommit(root)
            # What is rolled back takes its settings along; others may commit what they are handed.
            others = root.kind in ("parameter", "name", "unclear") or self.hands_on(root, effect.value)
            kept = self.habits.sqlalchemy_commits or each or others
            return Holder("sqlalchemy", self.habits.sqlalchemy_pools and kept, autocommit=each)
        made = it.made if isinstance(it, Connection | Cursor) else ""
        cleans = library in _CLEANING
        autocommit: bool | None = None
        if (
            isinstance(it, Connection | Cursor) and (it.autocommit or self._is_set_to_autocommit(root))
        ) or library in _AUTOCOMMIT:
            autocommit = True
        elif library in _TRANSACTIONAL:
            autocommit = False
        if made.endswith(_POOLS) or (made == "Database" and library == "databases"):
            return Holder(library, not made.startswith("Null"), cleans, autocommit)
        if library == "tortoise":
            return Holder(library, True, True, True)
        if library == "peewee":
            return Holder(library, True if made.startswith("Pooled") else None, False, True)
        if made:
            return Holder(library, False, False, autocommit)  # it is opened for this, and closed
        pooled = True if root.kind == "taken" and self._is_of_pool(root.number) else self.habits.pools
        return Holder(library, pooled, cleans, autocommit)

    def _is_acquired(self, root: Root) -> bool:
        """Whether it comes from `pool.acquire()`, which asyncpg has, and aiopg."""
        it = self.values[root.number] if root.kind == "taken" else None
        of = self.values[it.of] if isinstance(it, facts.Call) else None
        return isinstance(of, facts.Attribute) and of.name == "acquire"

    def _is_of_pool(self, number: int) -> bool:
        """Whether the call there takes a connection out of something that is called a pool."""
        it = self.values[number]
        of = self.values[it.of] if isinstance(it, facts.Call) else it
        return isinstance(of, facts.Attribute) and "pool" in self._last_word(of.of)

    def _is_set_to_autocommit(self, root: Root) -> bool:
        """Whether the function says so of that connection."""
        if self._autocommit is None:
            self._autocommit = {}
            for _number, it in enumerate(self.values):
                if isinstance(it, facts.Store) and it.name == "autocommit":
                    said = self.values[it.value]
                    if isinstance(said, facts.Const) and said.value is True:
                        self._autocommit[self._same(self.root_of(it.of))] = True
                elif isinstance(it, facts.Call) and self._switches(it):
                    of = self.values[it.of]
                    assert isinstance(of, facts.Attribute)
                    self._autocommit[self._same(self.root_of(of.of))] = True
        return self._autocommit.get(self._same(root), False)

    def _switches(self, call: facts.Call) -> bool:
        of = self.values[call.of]
        if not isinstance(of, facts.Attribute):
            return False
        given = [*call.args, *(value for _, value in call.keywords)]
        if of.name in ("set_session", "set_autocommit", "execution_options", "set_isolation_level"):
            return any(self._means_autocommit(it) for it in given)
        return False

    def _means_autocommit(self, number: int) -> bool:
        it = self.values[number]
        if isinstance(it, facts.Const):
            return it.value is True or it.value == "AUTOCOMMIT"
        return isinstance(it, facts.Name | facts.Attribute | facts.Import) and "AUTOCOMMIT" in it.name

    # Transactions.

    def _blocks(self) -> Iterator[Block]:
        for entered, first, last in self.frame.scope.withins:
            it = self.values[entered]
            if isinstance(it, facts.Entered) and self._begins(it.of):
                yield Block(first, last, self._same(self._begun(it.of)), entered)

    def _begins(self, number: int) -> bool:
        it = self.values[number]
        if isinstance(it, facts.Awaited):
            it = self.values[it.of]
        if isinstance(it, facts.Call):
            it = self.values[it.of]
        return isinstance(it, facts.Attribute | facts.Name | facts.Import) and it.name.lstrip("_") in _BEGINS

    def _begun(self, number: int) -> Root:
        it = self.values[number]
        if isinstance(it, facts.Call):
            function = self.values[it.of]
            if isinstance(function, facts.Attribute) and not self._takes(function):
                found = self.root_of(function.of)
                # Django's transaction.atomic(): on whatever connection the thread has.
                return (
                    Root("unclear", number)
                    if isinstance(self.values[function.of], facts.Name)
                    and (
                        self.values[function.of].name == "transaction"  # type: ignore[union-attr]
                    )
                    else found
                )
            if isinstance(function, facts.Attribute):
                return Root("taken", number)
        return Root("unclear", number)

    def block(self, value: int, root: Root) -> Block | None:
        """The innermost transaction block around the value that is one of that connection."""
        found: Block | None = None
        for it in self.blocks:
            if it.first <= value < it.last and self._fits(it.root, root):
                found = it if found is None or it.first >= found.first else found
        return found

    def _fits(self, block: Root, root: Root) -> bool:
        if "unclear" in (block.kind, root.kind) or "thread" in (block.kind, root.kind):
            return True
        return block == self._same(root)

    def starts(self, root: Root, value: int) -> bool:
        """Whether a transaction of that connection is started by a call before: `await tr.start()`."""
        for number, it in enumerate(self.values[:value]):
            if not isinstance(it, facts.Call):
                continue
            of = self.values[it.of]
            if (
                isinstance(of, facts.Attribute)
                and of.name in ("start", "begin", "begin_nested")
                and number not in self._entered
                # `self.tx.start()` is of whatever self.tx was made of.
                and (of.name == "start" or self._fits(self._same(self.root_of(of.of)), root))
            ):
                return True
        return False

    def ended(self, root: Root, since: int) -> int | None:
        """Where the function ends the transaction of that connection after a value, and goes on."""
        for number in range(since + 1, len(self.values)):
            it = self.values[number]
            if not isinstance(it, facts.Call):
                continue
            of = self.values[it.of]
            if (
                isinstance(of, facts.Attribute)
                and of.name in ("commit", "rollback")
                and self.same(self.root_of(of.of), root)
            ):
                return number
        return None

    def yields(self, since: int) -> bool:
        """Whether the function yields after the value."""
        return any(isinstance(it, facts.Given) for it in self.values[since:])

    def speaks_on(self, root: Root, since: int) -> bool:
        """Whether the function asks the connection something later of which nobody knows the text."""
        for it in self.values[since + 1 :]:
            if isinstance(it, facts.Call):
                of = self.values[it.of]
                if (
                    isinstance(of, facts.Attribute)
                    and of.name in _ASKS
                    and self.same(self.root_of(of.of), root)
                ):
                    return True
        return False

    def hands_on(self, root: Root, since: int) -> bool:
        """Whether the function yields after the value, or returns the connection."""
        for it in self.values[since:]:
            if isinstance(it, facts.Given):
                return True
            if isinstance(it, facts.Returned) and it.of is not None and self._is_itself(it.of, root):
                return True
        return False

    def _is_itself(self, number: int, root: Root) -> bool:
        """Whether the value is the connection, and not what it was asked."""
        it = self.values[number]
        for _ in range(_DEEPEST):
            if not isinstance(it, facts.Awaited | facts.Entered):
                break
            number, it = it.of, self.values[it.of]
        if isinstance(it, facts.Call):
            return root.kind in ("taken", "call") and number == root.number
        return isinstance(it, facts.Parameter | facts.Name | facts.Attribute) and self.same(
            self.root_of(number), root
        )
