"""Policies -> the circles in which they come back to a table, so that PostgreSQL refuses statements on it.

While PostgreSQL rewrites the subqueries of a table's policies, the table counts as begun. Where one of them
leads to a table that is begun, and policies with a subquery of any kind apply to it there, the statement is
refused: 42P17. Rows are not looked at for that. INSERT, UPDATE and DELETE begin a table by policies of their
own, and what they read is read by those for SELECT.
Functions hide what they read until they run. One that comes to itself in this way fills the stack: 54001.

Source: see expansion.py; all of it measured on PostgreSQL 15, 16 and 18.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

import msgspec

from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import once
from crowsfoot.link.security.expansion import (
    MIGRATOR,
    STATEMENTS,
    Edge,
    Expansion,
    Node,
    Role,
    Statement,
)
from crowsfoot.link.security.model import SecuredPolicy, SecuredTable, Security
from crowsfoot.link.security.principals import PUBLIC
from crowsfoot.link.security.terms import everything, own_columns

State = Literal["42P17", "54001"]
OWNER: Final = "the owner"
_T = TypeVar("_T", bound=Hashable)

# More roles than these are tenants, one like the other, and more tables that lead to each other are nobody's:
# of such only some roles and some ways are looked at.
_MOST_ROLES: Final = 40
_MOST_LOOKS: Final = 5_000  # tables times roles
_MOST_MEMBERS: Final = 200
_MOST_LOOKED: Final = 400
_ABOVE: Final = re.compile(r"(?i)(?:^|_)(?:parent|ancestor|root)(?:_|$)|parentId")


class Hop(msgspec.Struct, frozen=True):
    """A policy of a circle, and the table that it leads to, through views and functions or at once."""

    policy: SecuredPolicy
    to: SecuredTable
    views: tuple[held.Table, ...] = ()
    functions: tuple[held.Function, ...] = ()


class Circle(msgspec.Struct, frozen=True):
    """Policies that lead back to the table of the first.

    inner are policies that apply where the table is met again, if it was begun by those of another command.
    assumed: it hangs on whether whoever migrates is a superuser or has BYPASSRLS, and that is not known.
    """

    hops: tuple[Hop, ...]
    state: State
    statements: tuple[Statement, ...]  # on the first table, that are refused, and allowed by some policy
    roles: tuple[str, ...]  # to which it happens; "public" for any
    inner: tuple[SecuredPolicy, ...] = ()
    assumed: bool = False
    others: tuple[SecuredTable, ...] = ()  # further tables of which no row can be read for this

    @property
    def table(self) -> SecuredTable:
        """That PostgreSQL's message names."""
        return self.hops[0].policy.table

    @property
    def climbs(self) -> bool:
        """Whether a function is handed the row above in a tree of rows: then it may come to an end."""
        return any(_climbs(hop) for hop in self.hops if hop.functions)


def refusal(expansion: Expansion, statement: Statement, number: int, role: Role) -> State | None:
    """With which SQLSTATE PostgreSQL refuses the statement on the table for its policies, if it does."""
    start = Node("table", number, role, role, statement)
    return _Graph(expansion, [start]).refused(start)


@once
def circles(security: Security) -> tuple[Circle, ...]:
    """Every circle of the database once, with the roles that it concerns."""
    return tuple(_circles(security))


def leads_back(table: SecuredTable) -> bool:
    """Whether some policies lead back to the table: a subquery in one for SELECT can then be one too many."""
    return table.table.number in _in_knots(table.security)


@once
def _in_knots(security: Security) -> frozenset[int]:
    return frozenset().union(*_knots(security))


def _circles(security: Security) -> Iterator[Circle]:
    knots = _knots(security)
    if not knots:
        return
    expansion = Expansion(security)
    known: set[frozenset[SecuredPolicy]] = set()
    for knot in knots:
        for it in _in_knot(expansion, knot, assumed=False):
            known.add(_key(it))
            yield it
    if knots and security.principals.migrator is None and security.platform == "plain":
        # FORCE says that the owner is meant to be subject to policies: who is would not have BYPASSRLS.
        strict = Expansion(security, exempt=False)
        for knot in knots:
            if any(table.forced for it in knot if (table := security.table(it)) is not None):
                yield from (it for it in _in_knot(strict, knot, assumed=True) if _key(it) not in known)


