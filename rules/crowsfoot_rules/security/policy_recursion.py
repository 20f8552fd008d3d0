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
from crowsfoot.link.security.principals import PUBLIC
from crowsfoot.link.security.recursion import Circle, Hop, circles
from crowsfoot.prose import series

_MOST_HOPS = 5  # in a message
_MOST_PLACES = 20
_MOST_OTHERS = 5


@rule(over=Security, since="0.2", severity=Severity.ERROR)
def check(security: Security) -> Iterator[Finding]:
    for circle in circles(security):
        policy = circle.hops[0].policy
        helper = definer_helper(policy) if circle.state == "42P17" else None
        # Functions run as long as they have not been stopped by what else a statement asks for.
        sure = circle.state == "42P17" and security.certain
        yield Finding(
            policy.span,
            f"{_statements(circle)} with {_error(circle)}: {_way(circle)}; {_instead(circle)}",
            subject=str(policy),
            related=tuple(_related(circle)),
            fix=Fix("read it as the owner", (), Safety.MANUAL, helper) if helper else None,
            confidence=Confidence.POSSIBLE
            if circle.climbs
            else Confidence.CERTAIN
            if sure
            else Confidence.LIKELY,
        )


def _statements(circle: Circle) -> str:
    """What fails, as SQL calls it, and for whom."""
    failing = circle.statements
    names = ["SELECT"] if "select" in failing else []
    for command, more in (("insert", "returning"), ("update", "where"), ("delete", "where")):
        if command in failing:
            names.append(command.upper())
        elif f"{command} {more}" in failing:
            names.append(f"{command.upper()} ... {more.upper()}")
    by = "" if PUBLIC in circle.roles else f" by {series(circle.roles)}"
    everything = "select" in failing and "insert" in failing
    what = "every statement" if everything else series(names)
    return f"{what} on {circle.table}{by} fail{'s' if everything or len(names) == 1 else ''}"


def _error(circle: Circle) -> str:
    if circle.state == "54001":
        return "54001, stack depth limit exceeded"
    return f'42P17, infinite recursion detected in policy for relation "{circle.table.table.name}"'


def _way(circle: Circle) -> str:
    """How the policies lead back."""
    said = ""
    left = len(circle.hops) - _MOST_HOPS
    for hop in circle.hops[:_MOST_HOPS]:
        whose = ", whose policy" if said else "its policy"
        said += f'{whose} "{hop.policy.policy.name}" reads {hop.to}{_through(hop)}'
    if left > 0:
        said += f", and so on by {left} more"
    if not circle.inner:
        return said
    names = series([f'"{it.policy.name}"' for it in circle.inner])
    if len(circle.inner) > 1:
        return f"{said}, whose policies {names} for SELECT hold subqueries as well"
    return f"{said}, whose policy {names} for SELECT holds a subquery as well"


def _through(hop: Hop) -> str:
    names = [*map(str, hop.views), *(f"{it.name}()" for it in hop.functions)]
    return f" through {series(names)}" if names else ""


def _instead(circle: Circle) -> str:
    functions = [it for hop in circle.hops for it in hop.functions]
    if circle.state == "42P17" or not functions:
        read = f"let a SECURITY DEFINER function with SET search_path = '' read {circle.hops[-1].to}"
        return f"{read}, or ask for SELECT without a subquery" if circle.inner else read
    function = next((it for it in functions if it.security_definer), functions[0])
    if not function.security_definer:
        return f"declare {function.name}() SECURITY DEFINER with SET search_path = ''"
    forced = circle.hops[-1].to
    way = "give it an owner with BYPASSRLS"
    if forced.forced:
        way += f", or ALTER TABLE {forced} NO FORCE ROW LEVEL SECURITY"
    if circle.assumed:
        return f"{function.name}() runs as the owner, who is subject to them unless it is a superuser: {way}"
    return f"{function.name}() runs as {function.owner}, who is subject to them as well: {way}"


def _related(circle: Circle) -> Iterator[Related]:
    for hop in circle.hops[1:_MOST_PLACES]:
        yield Related(hop.policy.span, f"this policy reads {hop.to}{_through(hop)}")
    for hop in circle.hops[:_MOST_PLACES]:
        for span in (*(it.span for it in hop.views), *(it.span for it in hop.functions)):
            yield Related(span, f"through this {hop.to} is read")
    for policy in circle.inner:
        yield Related(policy.span, "this policy applies where it is read, and holds a subquery")
    for table in circle.others[:_MOST_OTHERS]:
        yield Related(table.span, f"{table} cannot be read either: a policy of it leads here")
