"""Every table that is made from now on is open to whoever reaches the API.

`ALTER DEFAULT PRIVILEGES` grants what does not exist yet. A migration that forgets `ENABLE ROW LEVEL
SECURITY` then publishes its table, and so does a table that somebody makes by hand.

```sql
CREATE ROLE anon NOLOGIN;
ALTER DEFAULT PRIVILEGES IN SCHEMA public -- want "every new table of the schema public"
  GRANT SELECT ON TABLES TO anon;
```

```sql
CREATE ROLE anon NOLOGIN;
CREATE TABLE news (id int PRIMARY KEY, title text NOT NULL);
ALTER TABLE news ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON news FOR SELECT TO anon USING (true);
GRANT SELECT ON news TO anon;
```

Source: https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
        https://supabase.com/docs/guides/database/data-api
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Security, rule
from crowsfoot.link.security.exposure import ROWS
from crowsfoot.link.security.principals import LOW_TRUST
from crowsfoot.link.security.words import listed


@rule(over=Security, since="0.2")
def check(security: Security) -> Iterator[Finding]:
    exposure = security.exposure
    found = [
        (schema, it)
        for kind, schema, it in exposure.privileges.defaults
        if kind == "table" and it.name in ROWS and it.grantee in LOW_TRUST and it.span is not None
    ]
    found = [(schema, it) for schema, it in found if not schema or exposure.serves(schema)]
    if not found:
        return
    spans = sorted({it.span for _, it in found if it.span is not None})
    roles = sorted({"PUBLIC" if it.grantee == "public" else it.grantee for _, it in found})
    schemas = sorted({schema for schema, _ in found})
    where = f" of the schema {listed(schemas)}" if all(schemas) else ""
    revoke = f" IN SCHEMA {schemas[0]}" if schemas[0] else ""
    yield Finding(
        spans[0],
        f"every new table{where} is open to {listed(roles)} until its row-level security is on; ALTER "
        f"DEFAULT PRIVILEGES{revoke} REVOKE ALL ON TABLES FROM {', '.join(roles)}, and grant each table by "
        "itself",
        subject=", ".join(schemas) or str(security),
        related=tuple(Related(it, "granted here, too") for it in spans[1:4]),
        confidence=Confidence.LIKELY,
    )
