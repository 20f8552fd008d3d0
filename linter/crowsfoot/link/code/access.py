"""What the rules over code see: statements that are sent once per row, and where the code sends any."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from crowsfoot.finding import Edit
from crowsfoot.libraries.query import CALLS, Query
from crowsfoot.link.project import Linked
from crowsfoot.roles import Role
from crowsfoot.source import Span

if TYPE_CHECKING:
    import networkx as nx

    from crowsfoot.libraries.models import Model
    from crowsfoot.link.project import Database, Problem
    from crowsfoot.link.security.settings import ContextSetting

Kind = Literal[
    "query",
    "lazy",
    "count",
    "write",
    "get-or-create",
    "behind-call",  # the loop calls what sends it
    "fan-out",  # map(), gather(), sorted(key=...): by a function that goes over rows
    "recursive",  # once at each level
    "serializer",  # by machinery: a serializer, an admin page, a response model
]


_READS = frozenset(("select", "aggregate", "refresh", "execute"))


class Passed(Linked, frozen=True, eq=False, dict=True, array_like=True):
    """A place on the way to where a statement is sent, and the code that stands there."""

    span: Span
    code: str
    function: str  # the function that it stands in, "" for the module


class Usage(NamedTuple):
    """What becomes of rows. counted: only how many there are is asked; tested: only whether there are any.

    columns are the only ones that are read of each row; () where others may be.
    """

    counted: bool = False
    tested: bool = False
    columns: tuple[str, ...] = ()


class Access(Linked, frozen=True, eq=False, dict=True, array_like=True):
    """One place of the code that sends a statement to the database, directly.

    of_rows is what becomes of the rows, where all of that is seen; serves, whether the function answers
    requests. again is the place where the same query set is gone over later, which is another statement.
    """

    query: Query
    span: Span
    function: str
    role: Role
    of_rows: Usage = Usage()
    serves: bool = False
    again: Span | None = None

    @property
    def builds_values(self) -> bool:
        """Whether values of the program are written into the text of its SQL."""
        from crowsfoot.libraries.raw.holes import has_value_hole

        return self.query.interpolated and self.query.sql is not None and has_value_hole(self.query.sql)

    def __str__(self) -> str:
        return self.query.api


class Repeated(Linked, frozen=True, eq=False, dict=True, array_like=True):
    """A statement that is sent once per row of something.

    span is where the loop's body asks for it, and way the calls from there to where it is sent, which is
    last; where that is the same place, way is empty. loop is the head of the loop, over what it goes over,
    as code, and each what it calls an element of that. how is "" for a loop, else what goes over it: "map()",
    "gather()", "key=", "recursion", "serializer".
    """

    query: Query
    span: Span
    code: str
    function: str
    way: tuple[Passed, ...]
    loop: Span
    over: str
    how: str
    role: Role
    nested: bool  # there is a further loop over rows around it
    same: bool  # nothing that it asks for changes from pass to pass
    others: int = 0  # further statements that the same call sends
    each: str = ""
    mend: Edit | None = None  # what loads it with the rows
    # Of a loop in a template: where the program asks for its rows, or else where it shows the template.
    asked: Passed | None = None
    shown_by: Passed | None = None

    @property
    def kind(self) -> Kind:
        """What it is, first of all: each has one kind."""
        if self.how == "recursion":
            return "recursive"
        if self.how:
            return "fan-out" if self.how.endswith((")", "=")) else "serializer"
        if self.way:
            return "behind-call"
        if self.query.cause not in CALLS:
            return "lazy"
        operation = self.query.operation
        if operation in ("get-or-create", "upsert"):
            return "get-or-create"
        if operation in ("count", "exists"):
            return "count"
        return "query" if operation in _READS else "write"

    def __str__(self) -> str:
        return f"{self.function or 'module'}: {self.query.api}"


class Code(Linked, frozen=True, eq=False, dict=True):
    """What the code of a project asks of its databases."""

    repeated: tuple[Repeated, ...] = ()
    accesses: tuple[Access, ...] = ()
    models: "tuple[Model, ...]" = ()
    followed: Callable[[], Iterable[tuple[str, str]]] = tuple
    databases: "tuple[Database, ...]" = ()  # which its models make
    failures: "tuple[Problem, ...]" = ()
    talked: "Callable[[], tuple[ContextSetting, ...]]" = tuple

    @cached_property
    def settings(self) -> "tuple[ContextSetting, ...]":
        """What it sets of its sessions."""
        return self.talked()

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Who calls whom, as "path:function", as far as calls could be followed."""
        return tuple(sorted(self.followed()))

    @cached_property
    def calls(self) -> "nx.DiGraph[str]":
        """The call graph, as far as calls could be followed, frozen."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_edges_from(self.edges)
        nx.freeze(graph)
        return graph

    def of_table(self, table: str) -> Iterable[Access]:
        return (it for it in self.accesses if it.query.table == table)
