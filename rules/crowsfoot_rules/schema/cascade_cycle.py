"""Referential actions go round in a circle.

Each table of the circle passes deletes or updates on to the next. SQL Server refuses to create such a
constraint (error 1785), and Prisma refuses the schema there, on MongoDB, and wherever it emulates foreign
keys (`relationMode = "prisma"`): the emulation would never come to an end.

```prisma
datasource db {
  provider = "sqlserver"
}

model Node {
  id    Int    @id
  upId  Int?
  up    Node?  @relation("tree", fields: [upId], references: [id])
//^^ want "Node.up passes changes of Node on to itself"
  nodes Node[] @relation("tree")
}
```

Say at one of the relations of the circle that nothing is passed on:

```prisma
datasource db {
  provider = "sqlserver"
}

model Node {
  id    Int    @id
  upId  Int?
  up    Node?  @relation("tree", fields: [upId], references: [id], onDelete: NoAction, onUpdate: NoAction)
  nodes Node[] @relation("tree")
}
```

On other databases a circle is allowed, and in a tree it is meant. With `everywhere = true` a circle of
`onDelete: Cascade` through two or more tables is reported there as well: deleting one row may delete all
that is joined to it in either direction.

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/referential-actions/special-rules-for-referential-actions
"""

from collections.abc import Iterator

from crowsfoot import Database, Finding, ForeignKey, Related, Severity, rule
from crowsfoot.databases.foreign_keys import passes_changes_on, refuses_cascade_cycles
from crowsfoot.databases.providers import RELATIONAL
from crowsfoot.link.circles import circles


@rule(over=Database, since="0.1", severity=Severity.ERROR)
def check(database: Database, *, everywhere: bool = False) -> Iterator[Finding]:
    keys = [fk for fk in database.foreign_keys() if fk.table.kind == "table"]
    if refuses_cascade_cycles(database):
        who = "SQL Server" if database.provider == "sqlserver" and keys and keys[0].enforced else "Prisma"
        effect = f"which {who} refuses; set onDelete and onUpdate to {_nothing(database)}"
        keys = [fk for fk in keys if passes_changes_on(fk)]
        for fk in keys:
            if fk.target is fk.table:
                yield Finding(
                    fk.name_span,
                    f"{_name(fk)} passes changes of {fk.table} on to itself, {effect}",
                    subject=str(fk),
                )
    elif everywhere and database.provider in RELATIONAL:
        effect = "so that one delete goes all the way round; set onDelete to Restrict at one of them"
        keys = [fk for fk in keys if fk.on_delete == "Cascade"]
    else:
        return
    for circle in circles(database, keys):
        first, *others = circle
        path = " -> ".join(map(_name, circle))
        yield Finding(
            first.name_span,
            f"changes go round in a circle, {path} -> {first.table}, {effect}",
            subject=str(first),
            related=tuple(
                Related(fk.name_span, f"changes of {fk.target} reach {fk.table} here") for fk in others
            ),
        )


def _nothing(database: Database) -> str:
    # Prisma's emulation on PostgreSQL and SQLite knows Restrict, but not NoAction (engines 5.22 to 7.10).
    emulated = database.relation_mode == "prisma" and database.provider in ("postgresql", "sqlite")
    return "Restrict" if emulated else "NoAction"


def _name(fk: ForeignKey) -> str:
    return str(fk.relation.owner) if fk.relation else str(fk)
