"""A statement on a table, by a role -> what else PostgreSQL reads for it: by policies, views and functions.

The rewriter puts the policies of a table into the statement, before it is planned, and goes on with the
tables and views that their subqueries read. Functions are opaque to it: what they read is rewritten when
they run.

Source: https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/rewrite/rewriteHandler.c
        https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/rewrite/rowsecurity.c
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from crowsfoot.facts.sql import Expression, ObjectName
from crowsfoot.link.catalog import model as held
from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.model import Command, SecuredPolicy, SecuredTable, Security
from crowsfoot.link.security.principals import PUBLIC
from crowsfoot.link.security.terms import everything

# The role of whoever runs the migrations; PUBLIC stands for any role of which nothing is said.
MIGRATOR: Final = None
Role = str | None

# Statements by which policies they meet. "returning" and "where" read the rows that they write, so that the
# policies for SELECT apply as well; the others do not.
# Source: https://www.postgresql.org/docs/current/sql-createpolicy.html#SQL-CREATEPOLICY-SUMMARY
Statement = Literal[
    "select", "insert", "insert returning", "update", "update where", "delete", "delete where"
]
_Part = Literal["using", "check"]
_PARTS: Final[dict[Statement, tuple[tuple[Command, _Part], ...]]] = {
    "select": (("select", "using"),),
    "insert": (("insert", "check"),),
    "insert returning": (("insert", "check"), ("select", "using")),
    "update": (("update", "using"), ("update", "check")),
    "update where": (("select", "using"), ("update", "using"), ("update", "check")),
    "delete": (("delete", "using"),),
    "delete where": (("select", "using"), ("delete", "using")),
}
STATEMENTS: Final = tuple(_PARTS)


class Node(NamedTuple):
    """A relation that is being rewritten, or a function that runs.

    statement is that of a table; number is that of the table, view or function. role is as whom its rows are
    read; user is who runs the statement, and the functions in it.
    """

    kind: Literal["table", "view", "function"]
    number: int
    role: Role
    user: Role
    statement: Statement = "select"


class Edge(NamedTuple):
    """What leads on from a node. calls: only when rows are looked at, as it is a function that is run."""

    to: Node
    policy: SecuredPolicy | None = None
    calls: bool = False


class Expansion:
    """What statements on the tables of one database lead to.

    exempt: whoever runs the migrations is a superuser or has BYPASSRLS; what it is, is often not known.
    """

    def __init__(self, security: Security, *, exempt: bool = True) -> None:
        self.security = security
        self.functions = {
            it.number: it for overloads in security.catalog.functions.values() for it in overloads
        }
        self._exempt = exempt
        self._files = {it.file.path: it.number for it in security.history.migrations}
        self._contexts = contexts_of(security)
        self._edges: dict[Node, tuple[Edge, ...]] = {}
        self._called_by: dict[int, tuple[int, ...]] = {}
        self._named: dict[str, list[held.Function]] = {}
        for it in self.functions.values():
            self._named.setdefault(it.name, []).append(it)

    def edges(self, node: Node) -> tuple[Edge, ...]:
        """What it leads to, in the order of the policies."""
        found = self._edges.get(node)
        if found is None:
            found = self._edges[node] = tuple(dict.fromkeys(self._leads(node)))
        return found

    def guarded(self, node: Node) -> bool:
        """Whether policies with subqueries apply: such a table may not be met again inside of them."""
        return node.kind == "table" and any(
            _has_query(policy) for policy, _, _ in self.applied(node.number, node.statement, node.role)
        )

    def applied(
        self, number: int, statement: Statement, role: Role
    ) -> Iterator[tuple[SecuredPolicy, Expression, frozenset[int]]]:
        """The conditions that policies put on a statement of the role, and what their subqueries read.

        Without a permissive policy that has a condition no row passes, and restrictive ones are left out.
        """
        table = self.security.table(number)
        if table is None or not self._subject(table, role):
            return
        for command, part in _PARTS[statement]:
            found = [
                (it, *condition)
                for it in table.policies_for(command, self._name(role))
                if (condition := _condition(it.policy, part)) is not None
            ]
            if any(it.policy.permissive for it, _, _ in found):
                yield from found

    def made(self, policy: SecuredPolicy) -> tuple[int, int]:
        """When, among the policies of the migrations."""
        return self._files.get(policy.span.path, 0), policy.span.start

    def leads_anywhere(self, number: int) -> set[int]:
        """The numbers of all that any statement of any role on it can lead to; more than what one does."""
        table = self.security.table(number)
        if table is not None:
            return self._by_any_policy(table)
        if number in self.functions:
            node = Node("function", number, PUBLIC, PUBLIC)
        else:
            node = Node("view", number, PUBLIC, PUBLIC)
        return {edge.to.number for edge in self._leads(node)}

    def _by_any_policy(self, table: SecuredTable) -> set[int]:
        found: set[int] = set()
        if table.enabled:
            for it in table.policies:
                found |= it.policy.using_reads | it.policy.check_reads
                for expression in (it.policy.using, it.policy.check):
                    found.update(function.number for function in self._of_expression(expression))
        return found

    # --- edges ---

    def _leads(self, node: Node) -> Iterator[Edge]:
        match node.kind:
            case "table":
                conditions = list(self.applied(node.number, node.statement, node.role))
                for policy, expression, reads in conditions:
                    yield from self._through(policy, expression, reads, node)
            case "view":
                view = self.security.catalog.tables[node.number]
                yield from self._relations(view.reads, None, node.role, node.user)
                if view.query is not None:
                    yield from self._called(self._of_names(view.query.functions), None, node.user)
            case "function":
                function = self.functions[node.number]
                for query in function.body:
                    numbers = _numbers(self.security.catalog, function, query.tables)
                    yield from self._relations(numbers, None, node.user, node.user)
                yield from self._called(self._calls_of(function), None, node.user)

    def _through(
        self, policy: SecuredPolicy, expression: Expression, reads: frozenset[int], node: Node
    ) -> Iterator[Edge]:
        yield from self._relations(reads, policy, node.role, node.user)
        yield from self._called(self._of_expression(expression), policy, node.user)

    def _relations(
        self, numbers: Iterable[int], policy: SecuredPolicy | None, role: Role, user: Role
    ) -> Iterator[Edge]:
        for number in sorted(numbers):
            it = self.security.catalog.tables.get(number)
            if it is None or it.kind == "materialized view":  # which keeps the rows that it has found
                continue
            if it.kind == "view":
                # Tables of a view are read as its owner, or as the user: not as whoever reads around it.
                yield Edge(Node("view", number, user if it.invoker else it.owner, user), policy)
            else:
                yield Edge(Node("table", number, role, user), policy)

    def _called(
        self, functions: Iterable[held.Function], policy: SecuredPolicy | None, user: Role
    ) -> Iterator[Edge]:
        for it in functions:
            runs_as = it.owner if it.security_definer else user
            yield Edge(Node("function", it.number, runs_as, runs_as), policy, calls=True)

    # --- functions ---

    def _of_expression(self, expression: Expression | None) -> Iterator[held.Function]:
        """The user's own functions that it calls; not those of which several could be meant."""
        if expression is None or expression.term is None or not expression.functions or not self.functions:
            return
        for it in everything(expression.term):
            if it.kind == "call":
                found = self._contexts.functions(it)
                if len(found) == 1:
                    yield found[0]

    def _of_names(self, names: Iterable[str]) -> Iterator[held.Function]:
        for name in names:
            found = self._named.get(name, ())
            if len(found) == 1:
                yield found[0]

    def _calls_of(self, function: held.Function) -> Iterator[held.Function]:
        numbers = self._called_by.get(function.number)
        if numbers is None:
            names = dict.fromkeys(name for query in function.body for name in query.functions)
            numbers = self._called_by[function.number] = tuple(it.number for it in self._of_names(names))
        return (self.functions[it] for it in numbers)

    # --- roles ---

    def _subject(self, table: SecuredTable, role: Role) -> bool:
        """Whether policies of the table count for the role."""
        if not table.enabled:
            return False
        name = role or self.security.principals.migrator
        if name is None and self._exempt:
            return False
        return not self.security.principals.escapes(name, table.table)

    def _name(self, role: Role) -> str:
        """What to ask policies for; whoever migrates is at least one of PUBLIC."""
        return role or self.security.principals.migrator or PUBLIC


def _condition(policy: held.Policy, part: _Part) -> tuple[Expression, frozenset[int]] | None:
    """USING, or WITH CHECK: where that is not written, USING counts, but for INSERT alone."""
    if part == "check" and policy.check is not None:
        return policy.check, policy.check_reads
    return (policy.using, policy.using_reads) if policy.using is not None else None


def _has_query(policy: SecuredPolicy) -> bool:
    """PostgreSQL asks this of a policy as a whole: its WITH CHECK counts when only USING applies."""
    held_ = policy.policy
    return any(it is not None and it.has_query for it in (held_.using, held_.check))


def _numbers(catalog: held.Catalog, function: held.Function, names: Iterable[ObjectName]) -> Iterator[int]:
    """The relations that names in a body mean when it runs: by its own search_path where it sets one."""
    path = catalog.search_path
    if function.search_path is not None:
        path = tuple(it.strip().strip('"') for it in function.search_path.split(","))
    for name in names:
        for schema in (name.schema,) if name.schema is not None else path:
            number = catalog.names.get((schema, name.name))
            if number is not None:
                yield number
                break
