"""A query finds rows by columns that no index starts with.

The database then reads the whole table for each such query, and takes longer with every row that is added.

```py
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[str]
    text: Mapped[str]

def messages(session: Session, channel: str):
    query = select(Message).where(Message.channel_id == channel)
    return session.scalars(query).all() # want "no index starts with channel_id"
```

```py
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    text: Mapped[str]

def messages(session: Session, channel: str):
    query = select(Message).where(Message.channel_id == channel)
    return session.scalars(query).all()
```

Columns with few values (booleans, enums) are not looked at, nor are queries that come through a relation. A
column that is no id, key, token or name of something may have few values, too: such a finding is `possible`.
Foreign keys without an index are told by `unindexed-foreign-key`.

Source: https://www.postgresql.org/docs/current/indexes-multicolumn.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Queried, Related, Table, rule
from crowsfoot.databases.index_advice import Advice, missing, proposed
from crowsfoot.databases.index_writing import declaration, fix
from crowsfoot.databases.indexes import Cover, best_cover
from crowsfoot.databases.selectivity import tells_apart


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    table = queried.table
    if table.kind != "table" or not table.complete or table.database.provider == "mongodb":
        return
    for advice in missing(table, queried.shapes):
        if _is_bare_key(table, advice):
            continue
        places = [place for shape in advice.shapes for place in shape.places]
        index = proposed(advice)
        names = ", ".join(column.field for column in advice.columns)
        sure = all(it.likely for it in places) and any(map(tells_apart, advice.columns))
        more = f", and {len(places) - 1} more like it" if len(places) > 1 else ""
        yield Finding(
            places[0].span,
            f"`{places[0].said}`{more} reads all of {table}, as no index starts with {names}; "
            f"add {declaration(index)}",
            subject=f"{table}({names})",
            related=(
                Related(table.name_span, f"{table} has no such index"),
                *(Related(it.span, f"this query needs it, too: `{it.said}`") for it in places[1:6]),
            ),
            fix=fix(index),
            confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        )


def _is_bare_key(table: Table, advice: Advice) -> bool:
    """Whether these are columns of a foreign key without an index, which another rule tells of."""
    return any(
        set(fk.columns) & set(advice.columns) and best_cover(fk)[0] is Cover.NONE for fk in table.foreign_keys
    )
