"""A password stands in the schema or in prisma.config.ts, where everyone with the repository reads it.

It stays in the history of the repository when the line is gone. Databases of the own machine and passwords
that are plainly none ("password", "<your-password>") are left alone. The password itself is never shown.

```prisma
datasource db {
  provider = "mysql"
  url      = "mysql://shop:tr0ub4dor@db.shop-prod.net/shop"
//           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "the password of shop at db.shop-prod.net"
}
```

Read it from the environment, and change the password, which is known now:

```prisma
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
```

Source: https://www.prisma.io/docs/orm/reference/connection-urls
Source: https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Project, Severity, rule
from crowsfoot.databases.connections import secret


@rule(over=Project, since="0.1", severity=Severity.ERROR)
def check(project: Project) -> Iterator[Finding]:
    for file in project.files:
        for url in file.literal_urls:
            found = secret(url.text)
            if found:
                yield Finding(
                    url.span,
                    f"{found} stands in {file} for all who read the repository; "
                    f"change it, and read {url.key} from the environment",
                    subject=url.key,
                    confidence=Confidence.LIKELY,
                )
