"""A policy -> what PostgreSQL works out anew for every row that it is asked about.

A call outside of a subquery is made for each row, even where it gives the same each time: PostgreSQL works
out once only what an index is searched for, and a (SELECT ...) that names no column of the row.
Source: https://github.com/orgs/supabase/discussions/14576; measured on PostgreSQL 15 and 16.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crowsfoot.facts.terms import Term
from crowsfoot.link.catalog import model as held
from crowsfoot.link.security.access_paths import unserved
from crowsfoot.link.security.contexts import Contexts, contexts_of
from crowsfoot.link.security.model import SecuredPolicy
from crowsfoot.link.security.recursion import leads_back
from crowsfoot.link.security.terms import everything, is_wrapper, own_columns, parts, says

# Of the schema auth: each parses the claims of the request.
_OF_AUTH: Final = frozenset({"uid", "jwt", "role", "email", "user_id", "session"})


def repeated(policy: SecuredPolicy) -> tuple[Term, ...]:
    """The calls that give the same for every row, and are made for each.

    Those are left out around which a SELECT could close a circle of policies: see recursion.py.
    """
    if policy.using is None or policy not in unserved(policy.table) or leads_back(policy.table):
        return ()
    return tuple(it for it in _calls(policy) if not _named(it, policy))


def hidden_queries(policy: SecuredPolicy) -> Iterator[tuple[Term, held.Table]]:
    """The calls that are given a column of the row and read a table, each with that table."""
    contexts = contexts_of(policy.table.security)
    for it in _calls(policy):
        found = contexts.functions(it)
        if len(found) == 1 and _named(it, policy):
            tables = (contexts.catalog.table(name) for query in found[0].body for name in query.tables)
            table = next((each for each in tables if each is not None), None)
            if table is not None:
                yield it, table


def vain_wrappers(policy: SecuredPolicy) -> Iterator[tuple[Term, str]]:
    """Each (SELECT f(column)), which is worked out for every row all the same, with that column."""
    if policy.using is None or policy not in unserved(policy.table):
        return
    contexts = contexts_of(policy.table.security)
    for it in parts(policy.using):
        reading = it.reading
        if it.kind == "scalar" and reading is not None and is_wrapper(reading):
            named = _named(it, policy)
            calls = (each for each in parts(reading.gives[0]) if each.kind == "call")
            if named and any(_costs(each, contexts) and _named(each, policy) for each in calls):
                yield it, named[0]


def wrapped_once(policy: SecuredPolicy) -> str | None:
    """The USING of the policy with (SELECT ...) around what is repeated; None where that is not plain."""
    expression = policy.policy.using
    if expression is None or expression.term is None:
        return None
    text = expression.text
    inside = [it for it in everything(expression.term) if it.kind == "call"]
    for call in {says(it): it for it in repeated(policy)}:
        if text.count(call) != sum(says(it) == call for it in inside):
            return None
        text = text.replace(call, f"(SELECT {call})").replace(f"(SELECT (SELECT {call}))", f"(SELECT {call})")
    return text


def _calls(policy: SecuredPolicy) -> Iterator[Term]:
    """The calls outside of subqueries that cost something, where no index finds the rows; outer ones only."""
    if policy.using is None or policy not in unserved(policy.table):
        return
    contexts = contexts_of(policy.table.security)
    waiting = [policy.using]
    while waiting:
        it = waiting.pop()
        if it.kind == "call" and _costs(it, contexts):
            yield it
        else:
            waiting += reversed(it.of)


def _costs(call: Term, contexts: Contexts) -> bool:
    if contexts.functions(call):
        return True
    return call.name == "current_setting" or (call.qualifier == "auth" and call.name in _OF_AUTH)


def _named(term: Term, policy: SecuredPolicy) -> tuple[str, ...]:
    return own_columns(term, policy.table.table, policy.table.security.catalog)
