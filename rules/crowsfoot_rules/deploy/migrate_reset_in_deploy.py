"""A deploy runs prisma migrate reset, which deletes all data.

`migrate reset` drops the database or its schema, and makes everything anew.

```dockerfile
FROM node:22
CMD npx prisma migrate reset --force && node server.js
#       ^^^^^^^^^^^^^^^^^^^^ want "deletes all data"
```

```dockerfile
FROM node:22
CMD npx prisma migrate deploy && node server.js
```

Databases that pass, those of tests, previews and developers, may be reset.

Source: https://www.prisma.io/docs/orm/reference/prisma-cli-reference#migrate-reset
"""

from collections.abc import Iterator

from crowsfoot import Command, Confidence, Finding, Severity, rule


@rule(over=Command, since="0.2", severity=Severity.ERROR)
def check(command: Command) -> Iterator[Finding]:
    if command.name == "migrate reset" and command.runs:
        yield Finding(
            command.name_span,
            f"{command.runs[0]}, {command} deletes all data; run prisma migrate deploy",
            subject=str(command),
            related=command.callers,
            confidence=Confidence.LIKELY,
        )
