"""A policy and what is to become of it -> the SQL that says so, to be pasted into a migration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crowsfoot.databases.sql_names import plain
from crowsfoot.facts.sql import Expression
from crowsfoot.facts.terms import Term
from crowsfoot.finding import Fix, Safety
from crowsfoot.link.security.model import SecuredPolicy, SecuredTable
from crowsfoot.link.security.words import sql_name

_CLAUSES = ("using", "check")


class Clauses(NamedTuple):
    """What a policy is to ask for; None leaves it as it is, or out."""

    using: str | None = None
    check: str | None = None


_AS_IT_IS = Clauses()


def fix(title: str, sql: str | None) -> Fix | None:
    """The SQL as help; None where there is none."""
    return None if sql is None else Fix(title, (), Safety.MANUAL, sql)


def altered(policy: SecuredPolicy, clauses: Clauses = _AS_IT_IS, to: str = "") -> str:
    """ALTER POLICY; to is a list of roles."""
    lines = [f"ALTER POLICY {plain(policy.policy.name)} ON {sql_name(policy.table.table)}"]
    if to:
        lines.append(f"  TO {to}")
    return "\n".join([*lines, *_clauses(clauses)]) + ";\n"


def dropped(policy: SecuredPolicy) -> str:
    return f"DROP POLICY {plain(policy.policy.name)} ON {sql_name(policy.table.table)};\n"


def created(
    table: SecuredTable,
    name: str,
    command: str,
    roles: Iterable[str],
    clauses: Clauses,
    *,
    restrictive: bool = False,
) -> str:
    """CREATE POLICY."""
    lines = [f"CREATE POLICY {plain(name)} ON {sql_name(table.table)}"]
    if restrictive:
        lines.append("  AS RESTRICTIVE")
    if command != "all":
        lines.append(f"  FOR {command.upper()}")
    named = [plain(it) for it in roles if it != "public"]
    if named:
        lines.append(f"  TO {', '.join(named)}")
    return "\n".join([*lines, *_clauses(clauses)]) + ";\n"


def written(policy: SecuredPolicy) -> Clauses:
    """What it asks for now."""
    it = policy.policy
    return Clauses(it.using.text if it.using else None, it.check.text if it.check else None)


def both(one: str, other: str) -> str:
    return f"({one}) AND ({other})"


def replaced(policy: SecuredPolicy, instead: Iterable[tuple[Term, str]]) -> Clauses | None:
    """The clauses with other text for some of their terms; None where it is not known where these stand."""
    found: dict[str, str] = {}
    changes = list(instead)
    for clause in _CLAUSES:
        expression: Expression | None = getattr(policy.policy, clause)
        if expression is None:
            continue
        start, text = expression.range.start, expression.text
        inside = [
            (term, new)
            for term, new in changes
            if start <= term.range.start and term.range.end <= expression.range.end
        ]
        if not inside:
            continue
        if expression.range.end - start != len(text):
            return None  # a comment is left out of the text, or a column of it was renamed
        for term, new in sorted(inside, key=lambda it: -it[0].range.start):
            first, last = term.range.start - start, _end(term, text, term.range.end - start)
            text = text[:first] + new.replace("{}", text[first:last]) + text[last:]
        found[clause] = text
    return Clauses(found.get("using"), found.get("check")) if found else None


def _end(term: Term, text: str, end: int) -> int:
    """Behind the bracket that closes a call: its range ends with its last argument."""
    return text.find(")", end) + 1 if term.kind == "call" and ")" in text[end:] else end


def _clauses(clauses: Clauses) -> list[str]:
    lines = []
    if clauses.using is not None:
        lines.append(f"  USING ({clauses.using})")
    if clauses.check is not None:
        lines.append(f"  WITH CHECK ({clauses.check})")
    return lines
