"""A deploy runs prisma migrate dev, which is made for the database of a developer.

`migrate dev` compares the database with its migrations, and resets it where the two differ. It asks before,
and where nobody can answer it stops: the deploy fails on the day on which it matters. It also writes new
migrations, which end with the container.

```yaml
# .github/workflows/release.yml
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      DATABASE_URL: ${{ secrets.DATABASE_URL }}
    steps:
      - run: npx prisma migrate dev
#                ^^^^^^^^^^^^^^^^^^ want "in the job deploy, prisma migrate dev"
```

`migrate deploy` applies what is there, and nothing else:

```yaml
# .github/workflows/release.yml
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      DATABASE_URL: ${{ secrets.DATABASE_URL }}
    steps:
      - run: npx prisma migrate deploy
```

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production
Source: https://www.prisma.io/docs/orm/reference/prisma-cli-reference#migrate-dev
"""

from collections.abc import Iterator

from crowsfoot import Command, Confidence, Finding, Severity, rule


@rule(over=Command, since="0.2", severity=Severity.ERROR)
def check(command: Command) -> Iterator[Finding]:
    if command.name == "migrate dev" and command.runs:
        yield Finding(
            command.name_span,
            f"{command.runs[0]}, {command} wants to reset a database that differs from its migrations, and "
            "stops where nobody can answer; run prisma migrate deploy",
            subject=str(command),
            related=command.callers,
            confidence=Confidence.LIKELY,
        )
