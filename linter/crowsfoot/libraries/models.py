"""Models: the classes that stand for tables, as their libraries read them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

FieldKind = Literal[
    "column",
    "one",  # a relation to at most one row: a foreign key, or the other side of a one-to-one
    "many",  # a relation to many rows
]
# How a relation is loaded where no query says otherwise.
Loading = Literal["lazy", "eager", "dynamic", "raises", "none", "each"]


class Field(msgspec.Struct, frozen=True):
    """One attribute of a model that the database knows."""

    name: str
    kind: FieldKind
    target: str | None = None  # the id of the model that a relation leads to
    stored: bool = True  # the table of this model has the column: False for the far side of a relation
    columns: tuple[str, ...] = ()  # of this table, the database's names: "author_id"
    # The attributes that hold a stored relation's key without a query: ("author_id",)
    key_attributes: tuple[str, ...] = ()
    back: str | None = None  # the field of target that leads back
    unique: bool = False
    nullable: bool = False
    deferred: bool = False  # loaded only when it is read
    loading: Loading = "lazy"
    through: str | None = None  # the id or name of the model between the two sides
    inherited: bool = False  # of a parent model, of which the row is a row as well
    cascades: bool = False  # to delete the row loads and deletes what it leads to, one by one


class Model(msgspec.Struct, frozen=True, eq=False):
    """A class that stands for a table. id is "module.Class"; cls the class, as link.code knows it."""

    id: str
    name: str
    library: str
    table: str
    fields: Mapping[str, Field]
    cls: Any = None
    primary_key: tuple[str, ...] = ("id",)  # names of fields
    ordered: bool = False  # rows come in an order without being asked: Meta.ordering
    abstract: bool = False
    users: bool = False  # it derives from Django's abstract model of users

    @property
    def head(self) -> tuple[object, ...]:
        """What tells it from others of its name."""
        return self.id, self.library, self.abstract, self.users, self.cls is None

    def forget(self) -> None:
        """Forget what was found out of it while the program was evaluated."""

    @property
    def key_attributes(self) -> frozenset[str]:
        """The attributes that hold the keys of its relations."""
        return frozenset(name for it in self.fields.values() for name in it.key_attributes)


class Models:
    """All models of a project."""

    def __init__(self, models: Iterable[Model] = ()) -> None:
        self._by_id: dict[str, Model] = {}
        self._by_name: dict[str, list[Model]] = {}
        self._by_relation: dict[str, list[tuple[Model, Field]]] = {}
        self._by_field: dict[str, list[Model]] = {}  # once it is asked for
        for model in models:
            self.add(model)

    def add(self, model: Model) -> None:
        self._by_id[model.id] = model
        self._by_field.clear()
        self._by_name.setdefault(model.name.lower(), []).append(model)
        for field in model.fields.values():
            if field.kind != "column" and not field.inherited:
                self._by_relation.setdefault(field.name, []).append((model, field))

    @property
    def by_id(self) -> Mapping[str, Model]:
        """All of them."""
        return self._by_id

    def get(self, id: str | None) -> Model | None:
        return self._by_id.get(id or "")

    def added(self) -> Iterator[Model]:
        """All that were added, those included that have the id of another."""
        for models in self._by_name.values():
            yield from models

    def named(self, name: str) -> list[Model]:
        """Those with that class name, whatever its case.

        Of several, only their heads may be looked at (see Model.head): what else they say is asked of get().
        """
        return self._by_name.get(name.lower(), [])

    def with_relation(self, name: str) -> list[tuple[Model, Field]]:
        """The relations of that name; of several, only the heads of their models may be looked at."""
        return self._by_relation.get(name, [])

    def with_field(self, name: str) -> list[Model]:
        """Those that have a field of that name; of several, only the heads may be looked at."""
        if not self._by_field:
            for model in self._by_id.values():
                for field in model.fields:
                    self._by_field.setdefault(field, []).append(model)
        return self._by_field.get(name, [])

    def has_column(self, name: str) -> bool:
        """Whether some model has a column of that name: what is called so need not be a relation."""
        self.with_relation(name)  # what is no relation now, and would be one then, has been looked at as well
        return any(it.fields[name].kind == "column" for it in self.with_field(name))

    def of_users(self) -> list[Model]:
        """Those that Django may take for its users; only the heads may be looked at."""
        return [it for it in self._by_id.values() if it.users]

    def of_libraries(self, *libraries: str) -> list[Model]:
        """Those that one of the libraries has declared."""
        return [it for it in self._by_id.values() if it.library in libraries]

    def declares(self, library: str) -> bool:
        """Whether there is a model of that library."""
        return any(it.library == library for it in self._by_id.values())

    def target(self, field: Field) -> Model | None:
        return self.get(field.target)
