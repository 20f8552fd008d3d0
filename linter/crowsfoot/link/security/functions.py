"""A function of the migrations -> what it does with the rights of its owner, as far as it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.facts.sql import Expression, ObjectName
from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import once
from crowsfoot.link.security.model import SecuredFunction, SecuredPolicy, SecuredTable, Security
from crowsfoot.link.security.scoping import scoping
from crowsfoot.link.security.timeline import timeline_of

_ASKS: Final = re.compile(
    r"""\bauth\s*\.\s*(?:uid|jwt|role|email|user_id)\s*\(|\bcurrent_setting\s*\(|\b(?:session|current)_user\b
        |\bjwt_claims?\b|\brequest\.jwt""",
    re.IGNORECASE | re.VERBOSE,
)
_CALLED: Final = re.compile(r"(?:\b\w+\s*\.\s*)?\b(\w+)\s*\(")
_COMMENTS: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_DEEPEST: Final = 5  # functions that call functions
_LONGEST: Final = 100_000  # characters of a body that are looked at


def is_trigger(function: held.Function) -> bool:
    """Trigger functions cannot be called, whoever may execute them."""
    return function.returns in ("trigger", "event_trigger")


def is_qualified(function: SecuredFunction) -> bool:
    """Whether every table that the body names stands there with its schema."""
    if function.function.changes_schema:
        return False
    return all(name.schema is not None for name in _names(function.function))


def asks_who(function: SecuredFunction, depth: int = 0) -> bool:
    """Whether the body asks for the user, a claim or a setting, itself or by a function that it calls."""
    text = _body(function.function)
    if _ASKS.search(text):
        return True
    if depth >= _DEEPEST:
        return False
    by_name = function.security.functions_by_name
    names = {it[1].lower() for it in _CALLED.finditer(text)} - {function.function.name}
    return any(asks_who(it, depth + 1) for name in sorted(names) for it in by_name.get(name, ())[:3])


@once
def policy_functions(security: Security) -> frozenset[str]:
    """The names of functions that policies call, those of storage.objects among them."""
    expressions: list[Expression | None] = []
    for table in security.tables:
        for it in table.policies:
            expressions += (it.policy.using, it.policy.check)
    for stored in timeline_of(security).storage.values():
        expressions += (stored.policy.using, stored.policy.check)
    return frozenset(name for it in expressions if it is not None for name in it.functions)


def reaches_past(function: SecuredFunction) -> tuple[SecuredTable, ...]:
    """The tables with row-level security that the body reads or changes past their policies."""
    security = function.security
    owner = security.principals.owner(function.function)
    found: dict[int, SecuredTable] = {}
    for name in _names(function.function):
        number = security.catalog.number_of(name)
        table = None if number is None else security.table(number)
        if table is not None and table.enabled and security.principals.escapes(owner, table.table):
            found[table.table.number] = table
    return tuple(found[it] for it in sorted(found))


def reads_past(function: SecuredFunction) -> tuple[SecuredTable, ...]:
    """The tables that queries of the body read past their policies, without a word of whose rows they are."""
    security = function.security
    owner = security.principals.owner(function.function)
    found: dict[int, SecuredTable] = {}
    for query in function.function.body:
        named = {it.name for it in query.columns}
        for name in query.tables:
            number = security.catalog.number_of(name)
            table = None if number is None else security.table(number)
            if table is None or not table.enabled or not table.policies:
                continue
            columns = {it for policy in table.policies for it in _bound(policy)}
            if columns and not columns & named and security.principals.escapes(owner, table.table):
                found[table.table.number] = table
    return tuple(found[it] for it in sorted(found))


def _bound(policy: SecuredPolicy) -> tuple[str, ...]:
    using = scoping(policy).using
    return using.bound if using is not None else ()


def _names(function: held.Function) -> Iterator[ObjectName]:
    for query in function.body:
        yield from query.tables
    yield from function.writes


def _body(function: held.Function) -> str:
    return _COMMENTS.sub(" ", function.body_text[:_LONGEST])
