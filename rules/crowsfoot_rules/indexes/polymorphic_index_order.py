"""The type of a polymorphic reference is indexed without its id.

A pair like `commentableType` and `commentableId` refers to rows of several tables. All lookups give both. An
index with only the type in front finds every comment on any post, and reads them all to find those of one.

```prisma
model Comment {
  id              Int      @id
  commentableType String
  commentableId   Int
  createdAt       DateTime

  @@index([commentableType, createdAt])
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "no index starts with commentableType and commentableId"
}
```

```prisma
model Comment {
  id              Int      @id
  commentableType String
  commentableId   Int
  createdAt       DateTime

  @@index([commentableType, commentableId, createdAt])
}
```

Which of the two comes first makes no difference to lookups that give both.
The pair is known by its names only, so the rule is off by default.

Source: https://www.postgresql.org/docs/current/indexes-multicolumn.html
"""

from collections.abc import Iterator

from crowsfoot import Column, Confidence, Finding, Fix, Index, Related, Severity, rule


@rule(over=Index, since="0.1", severity=Severity.NOTE, default=False)
def check(index: Index) -> Iterator[Finding]:
    table = index.table
    kind = index.keys[0].column if index.keys else None
    id = _id_beside(kind) if kind else None
    if kind is None or id is None or index.unique or not table.complete:
        return
    leading = [[key.column for key in it.keys[:2]] for it in table.indexes if it.method in ("btree", "hash")]
    if any(it[:1] == [id] or (kind in it and id in it) for it in leading):
        return
    yield Finding(
        index.span,
        f"no index starts with {kind.field} and {id.field}, so finding the {table} rows of one object "
        f"reads all of its type; put {id.field} behind {kind.field} in {index.declaration}",
        subject=str(index),
        related=(Related(id.name_span, "not at the start of any index"),),
        fix=_fix(index, id),
        confidence=Confidence.LIKELY,
    )


def _fix(index: Index, id: Column) -> Fix | None:
    first, *others = map(str, index.keys)
    edit = index.with_keys([first, id.field, *(it for it in others if it != id.field)])
    return Fix(f"Put {id.field} behind {first}", (edit,)) if edit else None


def _id_beside(kind: Column) -> Column | None:
    """commentableId for commentableType, where neither is part of a foreign key."""
    for ending, other in (("Type", "Id"), ("_type", "_id")):
        stem = kind.field.removesuffix(ending)
        id = kind.table.columns.get(stem + other)
        # spanType of a Span is its own type.
        own = stem.lower() in kind.table.model.lower()
        if stem not in ("", kind.field) and not own and id and (kind.type == "String" or kind.enum):
            in_key = any(it in fk.columns for fk in kind.table.foreign_keys for it in (kind, id))
            return None if in_key else id
    return None
