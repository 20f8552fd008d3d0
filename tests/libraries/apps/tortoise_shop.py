# mypy: ignore-errors
# ruff: noqa: PERF401
"""A small shop on Tortoise. Each function is a case: it is run, and what it sends is counted."""

import asyncio

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.query_utils import Prefetch


class City(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    shops: fields.ReverseRelation["Shop"]

    async def busy(self):
        return await self.shops.filter(name="x").count()


class Shop(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    note = fields.TextField(default="")
    city: fields.ForeignKeyRelation[City] = fields.ForeignKeyField("shop.City", related_name="shops")
    tags: fields.ManyToManyRelation["Tag"] = fields.ManyToManyField("shop.Tag", related_name="shops")
    orders: fields.ReverseRelation["Order"]


class Order(Model):
    id = fields.IntField(primary_key=True)
    number = fields.IntField()
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", related_name="orders")


class Tag(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField()


async def key_of_relation():
    return [shop.city_id for shop in await Shop.all()]


async def relation():
    return [(await shop.city).name for shop in await Shop.all()]


async def relation_selected():
    return [shop.city.name for shop in await Shop.all().select_related("city")]


async def relation_prefetched():
    return [shop.city.name for shop in await Shop.all().prefetch_related("city")]


async def relation_prefetched_and_awaited():
    return [(await shop.city).name for shop in await Shop.all().prefetch_related("city")]


async def path_selected():
    return [order.shop.city.name for order in await Order.all().select_related("shop__city")]


async def path_half_selected():
    return [(await order.shop.city).name for order in await Order.all().select_related("shop")]


async def far_side():
    return [[shop.name async for shop in city.shops] for city in await City.all()]


async def far_side_awaited():
    return [len(await city.shops) for city in await City.all()]


async def far_side_prefetched():
    return [[shop.name for shop in city.shops] for city in await City.all().prefetch_related("shops")]


async def far_side_prefetched_and_streamed():
    found = []
    for city in await City.all().prefetch_related("shops"):
        async for shop in city.shops:
            found.append(shop.name)
    return found


async def far_side_prefetched_and_asked_again():
    return [await city.shops.all() for city in await City.all().prefetch_related("shops")]


async def far_side_prefetched_and_filtered():
    return [await city.shops.filter(name="x") for city in await City.all().prefetch_related("shops")]


async def two_steps_prefetched():
    cities = await City.all().prefetch_related("shops__orders")
    return [order.number for city in cities for shop in city.shops for order in shop.orders]


async def prefetched_by_a_query():
    cities = await City.all().prefetch_related(Prefetch("shops", queryset=Shop.filter(name="x")))
    return [len(city.shops) for city in cities]


async def many_to_many():
    return [[tag.name async for tag in shop.tags] for shop in await Shop.all()]


async def many_to_many_prefetched():
    return [[tag.name for tag in shop.tags] for shop in await Shop.all().prefetch_related("tags")]


async def fetched_for_each_row():
    for city in await City.all():
        await city.fetch_related("shops")


async def fetched_for_the_list():
    cities = await City.all()
    await City.fetch_for_list(cities, "shops")
    return [len(city.shops) for city in cities]


async def fetched_for_one():
    city = await City.first()
    await city.fetch_related("shops")
    return [shop.name for shop in city.shops]


async def streamed():
    return [shop.name async for shop in Shop.all()]


async def built_and_not_awaited(ids):
    return [Shop.filter(id=each) for each in ids]


async def by_id(ids):
    return [await Shop.get(id=each) for each in ids]


async def by_id_or_none(ids):
    return [await Shop.get_or_none(id=each) for each in ids]


async def by_id_all_at_once(ids):
    return await asyncio.gather(*[Shop.get(id=each) for each in ids])


async def by_id_in_bulk(ids):
    return await Shop.in_bulk(ids, "id")


async def by_ids(ids):
    return await Shop.filter(id__in=ids)


async def first_of_each(ids):
    return [await Order.filter(shop_id=each).order_by("-number").first() for each in ids]


async def counted_for_each(ids):
    return [await Order.filter(shop_id=each).count() for each in ids]


async def asked_whether_there_are(ids):
    return [await Order.filter(Q(shop_id=each)).exists() for each in ids]


async def method_of_the_row():
    return [await city.busy() for city in await City.all()]


async def values():
    return [row["city__name"] for row in await Shop.all().values("city__name")]


async def created(ids):
    for each in ids:
        await City.create(name=str(each))


async def made_and_saved(ids):
    for each in ids:
        city = City(name=str(each))
        await city.save()


async def created_together(ids):
    await City.bulk_create([City(name=str(each)) for each in ids])


async def found_or_created(ids):
    for each in ids:
        await City.get_or_create(name=f"city {each}")


async def saved():
    for shop in await Shop.all():
        shop.note = "x"
        await shop.save()


async def saved_together():
    shops = await Shop.all()
    for shop in shops:
        shop.note = "x"
    await Shop.bulk_update(shops, fields=["note"])


async def updated(ids):
    for each in ids:
        await Shop.filter(id=each).update(note="x")


async def updated_together(ids):
    await Shop.filter(id__in=ids).update(note="x")


async def deleted():
    for order in await Order.all():
        await order.delete()


async def read_anew():
    for shop in await Shop.all():
        await shop.refresh_from_db()


async def created_through_the_relation():
    for shop in await Shop.all():
        await shop.orders.create(number=1)


async def added_to_many():
    (tag,) = await Tag.filter(name="tag 1")
    for shop in await Shop.all():
        await shop.tags.add(tag)
