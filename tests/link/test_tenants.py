"""Database.tenancy: the column that says whose row it is, where that can be known."""

from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.link.project import Database


def schema(scoped: int, others: int = 0, column: str = "tenantId", tenant: str | None = None) -> Database:
    """Tables with a required column that refers to Tenant, and tables without."""
    fields = "".join(f"  s{it} S{it}[]\n" for it in range(scoped))
    text = f"model Tenant {{\n  id Int @id\n{fields}}}\n"
    for it in range(scoped):
        text += (
            f'model S{it} {{\n  id Int @id\n  {column} Int @map("tenant_no")\n'
            f"  tenant Tenant @relation(fields: [{column}], references: [id])\n}}\n"
        )
    text += "".join(f"model O{it} {{\n  id Int @id\n}}\n" for it in range(others))
    (database,) = link([("a.prisma", prisma.read(text))], tenant_column=tenant).databases
    return database


def test_a_column_that_most_tables_have_is_the_tenant() -> None:
    database = schema(scoped=5, others=4)
    tenancy = database.tenancy
    assert tenancy is not None
    assert (tenancy.name, tenancy.configured, tenancy.target) == (
        "tenantId",
        False,
        database.tables["Tenant"],
    )
    assert list(tenancy.columns) == ["S0", "S1", "S2", "S3", "S4"]
    assert tenancy.column(database.tables["O0"]) is None


def test_three_tables_are_too_few() -> None:
    assert schema(scoped=3).tenancy is None
    assert schema(scoped=4).tenancy is not None


def test_half_of_the_tables_are_too_few() -> None:
    assert schema(scoped=5, others=5).tenancy is None
    assert schema(scoped=5, others=4).tenancy is not None


def test_a_name_that_means_no_customer_is_not_taken_for_one() -> None:
    assert schema(scoped=6, column="ownerId").tenancy is None
    for name in ("organizationId", "organisation_id", "orgId", "workspaceId", "teamId", "accountId"):
        assert schema(scoped=6, column=name).tenancy is not None, name


def test_the_configuration_names_it_by_field_or_by_column() -> None:
    for name in ("ownerId", "tenant_no"):
        tenancy = schema(scoped=1, others=9, column="ownerId", tenant=name).tenancy
        assert tenancy is not None
        assert (tenancy.name, tenancy.configured, list(tenancy.columns)) == ("ownerId", True, ["S0"])


def test_a_configured_name_that_no_table_has_makes_no_tenants() -> None:
    assert schema(scoped=6, tenant="customerId").tenancy is None


def test_two_tables_that_the_column_refers_to_leave_the_target_open() -> None:
    text = (
        "model A {\n id Int @id\n tenantId Int\n t T @relation(fields: [tenantId], references: [id])\n}\n"
        "model B {\n id Int @id\n tenantId Int\n u U @relation(fields: [tenantId], references: [id])\n}\n"
        "model T {\n id Int @id\n a A[]\n}\nmodel U {\n id Int @id\n b B[]\n}\n"
    )
    (database,) = link([("a.prisma", prisma.read(text))], tenant_column="tenantId").databases
    assert database.tenancy is not None
    assert database.tenancy.target is None
