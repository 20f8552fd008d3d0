"""A column is named for the last change of a row, but nothing keeps it up to date.

Without `@updatedAt` Prisma writes the column once, when the row is made, and every update that forgets it
leaves a time that is wrong.

```prisma
model Article {
  id        Int      @id
  updatedAt DateTime @default(now())
//^^^^^^^^^ want "nothing keeps Article.updatedAt up to date"
}
```

```prisma
model Article {
  id        Int      @id
  updatedAt DateTime @default(now()) @updatedAt
}
```

A trigger of the database or code that sets the column by hand keep it as well, and neither can be seen in
the schema: that is why this rule is off by default.

Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference#updatedat
"""

import re
from collections.abc import Iterator

from crowsfoot import Column, Confidence, Edit, Finding, Fix, Safety, Span, rule

_NAME = r"(?i)(?:last_?)?(?:updated|modified)_?(?:at|on)|date_?(?:updated|modified)"


# What keeps it, by who declares the table; of Prisma and SQL there is no library.
_ADDED = {
    None: "@updatedAt",
    "django": "auto_now=True",
    "tortoise": "auto_now=True",
    "sqlalchemy": "onupdate=func.now()",
    "sqlmodel": 'sa_column_kwargs={"onupdate": func.now()}',
}


@rule(over=Column, since="0.1", default=False)
def check(column: Column) -> Iterator[Finding]:
    if (
        column.type != "DateTime"
        or column.updated_at
        or column.is_list
        or not re.fullmatch(_NAME, column.field)
    ):
        return
    table, default = column.table, column.default
    # A default that the database computes may be one part of what keeps the column, a trigger the other.
    by_database = default is not None and default.function not in (None, "now")
    if table.kind != "table" or table.ignored or column.ignored or by_database:
        return
    # Peewee has no such option: there it is code that does it.
    added = _ADDED.get(table.library)
    if added is None:
        return
    yield Finding(
        column.name_span,
        f"nothing keeps {column} up to date when the row changes; add {added}",
        subject=str(column),
        fix=Fix(f"Add {added}", (_edit(column),), Safety.UNSAFE) if table.append_at else None,
        confidence=Confidence.LIKELY,
    )


def _edit(column: Column) -> Edit:
    """Where prisma format puts the attribute: behind @default, and before the type of the database."""
    path, default, native = column.span.path, column.default, column.native
    if default is None and native:
        return Edit(Span(path, native.range.start, native.range.start), "@updatedAt ")
    end = default.range.end if default else column.span.end
    return Edit(Span(path, end, end), " @updatedAt")
