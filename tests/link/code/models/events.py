"""Models in every way that Tortoise makes a table, or none."""

from enum import Enum, IntEnum

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model


class State(str, Enum):
    OPEN = "open"
    CLOSED = "closed"


class Rank(IntEnum):
    FIRST = 1
    SECOND = 2


class Stamped(Model):
    created = fields.DatetimeField(auto_now_add=True, db_index=True)
    changed = fields.DatetimeField(auto_now=True, null=True)

    class Meta:
        abstract = True


class NamedMixin:
    name = fields.CharField(max_length=60, unique=True)


class Tournament(NamedMixin, Stamped):
    id = fields.BigIntField(primary_key=True)
    state = fields.CharEnumField(State)
    rank = fields.IntEnumField(Rank, default=Rank.FIRST)
    day = fields.DateField(null=True)
    lasts = fields.TimeDeltaField(null=True)
    prize = fields.DecimalField(max_digits=10, decimal_places=2)
    weight = fields.FloatField()
    facts = fields.JSONField(null=True)
    blob = fields.BinaryField(null=True)
    note = fields.TextField()
    public = fields.BooleanField(default=True)
    size = fields.SmallIntField(db_index=True)


class Event(Stamped):
    uid = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=40, unique=True, db_index=True, source_field="slug_of_event")
    tournament: fields.ForeignKeyRelation[Tournament] = fields.ForeignKeyField(
        "models.Tournament", related_name="events"
    )
    referee = fields.ForeignKeyField("models.Person", null=True, on_delete=fields.SET_NULL, db_index=True)
    parent = fields.ForeignKeyField(
        "models.Event", null=True, source_field="above", on_delete=fields.NO_ACTION
    )
    loose = fields.ForeignKeyField("models.Person", db_constraint=False, related_name="loosely", null=True)
    players = fields.ManyToManyField("models.Person", related_name="played", through="event_player")
    judges = fields.ManyToManyField("models.Person", related_name="judged")
    starts = fields.IntField()

    class Meta:
        table = "happening"
        unique_together = (("tournament_id", "slug"),)
        indexes = (("tournament_id", "starts"), Index(fields=["starts"], name="by_start"))


class Person(Model):
    name = fields.CharField(50)
    owner = fields.OneToOneField("models.Owner", null=True, related_name="person")

    class Meta:
        indexes = (PartialIndex(fields=["name"], condition={"id": 1}),)


class Address(Model):
    street = fields.CharField(max_length=100)
    owner = fields.OneToOneField("models.Owner", primary_key=True)


class Owner(Model):
    number = fields.IntField(primary_key=True, generated=False)
