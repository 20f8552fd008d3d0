# mypy: ignore-errors
# ruff: noqa: B009, B018, C416, C417, N805, UP028
"""A small shop on SQLAlchemy. Each function is a case: it is run, and what it sends is counted.

New rows are given their keys, because SQLite cannot give many back at once: without, a flush sends each by itself.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, delete, exists, func, insert, literal, select, text, update
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Load,
    Mapped,
    Session,
    aliased,
    contains_eager,
    defer,
    deferred,
    immediateload,
    joinedload,
    lazyload,
    load_only,
    mapped_column,
    raiseload,
    relationship,
    selectinload,
    sessionmaker,
    subqueryload,
    undefer,
)


class Base(DeclarativeBase):
    pass


class City(Base):
    __tablename__ = "city"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    shops: Mapped[list[Shop]] = relationship(back_populates="city", lazy="selectin")


class Shop(Base):
    __tablename__ = "shop"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str] = mapped_column(deferred=True, default="")
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    city: Mapped[City] = relationship(back_populates="shops")
    orders: Mapped[list[Order]] = relationship(back_populates="shop", cascade="all, delete-orphan")
    stream: Mapped[list[Order]] = relationship(lazy="dynamic", viewonly=True)
    owner: Mapped[Owner | None] = relationship(back_populates="shop", cascade="all, delete-orphan")
    numbers = association_proxy("orders", "number")

    @property
    def place(self):
        return f"{self.name}, {self.city.name}"

    @hybrid_property
    def size(self):
        return len(self.orders)

    @size.expression
    def size(cls):
        return func.length(cls.name)

    def __str__(self):
        return self.city.name

    def latest(self):
        return max(self.orders, key=lambda it: it.number)


class Owner(Base):
    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), unique=True)
    shop: Mapped[Shop] = relationship(back_populates="owner", lazy="joined")


class Order(Base):
    __tablename__ = "purchase"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    remark: Mapped[str] = deferred(mapped_column("remark_text", String, default=""))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    shop: Mapped[Shop] = relationship(back_populates="orders")


class Log(Base):
    __tablename__ = "log"
    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str]


Sessions = sessionmaker()


def get_each(session: Session, ids):
    return [session.get(Shop, it) for it in ids]


def get_all_at_once(session: Session, ids):
    return {it.id: it for it in session.scalars(select(Shop).where(Shop.id.in_(ids)))}


def query_each(session: Session, ids):
    for it in ids:
        session.query(Shop).filter(Shop.id == it).one_or_none()


def count_each(session: Session, ids):
    return {
        it: session.scalar(select(func.count()).select_from(Order).where(Order.shop_id == it)) for it in ids
    }


def count_together(session: Session, ids):
    counted = select(Order.shop_id, func.count()).where(Order.shop_id.in_(ids)).group_by(Order.shop_id)
    return dict(session.execute(counted).all())


def exists_each(session: Session, ids):
    for it in ids:
        session.query(literal(True)).filter(session.query(Shop).filter(Shop.id == it).exists()).scalar()


def exists_of_select(session: Session, ids):
    return [session.scalar(select(exists().where(Shop.id == it))) for it in ids]


def one_to_lazy(session: Session):
    for shop in session.scalars(select(Shop)):
        shop.city.name


def one_to_joined(session: Session):
    for shop in session.scalars(select(Shop).options(joinedload(Shop.city))):
        shop.city.name


def key_only(session: Session):
    return [shop.city_id for shop in session.query(Shop)]


def many_lazy(session: Session):
    return [len(shop.orders) for shop in session.query(Shop).all()]


def many_selectin(session: Session):
    return [len(shop.orders) for shop in session.query(Shop).options(selectinload(Shop.orders)).all()]


def many_subquery(session: Session):
    for shop in session.query(Shop).options(subqueryload(Shop.orders)):
        list(shop.orders)


def many_joined_unique(session: Session):
    for shop in session.execute(select(Shop).options(joinedload(Shop.orders))).unique().scalars():
        shop.orders


def many_immediate(session: Session):
    return session.scalars(select(Shop).options(immediateload(Shop.orders))).all()


def many_of_mapping(session: Session):
    for city in session.scalars(select(City)):
        city.shops


def many_of_mapping_made_lazy(session: Session):
    for city in session.scalars(select(City).options(lazyload(City.shops))):
        city.shops


def join_is_no_load(session: Session):
    for shop in session.scalars(select(Shop).join(Shop.city).where(City.name != "x")):
        shop.city.name


def join_with_contains_eager(session: Session):
    for shop in session.scalars(select(Shop).join(Shop.city).options(contains_eager(Shop.city))):
        shop.city.name


def child_knows_parent(session: Session):
    for shop in session.scalars(select(Shop).options(selectinload(Shop.orders))):
        for order in shop.orders:
            order.shop.name


def deeper_than_loaded(session: Session):
    for order in session.scalars(select(Order).options(joinedload(Order.shop))):
        order.shop.city.name


def as_deep_as_loaded(session: Session):
    for order in session.scalars(select(Order).options(joinedload(Order.shop).selectinload(Shop.city))):
        order.shop.city.name


def chain_by_options(session: Session):
    for order in session.scalars(
        select(Order).options(joinedload(Order.shop).options(joinedload(Shop.city)))
    ):
        order.shop.city.name


def everything(session: Session):
    for order in session.scalars(select(Order).options(selectinload("*"))):
        order.shop.city.name


def one_to_one_far_side(session: Session):
    for shop in session.scalars(select(Shop)):
        shop.owner


def one_to_one_near_side(session: Session):
    for owner in session.scalars(select(Owner)):
        owner.shop.name


def dynamic_each(session: Session):
    for shop in session.scalars(select(Shop)):
        shop.stream.filter(Order.number > 1).all()


def deferred_column(session: Session):
    return [shop.note for shop in session.scalars(select(Shop))]


def deferred_by_function(session: Session):
    return [order.remark for order in session.scalars(select(Order))]


def undeferred_column(session: Session):
    return [shop.note for shop in session.scalars(select(Shop).options(undefer(Shop.note)))]


def left_out_column(session: Session):
    return [shop.name for shop in session.scalars(select(Shop).options(load_only(Shop.city_id)))]


def loaded_only_column(session: Session):
    return [(shop.id, shop.name) for shop in session.query(Shop).options(Load(Shop).load_only(Shop.name))]


def deferred_by_option(session: Session):
    return [shop.name for shop in session.query(Shop).options(defer(Shop.name))]


def left_out_column_of_relation(session: Session):
    for order in session.scalars(select(Order).options(joinedload(Order.shop).load_only(Shop.city_id))):
        order.shop.name


def columns_only(session: Session):
    return [name for name, number in session.execute(select(Shop.name, Order.number).join(Shop.orders))]


def pairs(session: Session):
    for order, shop in session.execute(select(Order, Shop).join(Order.shop)):
        order.number, shop.name


def second_of_pair(session: Session):
    for row in session.execute(select(Order, Shop).join(Order.shop)):
        row.Shop.city.name


def by_property(session: Session):
    return [shop.place for shop in session.query(Shop)]


def by_property_loaded(session: Session):
    return [shop.place for shop in session.query(Shop).options(joinedload(Shop.city))]


def by_hybrid(session: Session):
    return [shop.size for shop in session.query(Shop)]


def by_method(session: Session):
    return [shop.latest() for shop in session.query(Shop)]


def by_function(session: Session):
    return [_describe(shop) for shop in session.query(Shop)]


def by_function_loaded(session: Session):
    return [_describe(shop) for shop in session.query(Shop).options(joinedload(Shop.city))]


def _describe(shop):
    return shop.city.name


def by_proxy(session: Session):
    for shop in session.query(Shop):
        list(shop.numbers)


def by_proxy_loaded(session: Session):
    for shop in session.query(Shop).options(selectinload(Shop.orders)):
        list(shop.numbers)


def alias_loaded(session: Session):
    other = aliased(Shop)
    for shop in session.scalars(select(other).options(joinedload(other.city))):
        shop.city.name


def chosen_options(session: Session, ids):
    query = session.query(Shop)
    for it in ids:
        query = query.filter(Shop.id != it + 1_000_000)
    return query.all()


def statements_first(session: Session, ids):
    statements = [select(Shop).where(Shop.id == it) for it in ids]
    return [session.scalars(it).first() for it in statements]


def refresh_each(session: Session):
    for shop in session.scalars(select(Shop)).all():
        session.refresh(shop)


def refresh_relation_each(session: Session):
    for shop in session.scalars(select(Shop)).all():
        session.refresh(shop, ["orders"])
        shop.orders


def merge_each(session: Session, ids):
    for it in ids:
        session.merge(Log(id=it, line="x"))
    session.flush()


def add_each(session: Session, ids):
    for it in ids:
        session.add(Log(id=it, line=str(it)))
    session.flush()


def add_together(session: Session, ids):
    session.add_all([Log(id=it, line=str(it)) for it in ids])
    session.commit()


def commit_each(session: Session, ids):
    for it in ids:
        session.add(Log(line=str(it)))
        session.commit()


def flush_each(session: Session, ids):
    for it in ids:
        log = Log(line=str(it))
        session.add(log)
        session.flush()


def update_each(session: Session, ids):
    for it in ids:
        session.execute(update(Shop).where(Shop.id == it).values(name="x"))


def update_together(session: Session, ids):
    session.execute(update(Shop).where(Shop.id.in_(ids)).values(name="x"))


def change_each(session: Session):
    for shop in session.scalars(select(Shop)):
        shop.name = "x"
    session.flush()


def insert_together(session: Session, ids):
    session.execute(insert(Log), [{"line": str(it)} for it in ids])


def insert_each(session: Session, ids):
    for it in ids:
        session.execute(insert(Log).values(line=str(it)))


def delete_each_by_statement(session: Session, ids):
    for it in ids:
        session.query(Log).filter_by(id=it).delete()


def delete_together(session: Session, ids):
    session.execute(delete(Log).where(Log.id.in_(ids)))


def delete_rows(session: Session):
    for order in session.scalars(select(Order)).all():
        session.delete(order)
    session.flush()


def delete_rows_with_children(session: Session):
    for shop in session.scalars(select(Shop)).all():
        session.delete(shop)


def append_to_unloaded(session: Session):
    for shop in session.scalars(select(Shop)).all():
        shop.orders.append(Order(number=9))
    session.flush()


def child_with_parent(session: Session):
    for shop in session.scalars(select(Shop)).all():
        session.add(Order(id=shop.id + 1000, number=9, shop=shop))
    session.flush()


def children_of_new(session: Session, ids):
    city = session.scalars(select(City)).first()
    for it in ids:
        shop = Shop(id=it + 1000, name=str(it), city_id=city.id)
        shop.orders.append(Order(id=it + 1000, number=it))
        session.add(shop)
    session.flush()


def text_each(session: Session, ids):
    for it in ids:
        session.execute(text("SELECT name FROM shop WHERE id = :id"), {"id": it}).scalar()


def after_commit(session: Session):
    with Session(session.get_bind()) as own:
        shops = own.scalars(select(Shop)).all()
        own.commit()
        return [shop.name for shop in shops]


def after_commit_kept(session: Session):
    with Session(session.get_bind(), expire_on_commit=False) as own:
        shops = own.scalars(select(Shop)).all()
        own.commit()
        return [shop.name for shop in shops]


def before_commit(session: Session):
    names = [shop.name for shop in session.scalars(select(Shop)).all()]
    session.commit()
    return names


def invariant_relation(session: Session, ids):
    shop = session.scalars(select(Shop)).first()
    return [(it, shop.city.name) for it in ids]


def in_chunks(session: Session, ids):
    found = []
    for start in range(0, len(ids), 500):
        found += session.scalars(select(Shop).where(Shop.id.in_(ids[start : start + 500]))).all()
    return found


def raises_instead(session: Session):
    for shop in session.scalars(select(Shop).options(raiseload(Shop.city))):
        shop.name


def unique_all(session: Session):
    for shop in session.query(Shop).options(joinedload(Shop.orders), joinedload(Shop.city)).all():
        shop.city.name, [it.number for it in shop.orders]


def assign_collection(session: Session):
    for shop in session.scalars(select(Shop)).all():
        shop.orders = [Order(id=shop.id + 1000, number=7)]


def assign_parent(session: Session):
    first = session.scalars(select(Shop)).first()
    for order in session.scalars(select(Order)).all():
        order.shop = first
    session.flush()


def collection_tested(session: Session):
    return [shop.name for shop in session.query(Shop) if shop.orders]


def collection_searched(session: Session):
    order = session.query(Order).order_by(Order.id.desc()).first()
    return any(order in shop.orders for shop in session.query(Shop))


def sorted_by_relation(session: Session):
    return sorted(session.query(Shop).all(), key=lambda it: it.city.name)


def mapped(session: Session):
    return list(map(lambda it: it.city.name, session.query(Shop)))


def in_dict(session: Session):
    shops = {shop.id: shop for shop in session.query(Shop)}
    return [shop.city.name for shop in shops.values()]


def read_as_text(session: Session):
    return [f"{shop}" for shop in session.query(Shop)]


def told_as_text_loaded(session: Session):
    return [str(shop) for shop in session.query(Shop).options(joinedload(Shop.city))]


def by_name(session: Session):
    return [getattr(shop, "city") for shop in session.query(Shop)]


def _shops(session):
    return session.query(Shop)


def _shops_with_city(session):
    return _shops(session).options(joinedload(Shop.city))


def of_helper(session: Session):
    return [shop.city.name for shop in _shops(session)]


def of_helper_loaded(session: Session):
    return [shop.city.name for shop in _shops_with_city(session).filter(Shop.id > 0).all()]


def _each_shop(session):
    for shop in session.scalars(select(Shop)):
        yield shop


def of_generator(session: Session):
    for shop in _each_shop(session):
        shop.city.name


class Shops:
    def __init__(self, session):
        self.session = session

    def all(self, *options):
        return self.session.scalars(select(Shop).options(*options)).all()

    def named(self, name):
        return self.session.scalars(select(Shop).where(Shop.name == name)).one_or_none()


def of_repository(session: Session):
    return [shop.city.name for shop in Shops(session).all()]


def of_repository_loaded(session: Session):
    return [shop.city.name for shop in Shops(session).all(joinedload(Shop.city))]


def repository_each(session: Session, ids):
    shops = Shops(session)
    return [shops.named(f"shop {it}") for it in ids]


def read_twice(session: Session):
    shops = session.scalars(select(Shop).options(selectinload(Shop.orders))).all()
    first = [len(shop.orders) for shop in shops]
    return first + [shop.orders[0].number for shop in shops]


def in_one_page(session: Session):
    for shop in session.query(Shop).options(selectinload(Shop.orders)).order_by(Shop.id)[0:1000]:
        shop.orders


def get_with_options(session: Session, ids):
    shop = session.get(Shop, 1, options=[selectinload(Shop.orders)])
    return [order.number for order in shop.orders]


def of_one_row(session: Session):
    shop = session.scalars(select(Shop).limit(1)).one()
    return shop.city.name, [order.number for order in shop.orders]


def of_subquery(session: Session):
    some = select(Shop.id).where(Shop.name != "x").subquery()
    return session.scalars(select(Order).where(Order.shop_id.in_(select(some.c.id)))).all()


def loaded_since(session: Session):
    shops = session.scalars(select(Shop)).all()
    session.scalars(
        select(Shop).options(selectinload(Shop.orders)).execution_options(populate_existing=True)
    ).all()
    return [shop.name for shop in shops]


def mappings_of_columns(session: Session):
    return [it["name"] for it in session.execute(select(Shop.name, Shop.id)).mappings()]


def grouped(session: Session):
    return {name: number for name, number in session.query(Shop.name, func.count()).group_by(Shop.name)}


def rows_of_one_parent(session: Session):
    for order in session.scalars(select(Order).where(Order.shop_id == 1)):
        print(order.shop.name)


def rows_of_one_parent_by_relation(session: Session):
    shop = session.get(Shop, 1)
    for order in session.scalars(select(Order).where(Order.shop == shop)).all():
        print(order.shop.name)


def rows_of_some_parents(session: Session):
    for order in session.scalars(select(Order).where(Order.shop_id > 0)):
        print(order.shop.name)


def nested_rows(session: Session):
    for shop in session.query(Shop).options(selectinload(Shop.orders)):
        for order in shop.orders:
            session.query(Log).filter(Log.id == order.number).count()


def updates_by_list(session: Session, ids):
    session.execute(update(Shop), [{"id": it, "name": "x"} for it in ids])


def bulk_in_one(session: Session, ids):
    session.bulk_insert_mappings(Log, [{"line": str(it)} for it in ids])


def unit_of_work_with_lookup(session: Session, ids):
    known = {it.id: it for it in session.scalars(select(Shop).where(Shop.id.in_(ids)))}
    for it in ids:
        known[it].name = "y"
        session.add(known[it])
    session.commit()


def get_or_create_each(session: Session, ids):
    for it in ids:
        if session.scalar(select(Log).where(Log.line == str(it))) is None:
            session.add(Log(id=it, line=str(it)))


# A second time over the same rows: counting begins with `yield`


def twice_over_a_list(session: Session):
    shops = session.scalars(select(Shop)).all()
    for shop in shops:
        shop.city.name
    yield
    for shop in shops:
        shop.city.id


def twice_over_a_query(session: Session):
    shops = session.query(Shop)
    for shop in shops:
        shop.city.name
    yield
    for shop in shops:
        shop.city.id


def twice_over_collections(session: Session):
    shops = session.scalars(select(Shop)).all()
    for shop in shops:
        for order in shop.orders:
            order.number
    yield
    for shop in shops:
        len(shop.orders)


def committed_in_between(session: Session):
    shops = session.scalars(select(Shop)).all()
    for shop in shops:
        shop.city.name
    session.commit()
    yield
    for shop in shops:
        shop.city


def some_of_them_before(session: Session):
    shops = session.scalars(select(Shop)).all()
    for shop in shops:
        if shop.id > 1000:
            shop.city.name
    yield
    for shop in shops:
        shop.city.id


def left_at_the_first(session: Session):
    shops = session.scalars(select(Shop)).all()
    for shop in shops:
        shop.city.name
        if shop.id:
            break
    yield
    for shop in shops:
        shop.city.id


def looked_at_before_by_another(session: Session):
    shops = session.scalars(select(Shop)).all()
    [it.place for it in shops]
    yield
    for shop in shops:
        shop.city.id


def another_relation(session: Session):
    shops = session.scalars(select(Shop)).all()
    for shop in shops:
        shop.city.name
    yield
    for shop in shops:
        shop.orders[:1]


def other_rows(session: Session):
    shops = session.scalars(select(Shop)).all()
    for shop in shops:
        shop.orders[:1]
    session.expunge_all()
    yield
    for shop in session.scalars(select(Shop)).all():
        shop.orders[:1]
