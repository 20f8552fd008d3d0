"""A policy whose subquery reads a table -> the function that reads it instead, and the policy that asks it.

Only a subquery that knows nothing of the row can become a function without arguments. It is also the quick
way: as (SELECT function()) it runs once for a statement, not once for a row.
Source: https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
"""

from __future__ import annotations

import re
from typing import Final

from crowsfoot.facts.sql import Expression
from crowsfoot.facts.terms import Term
from crowsfoot.link.catalog import model as held
from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.model import SecuredPolicy
from crowsfoot.link.security.terms import columns, everything, parts

_SUBQUERY: Final = re.compile(r"\(\s*(?=SELECT\b)", re.IGNORECASE)
_QUERIES: Final = frozenset({"exists", "scalar", "any query"})
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*")


def definer_helper(policy: SecuredPolicy) -> str | None:
    """SQL to paste; None where it cannot be written with certainty."""
    conditions = [it for it in (policy.policy.using, policy.policy.check) if it is not None and it.has_query]
    if len(conditions) != 1 or conditions[0].term is None:
        return None
    (expression,) = conditions
    query = _only_query(expression.term) if expression.term else None
    found = _text_of_query(expression.text)
    if query is None or found is None or not _can_move(query, policy, expression):
        return None
    before, text, after = found
    returns = _returned(query, policy)
    if returns is None:
        return None
    table = policy.table.table
    name = f"{_identifier(table.name)}_{_identifier(policy.policy.name)}"[:_LONGEST]
    body = _qualified(text, expression, policy.table.security.catalog)
    if query.kind == "exists":
        before = re.sub(r"EXISTS\s*$", "", before, flags=re.IGNORECASE)
        body = f"SELECT EXISTS ({body})"
    call = f"(SELECT {_quoted(table.schema)}.{name}())"
    clause = "USING" if expression is policy.policy.using else "WITH CHECK"
    on = f"{_quoted(table.schema)}.{_quoted(table.name)}"
    return (
        f"CREATE FUNCTION {_quoted(table.schema)}.{name}() RETURNS {returns}\n"
        f"  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''\n"
        f"  AS $$ {body} $$;\n"
        f"ALTER POLICY {_quoted(policy.policy.name)} ON {on}\n"
        f"  {clause} ({before}{call}{after});\n"
    )


_LONGEST: Final = 60  # bytes of a name


def _only_query(term: Term) -> Term | None:
    found = [it for it in parts(term) if it.reading is not None]
    return found[0] if len(found) == 1 and found[0].kind in _QUERIES else None


def _text_of_query(text: str) -> tuple[str, str, str] | None:
    """What stands before the only subquery, in its brackets, and behind them."""
    found = list(_SUBQUERY.finditer(text))
    if len(found) != 1 or "$" in text or "\\" in text:
        return None
    start = found[0].end()
    depth = 1
    for match in re.compile(r"'[^']*'|\"[^\"]*\"|[()]").finditer(text, start):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return text[: found[0].start()], text[start : match.start()].strip(), text[match.end() :]
    return None


def _can_move(query: Term, policy: SecuredPolicy, expression: Expression) -> bool:
    """Whether it means the same in a function: no column of the row, no name that is found by search_path."""
    security = policy.table.security
    contexts = contexts_of(security)
    if query.reading is None or not expression.tables:
        return False
    inside = Term("exists", query.range, reading=query.reading)
    named = {it.name for it in expression.tables}
    for use in columns(inside, policy.table.table, security.catalog):
        if use.own or use.source is None or use.term.name in named or use.term.name == "*":
            return False
    for it in everything(inside):
        if it.kind == "unknown" or (it.kind == "call" and it.qualifier is None and contexts.functions(it)):
            return False
        if it.kind == "cast" and security.catalog.type(it.name.removesuffix("[]")) is not None:
            return False
    return True


def _returned(query: Term, policy: SecuredPolicy) -> str | None:
    """The type that the function gives."""
    reading = query.reading
    if query.kind == "exists" or reading is None:
        return "boolean"
    if len(reading.gives) != 1 or reading.gives[0].kind != "column" or query.name not in ("", "="):
        return None
    inside = Term("exists", query.range, reading=reading)
    for use in columns(inside, policy.table.table, policy.table.security.catalog):
        if use.term is reading.gives[0] and use.table is not None:
            column = use.table.columns.get(use.term.name)
            if column is not None and column.type.schema is None:
                return f"SETOF {column.type}" if query.kind == "any query" else str(column.type)
    return None


def _qualified(text: str, expression: Expression, catalog: held.Catalog) -> str:
    """The text with the schema before each table that it names without one."""
    for it in {it.name: it for it in expression.tables if it.schema is None}.values():
        table = catalog.table(it)
        if table is None:
            continue
        pattern = rf"(?<![\w.])\"{re.escape(it.name)}\""
        if _PLAIN.fullmatch(it.name):
            pattern += rf"|(?<![\w.\"])(?i:{it.name})(?![\w\"])"
        name = f"{_quoted(table.schema)}.{_quoted(table.name)}"
        pieces = re.split(r"('[^']*')", text)  # constants apart
        text = "".join([part if part.startswith("'") else re.sub(pattern, name, part) for part in pieces])
    return text


def _identifier(name: str) -> str:
    return re.sub(r"\W+", "_", name.lower()).strip("_") or "policy"


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'
