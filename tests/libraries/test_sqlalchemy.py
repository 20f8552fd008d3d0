"""What SQLAlchemy sends is found in every way that programs write it, and nothing else is.

What a row loads for itself is counted on SQLAlchemy 2.1 in test_sqlalchemy_measured.py.
"""

import pytest

from .sending import marked, sent

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, func, insert, select, text, update
from sqlalchemy.orm import (DeclarativeBase, Mapped, Session, declarative_base, declared_attr, joinedload,
    mapped_column, relationship, selectinload, sessionmaker)

class Base(DeclarativeBase):
    pass

class Band(Base):
    __tablename__ = "band"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    songs: Mapped[list["Song"]] = relationship(back_populates="band")

class Song(Base):
    __tablename__ = "song"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    band_id: Mapped[int] = mapped_column(ForeignKey("band.id"))
    band: Mapped["Band"] = relationship(back_populates="songs")
"""


def repeats(code: str, models: str = MODELS) -> set[int]:
    """The lines of the code, counted without the models, at which something is sent once per row."""
    before = models.count("\n")
    return {line - before for line in sent(models + code).repeated}


def holds(code: str, models: str = MODELS) -> None:
    """What the code marks with "# N" is sent once per row, and nothing else."""
    assert repeats(code, models) == marked(code, "# N")


def test_declarative_base_of_1_x_is_a_base() -> None:
    holds(
        """
def f(session):
    for it in session.query(Child).all():
        it.parent.name  # N
        it.parent_id
""",
        """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import relationship
Base = declarative_base()
class Parent(Base):
    __tablename__ = "parents"
    id = Column(Integer, primary_key=True)
    name = Column(String)
class Child(Base):
    __tablename__ = "children"
    id = Column(Integer, primary_key=True)
    parent_id = Column(Integer, ForeignKey("parents.id"))
    parent = relationship("Parent", backref="children")
""",
    )


def test_a_backref_is_a_relation_of_the_other_side() -> None:
    found = sent(
        """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import backref, declarative_base, relationship
Base = declarative_base()
class Parent(Base):
    __tablename__ = "parents"
    id = Column(Integer, primary_key=True)
class Child(Base):
    __tablename__ = "children"
    id = Column(Integer, primary_key=True)
    parent_id = Column(Integer, ForeignKey("parents.id"))
    parent = relationship(Parent, backref=backref("children", lazy="dynamic"))
def f(session):
    for it in session.query(Parent):
        it.children.count()
"""
    )
    (query,) = [it.query for it in found.repeated[15]]
    assert (query.operation, query.equal) == ("count", ("parent_id",))


def test_a_mixin_gives_its_columns_and_relations_to_the_model() -> None:
    holds(
        """
def f(session: Session):
    for it in session.query(Note):
        it.author.name  # N
        it.author_id
""",
        MODELS
        + """
class Written:
    @declared_attr
    def author_id(cls):
        return Column(ForeignKey("band.id"))
    @declared_attr
    def author(cls):
        return relationship("Band")
class Note(Written, Base):
    @declared_attr.directive
    def __tablename__(cls):
        return cls.__name__.lower()
    id: Mapped[int] = mapped_column(primary_key=True)
""",
    )


def test_a_class_that_is_decorated_is_a_model() -> None:
    holds(
        """
def f(session: Session):
    for it in session.query(Item):
        it.owner.id  # N
    for it in session.query(Note):
        it.item.id  # N
""",
        """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import Session, as_declarative, declared_attr, registry, relationship
@as_declarative()
class Base:
    @declared_attr
    def __tablename__(cls) -> str:
        return cls.__name__.lower()
class User(Base):
    id = Column(Integer, primary_key=True)
class Item(Base):
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey("user.id"))
    owner = relationship("User", back_populates="items")
mapping = registry()
@mapping.mapped
class Note:
    __tablename__ = "note"
    id = Column(Integer, primary_key=True)
    item_id = Column(ForeignKey("item.id"))
    item = relationship("Item")
""",
    )


def test_a_derived_model_has_the_relations_of_its_parent() -> None:
    holds(
        """
