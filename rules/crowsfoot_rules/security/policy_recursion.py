"""Policies read their own table again, so that PostgreSQL refuses every statement on it.

A policy applies to what subqueries of policies read as well. Where that leads back to the table, directly or
by the policies of others, PostgreSQL gives up as it rewrites the statement (42P17), whether there are rows or
not. Where it leads back through a function, the function calls itself until the stack is full (54001), as
soon as there is a row.

CREATE POLICY does not notice, nor does the owner of the table, whom policies leave alone: it fails when the
first user asks.

```sql
CREATE TABLE "Member" ("userId" text NOT NULL, "teamId" int NOT NULL, PRIMARY KEY ("userId", "teamId"));
ALTER TABLE "Member" ENABLE ROW LEVEL SECURITY;
CREATE POLICY team ON "Member" -- want "every statement on Member fails with 42P17"
  USING ("teamId" IN (SELECT "teamId" FROM "Member" WHERE "userId" = current_setting('app.user')));
```

Let a function read the table with the rights of its owner, for whom the policies do not count. An empty
search_path keeps others from slipping it another table:

```sql
CREATE TABLE "Member" ("userId" text NOT NULL, "teamId" int NOT NULL, PRIMARY KEY ("userId", "teamId"));
ALTER TABLE "Member" ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION own_teams() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT "teamId" FROM public."Member" WHERE "userId" = current_setting('app.user') $$;
CREATE POLICY team ON "Member" USING ("teamId" IN (SELECT own_teams()));
```

The owner of such a function must be somebody for whom the policies do not count: a superuser, a role with
BYPASSRLS, or the owner of a table without FORCE ROW LEVEL SECURITY.

A policy for INSERT, UPDATE or DELETE may read its own table where the policies for SELECT hold no subquery.
Any subquery is one too many there, `(SELECT auth.uid())` as well.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
        https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/rewrite/rewriteHandler.c
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Related, Safety, Security, Severity, rule
from crowsfoot.link.security.definer_helper import definer_helper
from crowsfoot.link.security.recursion import OWNER, Circle, Hop, circles
from crowsfoot.prose import series


@rule(over=Security, since="0.2", severity=Severity.ERROR)
def check(security: Security) -> Iterator[Finding]:
    for circle in circles(security):
        first = circle.hops[0].policy
        confidence = Confidence.LIKELY if circle.state == "54001" else Confidence.CERTAIN
        helper = definer_helper(first) if circle.state == "42P17" else None
        yield Finding(
            first.span,
            f"{_statements(circle)} on {circle.table}{_by(circle)} fails with {_error(circle)}: "
            f"{_way(circle)}; {_instead(circle)}",
            subject=str(first),
            related=tuple(_related(circle)),
            fix=helper and Fix("read it as the owner", safety=Safety.MANUAL, snippet=helper),
            confidence=confidence if security.certain else min(confidence, Confidence.LIKELY),
        )


def _statements(circle: Circle) -> str:
    """What fails, as SQL calls it."""
    found = circle.statements
    if "select" in found and "insert" in found:
        return "every statement"
    names = {"SELECT": "select" in found}
    for word, part in (("insert", "RETURNING"), ("update", "WHERE"), ("delete", "WHERE")):
        name = word.upper()
        if word in found:
            names[name] = True
        elif f"{word} {part.lower()}" in found:
            names[f"{name} ... {part}"] = True
    return series([name for name, fails in names.items() if fails])


def _by(circle: Circle) -> str:
    return "" if "public" in circle.roles else f" by {series(circle.roles)}"


def _error(circle: Circle) -> str:
    if circle.state == "54001":
        return "54001, stack depth limit exceeded"
    return f'42P17, infinite recursion detected in policy for relation "{circle.table.table.name}"'


def _way(circle: Circle) -> str:
    """How the policies lead back."""
    first, *rest = circle.hops
    said = f"its policy {_named(first)} reads {first.to}{_through(first)}"
    for it in rest:
        said += f", whose policy {_named(it)} reads {it.to}{_through(it)}"
    if circle.inner:
        names = series([f'"{it.policy.name}"' for it in circle.inner])
        many = len(circle.inner) > 1
        return f"{said}, whose {'policies' if many else 'policy'} {names} for SELECT {'hold' if many else 'holds'} a subquery as well"
    return said


def _named(hop: Hop) -> str:
    return f'"{hop.policy.policy.name}"'


def _through(hop: Hop) -> str:
    names = [f"{it.name}()" if _is_function(it) else str(it) for it in hop.through]
    return f" through {' and '.join(names)}" if names else ""


def _is_function(it: object) -> bool:
    return hasattr(it, "security_definer")


def _instead(circle: Circle) -> str:
    functions = [it for hop in circle.hops for it in hop.through if _is_function(it)]
    if circle.state == "42P17" or not functions:
        table = circle.hops[-1].to
        instead = f"let a SECURITY DEFINER function with SET search_path = '' read {table}"
        return f"{instead}, or ask for SELECT without a subquery" if circle.inner else instead
    function = functions[0]
    if not getattr(function, "security_definer", False):
        return f"declare {function.name}() SECURITY DEFINER with SET search_path = ''"
    owner = function.owner or "its owner"
    unless = ", unless it is a superuser" if circle.assumed else ""
    return f"policies count for {owner}, who {function.name}() runs as{unless}: give it an owner with BYPASSRLS"


def _related(circle: Circle) -> Iterator[Related]:
    first, *rest = circle.hops
    for it in rest:
        yield Related(it.policy.span, f"this policy reads {it.to}{_through(it)}")
    for hop in (first, *rest):
        for through in hop.through:
            yield Related(through.span, f"through this {hop.to} is read")
    for policy in circle.inner:
        yield Related(policy.span, "this policy applies there, and holds a subquery")
    for table in circle.others[:5]:
        yield Related(table.span, f"{table} cannot be read either, as a policy of it leads here")


__all__ = ["OWNER", "check"]
