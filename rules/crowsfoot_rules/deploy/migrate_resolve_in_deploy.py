"""Every deploy runs prisma migrate resolve, which is meant to be run once and by hand.

`migrate resolve` changes the record and not the database. Left in a script, it calls a migration applied that
has never run, or forgets that it failed half way: what the tables look like then is known to nobody.

```sh
# docker-entrypoint.sh
npx prisma migrate resolve --rolled-back 20240501093000_add_orders || true
#   ^^^^^^^^^^^^^^^^^^^^^^ want "the record of 20240501093000_add_orders"
npx prisma migrate deploy
exec node server.js
```

```dockerfile
FROM node:22
ENTRYPOINT ["./docker-entrypoint.sh"]
```

Run it by hand where a migration has failed, and let the deploy apply migrations only:

```sh
# docker-entrypoint.sh
npx prisma migrate deploy
exec node server.js
```

```dockerfile
FROM node:22
ENTRYPOINT ["./docker-entrypoint.sh"]
```

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/patching-and-hotfixing
"""

from collections.abc import Iterator

from crowsfoot import Command, Confidence, Finding, rule


@rule(over=Command, since="0.2")
def check(command: Command) -> Iterator[Finding]:
    if command.name == "migrate resolve" and command.runs:
        names = [it.text for it in command.words[2:] if not it.text.startswith("-")]
        of = f"the record of {names[0]}" if names and "$" not in names[0] else "the record of a migration"
        yield Finding(
            command.name_span,
            f"{command.runs[0]}, {command} changes {of} whatever has become of it; run it once, by hand",
            subject=str(command),
            related=command.callers,
            confidence=Confidence.LIKELY,
        )
