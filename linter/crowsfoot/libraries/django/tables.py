"""The models of Django -> the tables that it makes of them.

Source: BaseDatabaseSchemaEditor of django/db/backends/base/schema.py, and the editor of each database.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import builtin, constraint_names, names
from crowsfoot.libraries.django.column_types import key_type, type_of
from crowsfoot.libraries.django.columns import Made, column
from crowsfoot.libraries.django.fields import MANY, DjangoField, called_as
from crowsfoot.libraries.django.meta_indexes import indexes_of
from crowsfoot.libraries.django.models import LIBRARY_NAME, DjangoModel, _meta
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import Args, Built, Class, Object
from crowsfoot.libraries.tables import (
    ColumnDef,
    ForeignKeyDef,
    IndexDef,
    KeyDef,
    Reading,
    Spot,
    TableDef,
    resolved,
)

# Bases that bring no column.
_BARE: Final = ("django.db.models", "builtins.", "typing.", "abc.", "django.contrib.gis.db.models")


def tables(reading: Reading) -> list[TableDef]:
    """All tables of the models, and of those of Django itself that they refer to."""
    found: dict[str, TableDef] = {}
    keys = _keys_of_apps(reading)
    models = [it for it in reading.models.of_libraries(LIBRARY_NAME) if isinstance(it, DjangoModel)]
    for model in models:
        if isinstance(model.cls, Class) and not model.abstract and not model.proxy:
            made = _Table(model, reading, keys)
            for table in made.tables():
                found.setdefault(table.id, table)
    wanted = {fk.target for table in found.values() for fk in table.foreign_keys}
    for model in models:
        if model.cls is None and model.id in wanted:
            spot = next(fk.spot for it in found.values() for fk in it.foreign_keys if fk.target == model.id)
            found[model.id] = _of_django(model, spot, reading.provider)
    everything = resolved(found.values(), "integer")
    return [_with_like_indexes(it, reading.provider) for it in everything]


def _keys_of_apps(reading: Reading) -> dict[str, str]:
    """The default_auto_field of applications, by their folders."""
    found = {}
    for it in (*reading.heirs("django.apps.AppConfig"), *reading.heirs("django.apps.config.AppConfig")):
        said = names.text(reading.at(it).attributes(it).get("default_auto_field"))
        if said is not None:
            found[it.path.rpartition("/")[0]] = said
    return found


class _Table:
    """One model on its way."""

    def __init__(self, model: DjangoModel, reading: Reading, keys: Mapping[str, str]) -> None:
        self.keys = keys  # of the applications that say it, by their folders
        cls = model.cls
        assert isinstance(cls, Class)
        self.model = model
        self.cls = cls
        self.reading = reading
        self.provider = reading.provider
        self.at = reading.at(cls)
        self.line = self.at.lineage(cls)
        self.meta = _meta(cls, self.line, self.at)
        self.made: dict[str, Made] = {}
        self.many: dict[str, tuple[Object, Spot]] = {}
        self.complete = True
        self._collect()

    def tables(self) -> Iterator[TableDef]:
        columns = tuple(it.column for it in self.made.values())
        by_field = {it.column.field: it.column.name for it in self.made.values()}
        by_field |= {it.column.name: it.column.name for it in self.made.values()}
        by_field["pk"] = next((it.column.name for it in self.made.values() if it.primary), "id")
        of_meta = list(indexes_of(self.meta, self._meta_class(), self.model.table, by_field, self.reading))
        yield TableDef(
            self.model.id,
            self.model.table,
            self.model.name,
            self.reading.spot(self.cls),
            "django",
            columns,
            (
                *self._indexes(),
                *(it for it in of_meta if it is not None),
            ),
            tuple(self._foreign_keys()),
            # Tables that others make are often views, and nothing that Django says of them creates anything.
            kind="view" if names.truth(self.meta.get("managed")) is False else "table",
            complete=self.complete and None not in of_meta,
        )
        for name, (value, spot) in self.many.items():
            if (join := self._join(name, value, spot)) is not None:
                yield join

    def _collect(self) -> None:
        """The fields, those of abstract bases included; a base with a table of its own gives a key to it."""
        parents = self._parents()
        beyond = {it for parent in parents for it in self.reading.at(parent).lineage(parent)}
        for it in reversed(self.line):
            if it in beyond:
                continue
            if isinstance(it, str):
                self._external(it)
                continue
            at = self.reading.at(it)
            for name, value in at.attributes(it).items():
                self.made.pop(name, None)  # `name = None` takes a field away
                self.many.pop(name, None)
                spot = self.reading.spot(it, name)
                made = column(name, value, spot, self.provider, at)
                if made is not None:
                    self.made[name] = made
                    continue
                kind, _ = called_as(value, at)
                if kind is not None and dotted.last(kind).endswith(MANY):
                    self.many[name] = (value, spot)
        self._add_primary(parents)
        if "order_with_respect_to" in self.meta:
            spot = self.reading.spot(self.cls)
            order = ColumnDef("_order", "_order", spot, type_of("OrderWrt", self.provider))
            self.made["_order"] = Made(order)

    def _parents(self) -> list[Class]:
        found: list[Class] = []
        for id in self.model.parents:
            cls = next((it for it in names.classes(self.line) if names.id_of(it) == id), None)
            if cls is not None and not any(cls in self.reading.at(other).lineage(other) for other in found):
                found.append(cls)
        return found

    def _external(self, base: str) -> None:
        known = _COLUMNS.get(base)
        if known is None:
            self.complete = self.complete and base.startswith(_BARE)
            return
        spot = self.reading.spot(self.cls)
        for name, (kind, length, options) in known.items():
            made = ColumnDef(name, name, spot, type_of(kind, self.provider, length), "null" in options)
            self.made[name] = Made(made, unique="unique" in options)
        if "is_superuser" in known:
            many = Built("django.db.models.ManyToManyField", Args())
            self.many.update(dict.fromkeys(("groups", "user_permissions"), (many, spot)))

    def _add_primary(self, parents: list[Class]) -> None:
        if any(it.primary for it in self.made.values()):
            return
        if parents:
            link = next((it for it in self.made.values() if it.parent_link), None)
            if link is not None:
                self.made[link.column.field] = msgspec.structs.replace(link, primary=True)
                return
            links: dict[str, Made] = {}
            for parent in parents:
                name = f"{parent.name.lower()}_ptr"
                made = ColumnDef(f"{name}_id", name, self.reading.spot(self.cls))
                links[name] = Made(
                    made, True, not links, is_key=True, one_to_one=True, on_delete="Cascade", parent_link=True
                )
            self.made = {**links, **self.made}
            return
        if any(it in builtin.CONCRETE for it in names.outside(self.line)):
            return
        kind = self._auto_field()
        spot = self.reading.spot(self.cls)
        made = ColumnDef(
            "id",
            "id",
            spot,
            type_of(kind, self.provider),
            generated="AutoField" in kind,
            key_type=key_type(kind, self.provider),
        )
        self.made = {"id": Made(made, True, True), **self.made}

    def _auto_field(self) -> str:
        """https://docs.djangoproject.com/en/stable/ref/settings/#default-auto-field"""
        app = self.cls.path.rpartition("/")[0]
        folders = [app[:end] for end in range(len(app), 0, -1) if end == len(app) or app[end] == "/"]
        found = next((self.keys[it] for it in folders if it in self.keys), None)
        found = found or names.text(self.reading.setting("DEFAULT_AUTO_FIELD"))
        return dotted.last(found) if found else "AutoField"

    def _indexes(self) -> Iterator[IndexDef]:
        table = self.model.table
        for name, it in self.made.items():
            keys = (KeyDef(it.column.name),)
            spot = it.column.spot
            if it.primary:
                yield IndexDef(keys, spot, f"the primary key {name}", None, True, True, on_field=True)
            elif it.unique:
                word = "OneToOneField" if it.one_to_one else "unique=True on"
                yield IndexDef(keys, spot, f"{word} {name}", unique=True, on_field=True)
            elif it.indexed and not (it.is_key and it.constraint and self.provider == "mysql"):
                yield IndexDef(
                    keys,
                    spot,
                    f"the index of {'ForeignKey' if it.is_key else 'SlugField'} {name}"
                    if it.indexed_by_default
                    else f"db_index=True on {name}",
                    constraint_names.made_for(table, [it.column.name], "", self.provider),
                    on_field=True,
                    implied=it.indexed_by_default,
                    refused_by=f"db_index=False on {name}" if it.indexed_by_default else None,
                )

    def _foreign_keys(self) -> Iterator[ForeignKeyDef]:
        for name, it in self.made.items():
            if it.is_key and (target := self._target(name, it)) is not None:
                yield ForeignKeyDef(
                    (it.column.name,),
                    target,
                    it.column.spot,
                    (it.to_field,) if it.to_field else (),
                    it.on_delete,
                    on_delete_written=True,
                    by_library=it.by_library,
                    enforced=it.constraint,
                    # DEFERRABLE INITIALLY DEFERRED, where the database knows that.
                    deferrable=True,
                )

    def _target(self, name: str, it: Made) -> str | None:
        field = self.model.fields.get(name)
        if field is not None and field.target is not None:
            return field.target
        return next(
            (names.id_of(parent) for parent in self._parents() if f"{parent.name.lower()}_ptr" == name), None
        )

    def _join(self, name: str, value: Object, spot: Spot) -> TableDef | None:
        """The table of a ManyToManyField without a model between."""
        _, args = called_as(value, self.at)
        field = self.model.fields.get(name)
        if args.get(None, "through") is not None or not isinstance(field, DjangoField) or not field.target:
            return None
        target = self.reading.models.get(field.target)
        if target is None:
            return None
        ours, theirs = self.model.name.lower(), target.name.lower()
        if ours == theirs:
            ours, theirs = f"from_{ours}", f"to_{theirs}"
        table = names.text(args.get(None, "db_table")) or constraint_names.shortened(
            f"{self.model.table}_{name}", self.provider
        )
        made = type_of(self._auto_field(), self.provider)
        columns = (f"{ours}_id", f"{theirs}_id")
        enforced = names.truth(args.get(None, "db_constraint")) is not False
        indexes = [
            IndexDef((KeyDef("id"),), spot, "its primary key", unique=True, primary=True),
            IndexDef(
                tuple(KeyDef(it) for it in columns),
                spot,
                "its unique key",
                constraint_names.made_for(table, columns, "_uniq", self.provider),
                unique=True,
            ),
        ]
        if not (enforced and self.provider == "mysql"):
            indexes += [
                IndexDef(
                    (KeyDef(it),),
                    spot,
                    f"the index of {it}",
                    constraint_names.made_for(table, [it], "", self.provider),
                    on_field=True,
                    implied=True,
                )
                for it in columns
            ]
        return TableDef(
            f"{self.model.id}.{name}",
            table,
            f"{self.model.name}.{name}",
            spot,
            "django",
            (
                ColumnDef("id", "id", spot, made, generated=True),
                *(ColumnDef(it, it.removesuffix("_id"), spot) for it in columns),
            ),
            tuple(indexes),
            tuple(
                ForeignKeyDef(
                    (it,),
                    to,
                    spot,
                    (),
                    "Cascade",
                    on_delete_written=False,
                    by_library=True,
                    enforced=enforced,
                )
                for it, to in zip(columns, (self.model.id, target.id), strict=True)
            ),
            kind="join",
        )

    def _meta_class(self) -> Class | None:
        """The class that says what holds, for places."""
        for it in names.classes(self.line):
            meta = self.reading.at(it).attributes(it).get("Meta")
            if isinstance(meta, Class):
                return meta
        return None


