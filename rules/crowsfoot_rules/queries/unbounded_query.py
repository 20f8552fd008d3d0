"""A request is answered with all rows of a table, however many there are.

It is fast while the table is small. One day the answer is too large for the process, and for whoever asked.

```py
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()

class Base(DeclarativeBase):
    pass

class Event(Base):
    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)

@app.get("/events")
def events(session: Session):
    return session.scalars(select(Event)).all()  # want "all rows of the table"
```

```py
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()

class Base(DeclarativeBase):
    pass

class Event(Base):
    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)

@app.get("/events")
def events(session: Session, after: int = 0):
    return session.scalars(select(Event).where(Event.id > after).order_by(Event.id).limit(100)).all()
```

It is off by default: nobody but you knows which tables stay small. Only functions that a decorator makes an
endpoint are looked at (`@app.get`, `@app.route`, `@api_view`), and lists of Django REST framework and Django
that no page cuts.

Source: https://www.postgresql.org/docs/current/queries-limit.html
"""

from collections.abc import Iterator

from crowsfoot import Access, Confidence, Finding, rule


@rule(over=Access, since="0.1", default=False)
def check(access: Access) -> Iterator[Finding]:
    query = access.query
    compared = query.equal or query.among or query.ranges or query.null or query.others
    narrowed = query.limit or compared or not query.whole
    rows = query.operation == "select" and query.cause == "call" and query.many and query.table is not None
    if access.serves and rows and not narrowed and not access.of_rows.counted and not access.of_rows.tested:
        sure = query.likely and access.role == "application"
        yield Finding(
            access.span,
            f"`{query.api}` answers a request with all rows of the table {query.table}; give it a limit",
            subject=f"{access.function or 'module'}: {query.api}",
            confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        )