def _key(circle: Circle) -> frozenset[SecuredPolicy]:
    return frozenset(it.policy for it in circle.hops)


# --- where to look -----------------------------------------------------------------------------------------


@once
def _knots(security: Security) -> list[frozenset[int]]:
    """Tables, views and functions that lead to each other, whoever asks: only there can a circle be."""
    leads: dict[int, set[int]] = {}
    waiting = [it.table.number for it in security.tables if it.enabled and it.policies]
    if not waiting:
        return []
    expansion = Expansion(security)
    while waiting:
        number = waiting.pop()
        if number not in leads:
            leads[number] = expansion.leads_anywhere(number)
            waiting += leads[number]
    return sorted(knots_of(leads), key=min)


def _roles(security: Security, tables: Sequence[SecuredTable]) -> list[Role]:
    """Who could ask, each in a way of their own: roles that policies name, their members, owners."""
    named: dict[Role, None] = {}
    for table in tables:
        for policy in table.policies:
            named.update(dict.fromkeys(policy.policy.roles))
        if table.forced:
            named[table.table.owner] = None
    principals = security.principals
    everybody: dict[Role, None] = {PUBLIC: None, **named, **dict.fromkeys(sorted(principals.runtime))}
    for it in _members(security):
        if not principals.above(it).isdisjoint(named.keys() - {PUBLIC, it}):
            everybody[it] = None
    return list(everybody)[: max(2, min(_MOST_ROLES, _MOST_LOOKS // max(1, len(tables))))]


@once
def _members(security: Security) -> tuple[str, ...]:
    """The roles that are members of others."""
    roles = (it.name for it in security.catalog.roles.values() if it.member_of)
    return tuple(sorted(roles)[:_MOST_MEMBERS])


def _climbs(hop: Hop) -> bool:
    table = hop.policy.table.table
    above = {
        column for fk in table.foreign_keys.values() if fk.target == table.number for column in fk.columns
    }
    above |= {it for it in table.columns if _ABOVE.search(it)}
    terms = [it for it in (hop.policy.using, hop.policy.check) if it is not None]
    calls = (it for term in terms for it in everything(term) if it.kind == "call")
    catalog = hop.policy.table.security.catalog
    return any(
        not above.isdisjoint(own_columns(it, table, catalog))
        for it in calls
        if it.name == hop.functions[0].name
    )


# --- circles -----------------------------------------------------------------------------------------------


def _in_knot(expansion: Expansion, knot: frozenset[int], *, assumed: bool) -> Iterator[Circle]:
    tables = [it for number in sorted(knot) if (it := expansion.security.table(number)) is not None]
    found: dict[frozenset[SecuredPolicy], Circle] = {}
    for role in _roles(expansion.security, tables):
        starts = [
            Node("table", it.table.number, role, role, statement) for statement in STATEMENTS for it in tables
        ]
        graph = _Graph(expansion, starts, knot)
        for circle in graph.circles(role, assumed=assumed):
            key = _key(circle)
            old = found.get(key)
            if old is None:
                found[key] = circle
            elif PUBLIC not in old.roles and circle.roles[0] not in old.roles:
                found[key] = msgspec.structs.replace(old, roles=(*old.roles, *circle.roles))
    yield from found.values()


class _Graph:
    """What some statements of one role lead to, inside of a knot or anywhere."""

    def __init__(
        self, expansion: Expansion, starts: Iterable[Node], knot: frozenset[int] | None = None
    ) -> None:
        self._expansion = expansion
        self._starts = list(starts)
        self._edges: dict[Node, list[Edge]] = {}
        waiting = list(self._starts)
        while waiting:
            node = waiting.pop()
            if node not in self._edges:
                edges = expansion.edges(node)
                self._edges[node] = [it for it in edges if knot is None or it.to.number in knot]
                waiting += [it.to for it in self._edges[node]]
        self._rewritten = self._circular(calls=False, refused=frozenset())
        self._clashes = dict(self._begun_twice(self._leading_to(self._rewritten)))
        self._refused = self._leading_to({*self._rewritten, *self._clashes})
        self._run = self._circular(calls=True, refused=self._refused)

    def refused(self, start: Node) -> State | None:
        """With what PostgreSQL refuses the statement."""
        if start in self._refused:
            return "42P17"
        reached = self._reached(start, calls=True)
        if not reached.isdisjoint(self._run):
            return "54001"
        return None if reached.isdisjoint(self._refused) else "42P17"

    def circles(self, role: Role, *, assumed: bool) -> Iterator[Circle]:
        """One for each knot of nodes, and for each statement that meets its own table again."""
        for knot in _groups(self._rewritten):
            yield self._round(knot, "42P17", role, assumed=assumed)
        for knot in _groups(self._run):
            yield self._round(knot, "54001", role, assumed=assumed)
        for start, end in self._clashes.items():
            way = self._way(start, end, calls=False)
            inner = dict.fromkeys(it for it, _, _ in self._expansion.applied(end.number, "select", end.role))
            hops = tuple(self._hops(way))
            yield self._circle(hops, "42P17", role, assumed=assumed, inner=tuple(inner))

    def _round(self, knot: frozenset[Node], state: State, role: Role, *, assumed: bool) -> Circle:
        """The shortest way round, from the policy that closed it: the one that was made last."""
        start = min((it for it in knot if it.kind == "table"), key=_order)
        hops = tuple(self._hops(self._way(start, start, calls=state == "54001")))
        first = max(range(len(hops)), key=lambda it: self._expansion.made(hops[it].policy))
        return self._circle((*hops[first:], *hops[:first]), state, role, assumed=assumed)

    def _circle(
        self,
        hops: tuple[Hop, ...],
        state: State,
        role: Role,
        *,
        assumed: bool,
        inner: tuple[SecuredPolicy, ...] = (),
    ) -> Circle:
        number = hops[0].policy.table.table.number
        on = {it.policy.table.table.number for it in hops}
        allowed = {it.policy.command for it in hops[0].policy.table.policies if it.policy.permissive}
        statements = [
            it.statement
            for it in self._starts
            if it.number == number
            and not allowed.isdisjoint(("all", it.statement.partition(" ")[0]))
            and self.refused(it)
        ]
        others = {it.number for it in self._refused if it.kind == "table" and it.statement == "select"} - on
        tables = (self._expansion.security.table(it) for it in sorted(others))
        return Circle(
            hops,
            state,
            tuple(statements),
            (OWNER if role is MIGRATOR else role,),
            inner,
            assumed,
            tuple(it for it in tables if it is not None),
        )

    def _hops(self, way: list[Edge]) -> Iterator[Hop]:
        """The policies on a way that begins at a table, and what lies between each and the next table."""
        policy: SecuredPolicy | None = None
        views: list[held.Table] = []
        functions: list[held.Function] = []
        for edge in way:
            policy = edge.policy or policy
            number = edge.to.number
            if edge.to.kind == "function":
                functions.append(self._expansion.functions[number])
            elif edge.to.kind == "view":
                views.append(self._expansion.security.catalog.tables[number])
            elif policy is not None:
                yield Hop(policy, self._expansion.security.by_number[number], tuple(views), tuple(functions))
                policy, views, functions = None, [], []

    # --- ways ---

    def _circular(self, *, calls: bool, refused: frozenset[Node]) -> dict[Node, int]:
        """The nodes that lead to themselves, each with the number of its knot.

        With calls only such knots are meant that call a function and come to a table: a function may well
        call itself. What is refused before it runs calls nothing.
        """
        leads = {
            node: [] if node in refused else [it.to for it in edges if calls or not it.calls]
            for node, edges in self._edges.items()
        }
        kinds = {"table", "function"} if calls else set()
        found: dict[Node, int] = {}
        for count, knot in enumerate(knots_of(leads)):
            if kinds <= {it.kind for it in knot}:
                found.update(dict.fromkeys(knot, count))
        return found

    def _begun_twice(self, looping: frozenset[Node]) -> Iterator[tuple[Node, Node]]:
        """Statements that come back to their table as another statement or role, with how they meet it."""
        guarded = {it for it in self._edges if self._expansion.guarded(it)}
        nodes: dict[int, list[Node]] = {}
        for it in guarded:
            nodes.setdefault(it.number, []).append(it)
        looked = 0
        for start in sorted(guarded - looping, key=_order):
            if len(nodes[start.number]) > 1 and looked < _MOST_LOOKED and self._edges[start]:
                looked += 1
                met = self._reached(start, calls=False).intersection(nodes[start.number]) - {start}
                if met:
                    yield start, min(met, key=_order)

    def _leading_to(self, ends: Iterable[Node]) -> frozenset[Node]:
        """The nodes whose rewriting comes to one of the ends, these among them."""
        waiting = list(ends)
        if not waiting:
            return frozenset()
        origins: dict[Node, list[Node]] = {}
        for node, edges in self._edges.items():
            for it in edges:
                if not it.calls:
                    origins.setdefault(it.to, []).append(node)
        found: set[Node] = set()
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += origins.get(node, ())
        return frozenset(found)

    def _reached(self, start: Node, *, calls: bool) -> set[Node]:
        """What it leads to; itself only if it comes back."""
        found: set[Node] = set()
        waiting = [start]
        while waiting:
            for it in self._edges[waiting.pop()]:
                if (calls or not it.calls) and it.to not in found:
                    found.add(it.to)
                    waiting.append(it.to)
        return found

    def _way(self, start: Node, end: Node, *, calls: bool) -> list[Edge]:
        """The shortest one, of one edge at least."""
        came: dict[Node, tuple[Node, Edge]] = {}
        waiting = deque([start])
        while waiting and end not in came:
            node = waiting.popleft()
            for it in self._edges[node]:
                if (calls or not it.calls) and it.to not in came:
                    came[it.to] = (node, it)
                    waiting.append(it.to)
        way: list[Edge] = []
        node = end
        while not way or node != start:
            node, edge = came[node]
            way.append(edge)
        return way[::-1]


def _groups(numbered: Mapping[Node, int]) -> list[frozenset[Node]]:
    found: dict[int, set[Node]] = {}
    for node, number in numbered.items():
        found.setdefault(number, set()).add(node)
    return sorted(map(frozenset, found.values()), key=lambda it: min(map(_order, it)))


def _order(node: Node) -> tuple[str, ...]:
    """Nodes in an order that is the same in each run; roles may be None."""
    return f"{node.number:09}", node.statement, node.role or "", node.user or "", node.kind


def knots_of(leads: Mapping[_T, Collection[_T]]) -> list[frozenset[_T]]:
    """What leads to each other, or to itself."""
    origins: dict[_T, list[_T]] = {}
    open_ends = {it: len(targets) for it, targets in leads.items()}
    for it, targets in leads.items():
        for to in targets:
            origins.setdefault(to, []).append(it)
    ends = [it for it, count in open_ends.items() if not count]
    while ends:  # what leads nowhere goes, again and again: mostly nothing is left
        end = ends.pop()
        del open_ends[end]
        for it in origins.get(end, ()):
            open_ends[it] -= 1
            if not open_ends[it]:
                ends.append(it)
    if not open_ends:
        return []
    # Only now: importing networkx takes longer than all the rest, and circles are rare.
    import networkx as nx

    graph: Any = nx.DiGraph((it, to) for it in open_ends for to in leads[it] if to in open_ends)
    found = nx.strongly_connected_components(graph)
    return [frozenset(it) for it in found if len(it) > 1 or graph.has_edge(*it, *it)]
