"""SQLModel's models are tables where they say so, and data where they do not."""

from .sending import marked, sent

MODELS = """
from typing import List, Optional
from fastapi import Depends, FastAPI
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, Session, SQLModel, col, create_engine, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

engine = create_engine("sqlite://")
app = FastAPI()

class CrewMember(SQLModel, table=True):
    crew_id: Optional[int] = Field(default=None, foreign_key="crew.id", primary_key=True)
    pilot_id: Optional[int] = Field(default=None, foreign_key="pilot.id", primary_key=True)

class ShipBase(SQLModel):
    name: str = Field(index=True)

class Ship(ShipBase, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    crews: List["Crew"] = Relationship(back_populates="ship")

class Crew(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    ship_id: Optional[int] = Field(default=None, foreign_key="ship.id")
    ship: Optional[Ship] = Relationship(back_populates="crews")
    pilots: list["Pilot"] = Relationship(back_populates="crews", link_model=CrewMember)
    logs: list["Log"] = Relationship(sa_relationship_kwargs={"lazy": "selectin"})

class Pilot(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    crews: list[Crew] = Relationship(back_populates="pilots", link_model=CrewMember)

class Log(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    crew_id: int = Field(foreign_key="crew.id")

class ShipOut(ShipBase):
    id: int

class CrewOut(SQLModel):
    id: int
    ship: ShipOut | None = None

class CrewFlat(SQLModel):
    id: int
    ship_id: int | None
"""


def holds(code: str) -> None:
    """What the code marks with "# N" is sent once per row, and nothing else."""
    before = MODELS.count("\n")
    assert {line - before for line in sent(MODELS + code).repeated} == marked(code, "# N")


def test_a_relation_is_loaded_when_it_is_read() -> None:
    holds(
        """
def f(session: Session):
    for crew in session.exec(select(Crew)).all():
        crew.ship.name  # N
        crew.ship_id
        len(crew.pilots)  # N
        crew.logs
def loaded(session: Session):
    for crew in session.exec(select(Crew).options(selectinload(Crew.ship), selectinload(Crew.pilots))):
        crew.ship.name, crew.pilots
def pairs(session: Session):
    for crew, ship in session.exec(select(Crew, Ship).join(Ship)):
        crew.id, ship.name
"""
    )


def test_a_session_sends_by_exec() -> None:
    holds(
        """
def f(ids: list[int]):
    with Session(engine) as session:
        for id in ids:
            session.exec(select(Ship).where(col(Ship.id) == id)).first()  # N
            session.get(Ship, id)  # N
            session.exec(delete(Ship).where(Ship.id == id))  # N
            session.add(Ship(name=str(id)))
        session.commit()
async def g(session: AsyncSession, ids: list[int]):
    for id in ids:
        (await session.exec(select(Ship).where(Ship.id == id))).one()  # N
"""
    )


def test_validation_reads_the_relations_that_the_schema_names() -> None:
    holds(
        """
def f(session: Session):
    return [CrewOut.model_validate(it) for it in session.exec(select(Crew))]  # N
def flat(session: Session):
    return [CrewFlat.model_validate(it) for it in session.exec(select(Crew))]
def dumped(session: Session):
    return [it.model_dump() for it in session.exec(select(Crew))]
def given(session: Session, data: list[CrewOut]):
    session.add_all([Crew.model_validate(it) for it in data])
    session.commit()
@app.get("/crews", response_model=list[CrewOut])
def crews(session: Session = Depends()):
    return session.exec(select(Crew)).all()  # N
@app.get("/loaded", response_model=list[CrewOut])
def crews_loaded(session: Session = Depends()):
    return session.exec(select(Crew).options(selectinload(Crew.ship))).all()
"""
    )


def test_a_class_without_a_table_is_no_model() -> None:
    found = sent(
        MODELS
        + """
def f(crews: list[CrewOut]):
    for crew in crews:
        crew.ship.name
"""
    )
    assert not found.repeated
    assert not found.queries