def _of_django(model: Model, spot: Spot, provider: str) -> TableDef:
    """A table that Django brings, as far as others refer to it."""
    key = "session_key" if model.id.endswith(".Session") else "id"
    made = type_of("CharField", provider, 40) if key != "id" else type_of("AutoField", provider)
    return TableDef(
        model.id,
        model.table,
        model.name,
        spot,
        "django",
        (ColumnDef(key, key, spot, made, generated=key == "id"),),
        (IndexDef((KeyDef(key),), spot, "its primary key", unique=True, primary=True),),
        complete=False,
        ignored=True,
    )


def _with_like_indexes(table: TableDef, provider: str) -> TableDef:
    """PostgreSQL gets a second index for LIKE on each text that has one, unique or not."""
    if provider != "postgresql" or table.ignored:
        return table
    types = {it.name: it.type or "" for it in table.columns}
    more = []
    for it in table.indexes:
        single = it.keys[0].column if len(it.keys) == 1 and it.on_field else None
        type = types.get(single or "", "")
        if single is None or "[" in type or not type.startswith(("varchar", "text")):
            continue
        name = constraint_names.made_for(table.name, [single], "_like", provider)
        opclass = "varchar_pattern_ops" if type.startswith("varchar") else "text_pattern_ops"
        key = KeyDef(single, opclass=opclass)
        more.append(IndexDef((key,), it.spot, f"the index for LIKE of {single}", name, implied=True))
    return msgspec.structs.replace(table, indexes=(*table.indexes, *more)) if more else table


