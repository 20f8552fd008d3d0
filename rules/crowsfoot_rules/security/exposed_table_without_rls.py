"""A table that an API serves has no row-level security.

PostgREST, and with it Supabase, lets whoever reaches it work as a role such as `anon`. What that role was
granted, everybody has; only row-level security and policies tell one user's rows from another's.

```sql
CREATE ROLE anon NOLOGIN;
CREATE TABLE profile (id int PRIMARY KEY, email text); -- want "anon can read and change every row of profile"
GRANT SELECT, UPDATE ON profile TO anon;
```

```sql
CREATE ROLE anon NOLOGIN;
CREATE TABLE profile (id int PRIMARY KEY, email text);
ALTER TABLE profile ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON profile TO anon
  USING (email = current_setting('request.jwt.claims', true)::json ->> 'email');
GRANT SELECT, UPDATE ON profile TO anon;
```

Supabase granted new tables of the schema `public` by itself, in projects that are older than 30 May 2026 and
until 30 October 2026. Where only that speaks for it, the finding is likely and not certain. A table that
nobody is to reach is taken from the roles: `REVOKE ALL ON profile FROM anon, authenticated`.

Source: https://supabase.com/docs/guides/database/postgres/row-level-security
        https://docs.postgrest.org/en/stable/explanations/db_authz.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, History, Related, SecuredTable, Security, Severity, rule
from crowsfoot.facts.sql import AlterTable
from crowsfoot.link.security.exposure import Reach, SupabaseGrants, open_tables
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import may, sql_name, who

_PRISMA = "_prisma_migrations"


@rule(over=Security, since="0.2", severity=Severity.ERROR)
def check(security: Security) -> Iterator[Finding]:
    for number, reaches in open_tables(security).items():
        table = security.by_number[number]
        if not (table.policies or table.switches or table.table.rls_forced or table.table.foreign):
            yield _open(table, reaches)
    if security.history.tool == "prisma" and security.platform == "supabase":
        yield from _own_table_of_prisma(security.history)


def _open(table: SecuredTable, reaches: tuple[Reach, ...]) -> Finding:
    security = table.security
    places = {it.span: it for it in reaches if it.span is not None}
    related = [Related(span, f"{it.name} is granted to {it.grantee}") for span, it in places.items()]
    published = timeline_of(security).published.get(table.table.number)
    if published is not None:
        related.append(Related(published[1], f"changes of it are sent to whoever listens to {published[0]}"))
    why = "" if places else ", as Supabase has granted it to them when it was made"
    return Finding(
        table.span,
        f"{who(reaches)} can {may(reaches)} every row of {table}{why}: it has no row-level security; ALTER "
        f"TABLE {sql_name(table.table)} ENABLE ROW LEVEL SECURITY, and a policy for the rows that they may "
        "see",
        subject=str(table),
        related=tuple(related[:5]),
        confidence=security.sure(*(it.confidence for it in reaches), about=("row level security", "revoke")),
    )


def _own_table_of_prisma(history: History) -> Iterator[Finding]:
    """The table in which Prisma notes what has run.

    No migration makes it, and it is not in the shadow database, hence IF EXISTS.
    Source: https://github.com/Shelf-nu/shelf.nu/pull/1554
    """
    first = history.migrations[0] if history.migrations else None
    if first is None or not SupabaseGrants(history, None).at(0):
        return
    for migration in history.migrations:
        for step in migration.steps:
            for change in step.does:
                if isinstance(change, AlterTable) and change.table.name == _PRISMA:
                    return
    yield Finding(
        first.span,
        f"anon and authenticated can read and change {_PRISMA}, in which Prisma notes what has run, as "
        f"Supabase has granted it to them when it was made; ALTER TABLE IF EXISTS {_PRISMA} ENABLE ROW LEVEL "
        "SECURITY",
        subject=_PRISMA,
        confidence=Confidence.LIKELY,
    )
