"""A deploy runs prisma db push, past the migrations that the project keeps.

`db push` makes the database like the schema, without a migration. What it has made once, the next migration
wants to make again, and `migrate deploy` stops there with "already exists". It also takes a renamed column
for one to drop and one to add, and nobody reads its SQL before it runs.

```dockerfile
FROM node:22
CMD ["sh", "-c", "npx prisma db push && node server.js"]
#                     ^^^^^^^^^^^^^^ want "when the container starts, prisma db push"
```

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```

Apply the migrations instead:

```dockerfile
FROM node:22
CMD ["sh", "-c", "npx prisma migrate deploy && node server.js"]
```

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```

Scripts of package.json, Dockerfiles, shell scripts, CI files and the files of platforms are followed from
where they begin. Databases that pass, those of tests, previews and developers, may be pushed to. A project
without migrations has chosen `db push`: that is only shown on request, as a possible finding. MongoDB has no
migrations.

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/prototyping-your-schema
Source: https://www.prisma.io/docs/orm/prisma-client/deployment/deploy-database-changes-with-prisma-migrate
"""

from collections.abc import Iterator

from crowsfoot import Command, Confidence, Finding, rule


@rule(over=Command, since="0.2")
def check(command: Command) -> Iterator[Finding]:
    database = command.database
    destructive = {"--accept-data-loss", "--force-reset"} & command.flags.keys()
    if command.name != "db push" or not command.runs or destructive:
        return
    if database and database.provider == "mongodb":
        return
    history = database.history if database else None
    if history:
        effect = f"makes changes that the migrations in {history} then fail to make"
    else:
        effect = "changes the database without a migration that somebody could read first"
    yield Finding(
        command.name_span,
        f"{command.runs[0]}, {command} {effect}; run prisma migrate deploy",
        subject=str(command),
        related=command.callers,
        confidence=Confidence.LIKELY if history else Confidence.POSSIBLE,
    )
