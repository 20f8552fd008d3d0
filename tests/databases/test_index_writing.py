"""How an index that is to be is written, in the words of whoever declares the table."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from crowsfoot.config import Config
from crowsfoot.databases.index_sql import scripts
from crowsfoot.databases.index_use import Part, part
from crowsfoot.databases.index_writing import Proposal, declaration, fix
from crowsfoot.discover import Discovery, standard_input
from crowsfoot.finding import Safety
from crowsfoot.link.project import Table
from crowsfoot.run import analyse

from ..postgres import Postgres

PRISMA = """datasource db {
  provider = "postgresql"
}
generator client {
  provider = "prisma-client-js"
}
model Order {
  id        Int       @id
  tenantId  Int       @map("tenant_id")
  email     String
  createdAt DateTime  @map("created_at")
  deletedAt DateTime? @map("deleted_at")
  @@index([tenantId])
  @@map("orders")
}
"""
PREVIEW = PRISMA.replace('client-js"', 'client-js"\n  previewFeatures = ["partialIndexes"]')
DJANGO = """from django.db import models

class Order(models.Model):
    tenant = models.IntegerField(db_column="tenant_id")
    email = models.TextField()
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "shop"
        db_table = "orders"
"""
SQLALCHEMY = """from datetime import datetime
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_engine("postgresql://localhost/shop")

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    email: Mapped[str]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
"""
PEEWEE = """from peewee import CharField, DateTimeField, IntegerField, Model, PostgresqlDatabase

database = PostgresqlDatabase("shop")

class Order(Model):
    tenant_id = IntegerField()
    email = CharField()
    created_at = DateTimeField()
    deleted_at = DateTimeField(null=True)

    class Meta:
        database = database
        table_name = "orders"
"""
TORTOISE = """from tortoise import fields
from tortoise.models import Model

class Order(Model):
    id = fields.IntField(primary_key=True)
    tenant_id = fields.IntField()
    email = fields.TextField()
    created_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "orders"