def f(session: Session):
    for it in session.query(Duo):
        it.songs  # N
        it.gigs  # N
""",
        MODELS
        + """
class Duo(Band):
    __tablename__ = "duo"
    id: Mapped[int] = mapped_column(ForeignKey("band.id"), primary_key=True)
class Gig(Base):
    __tablename__ = "gig"
    id: Mapped[int] = mapped_column(primary_key=True)
    band_id: Mapped[int] = mapped_column(ForeignKey("band.id"))
    band: Mapped["Band"] = relationship(backref="gigs")
""",
    )


def test_the_way_to_the_parent_of_a_tree_is_the_one_with_remote_side() -> None:
    found = sent(
        MODELS
        + """
class Node(Base):
    __tablename__ = "node"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("node.id"))
    parent = relationship("Node", remote_side=[id], back_populates="children")
    children = relationship("Node", back_populates="parent")
def f(session: Session):
    for it in session.query(Node):
        it.parent
        it.children
"""
    )
    by_name = {it.query.relation: it.query for rows in found.repeated.values() for it in rows}
    assert (by_name["parent"].many, by_name["parent"].equal) == (False, ("id",))
    assert (by_name["children"].many, by_name["children"].equal) == (True, ("parent_id",))


def test_a_walk_up_a_tree_and_down_is_followed_without_end() -> None:
    holds(
        """
def down(node: Node):
    for child in node.children:  # N
        down(child)
def up(node: Node):
    names = []
    while node is not None:
        names.append(node.id)
        node = node.parent  # N
    return names
""",
        MODELS
        + """
class Node(Base):
    __tablename__ = "node"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("node.id"))
    parent = relationship("Node", remote_side=[id], backref="children")
""",
    )


@pytest.mark.parametrize(
    "session",
    [
        "def f(session: Session):\n  LOOP",
        "def f(session: 'Session'):\n  LOOP",
        "def f():\n  session = Session()\n  LOOP",
        "Local = sessionmaker()\ndef f():\n  with Local() as session:\n    LOOP",
        "Local = sessionmaker()\ndef f():\n  with Local.begin() as session:\n    LOOP",
        "from sqlalchemy.orm import scoped_session\nsession = scoped_session(sessionmaker())\ndef f():\n  LOOP",
        "class Own(Session):\n  pass\ndef f(session: Own):\n  LOOP",
        "def f(session):\n  LOOP",  # known by what it is given
        "def f(request):\n  session = request.db\n  LOOP",
    ],
)
@pytest.mark.parametrize(
    "asks",
    [
        "session.get(Band, it)",
        "session.query(Band).get(it)",
        "session.query(Band).filter_by(id=it).first()",
        "session.query(Band.name).filter(Band.id == it).scalar()",
        "session.execute(select(Band).where(Band.id == it)).scalar_one()",
        "session.scalars(select(Song).filter_by(band_id=it)).all()",
        "session.scalar(select(func.count()).select_from(Song).where(Song.band_id == it))",
        "session.execute(update(Band).where(Band.id == it).values(name=''))",
        "session.execute(delete(Song).where(Song.band_id == it))",
        "session.execute(insert(Band).values(id=it))",
        "session.execute(text('SELECT 1 FROM band WHERE id = :id'), {'id': it})",
    ],
)
def test_a_query_is_found_whatever_the_session_is(session: str, asks: str) -> None:
    assert len(repeats(session.replace("LOOP", f"for it in load(): {asks}"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "session.get(it)",  # requests
        "session.get(it, timeout=3)",
        "cache.get(it, None)",
        "settings.get('Band', it)",
        "seen.add(it)",
        "session.add(Band(name=it))",
        "select(Band).where(Band.id == it)",
        "insert(Band).values(name=it)",
        "queue.execute(it)",
        "http.delete(it)",
        "handlers.get(Band, None)",
        "engine.query(it)",
        "Band(id=it).songs.append(Song(title=it))",
    ],
)
def test_what_sends_nothing_is_no_query(line: str) -> None:
    assert (
        repeats(
            f"def f(session, cache, seen, http, queue, settings, handlers, engine, rows):\n  for it in rows:\n    {line}\n"
        )
        == set()
    )


def test_what_has_been_given_a_model_is_a_session() -> None:
    holds(
        """
