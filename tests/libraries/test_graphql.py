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
