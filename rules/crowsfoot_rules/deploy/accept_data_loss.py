"""A deploy lets prisma db push delete data without asking.

Without `--accept-data-loss`, `db push` stops before it drops a column or a table that holds rows. With it, a
renamed field is a dropped column and an empty new one, on every start. `--force-reset` deletes everything.

```dockerfile
FROM node:22
CMD npx prisma db push --accept-data-loss && node server.js
#                      ^^^^^^^^^^^^^^^^^^ want "drops what the schema no longer has"
```

Apply migrations, which say what they drop:

```dockerfile
FROM node:22
CMD npx prisma migrate deploy && node server.js
```

Databases that pass, those of tests, previews and developers, may lose their data.

Source: https://www.prisma.io/docs/orm/reference/prisma-cli-reference#db-push
"""

from collections.abc import Iterator

from crowsfoot import Command, Confidence, Finding, Severity, rule

_EFFECTS = {
    "--force-reset": "deletes all data, and makes the tables anew",
    "--accept-data-loss": "drops what the schema no longer has, with its values, a renamed field too",
}


@rule(over=Command, since="0.2", severity=Severity.ERROR)
def check(command: Command) -> Iterator[Finding]:
    if command.name != "db push" or not command.runs:
        return
    if command.database and command.database.provider == "mongodb":
        return
    flag = next((it for it in _EFFECTS if it in command.flags), None)
    if flag:
        yield Finding(
            command.flags[flag],
            f"{command.runs[0]}, {flag} {_EFFECTS[flag]}; run prisma migrate deploy",
            subject=str(command),
            related=command.callers,
            confidence=Confidence.LIKELY,
        )
