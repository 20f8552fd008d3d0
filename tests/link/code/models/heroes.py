"""Models in every way that SQLModel makes a table, or none."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Optional

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel


class Side(str, Enum):
    GOOD = "good"
    EVIL = "evil"


class Named(SQLModel):
    name: str = Field(index=True, max_length=50)
    note: Optional[str] = None


class Team(Named, table=True):
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    heroes: list["Hero"] = Relationship(back_populates="team")


class Power(SQLModel, table=True):
    __tablename__ = "super_power"

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    since: date
    until: datetime | None
    price: Decimal = Field(max_digits=8, decimal_places=2)


class HeroPower(SQLModel, table=True):
    hero_id: int = Field(foreign_key="hero.id", primary_key=True)
    power_id: uuid.UUID = Field(foreign_key="super_power.id", primary_key=True, ondelete="CASCADE")


class Hero(Named, table=True):
    __table_args__ = (UniqueConstraint("name", "team_id"), Index("hero_by_age", "age", "side"))

    id: int | None = Field(default=None, primary_key=True)
    age: int | None = Field(default=None, index=True)
    side: Side = Side.GOOD
    strong: bool = False
    weight: float
    story: str = Field(default="", sa_column=Column(Text, nullable=False))
    team_id: int | None = Field(default=None, foreign_key="team.id")
    rival_id: int | None = Field(default=None, foreign_key="hero.id", nullable=True)
    team: Team | None = Relationship(back_populates="heroes")
    powers: list[Power] = Relationship(link_model=HeroPower)


class HeroRead(Named):
    id: int