def f(request, names):
    for name in names:
        request.db.add(Band(name=name))
        request.db.flush()  # N
        request.git.add(name)
        request.git.commit()
"""
    )


def test_a_dependency_of_fastapi_is_a_session() -> None:
    holds(
        """
from typing import Annotated
from fastapi import APIRouter, Depends
router = APIRouter()
Local = sessionmaker()
def get_db():
    db = Local()
    try:
        yield db
    finally:
        db.close()
Db = Annotated[Session, Depends(get_db)]
@router.get("/a")
def a(db: Db, names: list[str]):
    for name in names:
        db.query(Band).filter(Band.name == name).first()  # N
@router.get("/b")
def b(names: list[str], db=Depends(get_db)):
    for name in names:
        db.scalar(select(Band).where(Band.name == name))  # N
class Repository:
    def __init__(self, db: Session = Depends(get_db)):
        self.db = db
    def named(self, name):
        return self.db.scalars(select(Band).where(Band.name == name)).one()
def c(names: list[str], repository: Repository = Depends()):
    return [repository.named(name) for name in names]  # N
"""
    )


def test_a_page_of_rows_with_their_relations_read_in_a_response_is_told() -> None:
    holds(
        """
from fastapi import APIRouter
from pydantic import BaseModel
router = APIRouter()
class BandOut(BaseModel):
    name: str
class SongOut(BaseModel):
    title: str
    band: BandOut | None
class Flat(BaseModel):
    title: str
    band_id: int
@router.get("/a", response_model=list[SongOut])
def a(session: Session):
    return session.scalars(select(Song)).all()  # N
@router.get("/b")
def b(session: Session) -> list[SongOut]:
    return session.scalars(select(Song).options(joinedload(Song.band))).all()
@router.get("/c", response_model=list[Flat])
def c(session: Session):
    return session.scalars(select(Song)).all()
@router.get("/d", response_model=SongOut)
def d(id: int, session: Session):
    return session.get(Song, id)
def e(session: Session):
    return [SongOut.model_validate(it) for it in session.scalars(select(Song))]  # N
def g(session: Session):
    return [SongOut.from_orm(it) for it in session.scalars(select(Song).options(joinedload(Song.band)))]
"""
    )


def test_what_a_response_holds_its_rows_in_is_read_as_well() -> None:
    holds(
        """
from typing import Generic, TypeVar
from fastapi import APIRouter
from pydantic import BaseModel
router = APIRouter()
T = TypeVar("T")
class BandOut(BaseModel):
    name: str
class SongOut(BaseModel):
    title: str
    band: BandOut | None
class Page(BaseModel, Generic[T]):
    total: int = 0
    items: list[T]
class SongPage(BaseModel):
    items: list[SongOut]
class Titles(BaseModel):
    items: list[dict]
@router.get("/dict", response_model=SongPage)
def dict_of_rows(session: Session):
    return {"items": session.scalars(select(Song)).all()}  # N
@router.get("/loaded", response_model=SongPage)
def loaded(session: Session):
    return {"items": session.scalars(select(Song).options(joinedload(Song.band))).all()}
@router.get("/page", response_model=SongPage)
def page(session: Session):
    return Page(total=1, items=session.scalars(select(Song)).all())  # N
@router.get("/generic", response_model=Page[SongOut])
def generic(session: Session):
    return {"items": session.scalars(select(Song)).all()}  # N
@router.get("/plain", response_model=Titles)
def plain(session: Session):
    return {"items": session.scalars(select(Song)).all()}
def made(session: Session):
    return SongPage(items=session.scalars(select(Song)).all())  # N
def made_of_each(session: Session):
    rows = session.scalars(select(Song)).all()
    return [SongOut(title=it.title, band=it.band) for it in rows]  # N
def unread(session: Session):
    return Page(items=session.scalars(select(Song)).all())
"""
    )


def test_what_getattr_reads_of_a_row_before_the_loop_is_loaded_once() -> None:
    holds(
        """
def handed_on(song: Song, others, name):
    for other in others:
        setattr(other, name, getattr(song, name))
        other.band = getattr(song, "band")
