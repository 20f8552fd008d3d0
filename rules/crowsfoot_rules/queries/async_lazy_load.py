"""A relation that was not loaded is read from a row of an asynchronous session of SQLAlchemy.

An attribute cannot be awaited, so the session cannot ask the database then: it raises `MissingGreenlet`.

```py
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship()

async def names(session: AsyncSession):
    books = await session.scalars(select(Book))
    return [book.author.name for book in books]  # want "raises MissingGreenlet"
```

Load it with the rows:

```py
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

class Base(DeclarativeBase):
    pass

class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship()

async def names(session: AsyncSession):
    books = await session.scalars(select(Book).options(selectinload(Book.author)))
    return [book.author.name for book in books]
```

Source: https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession
"""

from collections.abc import Iterator

from crowsfoot import Access, Confidence, Finding, rule


@rule(over=Access, since="0.1")
def check(access: Access) -> Iterator[Finding]:
    query = access.query
    if query.fails:
        is_likely = query.likely and access.role == "application"
        load = f"; load it with the rows: {query.instead}" if query.instead else ""
        yield Finding(
            access.span,
            f"`{query.api}` is not loaded, and to read it from an asynchronous session raises "
            f"MissingGreenlet{load}",
            subject=f"{access.function or 'module'}: {query.api}",
            confidence=Confidence.LIKELY if is_likely else Confidence.POSSIBLE,
        )
