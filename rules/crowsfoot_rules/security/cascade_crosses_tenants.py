"""Deleting a row of one tenant deletes or changes rows of others, whatever their policies say.

Foreign keys do not hear policies. Where the key does not hold the tenant, a row may refer to one of another
tenant, and when that one is deleted, `ON DELETE CASCADE` takes it along.

```sql
CREATE TABLE org (id int PRIMARY KEY);
CREATE TABLE project (id int PRIMARY KEY, org_id int NOT NULL REFERENCES org);
CREATE TABLE task (
  id int PRIMARY KEY,
  org_id int NOT NULL REFERENCES org,
  project_id int NOT NULL REFERENCES project ON DELETE CASCADE -- want "deleting a row of project"
);
CREATE TABLE note (id int PRIMARY KEY, org_id int NOT NULL REFERENCES org);
ALTER TABLE project ENABLE ROW LEVEL SECURITY;
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON project USING (org_id = current_setting('app.org')::int);
CREATE POLICY own ON task USING (org_id = current_setting('app.org')::int);
CREATE POLICY own ON note USING (org_id = current_setting('app.org')::int);
```

Let the key hold the tenant as well, so that it refuses such a row:

```sql
CREATE TABLE org (id int PRIMARY KEY);
CREATE TABLE project (id int PRIMARY KEY, org_id int NOT NULL REFERENCES org, UNIQUE (org_id, id));
CREATE TABLE task (
  id int PRIMARY KEY,
  org_id int NOT NULL REFERENCES org,
  project_id int NOT NULL,
  FOREIGN KEY (org_id, project_id) REFERENCES project (org_id, id) ON DELETE CASCADE
);
CREATE TABLE note (id int PRIMARY KEY, org_id int NOT NULL REFERENCES org);
ALTER TABLE project ENABLE ROW LEVEL SECURITY;
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON project USING (org_id = current_setting('app.org')::int);
CREATE POLICY own ON task USING (org_id = current_setting('app.org')::int);
CREATE POLICY own ON note USING (org_id = current_setting('app.org')::int);
```

How the tenant column is found: see `nullable-tenant`. Where the schema does not tell, it is the column that
policies of most tables compare with a setting, a claim, or what a function or SELECT finds.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator
from typing import Final

from crowsfoot import Confidence, Finding, Fix, Related, Safety, SecuredTable, rule
from crowsfoot.databases.safe_ddl_text import listed, quoted
from crowsfoot.link.catalog.model import ForeignKey

_DOES: Final = {"CASCADE": "deletes", "SET NULL": "clears", "SET DEFAULT": "resets"}


@rule(over=SecuredTable, since="0.2", default=False)
def check(table: SecuredTable) -> Iterator[Finding]:
    ours = table.tenant
    if ours is None or not table.enabled or not table.policies:
        return
    for fk in table.table.foreign_keys.values():
        target = table.security.table(fk.target)
        theirs = target.tenant if target is not None else None
        does = _DOES.get(fk.on_delete)
        if target is None or theirs is None or does is None or not target.enabled or not fk.enforced:
            continue
        pairs = list(zip(fk.columns, fk.target_columns, strict=False))
        if (ours.name, theirs.name) in pairs or ours.name in fk.columns:
            continue
        what = f"rows of {table}" if does == "deletes" else f"{', '.join(fk.columns)} of {table}"
        yield Finding(
            fk.span,
            f"deleting a row of {target} {does} {what} of other tenants past their policies, as the foreign "
            f"key does not hold {ours.name}; refer to ({theirs.name}, {', '.join(fk.target_columns)})",
            subject=f"{table}({', '.join(fk.columns)})",
            related=(Related(theirs.span, f"this says whose row of {target} it is"),),
            fix=Fix(
                "let the key hold the tenant",
                (),
                Safety.MANUAL,
                _key(table, fk, ours.name, target, theirs.name),
            ),
            confidence=Confidence.LIKELY,
        )


def _key(table: SecuredTable, fk: ForeignKey, ours: str, target: SecuredTable, theirs: str) -> str:
    columns = listed((ours, *fk.columns))
    targets = listed((theirs, *fk.target_columns))
    # From PostgreSQL 15 on; without the columns it would clear the tenant as well.
    action = fk.on_delete if fk.on_delete == "CASCADE" else f"{fk.on_delete} ({listed(fk.columns)})"
    return (
        f"ALTER TABLE {_name(target)} ADD UNIQUE ({targets});\n"
        f"ALTER TABLE {_name(table)} DROP CONSTRAINT {quoted(fk.name)},\n"
        f"  ADD CONSTRAINT {quoted(fk.name)} FOREIGN KEY ({columns})\n"
        f"  REFERENCES {_name(target)} ({targets}) ON DELETE {action};\n"
    )


def _name(table: SecuredTable) -> str:
    return f"{quoted(table.table.schema)}.{quoted(table.table.name)}"
