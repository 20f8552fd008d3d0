"""Policies of a table -> whether PostgreSQL can find the rows that they let through by an index.

- unserved(table): the policies whose rows no index finds, so that they are asked of every row.
- missing(table), dressed(table): what keeps an index from it: there is none; the column stands in a cast.
- is_the_same_in_all_rows(term, ...): what can be worked out once for a statement.

A condition of OR can be served where each of its parts can, one of AND where some part can; permissive
policies are such an OR. x IN (SELECT ...) cannot: each row is looked up in a hash of what the SELECT gives.
Source: https://www.postgresql.org/docs/current/indexes-bitmap-scans.html; measured on PostgreSQL 15 and 16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from crowsfoot.facts.terms import Term
from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import once
from crowsfoot.link.security.contexts import Contexts, contexts_of
from crowsfoot.link.security.model import SecuredPolicy, SecuredTable
from crowsfoot.link.security.principals import PUBLIC
from crowsfoot.link.security.scoping import scoping, share_roles
from crowsfoot.link.security.terms import own_columns, parts

_MOST: Final = 200  # policies of one table; more are made for one tenant each
_ORDERED: Final = frozenset({"=", "<", "<=", ">", ">="})
_OTHER_WAY: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
# Between these a cast changes nothing that an index would notice.
# Source: https://www.postgresql.org/docs/current/sql-createcast.html (binary-coercible types)
_SAME: Final = frozenset({"text", "varchar", "character varying"})
# Of PostgreSQL's own functions that policies use, those that are not the same in all rows of a statement.
_VOLATILE: Final = frozenset(
    {"random", "clock_timestamp", "timeofday", "gen_random_uuid", "uuid_generate_v4", "nextval", "setval"}
)


class Lookup(NamedTuple):
    """A comparison of a column with what is the same for all rows of a statement."""

    column: str
    operator: str
    whole: Term
    beside: Term  # the side of the column
    against: Term  # the other side
    plain: bool  # the column stands there alone


@once
def unserved(table: SecuredTable) -> tuple[SecuredPolicy, ...]:
    """Those for reading whose rows no index finds.

    What is changed is mostly found by its key, and what is new is asked about once.
    """
    if not table.enabled or len(table.policies) > _MOST:
        return ()
    read = [it for it in table.policies_for("select") if it.using is not None]
    asked = (it for it in read if not _is_folded(it, read))
    return tuple(it for it in asked if not _found_by_index(it, frozenset(), bare=False))


def _is_folded(policy: SecuredPolicy, beside: Sequence[SecuredPolicy]) -> bool:
    """Whether a policy that is always true stands beside it by OR, so that it is asked nothing."""
    return policy.policy.permissive and any(
        it.policy.permissive
        and (PUBLIC in it.policy.roles or {*policy.policy.roles} <= {*it.policy.roles})
        and (condition := scoping(it).using) is not None
        and condition.always
        and not any(part.kind == "column" for part in parts(condition.term))
        for it in beside
    )


def missing(table: SecuredTable) -> Iterator[tuple[SecuredPolicy, Lookup]]:
    """Comparisons with the session whose rows an index on the column would find, and there is none."""
    assumed = _compared(table)
    for policy in unserved(table):
        if _found_by_index(policy, assumed, bare=False):
            for it in lookups(policy):
                if it.plain and it.column in assumed and not is_indexed(table.table, it.column):
                    yield policy, it


def dressed(table: SecuredTable) -> Iterator[tuple[SecuredPolicy, Lookup]]:
    """Comparisons with the session that an index could serve, if nothing stood around the column."""
    assumed = _compared(table)
    for policy in unserved(table):
        if _found_by_index(policy, assumed, bare=True) and not _found_by_index(policy, assumed, bare=False):
            for it in lookups(policy):
                if not it.plain and it.column in assumed and not has_expression_index(table.table, it):
                    yield policy, it


def could_be_served(policy: SecuredPolicy) -> bool:
    """Whether an index would find its rows, if all columns that policies compare with the session had one."""
    return _found_by_index(policy, _compared(policy.table), bare=True)


def _compared(table: SecuredTable) -> frozenset[str]:
    """The columns that policies compare with the session."""
    contexts = contexts_of(table.security)
    return frozenset(
        it.column for policy in unserved(table) for it in lookups(policy) if contexts.within(it.against)
    )


def lookups(policy: SecuredPolicy) -> tuple[Lookup, ...]:
    """The comparisons in its USING that an index could serve."""
    if policy.using is None:
        return ()
    table, contexts = policy.table.table, contexts_of(policy.table.security)
    found = (_lookup(it, table, contexts) for it in parts(policy.using))
    return tuple([it for it in found if it is not None])


def _found_by_index(policy: SecuredPolicy, assumed: frozenset[str], *, bare: bool) -> bool:
    """Whether an index finds the rows that it and those beside it let be read.

    assumed are columns that are taken to begin an index; with bare also where they stand in a cast.
    """
    table = policy.table.table

    def serves(it: Lookup) -> bool:
        if it.column in assumed and (it.plain or bare):
            return True
        return is_indexed(table, it.column) if it.plain else has_expression_index(table, it)

    contexts = contexts_of(policy.table.security)
    beside = [it for it in policy.table.policies_for("select") if it is policy or share_roles(policy, it)]
    conditions = {
        it: it.using is not None and _can(it.using, it.table.table, contexts, serves) for it in beside
    }
    permissive = [conditions[it] for it in beside if it.policy.permissive and it.using is not None]
    restrictive = [conditions[it] for it in beside if not it.policy.permissive]
    return any(restrictive) or (bool(permissive) and all(permissive))


def _can(term: Term, table: held.Table, contexts: Contexts, serves: Callable[[Lookup], bool]) -> bool:
    if term.kind == "and":
        return any(_can(it, table, contexts, serves) for it in term.of)
    if term.kind == "or":
        return all(_can(it, table, contexts, serves) for it in term.of)
    if term.kind == "constant" and term.name in ("false", "f"):
        return True
    found = _lookup(term, table, contexts)
    return found is not None and serves(found)


def _lookup(term: Term, table: held.Table, contexts: Contexts) -> Lookup | None:
    if term.kind == "operator" and term.name in _ORDERED and len(term.of) == 2:
        left, right = term.of
        sides = [(left, term.name, right), (right, _OTHER_WAY.get(term.name, term.name), left)]
    elif term.kind == "any" and term.name == "=":
        sides = [(term.of[0], "=", term.of[1])]
    elif term.kind == "in" and len(term.of) > 1:
        sides = [(term.of[0], "=", it) for it in term.of[1:]]
        if not all(is_the_same_in_all_rows(it, table, contexts) for _, _, it in sides):
            return None
    else:
        return None
    for beside, operator, against in sides:
        column = _column(beside, table, contexts)
        if column is not None and is_the_same_in_all_rows(against, table, contexts):
            return Lookup(column.name, operator, term, beside, against, _undressed(beside, table) is column)
    return None


def _column(side: Term, table: held.Table, contexts: Contexts) -> Term | None:
    """The one column of the row that the side is made of, with casts and functions or without."""
    found = [it for it in parts(side) if it.kind == "column"]
    if len(found) != 1 or any(it.kind in ("unknown", "operator") or it.reading for it in parts(side)):
        return None
    own = own_columns(found[0], table, contexts.catalog)
    return found[0] if own and found[0].name in table.columns else None


def _undressed(side: Term, table: held.Table) -> Term:
    """The side without casts that do not change the value."""
    while side.kind == "cast" and side.name in _SAME:
        inner = side.of[0]
        column = table.columns.get(inner.name) if inner.kind == "column" else None
        if column is None or column.type.name not in _SAME or column.type.dimensions:
            break
        side = inner
    return side


def is_the_same_in_all_rows(term: Term, table: held.Table, contexts: Contexts) -> bool:
    """Whether PostgreSQL may work it out once, before it looks into an index."""
    if own_columns(term, table, contexts.catalog):
        return False
    return not any(it.kind == "unknown" or is_volatile(it, contexts) for it in parts(term))


def is_volatile(call: Term, contexts: Contexts) -> bool:
    """Whether a call may give another value in each row, as functions do of which nothing else is said."""
    if call.kind != "call":
        return False
    own = contexts.functions(call)
    return any(it.volatility == "volatile" for it in own) if own else call.name in _VOLATILE


def is_indexed(table: held.Table, column: str) -> bool:
    """Whether an index on all rows begins with the column."""
    return any(
        it.keys and it.keys[0].column == column and it.predicate is None and it.method in ("btree", "hash")
        for it in table.indexes.values()
        if it.valid
    )


def has_expression_index(table: held.Table, lookup: Lookup) -> bool:
    """Whether an index begins with what stands around the column: the same casts and functions."""
    dressing = {it.name for it in parts(lookup.beside) if it.kind in ("cast", "call")}
    for index in table.indexes.values():
        expression = index.keys[0].expression if index.keys else None
        if expression is None or expression.columns != (lookup.column,) or index.predicate is not None:
            continue
        if {*expression.functions, *expression.casts} == dressing:
            return True
    return False
