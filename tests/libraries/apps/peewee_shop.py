# mypy: ignore-errors
"""A small shop on Peewee. Each function is a case: it is run, and what it sends is counted."""

from peewee import CharField, ForeignKeyField, IntegerField, Model, SqliteDatabase, fn, prefetch
from playhouse.shortcuts import model_to_dict

database = SqliteDatabase(None)


class Base(Model):
    class Meta:
        database = database

    @classmethod
    def known(cls, **wanted):
        rows = cls.select()
        for name, value in wanted.items():
            rows = rows.where(getattr(cls, name) == value)
        return rows


class City(Base):
    name = CharField()

    @property
    def first_shop(self):
        return self.shops.first()


class Shop(Base):
    name = CharField()
    city = ForeignKeyField(City, backref="shops")
    parent = ForeignKeyField("self", null=True, backref="branches")
    manager = IntegerField(default=0)

    def place(self):
        return f"{self.name}, {self.city.name}"


class Order(Base):
    number = IntegerField()
    shop = ForeignKeyField(Shop, backref="orders")


MODELS = (City, Shop, Order)


def key_of_relation():
    return [shop.city_id for shop in Shop.select()]


def relation():
    return [shop.city.name for shop in Shop.select()]


def relation_twice():
    return [(shop.city.name, shop.city.id) for shop in Shop.select()]


def relation_joined_and_selected():
    return [shop.city.name for shop in Shop.select(Shop, City).join(City)]


def relation_joined_only():
    return [shop.city.name for shop in Shop.select().join(City)]


def relation_joined_for_a_filter():
    return [shop.name for shop in Shop.select().join(City).where(City.name != "x")]


def path_joined_and_selected():
    rows = Order.select(Order, Shop, City).join(Shop).join(City)
    return [order.shop.city.name for order in rows]


def path_half_selected():
    rows = Order.select(Order, Shop).join(Shop).join(City)
    return [order.shop.city.name for order in rows]


def joined_from():
    rows = Order.select(Order, Shop, City).join(Shop).join_from(Shop, City)
    return [order.shop.city.name for order in rows]


def far_side():
    return [[shop.name for shop in city.shops] for city in City.select()]


def far_side_counted():
    return [city.shops.count() for city in City.select()]


def far_side_not_used():
    return [city.shops.where(Shop.name == "x") for city in City.select()]


def far_side_prefetched():
    return [[shop.name for shop in city.shops] for city in prefetch(City.select(), Shop.select())]


def far_side_prefetched_by_method():
    return [len(city.shops) for city in City.select().prefetch(Shop)]


def two_steps_prefetched():
    cities = prefetch(City.select(), Shop.select(), Order.select())
    return [[order.number for shop in city.shops for order in shop.orders] for city in cities]


def back_to_the_parent_prefetched():
    return [[shop.city.name for shop in city.shops] for city in prefetch(City.select(), Shop.select())]


def relation_prefetched():
    return [shop.city.name for shop in prefetch(Shop.select(), City.select())]


def query_gone_over_twice():
    shops = Shop.select()
    first = [shop.name for shop in shops]
    return first + [shop.name for shop in shops]


def query_gone_over_in_a_loop():
    cities = City.select()
    return [[city.name for city in cities] for shop in Shop.select()]


def query_built_in_a_loop():
    return [Shop.select().where(Shop.city == city) for city in City.select()]


def query_built_and_run_in_a_loop():
    return [list(Shop.select().where(Shop.city == city)) for city in City.select()]


def by_id(ids):
    return [Shop.get_by_id(each) for each in ids]


def by_condition(ids):
    return [Shop.get_or_none(Shop.id == each) for each in ids]


def all_by_id(ids):
    return list(Shop.select().where(Shop.id.in_(ids)))


def first_of_each(ids):
    return [Order.select().where(Order.shop == each).order_by(Order.number.desc()).first() for each in ids]


def asked_whether_there_are(ids):
    return [Order.select().where(Order.shop == each).exists() for each in ids]


def own_query_method(ids):
    return [list(Shop.known(id=each)) for each in ids]


def method_of_the_row():
    return [shop.place() for shop in Shop.select()]


def method_of_a_joined_row():
    return [shop.place() for shop in Shop.select(Shop, City).join(City)]


def property_of_the_row():
    return [city.first_shop for city in City.select()]


def rows_as_dicts():
    return [row["name"] for row in Shop.select(Shop.name, City.name.alias("place")).join(City).dicts()]


def rows_as_tuples():
    return [name for (name,) in Shop.select(Shop.name).tuples()]


def grouped():
    return list(Order.select(Order.shop, fn.COUNT(Order.id)).group_by(Order.shop).tuples())


def row_as_dict_with_relations():
    return [model_to_dict(order) for order in Order.select()]


def row_as_dict_alone():
    return [model_to_dict(order, recurse=False) for order in Order.select()]


def created(ids):
    for each in ids:
        City.create(name=str(each))


def created_by_insert(ids):
    for each in ids:
        City.insert(name=str(each)).execute()


def insert_never_executed(ids):
    for each in ids:
        City.insert(name=str(each))


def inserted_together(ids):
    City.insert_many([{"name": str(each)} for each in ids]).execute()


def created_together(ids):
    City.bulk_create([City(name=str(each)) for each in ids])


def found_or_created(ids):
    for each in ids:
        City.get_or_create(name=f"new {each}")


def saved():
    for shop in Shop.select():
        shop.manager = 1
        shop.save()


def saved_together():
    shops = list(Shop.select())
    for shop in shops:
        shop.manager = 1
    Shop.bulk_update(shops, fields=[Shop.manager])


def updated(ids):
    for each in ids:
        Shop.update(manager=2).where(Shop.id == each).execute()


def updated_together(ids):
    Shop.update(manager=2).where(Shop.id.in_(ids)).execute()


def deleted():
    for order in Order.select():
        order.delete_instance()


def deleted_by_id(ids):
    for each in ids:
        Order.delete_by_id(each)


def deleted_together(ids):
    Order.delete().where(Order.id << ids).execute()


def raw_sql(ids):
    return [database.execute_sql("SELECT name FROM shop WHERE id = ?", (each,)).fetchone() for each in ids]


def filtered_as_chosen(name=None):
    shops = Shop.select()
    if name:
        shops = shops.where(Shop.name == name)
    return [shop.city.name for shop in shops]


def chosen_with_cities(name=None):
    shops = Shop.select(Shop, City).join(City)
    if name:
        shops = shops.where(Shop.name == name)
    return [shop.city.name for shop in shops]


def found_without_rows():
    if not Shop.select().where(Shop.name == "x"):
        return [city.name for city in City.select()]
    return []
