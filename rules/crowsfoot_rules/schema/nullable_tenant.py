"""A row may belong to no tenant.

Where the tenant column is optional, a row without it is seen by nobody, or, with a filter that is left out
when there is no value, by everybody. A forgotten tenant is then accepted instead of refused.

```prisma
model Workspace {
  id       Int       @id
  projects Project[]
  tasks    Task[]
  files    File[]
  comments Comment[]
  tags     Tag[]
}

model Project {
  id          Int       @id
  workspaceId Int
  workspace   Workspace @relation(fields: [workspaceId], references: [id])
}

model Task {
  id          Int       @id
  workspaceId Int
  workspace   Workspace @relation(fields: [workspaceId], references: [id])
}

model File {
  id          Int       @id
  workspaceId Int
  workspace   Workspace @relation(fields: [workspaceId], references: [id])
}

model Comment {
  id          Int       @id
  workspaceId Int
  workspace   Workspace @relation(fields: [workspaceId], references: [id])
}

model Tag {
  id          Int        @id
  workspaceId Int?
//^^^^^^^^^^^ want "Tag.workspaceId is optional"
  workspace   Workspace? @relation(fields: [workspaceId], references: [id])
}
```

Make the column required. Rows that all tenants share are better kept in a table of their own, or marked as
such:

```prisma
model Workspace {
  id   Int   @id
  tags Tag[]
}

model Tag {
  id          Int       @id
  workspaceId Int
  workspace   Workspace @relation(fields: [workspaceId], references: [id])
}
```

The tenant column is what `tenant-column` in the configuration names. Without it, it is a required column
such as tenantId or workspaceId that more than half of the tables have, four at least, and that refers to
one table.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Multi_Tenant_Security_Cheat_Sheet.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Table, rule


@rule(over=Table, since="0.1", default=False)
def check(table: Table) -> Iterator[Finding]:
    tenancy = table.database.tenancy
    column = table.columns.get(tenancy.name) if tenancy else None
    if tenancy is None or column is None or not column.nullable or table.kind != "table" or table.ignored:
        return
    yield Finding(
        column.name_span,
        f"{column} is optional, so a row can belong to no {tenancy.target or 'tenant'}; make it required",
        subject=str(column),
        confidence=Confidence.LIKELY,
    )