"""
SQL = (
    'CREATE TABLE "orders" ("id" int PRIMARY KEY, "tenant_id" int NOT NULL, "email" text NOT NULL,'
    ' "created_at" timestamptz NOT NULL, "deleted_at" timestamptz);\n'
)
OWNERS: Mapping[str, Mapping[str, str]] = {
    "prisma": {"schema.prisma": PRISMA},
    "prisma-preview": {"schema.prisma": PREVIEW},
    "django": {
        "shop/models.py": DJANGO,
        "settings.py": 'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}\n',
    },
    "sqlalchemy": {"shop.py": SQLALCHEMY},
    "peewee": {"shop.py": PEEWEE},
    "tortoise": {"shop.py": TORTOISE},
    "supabase": {"supabase/migrations/20240101000000_orders.sql": SQL},
}


def orders(files: Mapping[str, str]) -> Table:
    discovery = Discovery(root=Path.cwd())
    for path, text in files.items():
        discovery = standard_input(discovery, text.encode(), Path(path))
    (database,) = analyse(discovery, Config(dialect="postgresql")).databases
    (table,) = [it for it in database.tables.values() if it.name == "orders"]
    return table


def proposals(table: Table) -> dict[str, Proposal]:
    def key(column: str, *, descending: bool = False, nulls: str | None = None) -> Part:
        return part(column, table.database.provider, descending=descending, nulls=nulls)

    return {
        "one": Proposal(table, (key("email"),)),
        "two": Proposal(table, (key("tenant_id"), key("created_at"))),
        "descending": Proposal(table, (key("tenant_id"), key("created_at", descending=True))),
        "nulls": Proposal(table, (key("created_at", descending=True, nulls="last"),)),
        "live": Proposal(table, (key("tenant_id"),), null=("deleted_at",)),
        "covering": Proposal(table, (key("tenant_id"),), include=("email",)),
        "lower": Proposal(table, (), function=("lower", "email")),
    }


WRITTEN = {
    "prisma": {
        "one": "@@index([email])",
        "two": "@@index([tenantId, createdAt])",
        "descending": "@@index([tenantId, createdAt(sort: Desc)])",
        "nulls": "CREATE INDEX ON orders (created_at DESC NULLS LAST)",
        "live": "CREATE INDEX ON orders (tenant_id) WHERE deleted_at IS NULL",
        "covering": "CREATE INDEX ON orders (tenant_id) INCLUDE (email)",
        "lower": "CREATE INDEX ON orders ((lower(email)))",
    },
    "prisma-preview": {"live": '@@index([tenantId], where: raw("\\"deleted_at\\" IS NULL"))'},
    "django": {
        "one": 'models.Index(fields=["email"])',
        "two": 'models.Index(fields=["tenant", "created_at"])',
        "descending": 'models.Index(fields=["tenant", "-created_at"])',
        "nulls": 'models.Index(F("created_at").desc(nulls_last=True), name="orders_created_at_idx")',
        "live": 'models.Index(fields=["tenant"], condition=Q(deleted_at__isnull=True), name="orders_tenant_id_idx")',
        "covering": 'models.Index(fields=["tenant"], include=["email"], name="orders_tenant_id_idx")',
        "lower": 'models.Index(Lower("email"), name="orders_lower_email_idx")',
    },
    "sqlalchemy": {
        "one": "index=True to email",
        "two": 'Index("ix_orders_tenant_id_created_at", "tenant_id", "created_at")',
        "descending": 'Index("ix_orders_tenant_id_created_at", "tenant_id", text("created_at DESC"))',
        "nulls": 'Index("ix_orders_created_at", text("created_at DESC NULLS LAST"))',
        "live": 'Index("ix_orders_tenant_id", "tenant_id", postgresql_where=text("deleted_at IS NULL"))',
        "covering": 'Index("ix_orders_tenant_id", "tenant_id", postgresql_include=["email"])',
        "lower": 'Index("ix_orders_lower_email", text("lower(email)"))',
    },
    "tortoise": {
        "one": "db_index=True to email",
        "two": 'Index(fields=["tenant_id", "created_at"])',
        "descending": "CREATE INDEX ON orders (tenant_id, created_at DESC)",
        "live": "CREATE INDEX ON orders (tenant_id) WHERE deleted_at IS NULL",
    },
    "peewee": {
        "one": "index=True to email",
        "two": '(("tenant_id", "created_at"), False) to Meta.indexes',
        "descending": "Order.add_index(Order.tenant_id, Order.created_at.desc())",
        "nulls": "CREATE INDEX ON orders (created_at DESC NULLS LAST)",
        "live": "Order.add_index(Order.tenant_id, where=Order.deleted_at.is_null())",
        "lower": "Order.add_index(fn.lower(Order.email))",
    },
    "supabase": {"two": "CREATE INDEX ON orders (tenant_id, created_at)"},
}


@pytest.mark.parametrize("owner", WRITTEN)
def test_an_index_is_written_as_the_owner_of_the_table_would(owner: str) -> None:
    found = {name: declaration(it) for name, it in proposals(orders(OWNERS[owner])).items()}
    assert {name: found[name] for name in WRITTEN[owner]} == WRITTEN[owner]


def test_a_line_of_a_prisma_schema_is_an_edit_and_sql_is_help() -> None:
    wanted = proposals(orders(OWNERS["prisma"]))
    line, help = fix(wanted["two"]), fix(wanted["live"])
    assert line is not None
    assert line.safety is Safety.SAFE
    assert [it.text.strip() for it in line.edits] == ["@@index([tenantId, createdAt])"]
    assert help is not None
    assert help.safety is Safety.MANUAL
    assert not help.edits
    assert help.snippet.startswith("-- ")


def test_an_index_of_a_prisma_schema_is_replaced_in_its_line() -> None:
    table = orders(OWNERS["prisma"])
    (old,) = [it for it in table.indexes if not it.primary]
    replaced = fix(replace(proposals(table)["two"], replaces=old))
    assert replaced is not None
    (edit,) = replaced.edits
    assert PRISMA[edit.span.start : edit.span.end] == "@@index([tenantId])"
    assert edit.text == "@@index([tenantId, createdAt])"


def test_the_sql_makes_the_same_index_on_postgresql(postgres: Postgres) -> None:
    postgres.run(SQL)
    made = {}
    for name, wanted in proposals(orders(OWNERS["supabase"])).items():
        (script,) = scripts(wanted)
        (statement,) = script.statements
        postgres.run(statement)
        (made[name],) = postgres.run(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE NOT indisprimary AND indrelid = 'orders'::regclass"
        )
        postgres.run(f"DROP INDEX {made[name].split()[2]}")
    assert {name: it.partition(" USING ")[2] for name, it in made.items()} == {
        "one": "btree (email)",
        "two": "btree (tenant_id, created_at)",
        "descending": "btree (tenant_id, created_at DESC)",
        "nulls": "btree (created_at DESC NULLS LAST)",
        "live": "btree (tenant_id) WHERE (deleted_at IS NULL)",
        "covering": "btree (tenant_id) INCLUDE (email)",
        "lower": "btree (lower(email))",
    }


def test_sqlalchemy_makes_the_index_that_is_written_for_it() -> None:
    import sqlalchemy
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex

    names = {"Index": sqlalchemy.Index, "text": sqlalchemy.text}
    made = {}
    for name, wanted in proposals(orders(OWNERS["sqlalchemy"])).items():
        columns = [
            sqlalchemy.Column(it, sqlalchemy.Text)
            for it in ("tenant_id", "email", "created_at", "deleted_at")
        ]
        said = declaration(wanted)
        if not said.startswith("Index("):
            continue
        index = eval(said, dict(names))
        sqlalchemy.Table("orders", sqlalchemy.MetaData(), *columns, index)
        statement = str(CreateIndex(index).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        made[name] = statement.partition(" ON ")[2]
    assert made == {
        "two": "orders (tenant_id, created_at)",
        "descending": "orders (tenant_id, created_at DESC)",
        "nulls": "orders (created_at DESC NULLS LAST)",
        "live": "orders (tenant_id) WHERE deleted_at IS NULL",
        "covering": "orders (tenant_id) INCLUDE (email)",
        "lower": "orders (lower(email))",
    }


def test_sqlalchemy_takes_no_longer_name_than_the_database() -> None:
    table = replace(
        orders({"shop.py": SQLALCHEMY}), name="orders_of_all_the_shops_that_there_are_in_the_world"
    )
    said = declaration(Proposal(table, (part("tenant_id", "postgresql"), part("email", "postgresql"))))
    name = said.split('"')[1]
    assert name.startswith(f"ix_{table.name}_")
    assert len(name) == 63


DJANGO_LISTED = (
    DJANGO
    + """        indexes = [models.Index(fields=["email"])]