def f(session: Session, key, others):
    handed_on(session.get(Song, key), others, "band")
def of_each(session: Session, name):
    return [getattr(song, "band") for song in session.scalars(select(Song))]  # N
"""
    )


def test_a_field_of_another_name_reads_that() -> None:
    holds(
        """
from pydantic import AliasChoices, BaseModel, Field
class BandOut(BaseModel):
    name: str
class Renamed(BaseModel):
    group: BandOut = Field(validation_alias="band")
class Put(BaseModel):
    band: BandOut | None = Field(alias="chosen_band")
class Chosen(BaseModel):
    band: BandOut | None = Field(None, validation_alias=AliasChoices("chosen", "preferred"))
class Same(BaseModel):
    band: BandOut = Field(description="who plays it")
def f(session: Session):
    songs = session.scalars(select(Song)).all()
    for song in songs:
        song.chosen_band = None
        Put.model_validate(song)
        Chosen.model_validate(song)
    return [Renamed.model_validate(song) for song in session.scalars(select(Song))]  # N
def g(session: Session):
    return [Same.model_validate(song) for song in session.scalars(select(Song))]  # N
"""
    )


def test_a_page_of_a_query_is_rows_of_it() -> None:
    holds(
        """
from paginate_sqlalchemy import SqlalchemyOrmPage as OrmPage
def f(session: Session, page):
    for song in OrmPage(session.query(Song).order_by(Song.title), page=page, items_per_page=25):
        song.band.name  # N
def g(session: Session, page):
    for song in OrmPage(session.query(Song).options(joinedload(Song.band)), page=page):
        song.band.name
"""
    )


def test_flask_sqlalchemy_has_all_in_one_object() -> None:
    holds(
        """
def f(names):
    for name in names:
        Album.query.filter_by(name=name).first()  # N
        db.session.query(Album).count()  # N
        db.session.execute(db.select(Album).filter_by(name=name)).scalar_one()  # N
        db.session.add(Album(name=name))
    db.session.commit()
def pages(page):
    for album in Album.query.order_by(Album.name).paginate(page=page, per_page=20).items:
        album.label.name  # N
def loaded(page):
    for album in Album.query.options(db.joinedload(Album.label)).paginate(page=page):
        album.label.name
def newest():
    for album in db.paginate(db.select(Album)).items:
        len(album.label.albums)  # N
