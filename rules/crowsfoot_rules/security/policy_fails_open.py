"""A policy lets every row through when its setting is not set, or nobody has logged in.

A condition that is true without the setting protects nothing on a connection that has forgotten to set it.
After `SET LOCAL` PostgreSQL leaves the setting as `''`, not as NULL, so both are tried.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING (
  current_setting('app.org', true) IS NULL -- want "all rows of Invoice"
  OR "orgId" = current_setting('app.org', true)::int
);
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = nullif(current_setting('app.org', true), '')::int);
```

So do `coalesce(current_setting('app.org', true), "orgId"::text) = "orgId"::text`,
`current_setting('app.mode', true) IS DISTINCT FROM 'tenant'`, and `NOT EXISTS` with the user in its
condition.

Source: https://www.postgresql.org/docs/current/functions-logical.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, SecuredPolicy, Severity, rule
from crowsfoot.databases.sql_names import plain
from crowsfoot.link.security.contexts import Context, contexts_of
from crowsfoot.link.security.evaluation import ANY, Session, evaluate
from crowsfoot.link.security.intents import ordinary, roles
from crowsfoot.link.security.policy_sql import Clauses, altered, fix, written
from crowsfoot.link.security.scoping import Comparison, Condition, comparisons, scoping
from crowsfoot.link.security.terms import everything, says


@rule(over=SecuredPolicy, since="0.2", severity=Severity.ERROR)
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled or not ordinary(policy):
        return
    found = scoping(policy)
    for condition in (found.using, found.check if policy.policy.check is not None else None):
        if condition is None or condition.always:
            continue
        for session in _sessions(policy):
            way = _open_way(policy, condition, session)
            if way is not None:
                yield _finding(policy, way, session)
                return


def _sessions(policy: SecuredPolicy) -> tuple[Session, ...]:
    """What a session can be that was not made ready; authenticated has a user, whatever else it has."""
    login = set(policy.policy.roles) <= {"authenticated"}
    return Session("unset", login=login), Session("empty", login=login)


def _open_way(policy: SecuredPolicy, condition: Condition, session: Session) -> Condition | None:
    """The first way to the rows that is open then, and closed otherwise."""
    contexts = contexts_of(policy.table.security)
    for way in (*condition.ways, condition):
        if way.always or way.kind == "login" or not contexts.within(way.term):
            continue
        if evaluate(way.term, session, contexts) is True and evaluate(way.term, ANY, contexts) is not True:
            return way
    return None


def _finding(policy: SecuredPolicy, way: Condition, session: Session) -> Finding:
    asked = contexts_of(policy.table.security).within(way.term)
    denied = any(it.kind == "exists" for it in everything(way.term))
    compared = _compared(policy, asked)
    return Finding(
        policy.span_of(way.term),
        f"policy {policy} fails open: {_when(asked, session)}, {says(way.term)} is true, and {roles(policy)} "
        f"may {_deed(policy)} {policy.table}; {_instead(asked, compared)}",
        subject=str(policy),
        fix=_fix(policy, asked, compared),
        confidence=Confidence.LIKELY if denied else Confidence.CERTAIN,
    )


def _deed(policy: SecuredPolicy) -> str:
    match policy.policy.command:
        case "all":
            return "see and write all rows of"
        case "insert":
            return "INSERT any row into"
    return f"{policy.policy.command.upper()} all rows of"


def _when(asked: tuple[Context, ...], session: Session) -> str:
    settings = [it for it in asked if it.kind == "setting"]
    if settings:
        if session.settings == "empty":
            return f"when {settings[0].name} is '', as SET LOCAL leaves it behind"
        return f"when {settings[0].name} is not set"
    if any(it.kind == "claim" for it in asked):
        return "when the token has no such claim, or there is none"
    return "when nobody has logged in"


def _compared(policy: SecuredPolicy, asked: tuple[Context, ...]) -> Comparison | None:
    """Where the policy compares a column with one of the settings."""
    contexts = contexts_of(policy.table.security)
    for term in (policy.using, policy.check):
        for it in comparisons(term, policy.table.table, contexts) if term is not None else ():
            if it.context.kind == "setting" and any(it.context.name == each.name for each in asked):
                return it
    return None


def _instead(asked: tuple[Context, ...], compared: Comparison | None) -> str:
    if compared is not None:
        setting = compared.context.name
        return (
            f"compare {compared.column.name} with nullif(current_setting('{setting}', true), '') alone: "
            "without it no row is seen"
        )
    if any(it.kind == "setting" for it in asked):
        return "let the setting say what is allowed, rather than what is not"
    if any(it.kind == "claim" for it in asked):
        return "ask for the claim with AND: without it no row is seen then"
    return "ask for the user with AND, or write TO authenticated"


def _fix(policy: SecuredPolicy, asked: tuple[Context, ...], compared: Comparison | None) -> Fix | None:
    if compared is not None:
        column = policy.table.table.columns.get(compared.column.name)
        type = f"::{column.type}" if column is not None and str(column.type) != "text" else ""
        setting = f"nullif(current_setting('{compared.context.name}', true), ''){type}"
        condition = f"{plain(compared.column.name)} = {setting}"
        now = written(policy)
        clauses = Clauses(now.using and condition, now.check and condition)
        return fix("let no row through without the setting", altered(policy, clauses))
    only_user = all(it.kind == "identity" for it in asked)
    if only_user and policy.table.security.platform == "supabase":
        return fix("let only those have it who have logged in", altered(policy, to="authenticated"))
    return None
