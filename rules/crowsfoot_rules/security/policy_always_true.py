"""A policy lets every row through: its condition is always true.

A permissive policy with `USING (true)` shows all rows to its roles, and permissive policies are put together
with OR: whatever the other policies of the table ask for no longer counts. With `WITH CHECK (true)` anybody
can write rows for anybody.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
CREATE POLICY service ON "Invoice" FOR UPDATE USING (true); -- want "may UPDATE all rows of Invoice"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
CREATE POLICY service ON "Invoice" FOR UPDATE TO service_role USING (true);
```

Also reported is a subquery that compares a column with itself: in
`EXISTS (SELECT 1 FROM member WHERE member.org_id = org_id)` both names mean the column of `member`, if it has
one. So is a subquery that asks neither for the row nor for the user. What is meant for all to read, by its
name or because it says `TO anon`, is left alone.

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Related, SecuredPolicy, Severity, rule
from crowsfoot.databases.sql_names import plain
from crowsfoot.link.security.intents import (
    asked,
    beside,
    commands,
    meant_for_all,
    meant_for_service,
    narrowed,
    ordinary,
    roles,
)
from crowsfoot.link.security.model import Command
from crowsfoot.link.security.policy_sql import Clauses, altered, dropped, fix, replaced, written
from crowsfoot.link.security.scoping import scoping
from crowsfoot.link.security.tenants import says_whose, scoping_columns
from crowsfoot.link.security.terms import captured, own_columns
from crowsfoot.prose import series


@rule(over=SecuredPolicy, since="0.2", severity=Severity.ERROR)
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled or not ordinary(policy):
        return
    yield from _captured(policy)
    if not policy.policy.permissive:
        return
    yield from _unbound(policy)
    open_to = [it for it in commands(policy) if _open(policy, it) and not narrowed(policy, it)]
    if not open_to or (open_to == ["insert"] and _drops_tenant(policy)):
        return
    table = policy.table
    scoped = tuple(dict.fromkeys(other for command in open_to for other in _scoped(policy, command)))
    confidence = _confidence(policy, open_to, kept_apart=bool(scoped) or table.tenant is not None)
    if confidence is None:
        return
    found = scoping(policy)
    term = found.check if open_to == ["insert"] else found.using
    names = [f'"{it.policy.name}"' for it in scoped]
    whatever = f", whatever {series(names)} {'asks' if len(names) == 1 else 'ask'} for" if names else ""
    yield Finding(
        policy.span_of(term.term) if term is not None else policy.span,
        f"policy {policy} is always true: {roles(policy)} may {_deeds(open_to)} {table}{whatever}; "
        f"{_instead(policy)}",
        subject=str(policy),
        related=tuple(Related(it.span, "this policy no longer narrows anything") for it in scoped),
        fix=_fix(policy, open_to, scoped),
        confidence=confidence,
    )


def _deeds(open_to: list[Command]) -> str:
    if open_to == ["insert"]:
        return "INSERT any row into"
    return f"{series([it.upper() for it in open_to])} all rows of"


def _open(policy: SecuredPolicy, command: Command) -> bool:
    found = asked(policy, command)
    return found is not None and found.always


def _drops_tenant(policy: SecuredPolicy) -> bool:
    """Whether its own USING asks for the tenant, so that check-drops-tenant speaks of its WITH CHECK."""
    using = scoping(policy).using
    return using is not None and using.kind == "scoped" and bool(using.bound)


def _scoped(policy: SecuredPolicy, command: Command) -> Iterator[SecuredPolicy]:
    for it in beside(policy, command, permissive=True):
        found = asked(it, command)
        if found is not None and found.kind == "scoped":
            yield it


def _confidence(policy: SecuredPolicy, open_to: list[Command], *, kept_apart: bool) -> Confidence | None:
    """How sure it is that not everybody was meant; None: everybody was."""
    if open_to == ["select"]:
        if meant_for_all(policy):
            return None
        return Confidence.LIKELY if kept_apart else Confidence.POSSIBLE
    if meant_for_service(policy):
        return Confidence.CERTAIN
    if open_to == ["insert"] and meant_for_all(policy):
        return None
    if kept_apart:
        return Confidence.CERTAIN
    # Of one team, whoever has logged in may do everything: rows may say whose they are, and no policy asks.
    apart = says_whose(policy.table) is not None and scoping_columns(policy.table.security)
    one_team = set(policy.policy.roles) == {"authenticated"} and not apart
    return Confidence.POSSIBLE if one_team else Confidence.LIKELY


def _instead(policy: SecuredPolicy) -> str:
    if meant_for_service(policy) and "public" in policy.policy.roles:
        return "without TO it is for everybody: name the role with TO, or drop it if the role has BYPASSRLS"
    bound = next(
        (name for it in policy.table.policies if (using := scoping(it).using) for name in using.bound), None
    )
    if bound is not None:
        return f"compare {bound} with the session, as the other policies do{_or_roles(policy)}"
    tenant = policy.table.tenant
    column = tenant.name if tenant is not None else "a column of the row"
    return f"compare {column} with the session{_or_roles(policy)}"


def _or_roles(policy: SecuredPolicy) -> str:
    return ", or name the roles that may with TO" if "public" in policy.policy.roles else ""


def _fix(policy: SecuredPolicy, open_to: list[Command], scoped: tuple[SecuredPolicy, ...]) -> Fix | None:
    """What the other policies ask for; a role that passes all policies by needs none."""
    if meant_for_service(policy) and policy.table.security.platform == "supabase":
        return fix("service_role needs no policy", dropped(policy))
    if not scoped:
        return None
    like = written(scoped[0])
    asks = (like.check or like.using) if open_to == ["insert"] else like.using
    if asks is None:
        return None
    checked = asks if policy.policy.check is not None else None
    clauses = Clauses(None if open_to == ["insert"] else asks, checked)
    return fix(f'ask for what "{scoped[0].policy.name}" asks for', altered(policy, clauses))


def _captured(policy: SecuredPolicy) -> Iterator[Finding]:
    table, catalog = policy.table.table, policy.table.security.catalog
    for expression in (policy.policy.using, policy.policy.check):
        if expression is None or expression.term is None or not expression.has_query:
            continue
        for term, use in captured(expression.term, table, catalog):
            name = use.term.name
            bare = [it for it in term.of if it.qualifier is None][-1]
            meant = replaced(policy, [(bare, f"{plain(table.name)}.{plain(name)}")])
            alias = use.source.alias if use.source is not None else ""
            yield Finding(
                policy.span_of(term),
                f"{name} is compared with itself: inside of the subquery both names mean {alias}.{name}, so "
                f"any row of {alias} lets all rows of {policy.table} through; write {table.name}.{name} on "
                "one side",
                subject=str(policy),
                fix=fix("name the table that is meant", altered(policy, meant)) if meant else None,
            )


def _unbound(policy: SecuredPolicy) -> Iterator[Finding]:
    """A subquery that finds the same for every row and every user."""
    table, catalog = policy.table.table, policy.table.security.catalog
    found = scoping(policy)
    for asked_for in (found.using, found.check if policy.policy.check is not None else None):
        for way in asked_for.ways if asked_for is not None else ():
            if way.kind != "open" or way.always or way.term.kind not in ("exists", "any query"):
                continue
            if not own_columns(way.term, table, catalog):
                yield Finding(
                    policy.span_of(way.term),
                    f"a subquery of policy {policy} asks neither for the row nor for the user: it finds the "
                    f"same for all rows of {policy.table} and for {roles(policy)}; compare a column of it "
                    "with the session",
                    subject=str(policy),
                    confidence=Confidence.LIKELY,
                )
                return
