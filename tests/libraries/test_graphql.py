"""What resolvers and loaders send."""

from .sending import marked, sent

MODELS = """
import asyncio
import strawberry
import strawberry_django
from django.db import models
from strawberry.dataloader import DataLoader

class Port(models.Model):
    name = models.TextField()

class Ship(models.Model):
    home = models.ForeignKey(Port, related_name="ships", on_delete=models.CASCADE)
"""


def lines(code: str) -> set[int]:
    return set(sent(MODELS + code).repeated)


def test_keys_that_are_loaded_one_after_another_are_batches_of_one() -> None:
    code = """
async def each(keys, read):
    ports = DataLoader(load_fn=read)
    return [await ports.load(key) for key in keys]  # N

async def at_once(keys, read):
    ports = DataLoader(load_fn=read)
    return await asyncio.gather(*[ports.load(key) for key in keys])

async def many(keys, read):
    return await DataLoader(load_fn=read).load_many(keys)
"""
    assert lines(code) == marked(MODELS + code, "# N")


def test_a_loader_of_the_programs_own_is_one() -> None:
    code = """
from aiodataloader import DataLoader as Base

class Ports(Base):
    async def batch_load_fn(self, keys):
        return list(Port.objects.filter(pk__in=keys))

async def each(keys):
    ports = Ports()
    return [await ports.load(key) for key in keys]  # N
"""
    assert lines(code) == marked(MODELS + code, "# N")


def test_what_a_root_resolves_is_resolved_once() -> None:
    code = """
@strawberry.type
class Query:
    @strawberry.field
    def port(self) -> str:
        return Port.objects.first().name
"""
    assert not lines(code)


def test_a_resolver_reads_what_its_field_has_not_loaded() -> None:
    code = """
@strawberry_django.type(Ship)
class ShipType:
    @strawberry_django.field
    def lazy(self) -> str:
        return self.home.name  # N

    @strawberry_django.field(select_related=["home"])
    def loaded(self) -> str:
        return self.home.name

    @strawberry_django.field
    def key(self) -> int:
        return self.home_id

    @strawberry_django.field
    async def by_loader(self, info) -> str:
        return await info.context.ports.load(self.home_id)
"""
    assert lines(code) == marked(MODELS + code, "# N")


def test_relations_that_a_type_names_are_left_to_the_optimizer() -> None:
    code = """
@strawberry_django.type(Port)
class PortType:
    name: strawberry.auto

@strawberry_django.type(Ship)
class ShipType:
    home: PortType  # N
"""
    assert lines(code) == marked(MODELS + code, "# N")
    optimizer = "from strawberry_django.optimizer import DjangoOptimizerExtension\n"
    assert not lines(code + optimizer)


def test_what_looks_at_no_object_is_resolved_once() -> None:
    code = """
class Fleet(graphene.ObjectType):
    def resolve_ports(_, info):
        return [it.name for it in Port.objects.all()]

    def resolve_home(root, info):
        return Port.objects.get(name=root.name)  # N

    def resolve_later(root, info):
        def found():
            return Port.objects.get(name=root.name)
        return found()  # N
"""
    head = "import graphene\n"
    assert lines(head + code) == marked(MODELS + head + code, "# N")


def test_what_a_request_keeps_is_asked_for_once() -> None:
    code = """
class Guest(models.Model):
    ports = models.ManyToManyField(Port)

    def known(self):
        kept = "_known"
        if not hasattr(self, kept):
            setattr(self, kept, [it.name for it in self.ports.order_by("name")])
        return getattr(self, kept)

    def knows(self, name):
        return name in self.known()

class Member(models.Model):
    ports = models.ManyToManyField(Port)

    def knows(self, name):
        return self.ports.filter(name=name).exists()

def guest_of(context) -> Guest | None:
    return context.guest or context.host

def any_of(context) -> Guest | Member:
    return context.guest or context.member

def may_see(context):
    guest = guest_of(context)
    return guest is not None and guest.knows("x")

@strawberry_django.type(Ship)
class ShipType:
    @strawberry_django.field
    def seen(self, info) -> bool:
        return may_see(info.context)

    @strawberry_django.field
    def said(self, info) -> bool:
        return cast(Guest, info.context.guest).knows("x")

    @strawberry_django.field
    def asked(self, info) -> bool:
        return any_of(info.context).knows("x")  # N
"""
    head = "from typing import cast\n"
    assert lines(head + code) == marked(MODELS + head + code, "# N")


FLEET = """
from typing import List, Optional

class Crew(models.Model):
    ship = models.ForeignKey(Ship, related_name="crew", on_delete=models.CASCADE)
    port = models.ForeignKey(Port, related_name="+", on_delete=models.CASCADE)

@strawberry.type
class PortType:
    name: str
"""


def test_a_type_without_a_model_reads_the_rows_that_a_resolver_returns_for_it() -> None:
    code = """
@strawberry.type
class CrewType:
    id: strawberry.ID
    port: PortType  # N

@strawberry.type
class ShipType:
    id: strawberry.ID
    home: PortType  # N
    fixed: PortType = strawberry.field(resolver=lambda root: None)

    @strawberry.field
    def crew(self, info) -> List[CrewType]:
        return self.crew.all()  # N

    @strawberry.field
    def size(self) -> int:
        return self.crew.filter(port=None).count()  # N

    @strawberry.field
    def key(self) -> int:
        return self.home_id

class Query:
    @strawberry.field
    def ships(self) -> List[ShipType]:
        return Ship.objects.all()
"""
    assert lines(FLEET + code) == marked(MODELS + FLEET + code, "# N")


def test_a_type_without_a_model_is_silent_where_the_rows_are_loaded_or_there_is_one() -> None:
    code = """
@strawberry.type
class LoadedType:
    home: PortType

    @strawberry.field
    def town(self) -> str:
        return self.home.name

@strawberry.type
class OneType:
    home: PortType
    crew: List[PortType]

class Query:
    @strawberry.field
    def loaded(self) -> Optional[List[LoadedType]]:
        return Ship.objects.select_related("home")

    @strawberry.field
    def one(self, id: int) -> OneType:
        return Ship.objects.get(pk=id)
"""
    assert not lines(FLEET + code)


def test_types_that_others_derive_from_are_read_of_their_rows() -> None:
    code = """
from taggit.managers import TaggableManager

class Barge(Ship):
    tags = TaggableManager()

@strawberry.type
class Homed:
    @strawberry_django.field
    def port(self) -> str:
        return self.home.name  # N

    @strawberry_django.field(select_related=["home"])
    def said(self) -> str:
        return self.home.name

    @strawberry_django.field
    def kind(self) -> str:
        return "ship"

@strawberry.type
class Tagged:
    tags: list[str]  # N

@strawberry.type
class Hinted:
    tags: list[str] = strawberry_django.field(prefetch_related=["tags"])

@strawberry_django.type(Ship)
class ShipType(Homed):
    home: auto

@strawberry_django.type(Barge)
class BargeType(Homed, Tagged):
    home: auto

@strawberry_django.type(Barge)
class OtherType(Hinted):
    home: auto
"""
    head = "from strawberry_django.optimizer import DjangoOptimizerExtension\n"
    assert lines(head + code) == marked(MODELS + head + code, "# N")
