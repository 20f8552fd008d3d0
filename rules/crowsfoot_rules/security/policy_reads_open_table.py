"""A policy asks a table that the role can change at will, or of which it sees no row.

What a policy looks up is asked with the rights of whoever runs the query. A list of members without row-level
security that a role may write to lets it make itself a member of anything. One with row-level security and no
policy is empty for it, so that the policy that asks it lets nothing through.

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE member (org_id int NOT NULL, person text NOT NULL);
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web -- want "decides by member, which web can change"
  USING (org_id IN (SELECT org_id FROM member WHERE person = current_setting('app.person')));
GRANT SELECT ON invoice TO web;
GRANT SELECT, INSERT ON member TO web;
```

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE member (org_id int NOT NULL, person text NOT NULL);
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web
  USING (org_id IN (SELECT org_id FROM member WHERE person = current_setting('app.person')));
GRANT SELECT ON invoice, member TO web;
```

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredPolicy, SecuredTable, rule
from crowsfoot.facts.terms import Reading, Source
from crowsfoot.link.security.exposure import open_tables
from crowsfoot.link.security.terms import everything, readings_of, table_of
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import listed, sql_name


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    table, security = policy.table, policy.table.security
    if not table.enabled or not policy.policy.permissive:
        return
    exposure, principals = security.exposure, security.principals
    asked = [*_asked(policy)]
    known = exposure.guarded if asked else ()
    roles = [it for it in known if policy.applies_to(it) and not principals.escapes(it, table.table)]
    for other in asked:
        if other is table or other.table.number in open_tables(security):
            continue
        roles_there = [it for it in roles if not principals.escapes(it, other.table)]
        if other.enabled:
            # Where nobody sees a row, other rules have something to say of the table itself.
            if not other.policies and roles_there and other.table.number not in timeline_of(security).dropped:
                yield Finding(
                    policy.span,
                    f"policy {policy} asks {other}, of which {listed(roles_there)} sees no row, as its "
                    "row-level security is on and has no policy; so it lets nothing through: CREATE POLICY "
                    f"... ON {sql_name(other.table)} FOR SELECT, or ask it in a function that is SECURITY "
                    "DEFINER",
                    subject=str(policy),
                    related=(Related(other.span, "row-level security without a policy"),),
                    confidence=security.sure(Confidence.LIKELY),
                )
                return
            continue
        reaches = [*exposure.reaches(roles_there, other.table, "insert", "update")]
        if reaches and not other.policies:
            names = listed(it.role for it in reaches)
            yield Finding(
                policy.span,
                f"policy {policy} decides by {other}, which {names} can change at will, as it has no "
                f"row-level security; ALTER TABLE {sql_name(other.table)} ENABLE ROW LEVEL SECURITY, or "
                f"REVOKE INSERT, UPDATE ON {sql_name(other.table)} FROM {names}",
                subject=str(policy),
                related=(Related(other.span, "no row-level security"),),
                confidence=security.sure(Confidence.LIKELY),
            )
            return


def _asked(policy: SecuredPolicy) -> Iterator[SecuredTable]:
    """The tables that its expressions read, each once."""
    security = policy.table.security
    seen: set[int] = set()
    for term in (policy.using, policy.check):
        for it in everything(term) if term is not None else ():
            for source in _sources(it.reading) if it.reading is not None else ():
                held = table_of(source, security.catalog)
                table = security.table(held.number) if held is not None else None
                if table is not None and table.table.number not in seen:
                    seen.add(table.table.number)
                    yield table


def _sources(reading: Reading) -> Iterator[Source]:
    yield from reading.sources
    for inner in readings_of(reading):
        yield from _sources(inner)
