"""A trigger works with the rights of its owner on rows of all tenants.

A trigger function that is `SECURITY DEFINER` passes by the policies of the tables that it reads and changes,
for whichever tenant's row has set it off. What it copies from there, or counts there, is not of one tenant
alone.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, number int);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE FUNCTION number_it() RETURNS trigger -- want "number_it() reads invoice"
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS $$ BEGIN
    NEW.number := (SELECT count(*) FROM public.invoice);
    RETURN NEW;
  END $$;
CREATE TRIGGER number_it BEFORE INSERT ON invoice FOR EACH ROW EXECUTE FUNCTION number_it();
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, number int);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE FUNCTION number_it() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS $$ BEGIN
    NEW.number := (SELECT count(*) FROM public.invoice WHERE org_id = NEW.org_id);
    RETURN NEW;
  END $$;
CREATE TRIGGER number_it BEFORE INSERT ON invoice FOR EACH ROW EXECUTE FUNCTION number_it();
```

A function whose query names the column by which the table's policies keep tenants apart is not reported. The
rule is off by default: often that is just why such a function is `SECURITY DEFINER`.

Source: https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredFunction, Severity, rule
from crowsfoot.link.security.functions import reads_past
from crowsfoot.link.security.words import listed


@rule(over=SecuredFunction, since="0.2", severity=Severity.NOTE, default=False)
def check(function: SecuredFunction) -> Iterator[Finding]:
    held, security = function.function, function.security
    if not held.security_definer or held.returns != "trigger":
        return
    used = any(it.function == held.name for table in security.tables for it in table.table.triggers.values())
    tables = reads_past(function) if used else ()
    if tables:
        policies = [it for table in tables for it in table.policies]
        yield Finding(
            function.span,
            f"{function} reads {listed(tables)} with the rights of its owner, and so rows of all tenants, "
            "for whichever of them has set the trigger off; let its query name the tenant of NEW",
            subject=str(function),
            related=tuple(Related(it.span, "this policy does not count in it") for it in policies[:3]),
            confidence=security.sure(Confidence.LIKELY),
        )
