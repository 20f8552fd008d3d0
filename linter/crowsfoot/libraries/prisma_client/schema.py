"""The databases that Prisma schemas declare -> the models that the client knows, and their accessors."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from crowsfoot.libraries.models import Field, Model, Models

if TYPE_CHECKING:
    from crowsfoot.link.project import Database, ForeignKey, RelationField, Table

LIBRARY_NAME: Final = "prisma"
_MODULE: Final = "prisma.models."


def models_of(databases: Iterable["Database"]) -> list[Model]:
    """The models of all schemas; of two that share a name, the first."""
    found: dict[str, Model] = {}
    for database in databases:
        for table in database.tables.values():
            if table.kind != "join":
                model = _model(table)
                found.setdefault(model.id, model)
    return [*found.values()]


def model_of_accessor(models: Models, accessor: str) -> Model | None:
    """The model that `db.<accessor>` reaches: its name in lower case.

    Source: https://prisma-client-py.readthedocs.io/en/stable/reference/client/
    """
    if accessor != accessor.lower():
        return None
    return next((it for it in models.named(accessor) if it.library == LIBRARY_NAME), None)


def model_of_class(models: Models, name: str) -> Model | None:
    """The model of a class of prisma.models, by its dotted name."""
    return models.get(_MODULE + name.rpartition(".")[2])


def has_schema(models: Models) -> bool:
    """Whether the project has a Prisma schema."""
    return models.declares(LIBRARY_NAME)


def _model(table: "Table") -> Model:
    fields = {
        name: Field(name, "column", columns=(column.name,), nullable=column.nullable)
        for name, column in table.columns.items()
    }
    for it in table.relation_fields:
        fields[it.name] = _relation(table, it)
    key = table.primary_key
    return Model(
        id=_MODULE + table.model,
        name=table.model,
        library=LIBRARY_NAME,
        table=table.name,
        fields=fields,
        primary_key=tuple(column.field for column in key.columns) if key else (),
    )


def _relation(table: "Table", field: "RelationField") -> Field:
    fk = _foreign_key(table, field)
    return Field(
        field.name,
        "many" if field.arity == "list" else "one",
        target=_MODULE + field.type,
        stored=fk is not None,
        columns=tuple(column.name for column in fk.columns) if fk else (),
        key_attributes=tuple(column.field for column in fk.columns) if fk else (),
        nullable=field.arity == "optional",
        loading="none",
    )


def _foreign_key(table: "Table", field: "RelationField") -> "ForeignKey | None":
    return next(
        (it for it in table.foreign_keys if it.relation is not None and it.relation.owner is field), None
    )
