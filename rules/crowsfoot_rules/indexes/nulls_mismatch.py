"""A query says where NULL is to come, and the index has it at the other end.

On PostgreSQL, NULL comes first in descending order, and so it does in an index. `ORDER BY score DESC NULLS
LAST` is another order: all rows are sorted to return the first few (measured on PostgreSQL 15: 835 blocks and
a sort, against 23).

```py
import psycopg
from sqlalchemy import Index, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Answer(Base):
    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int]
    score: Mapped[int | None] = mapped_column()
    __table_args__ = (Index("best", "question_id", "score"),) # want "rows without score"

def best(session: Session, question: int):
    wanted = select(Answer).where(Answer.question_id == question)
    return session.scalars(wanted.order_by(Answer.score.desc().nulls_last()).limit(10)).all()
```

Say the same in the index:

```py
import psycopg
from sqlalchemy import Index, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Answer(Base):
    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int]
    score: Mapped[int | None] = mapped_column()
    __table_args__ = (Index("best", "question_id", score.desc().nulls_last()),)

def best(session: Session, question: int):
    wanted = select(Answer).where(Answer.question_id == question)
    return session.scalars(wanted.order_by(Answer.score.desc().nulls_last()).limit(10)).all()
```

Where the column is never null the words cost as much and change nothing: leave them out of the query. A
Prisma schema has no words for it, so that the index has to be made in a migration. Only queries with a
limit are looked at.

Source: https://www.postgresql.org/docs/current/indexes-ordering.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Queried, rule
from crowsfoot.databases.sort_findings import of_index, queries, sorted_by
from crowsfoot.databases.sort_service import Fault, verdicts
from crowsfoot.prose import series


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    nullable = {column.name for column in queried.table.columns.values() if column.nullable}
    for it in verdicts(queried):
        if it.fault is Fault.NULLS and it.index is not None:
            never = not any(key.column in nullable for key in it.shapes[0].asked.order)
            yield of_index(
                it,
                f"{queries(it)} must sort all that it finds, as rows without {series(sorted_by(it), 'or')} "
                f"are wanted at the other end than {it.index.declaration} has them",
                "do not say where they come, as there are none" if never else "",
            )