"""
)
DJANGO_LINES = (
    DJANGO
    + """        indexes = [
            models.Index(fields=["email"]),
        ]
"""
)
ALCHEMY_LISTED = SQLALCHEMY.replace("import create_engine", "import Index, create_engine") + (
    """    __table_args__ = (Index("by_email", "email"), {"comment": "all of them"})
"""
)
EDITED = {
    "a list on one line": (
        {"shop/models.py": DJANGO_LISTED},
        "two",
        '        indexes = [models.Index(fields=["tenant", "created_at"]), models.Index(fields=["email"])]',
    ),
    "a list of lines": (
        {"shop/models.py": DJANGO_LINES},
        "descending",
        """        indexes = [
            models.Index(fields=["tenant", "-created_at"]),
            models.Index(fields=["email"]),
        ]""",
    ),
    "the arguments of a table": (
        {"shop.py": ALCHEMY_LISTED},
        "two",
        '    __table_args__ = (Index("ix_orders_tenant_id_created_at", "tenant_id", "created_at"), Index("by_email",',
    ),
    "an annotation": ({"shop.py": SQLALCHEMY}, "one", "    email: Mapped[str] = mapped_column(index=True)\n"),
    "a column with arguments": (
        {
            "shop.py": SQLALCHEMY.replace(
                "email: Mapped[str]", 'email: Mapped[str] = mapped_column(comment="of whom")'
            )
        },
        "one",
        '    email: Mapped[str] = mapped_column(comment="of whom", index=True)\n',
    ),
    "a field without arguments": ({"shop.py": PEEWEE}, "one", "    email = CharField(index=True)\n"),
    "a field of Tortoise": ({"shop.py": TORTOISE}, "one", "    email = fields.TextField(db_index=True)\n"),
}
NOT_EDITED = {
    "a field of their own": (
        {
            "shop.py": PEEWEE.replace(
                "class Order", "class MailField(CharField):\n    pass\n\nclass Order"
            ).replace("email = CharField", "email = MailField")
        },
        "one",
    ),
    "no list": ({"shop/models.py": DJANGO}, "two"),
    "a list with a name that is not imported": (
        {"shop.py": ALCHEMY_LISTED.replace("Index, ", "").replace("Index(", "sqlalchemy.Index(")},
        "live",
    ),
    "an argument in brackets": (
        {
            "shop.py": SQLALCHEMY.replace(
                "email: Mapped[str]", 'email: Mapped[str] = mapped_column(comment=("of whom"))'
            )
        },
        "one",
    ),
    "arguments of their own lines": (
        {"shop.py": PEEWEE.replace("email = CharField()", "email = CharField(\n        null=True,\n    )")},
        "one",
    ),
}


@pytest.mark.parametrize("case", EDITED)
def test_an_index_is_put_into_the_class_where_the_place_is_sure(case: str) -> None:
    files, name, line = EDITED[case]
    mended = fix(proposals(orders(files))[name])
    assert mended is not None
    (edit,) = mended.edits
    text = files[edit.span.path]
    edited = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert line in edited
    compile(edited, edit.span.path, "exec")
    assert len(orders({**files, edit.span.path: edited}).indexes) > len(orders(files).indexes)


@pytest.mark.parametrize("case", NOT_EDITED)
def test_no_edit_is_made_where_its_place_is_not_sure(case: str) -> None:
    files, name = NOT_EDITED[case]
    mended = fix(proposals(orders(files))[name])
    assert mended is None or not mended.edits


# Where a migration of each tool stands, and what its file begins with.
TOOLS = {
    "supabase": ("supabase/migrations/20240101000000_orders.sql", ""),
    "dbmate": ("db/migrations/20240101000000_orders.sql", "-- migrate:up\n"),
    "goose": ("migrations/00001_orders.sql", "-- +goose Up\n"),
    "golang-migrate": ("migrations/000001_orders.up.sql", ""),
    "plain": ("migrations/20240101000000_orders.sql", ""),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_an_index_is_built_outside_of_the_transactions_of_the_tool(tool: str) -> None:
    path, head = TOOLS[tool]
    files = {path: f"{head}{SQL}CREATE INDEX old ON orders (tenant_id);\n"}
    table = orders(files)
    history = table.database.history
    assert history is not None
    assert history.tool == tool
    (old,) = [it for it in table.indexes if it.name == "old"]
    made, dropped = scripts(replace(proposals(table)["two"], replaces=old))
    assert "CREATE INDEX CONCURRENTLY" in str(made)
    assert "DROP INDEX CONCURRENTLY" in str(dropped)
    marked = {"dbmate": "-- migrate:up transaction:false", "goose": "-- +goose NO TRANSACTION"}.get(tool, "")
    assert (made.marker, dropped.marker) == (marked, marked)


def test_what_is_to_be_pasted_says_what_it_needs() -> None:
    found = {}
    for owner, name in (
        ("django", "live"),
        ("django", "lower"),
        ("sqlalchemy", "nulls"),
        ("tortoise", "two"),
    ):
        help = fix(proposals(orders(OWNERS[owner]))[name])
        assert help is not None
        found[owner, name] = help.snippet.splitlines()
    assert found == {
        ("django", "live"): [
            "from django.db.models import Q",
            "# in its migration: AddIndexConcurrently, with atomic = False",
            "class Meta:",
            "    indexes = [",
            f"        {WRITTEN['django']['live']},",
            "    ]",
        ],
        ("django", "lower"): [
            "from django.db.models.functions import Lower",
            "# in its migration: AddIndexConcurrently, with atomic = False",
            "class Meta:",
            "    indexes = [",
            f"        {WRITTEN['django']['lower']},",
            "    ]",
        ],
        ("sqlalchemy", "nulls"): [
            "from sqlalchemy import Index, text",
            "# in its migration: postgresql_concurrently=True, in autocommit_block()",
            "__table_args__ = (",
            f"    {WRITTEN['sqlalchemy']['nulls']},",
            ")",
        ],
        ("tortoise", "two"): [
            "from tortoise.indexes import Index",
            "class Meta:",
            "    indexes = [",
            f"        {WRITTEN['tortoise']['two']},",
            "    ]",
        ],
    }
