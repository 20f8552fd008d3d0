"""A body in dollar quotes is cut at its semicolons when migrations run through a driver adapter.

With `engine: "js"`, Prisma's schema engine hands the file to the adapter, and `@prisma/adapter-pg` cuts it
at every semicolon, those in a `DO` block or a function among them (measured with Prisma 7.3 to 7.8).
PostgreSQL then finds an "unterminated dollar-quoted string", and what came before stays applied.

```ts
import { defineConfig } from "prisma/config";
export default defineConfig({ engine: "js", schema: "schema.prisma", adapter: async () => adapter });
```
```sql
CREATE FUNCTION one() RETURNS INTEGER LANGUAGE plpgsql AS $$ -- want "is cut at its semicolons"
BEGIN
  RETURN 1;
END $$;
```

The classic engine keeps the file whole; so does a body without a semicolon:

```ts
import { defineConfig } from "prisma/config";
export default defineConfig({ engine: "js", schema: "schema.prisma", adapter: async () => adapter });
```
```sql
CREATE FUNCTION one() RETURNS INTEGER LANGUAGE sql AS $$ SELECT 1 $$;
```

Source: https://github.com/prisma/prisma/blob/main/packages/adapter-pg/src/pg.ts
"""

from collections.abc import Iterator

from crowsfoot import Finding, Severity, Step, rule
from crowsfoot.facts.sql import Block, CreateFunction


@rule(over=Step, about=(CreateFunction, Block), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.transport != "adapter":
        return
    for change in step.does:
        cut = isinstance(change, CreateFunction) and ";" in change.body_text
        if cut or isinstance(change, Block):
            what = "this function" if isinstance(change, CreateFunction) else "this block"
            yield Finding(
                step.span,
                f"{what} is cut at its semicolons by the driver adapter, so that the migration fails; "
                "migrate with the classic engine",
                subject=step.migration.name,
            )