# The columns of the bases that Django offers: kind, length, what else.
_BASE_USER: Final[Mapping[str, tuple[str, int | None, tuple[str, ...]]]] = {
    "password": ("CharField", 128, ()),
    "last_login": ("DateTimeField", None, ("null",)),
}
_PERMISSIONS: Final[Mapping[str, tuple[str, int | None, tuple[str, ...]]]] = {
    "is_superuser": ("BooleanField", None, ()),
}
_USER: Final[Mapping[str, tuple[str, int | None, tuple[str, ...]]]] = {
    **_BASE_USER,
    **_PERMISSIONS,
    "username": ("CharField", 150, ("unique",)),
    "first_name": ("CharField", 150, ()),
    "last_name": ("CharField", 150, ()),
    "email": ("EmailField", 254, ()),
    "is_staff": ("BooleanField", None, ()),
    "is_active": ("BooleanField", None, ()),
    "date_joined": ("DateTimeField", None, ()),
}
_COLUMNS: Final[Mapping[str, Mapping[str, tuple[str, int | None, tuple[str, ...]]]]] = {
    "django.contrib.auth.models.AbstractUser": _USER,
    "django.contrib.auth.models.AbstractBaseUser": _BASE_USER,
    "django.contrib.auth.base_user.AbstractBaseUser": _BASE_USER,
    "django.contrib.auth.models.PermissionsMixin": _PERMISSIONS,
}