""",
        """
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
class Label(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
class Album(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    label_id = db.Column(db.ForeignKey("label.id"))
    label = db.relationship("Label", backref="albums")
""",
    )


ASYNC = (
    MODELS
    + """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
import asyncio
"""
)


def test_an_asynchronous_session_sends_where_it_is_awaited() -> None:
    holds(
        """
async def f(session: AsyncSession, names):
    for name in names:
        await session.scalar(select(Band).where(Band.name == name))  # N
        result = await session.execute(select(Band).where(Band.name == name))  # N
        result.scalars().first()
    async for band in await session.stream_scalars(select(Band)):
        await session.refresh(band, ["songs"])  # N
        band.songs
        await band.awaitable_attrs.songs
    async with session.begin():
        await asyncio.gather(*[session.get(Band, name) for name in names])  # N
    await session.run_sync(work, names)
def work(session, names):
    for name in names:
        session.get(Band, name)  # N
""",
        ASYNC,
    )


def test_a_lazy_load_in_an_asynchronous_session_fails_and_sends_nothing() -> None:
    found = sent(
        ASYNC
        + """
async def f(session: AsyncSession):
    for song in (await session.scalars(select(Song))).all():
        song.band.name
async def g(session: AsyncSession):
    for song in (await session.scalars(select(Song).options(selectinload(Song.band)))).all():
        song.band.name
"""
    )
    assert not found.repeated
    assert [it.api for queries in found.queries.values() for it in queries if it.fails] == ["Song.band"]


def test_what_is_asked_for_is_known_by_its_columns() -> None:
    found = sent(
        MODELS
        + """
def f(session: Session, name, ids):
    return (
        session.query(Song)
        .join(Song.band)
        .options(joinedload(Song.band))
        .filter(Song.title == name, Band.name.in_(ids), Song.id > 3, Song.title.ilike("%x"))
        .order_by(Song.title.desc(), Song.id)
        .limit(20)
        .all()
    )
"""
    )
    ((query,),) = found.queries.values()
    assert query.api == "session.query(Song).all()"
    assert (query.table, query.operation, query.limit, query.many) == ("song", "select", 20, True)
    assert (query.equal, query.among, query.ranges, query.others) == (
        ("title",),
        ("band.name",),
        ("id",),
        ("title",),
    )
    assert query.order == (("title", "desc"), ("id", "asc"))
    assert query.loads == ("band",)


def test_a_condition_of_or_serves_no_index_of_one_column() -> None:
    found = sent(
        MODELS
        + """
def f(session: Session, a, b):
    session.scalars(select(Song).where((Song.title == a) | (Song.band_id == b), Song.band_id.is_(None))).all()
"""
    )
    ((query,),) = found.queries.values()
    assert (query.equal, query.null, query.others) == ((), ("band_id",), ("title", "band_id"))


def test_the_whole_way_from_the_row_that_was_fetched_is_told() -> None:
    found = sent(
        MODELS
        + """
def f(session: Session):
    for band in session.query(Band).options(selectinload(Band.songs)):
        for song in band.songs:
            for other in song.band.songs:
                other.band
def g(session: Session):
    for song in session.query(Song):
        song.band.songs
"""
    )
    assert [it.query.instead for rows in found.repeated.values() for it in rows] == [
        "joinedload(Song.band)",
        "joinedload(Song.band).selectinload(Band.songs)",
    ]


def test_a_delete_loads_what_it_cascades_to_unless_the_database_does_it() -> None:
    models = (
        MODELS
        + """
class Tour(Base):
    __tablename__ = "tour"
    id: Mapped[int] = mapped_column(primary_key=True)
    stops: Mapped[list["Stop"]] = relationship(cascade="all, delete-orphan"{passive})
class Stop(Base):
    __tablename__ = "stop"
    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tour.id"))
"""
    )
    code = """
def f(session: Session):
    for tour in session.query(Tour).all():
        session.delete(tour){mark}
"""
    holds(code.format(mark="  # N"), models.replace("{passive}", ""))
    holds(code.format(mark=""), models.replace("{passive}", ", passive_deletes=True"))


def test_tables_of_core_are_as_many_as_the_program_has() -> None:
    holds(
        """
songs = Table("songs", Base.metadata, Column("id", Integer, primary_key=True), Column("title", String))
def clean(connection):
    for table in reversed(Base.metadata.sorted_tables):
        connection.execute(table.delete())
def rename(engine, rows):
    with engine.begin() as connection:
        for row in rows:
            connection.execute(songs.update().where(songs.c.id == row.id).values(title=row.title))  # N
        connection.execute(songs.insert(), [{"id": row.id} for row in rows])
"""
    )


def test_a_commit_now_and_then_is_none_per_row() -> None:
    holds(
        """
def f(session: Session, names):
    pending = []
    for number, name in enumerate(names):
        session.add(Band(name=name))
        pending.append({"name": name})
        if number % 1000 == 0:
            session.commit()
        if len(pending) >= 500:
            session.bulk_insert_mappings(Band, pending)
        if number % 10:
            session.flush()  # N
        if name:
            session.commit()  # N
"""
    )


def test_rows_that_a_commit_has_expired_are_loaded_one_by_one() -> None:
    holds(
        """
def f():
    with Session() as session:
        bands = session.scalars(select(Band)).all()
        session.commit()
        for band in bands:
            print(band.name, band.id)  # N
def kept():
    with Session(expire_on_commit=False) as session:
        bands = session.scalars(select(Band)).all()
        session.commit()
        return [band.name for band in bands]
def fetched_after():
    with Session() as session:
        session.commit()
        return [band.name for band in session.scalars(select(Band))]
"""
    )


def test_whether_rows_of_an_asynchronous_session_expire_says_whoever_has_made_it() -> None:
    found = sent(
        MODELS
        + """
from sqlalchemy.ext.asyncio import AsyncSession

async def f(session: AsyncSession):
    bands = (await session.scalars(select(Band))).all()
    await session.commit()
    return [band.name for band in bands]
"""
    )
    fails = [it for queries in found.queries.values() for it in queries if it.fails]
    assert [(it.api, it.likely) for it in fails] == [("Band.name", False)]


FLASK_OF_ITS_OWN = """
import functools
from flask_sqlalchemy import SQLAlchemy

class Database(SQLAlchemy):
    def apply_pool_defaults(self, app, options):
        options.pop("max_overflow", None)
        return super().apply_pool_defaults(app, options)

db = Database(session_options={"expire_on_commit": False})
Column = functools.partial(db.Column, nullable=False)

class Label(db.Model):
    id = Column(db.Integer, primary_key=True)
    name = Column(db.String)

class Band(db.Model):
    id = Column(db.Integer, primary_key=True)
    label_id = Column(db.Integer, db.ForeignKey("label.id"))
    label = db.relationship(Label, backref="bands")
"""


def test_a_class_that_derives_from_that_of_flask_sqlalchemy_is_the_same_to_its_models() -> None:
    holds(
        """
def f(names):
    for band in Band.query:
        band.label.name  # N
    for name in names:
        db.session.execute(db.select(Label).filter_by(name=name))  # N
""",
        FLASK_OF_ITS_OWN,
    )


def test_rows_share_a_parent_only_where_each_way_asks_for_it() -> None:
    holds(
        """
def f(name):
    label = Label.query.filter(Label.name == name).one()
    for band in Band.query.filter(Band.label == label):
        band.label.name

def g(name):
    if name:
        bands = Band.query.filter(Band.label == Label.query.filter(Label.name == name).one())
    else:
        bands = Band.query
    for band in bands.order_by(Band.id):
        band.label.name  # N
""",
        FLASK_OF_ITS_OWN,
    )


@pytest.mark.parametrize(
    "base",
    [
        "Base = declarative_base(cls=Kept)",
        "Base = declarative_base(cls=(Kept,))",
        "Base = registry().generate_base(cls=Kept)",
        "db = SQLAlchemy(model_class=Kept)\nBase = db.Model",
    ],
)
def test_models_have_what_the_class_has_that_their_base_is_made_of(base: str) -> None:
    code = f"""
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import Session, declarative_base, declared_attr, registry

class Kept:
    id = Column(Integer, primary_key=True)

    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower()

    @classmethod
    def by(cls, session: Session, **found):
        return session.query(cls).filter_by(**found).first()

    def save(self, session: Session):
        session.add(self)
        session.commit()

{base}

class Band(Base):
    name = Column(String)

def f(session, names):
    for name in names:
        band = Band.by(session, name=name)  # N
        band.name = "x"
        band.save(session)  # N
"""
    found = sent(code).repeated
    assert set(found) == marked(code, "# N")
    assert [it.query.table for it in found[min(found)]] == ["band"]


def test_a_text_with_a_hole_is_what_it_begins_as() -> None:
    holds(
        """
def f(session, names, table):
    for name in names:
        session.execute(text(f'set search_path to "{name}"'))
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT pg_terminate_backend(:it)"), {"it": name})
        session.execute(text("SELECT indexdef FROM pg_indexes WHERE tablename = :it"), {"it": name})
        session.execute(text(f"SELECT count(*) FROM {name}"))
        session.execute(text(f"update song set title = :title where id in ({name})"), {"title": ""})  # N
"""
    )


def test_what_a_dict_of_something_outside_keeps_is_perhaps_asked_once() -> None:
    found = sent(
        MODELS
        + """
from flask import current_app

def settings(session):
    if "bands" in current_app.config:
        return current_app.config["bands"]
    bands = session.scalars(select(Band)).all()
    current_app.config["bands"] = bands
    return bands

def f(session: Session, names):
    return [settings(session) for name in names]
"""
    )
    assert [it.query.likely for many in found.repeated.values() for it in many] == [False]


def test_a_relation_that_was_awaited_is_there() -> None:
    found = sent(
        ASYNC
        + """
async def f(session: AsyncSession, key):
    band = await session.get_one(Band, key)
    await band.awaitable_attrs.songs
    return [song.title for song in band.songs]

async def g(session: AsyncSession):
    songs = (await session.scalars(select(Song))).all()
    for song in songs:
        await song.awaitable_attrs.band
    return [song.band.name for song in songs]
"""
    )
    assert [it.query.api for many in found.repeated.values() for it in many] == ["Song.band"]
    assert not any(it.fails for queries in found.queries.values() for it in queries)


def test_rows_that_are_handed_on_where_sessions_are_asynchronous_have_most_often_been_loaded() -> None:
    found = sent(
        ASYNC
        + """
async def f(songs: list[Song]):
    for song in songs:
        song.band.name

async def g(songs: list[Song]):
    for song in songs:
        (await song.awaitable_attrs.band).name
"""
    )
    assert [it.query.likely for many in found.repeated.values() for it in many] == [False, True]


def test_what_a_function_asks_for_those_who_give_nothing_is_perhaps_not_asked_for_others() -> None:
    found = sent(
        MODELS
        + """
def named(session: Session, key, name=None):
    if name is None:
        name = session.scalars(select(Band.name).where(Band.id == key)).one()
    return name

def f(session: Session, keys):
    for key in keys:
        named(session, key)

def g(session: Session, songs):
    for song in songs:
        named(session, song.key, song.name)
"""
    )
    assert [it.query.likely for many in found.repeated.values() for it in many] == [True, False]


def test_what_is_done_before_a_failure_is_handed_on_is_done_once() -> None:
    holds(
        """
def tidied(session: Session, key, tell):
    try:
        tell(key)
    except ValueError:
        session.execute(delete(Band).where(Band.id == key))
        raise

def swallowed(session: Session, key, tell):
    try:
        tell(key)
    except ValueError:
        session.execute(delete(Band).where(Band.id == key))

def f(session: Session, keys, tell):
    for key in keys:
        tidied(session, key, tell)
    for key in keys:
        swallowed(session, key, tell)  # N
"""
    )


def test_a_pass_that_takes_back_what_it_has_done_is_a_transaction_of_its_own() -> None:
    found = sent(
        MODELS
        + """
def one(session: Session, name):
    session.add(Band(name=name))
    session.commit()

def f(session: Session, names):
    for name in names:
        session.add(Band(name=name))
        try:
            session.commit()
        except ValueError:
            session.rollback()

def g(session: Session, names):
    for name in names:
        try:
            one(session, name)
        except ValueError:
            session.rollback()

def h(session: Session, names):
    try:
        for name in names:
            one(session, name)
    except ValueError:
        session.rollback()
"""
    )
    assert [it.query.likely for many in found.repeated.values() for it in many] == [False, False, True]


def test_what_rows_lead_back_to_keeps_what_was_loaded_of_it() -> None:
    holds(
        """
class Tour(Base):
    __tablename__ = "tour"
    id: Mapped[int] = mapped_column(primary_key=True)
    band_id: Mapped[int] = mapped_column(ForeignKey("band.id"))
    band: Mapped[Band] = relationship(backref="tours")

class Stop(Base):
    __tablename__ = "stop"
    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tour.id"))
    tour: Mapped[Tour] = relationship(backref="stops")

def headline(stop):
    return stop.tour.band.name

def of_a_tour(tour: Tour):
    return [it.tour.band.name for it in tour.stops], [headline(it) for it in tour.stops]

def asked_by_key(session: Session, key):
    return [headline(it) for it in session.scalars(select(Stop).where(Stop.tour_id == key))]

def of_all(session: Session):
    return [headline(it) for it in session.scalars(select(Stop))]  # N

def of_each(session: Session):
    for tour in session.scalars(select(Tour).options(selectinload(Tour.stops))):
        for stop in tour.stops:
            stop.tour.band.name  # N
"""
    )


def test_where_the_loop_chooses_the_table_no_statement_asks_for_all() -> None:
    found = sent(
        MODELS
        + """
def f(session: Session, wanted, of_name):
    for name, keys in wanted.items():
        model = of_name(name)
        session.scalars(select(model).where(model.id.in_(keys))).all()
        session.execute(model.__table__.delete())
def g(session: Session, wanted, name):
    for model, column in wanted:
        session.scalar(select(func.count("*")).select_from(model).where(getattr(model, column) == name))
"""
    )
    assert found.repeated
    assert not any(it.query.likely for many in found.repeated.values() for it in many)


def test_where_the_loop_chooses_a_row_as_well_one_statement_asks_for_those_of_a_table() -> None:
    found = sent(
        MODELS
        + """
def f(session: Session, wanted, of_name):
    for name, key in wanted:
        model = of_name(name)
        session.scalars(select(model).where(model.id == key)).all()
        session.scalars(select(model).filter_by(id=key)).all()
        session.scalars(select(Band).where(Band.name == name)).all()
"""
    )
    assert len(found.repeated) == 3
    assert all(it.query.likely for many in found.repeated.values() for it in many)


def test_functions_that_call_each_other_need_not_go_on() -> None:
    found = sent(
        MODELS
        + """
def of_band(band: Band, with_songs=False):
    return [of_song(it, with_band=False) for it in band.songs] if with_songs else band.name
def of_song(song: Song, with_band=True):
    return of_band(song.band) if with_band else song.title
def all_of(session: Session):
    return of_band(session.get(Band, 1), with_songs=True)
"""
    )
    repeated = [it for many in found.repeated.values() for it in many]
    assert not any(it.query.likely for it in repeated if it.kind == "recursive")


def test_foreign_keys_of_the_same_class_say_which_way_a_relation_goes() -> None:
    holds(
        """
def f(session: Session):
    band = session.get(Band, 1)
    for role in band.leader.roles:
        role.name
    for role in band.second.roles:
        role.name
    for member in band.members:
        member.roles  # N
""",
        """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Session, relationship
class Base(DeclarativeBase):
    pass
class Band(Base):
    __tablename__ = "band"
    id = Column(Integer, primary_key=True)
    members = relationship("Member", backref="band", foreign_keys="Member.band_id")
    leader_id = Column(Integer, ForeignKey("member.id"))
    leader = relationship("Member", foreign_keys=[leader_id], post_update=True)
    second_id = Column(Integer, ForeignKey("member.id"))
    second = relationship("Member", foreign_keys=second_id, post_update=True)
class Member(Base):
    __tablename__ = "member"
    id = Column(Integer, primary_key=True)
    band_id = Column(Integer, ForeignKey("band.id", use_alter=True))
    roles = relationship("Role", backref="member")
class Role(Base):
    __tablename__ = "role"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    member_id = Column(Integer, ForeignKey("member.id"))
""",
    )


def test_what_an_object_keeps_in_a_dict_that_a_loop_fills_is_asked_once() -> None:
    found = sent(
        MODELS
        + """
class Matcher:
    def __init__(self, session: Session):
        self.session = session
        self._by_name = None
    @property
    def by_name(self):
        if self._by_name is None:
            by_name, names = {}, []
            for band in self.session.scalars(select(Band)).all():
                by_name[band.name] = band
                names.append(band.name)
            self._by_name = by_name
        return self._by_name
    def match(self, name):
        return self.by_name.get(name)

def f(session: Session, names):
    matcher = Matcher(session)
    return [matcher.match(name) for name in names]
"""
    )
    assert not any(it.query.likely for many in found.repeated.values() for it in many)


def test_a_parameter_that_is_annotated_with_what_makes_sessions_is_a_session() -> None:
    holds(
        """
SessionLocal = sessionmaker()
def f(session: SessionLocal, songs: list[Song]):
    for song in songs:
        song.title = ""
        session.commit()  # N
"""
    )


def test_a_list_of_an_object_that_begins_empty_grows() -> None:
    holds(
        """
class Import:
    names: list[str]
    def __init__(self, session: Session):
        self.session = session
        self.names = []
        self.kinds = ["a", "b"]
    def add(self, name: str):
        self.names.append(name)
    def save(self):
        for name in self.names:
            self.session.execute(insert(Band).values(name=name))  # N
        for kind in self.kinds:
            self.session.execute(insert(Band).values(name=kind))
"""
    )
