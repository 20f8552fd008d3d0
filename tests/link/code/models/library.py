"""Models in every way that SQLAlchemy makes a table, or none."""

import enum
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Optional

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    desc,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    declared_attr,
    deferred,
    mapped_column,
    relationship,
    synonym,
)
from sqlalchemy.types import TypeDecorator

intpk = Annotated[int, mapped_column(primary_key=True)]
code = Annotated[str, mapped_column(String(12), index=True)]


class Base(DeclarativeBase):
    type_annotation_map = {str: String(100), datetime: DateTime(timezone=True)}  # noqa: RUF012


class Genre(enum.Enum):
    NOVEL = "novel"
    POEM = "poem"


class Lower(TypeDecorator[str]):
    impl = String(30)
    cache_ok = True


class Stamped:
    created: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    changed: Mapped[datetime | None] = mapped_column(onupdate=func.now())

    @declared_attr
    def editor_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("person.id", ondelete="SET NULL", onupdate="CASCADE"))


class Keyed(Base):
    __abstract__ = True

    id: Mapped[intpk]


class Person(Keyed):
    __tablename__ = "person"

    name: Mapped[str]
    mail: Mapped[str] = mapped_column(String(254), unique=True)
    nick: Mapped[Optional[str]] = mapped_column(unique=True, index=True)
    kind: Mapped[str] = mapped_column(String(20))
    books: Mapped[list["Book"]] = relationship(back_populates="author")

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012


class Member(Person):
    """Its rows are in the table of its parent."""

    number: Mapped[int | None] = mapped_column(index=True)

    __mapper_args__ = {"polymorphic_identity": "member"}  # noqa: RUF012


class Writer(Person):
    """Its rows are in two tables."""

    __tablename__ = "writer"

    id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    prize: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"polymorphic_identity": "writer"}  # noqa: RUF012


class Book(Stamped, Keyed):
    __tablename__ = "book"
    __table_args__ = (
        UniqueConstraint("author_id", "title", name="book_once"),
        Index("book_by_shelf", "shelf", "row"),
        Index("book_title_lower", func.lower(text("title"))),
        Index("book_by_title", "shelf", text("title DESC"), literal_column("row ASC")),
        Index("book_live", "title", postgresql_where=text("gone IS NULL"), sqlite_where=text("gone IS NULL")),
        ForeignKeyConstraint(["shelf", "row"], ["place.shelf", "place.row_number"], ondelete="CASCADE"),
        CheckConstraint("pages > 0"),
        {"comment": "what can be lent"},
    )

    title: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    shelf: Mapped[int]
    row: Mapped[int] = mapped_column("row")
    pages: Mapped[int | None] = mapped_column(SmallInteger)
    genre: Mapped[Genre]
    state: Mapped[str] = mapped_column(Enum("in", "out", name="book_state"))
    code: Mapped[code]
    weight: Mapped[float]
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    day: Mapped[date]
    at: Mapped[time]
    lasts: Mapped[timedelta]
    cover: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    gone: Mapped[datetime | None]
    low: Mapped[str] = mapped_column(Lower, nullable=True)
    flag: Mapped[bool] = mapped_column(server_default=text("false"))
    same = synonym("title")

    author: Mapped[Person] = relationship(back_populates="books", foreign_keys=[author_id])


class Place(Base):
    __tablename__ = "place"

    shelf = Column(Integer, primary_key=True)
    row = Column("row_number", Integer, primary_key=True)
    name = Column(String)
    wide = Column(BigInteger, nullable=False, default=0)
    open = Column(Boolean)
    score = Column(Float)
    above_shelf = Column(Integer)
    above_row = Column(Integer)
    token = Column(Uuid, unique=True)

    @declared_attr.directive
    def __table_args__(cls):
        return (
            ForeignKeyConstraint([cls.above_shelf, cls.above_row], [cls.shelf, cls.row]),
            Index("place_by_name", cls.name.desc(), cls.wide),
        )


class Loan(Base):
    __tablename__ = "loan"
    __table_args__ = (PrimaryKeyConstraint("book_id", "person_id"),)

    book_id = Column(ForeignKey("book.id"))
    person_id = Column(Integer, ForeignKey("person.id"), index=True)
    since = Column(DateTime, nullable=False)


class Numbered:
    number: Mapped[int] = mapped_column(primary_key=True)


class Visit(Numbered, Keyed):
    """Its key begins with its own columns."""

    __tablename__ = "visit"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"), primary_key=True)


class Ticket(Base):
    __tablename__ = "a_ticket_with_a_name_that_is_as_long_as_can_be_in_this_database"

    number = Column(BigInteger, Identity(), primary_key=True)
    a_column_that_is_also_long = Column(Integer, index=True)
    same_key = Column(Integer, unique=True)
    owner = Column(ForeignKey("person.id"), unique=True)


class Game(Base):
    """Its indexes are written with the columns that stand above them."""

    __tablename__ = "game"

    id = Column(Integer, primary_key=True)
    owner = Column("own_er", String(20))
    score: Mapped[int | None] = mapped_column()
    over: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        Index("game_best", owner, desc(score)),
        Index("game_worst", score.asc(), over.desc()),
        Index("game_open", owner, postgresql_where=over.is_(None), sqlite_where=over.is_(None)),
        Index("game_nil", over, postgresql_where=and_(over.is_(None), score == 0), postgresql_include=[score]),
        UniqueConstraint(owner, score),
    )


book_tag = Table(
    "book_tag",
    Base.metadata,
    Column("book_id", ForeignKey("book.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(20), primary_key=True),
    Column("weight", Integer, nullable=False, index=True),
    Column("words", JSON),
    UniqueConstraint("tag", "book_id"),
)

Index("person_late", Person.name, Person.kind.desc())
