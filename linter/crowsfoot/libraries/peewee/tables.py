"""The models of Peewee -> the tables that create_tables() makes of them.

Source: Field.ddl(), Metadata.fields_to_index() and SchemaManager of peewee 4.5.3. A foreign key has an index
unless it says index=False.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import md5
from typing import Final

from crowsfoot.libraries.calls import is_true, made_by, number, string
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import (
    Args,
    Built,
    Class,
    Constant,
    External,
    Function,
    Many,
    Object,
)
from crowsfoot.libraries.peewee.models import LIBRARY_NAME, ForeignKey
from crowsfoot.libraries.tables import (
    ACTIONS,
    ColumnDef,
    ForeignKeyDef,
    IndexDef,
    KeyDef,
    Reading,
    Spot,
    TableDef,
    resolved,
)

# By the field's class: the type in PostgreSQL, SQLite and MySQL. %n is max_length, %d digits and places.
_TYPES: Final[Mapping[str, tuple[str, str, str]]] = {
    "AutoField": ("integer", "integer", "integer"),
    "PrimaryKeyField": ("integer", "integer", "integer"),
    "BigAutoField": ("bigint", "integer", "bigint"),
    "IdentityField": ("integer", "integer", "integer"),
    "IntegerField": ("integer", "integer", "integer"),
    "BigIntegerField": ("bigint", "integer", "bigint"),
    "SmallIntegerField": ("smallint", "integer", "smallint"),
    "BitField": ("bigint", "integer", "bigint"),
    "IPField": ("bigint", "integer", "bigint"),
    "TimestampField": ("bigint", "integer", "bigint"),
    "BooleanField": ("boolean", "integer", "bool"),
    "CharField": ("varchar(%n)", "varchar(%n)", "varchar(%n)"),
    "FixedCharField": ("char(%n)", "char(%n)", "char(%n)"),
    "TextField": ("text", "text", "text"),
    "FloatField": ("real", "real", "float"),
    "DoubleField": ("double precision", "real", "double precision"),
    "DecimalField": ("numeric(%d)", "decimal(%d)", "numeric(%d)"),
    "DateTimeField": ("timestamp", "datetime", "datetime"),
    "DateField": ("date", "date", "date"),
    "TimeField": ("time", "time", "time"),
    "BlobField": ("bytea", "blob", "blob"),
    "BigBitField": ("bytea", "blob", "blob"),
    "UUIDField": ("uuid", "text", "varchar(40)"),
    "BinaryUUIDField": ("bytea", "uuidb", "varbinary(16)"),
    "JSONField": ("jsonb", "text", "json"),
    # playhouse.postgres_ext
    "BinaryJSONField": ("jsonb", "jsonb", "json"),
    "DateTimeTZField": ("timestamp with time zone", "datetime", "datetime"),
    "TSVectorField": ("tsvector", "text", "text"),
    "HStoreField": ("hstore", "text", "text"),
    "IntervalField": ("interval", "text", "text"),
}
_SERIAL: Final = ("AutoField", "PrimaryKeyField", "BigAutoField", "IdentityField")
_GIN: Final = ("BinaryJSONField", "TSVectorField", "HStoreField", "ArrayField")
_ORDER: Final = {"postgresql": 0, "cockroachdb": 0, "sqlite": 1, "mysql": 2}


def tables(reading: Reading) -> list[TableDef]:
    """All tables; a class that others derive from and that has no columns of its own is a base."""
    found = reading.models.of_libraries(LIBRARY_NAME)
    made: list[TableDef] = []
    for model in found:
        if isinstance(model.cls, Class) and not (reading.heirs(model.cls) and _is_bare(model)):
            made += _Table(model, reading).tables()
    return resolved(made)


def _is_bare(model: Model) -> bool:
    """Whether a class is only there to be derived from: nothing but a database, or columns that all share."""
    return all(it.name == "id" or not it.stored for it in model.fields.values())


class _Table:
    """One model on its way."""

    def __init__(self, model: Model, reading: Reading) -> None:
        cls = model.cls
        assert isinstance(cls, Class)
        self.model = model
        self.cls = cls
        self.reading = reading
        self.at = reading.at(cls)
        self.line = [cls, *(it for it in self.at.bases(cls) if isinstance(it, Class))]
        self.meta = self._meta()
        self.values = self._values()
        self.name = self._name()

    def tables(self) -> Iterator[TableDef]:
        columns, indexes, keys = [], [], []
        primary = self.model.primary_key
        for name, field in self.model.fields.items():
            value, spot = self.values.get(name, (None, self.reading.spot(self.cls)))
            if not field.stored or (name not in self.values and name != "id"):
                continue
            args = value.args if isinstance(value, Built) else Args()
            kind = made_by(value)
            if kind == "ManyToManyField":
                continue
            columns.append(self._column(field, kind, args, spot, name in primary))
            if name in primary and len(primary) == 1:
                key = (KeyDef(field.columns[0]),)
                indexes.append(
                    IndexDef(key, spot, f"the primary key {name}", None, True, True, on_field=True)
                )
            elif (index := self._index(field, kind, args, spot)) is not None:
                indexes.append(index)
            if isinstance(field, ForeignKey) and field.target is not None and kind != "DeferredForeignKey":
                keys.append(self._foreign_key(field, args, spot))
        if len(primary) > 1:
            named = tuple(KeyDef(self._column_of(it)) for it in primary)
            spot = self._spot("primary_key")
            indexes.append(
                IndexDef(named, spot, f"CompositeKey({', '.join(primary)})", unique=True, primary=True)
            )
        indexes += self._of_meta()
        yield TableDef(
            self.model.id,
            self.name,
            self.model.name,
            self.reading.spot(self.cls),
            LIBRARY_NAME,
            tuple(columns),
            tuple(indexes),
            tuple(keys),
            schema=string(self.meta.get("schema")),
        )
        yield from self._joins()

    def _values(self) -> dict[str, tuple[Object, Spot]]:
        found: dict[str, tuple[Object, Spot]] = {}
        for it in reversed(self.line):
            for name, value in self.reading.at(it).attributes(it).items():
                found[name] = (value, self.reading.spot(it, name))
        return found

    def _meta(self) -> dict[str, Object]:
        """Its own Meta, and of those of its bases what is inherited."""
        found: dict[str, Object] = {}
        for it in reversed(self.line):
            inner = self.reading.at(it).attributes(it).get("Meta")
            if isinstance(inner, Class):
                own = dict(self.reading.at(inner).attributes(inner))
                found.update(
                    {key: value for key, value in own.items() if it == self.cls or key in _INHERITED}
                )
        return found

    def _spot(self, name: str) -> Spot:
        inner = self.at.attributes(self.cls).get("Meta")
        return self.reading.spot(inner, name) if isinstance(inner, Class) else self.reading.spot(self.cls)

    def _name(self) -> str:
        said = string(self.meta.get("table_name")) or string(self.meta.get("db_table"))
        if said is not None:
            return said
        if self.meta.get("legacy_table_names") == Constant(False):
            first = re.sub(r"(.)_*([A-Z][a-z]+)", r"\1_\2", self.cls.name)
            return re.sub(r"([a-z0-9])_*([A-Z])", r"\1_\2", first).lower()
        return re.sub(r"[^\w]+", "_", self.cls.name.lower())

    def _column(self, field: Field, kind: str, args: Args, spot: Spot, primary: bool) -> ColumnDef:
        is_key = isinstance(field, ForeignKey)
        default = args.get(None, "default")
        generated = kind in _SERIAL or (field.name == "id" and not kind)
        return ColumnDef(
            field.columns[0],
            field.name,
            spot,
            None if is_key else _type(kind or "AutoField", args, self.reading.provider),
            nullable=field.nullable and not primary,
            generated=generated,
            default=default.value if isinstance(default, Constant) else None,
            default_function="dbgenerated" if isinstance(default, External | Function | Class) else None,
        )

    def _index(self, field: Field, kind: str, args: Args, spot: Spot) -> IndexDef | None:
        unique = field.unique
        said = args.get(None, "index")
        is_key = isinstance(field, ForeignKey) and kind != "DeferredForeignKey"
        by_default = said is None and (is_key or kind in _GIN)
        if not (unique or is_true(said) or by_default):
            return None
        written = f"unique=True on {field.name}" if unique else f"index=True on {field.name}"
        return IndexDef(
            (KeyDef(field.columns[0]),),
            spot,
            f"the index of ForeignKeyField {field.name}" if by_default and not unique else written,
            self._index_name(field.columns),
            unique,
            method=(string(args.get(None, "index_type")) or ("gin" if kind in _GIN else "btree")).lower(),
            on_field=True,
            implied=by_default and not unique,
            refused_by=f"index=False on {field.name}" if by_default and not unique else None,
        )

    def _index_name(self, columns: tuple[str, ...]) -> str:
        """ModelIndex._generate_name_from_fields()"""
        legacy = self.meta.get("legacy_table_names") != Constant(False)
        prefix = self.cls.name.lower() if legacy else self.name
        words = re.sub(r"[^\w]+", "", "_".join(columns))
        name = f"{prefix}_{words}"
        if len(name) > _LONGEST:
            name = f"{name[: _LONGEST - 8]}_{md5(name.encode(), usedforsecurity=False).hexdigest()[:7]}"
        return name

    def _of_meta(self) -> Iterator[IndexDef]:
        """indexes = ((("a", "b"), True), ...)"""
        value = self.meta.get("indexes")
        items = value.items or () if isinstance(value, Many) else ()
        spot = self._spot("indexes")
        inner = self.at.attributes(self.cls).get("Meta")
        spots = self.reading.parts(inner, "indexes") if isinstance(inner, Class) else ()
        for place, it in enumerate(items):
            both = it.items or () if isinstance(it, Many) else ()
            if len(both) != 2 or not isinstance(both[0], Many):
                continue
            fields = [found for one in both[0].items or () if (found := string(one)) is not None]
            if not fields:
                continue
            columns = tuple(self._column_of(one) for one in fields)
            unique = is_true(both[1])
            shown = ", ".join(f'"{one}"' for one in fields)
            yield IndexDef(
                tuple(KeyDef(one) for one in columns),
                spots[place] if len(spots) == len(items) else spot,
                f"(({shown}{',' if len(fields) == 1 else ''}), {unique}) of Meta.indexes",
                self._index_name(columns),
                unique,
            )

    def _column_of(self, name: str) -> str:
        field = self.model.fields.get(name)
        return field.columns[0] if field is not None and field.columns else name

    def _foreign_key(self, field: ForeignKey, args: Args, spot: Spot) -> ForeignKeyDef:
        said = string(args.get(3, "on_delete"))
        to = args.get(1, "field") or args.get(None, "to_field")
        named = string(to) or getattr(to, "name", None)
        return ForeignKeyDef(
            (field.columns[0],),
            field.target or "",
            spot,
            (named,) if isinstance(named, str) else (),
            ACTIONS.get((said or "").upper(), "NoAction"),
            ACTIONS.get((string(args.get(4, "on_update")) or "").upper(), "NoAction"),
            said is not None,
        )

    def _joins(self) -> Iterator[TableDef]:
        """The tables of ManyToManyField without a model between."""
        for name, (value, spot) in self.values.items():
            if not isinstance(value, Built) or made_by(value) != "ManyToManyField":
                continue
            target = self.at.model_of(value.args.get(0, "model") or Constant(None))
            if value.args.get(2, "through_model") is not None or target is None:
                continue
            theirs = _Table(target, self.reading).name if isinstance(target.cls, Class) else target.table
            table = f"{self.name}_{theirs}_through"
            ends = [(self.model, self.cls.name.lower()), (target, target.name.lower())]
            action = ACTIONS.get((string(value.args.get(3, "on_delete")) or "").upper(), "NoAction")
            prefix = f"{self.cls.name}{target.name}Through".lower()
            columns = tuple(f"{word}_id" for _, word in ends)
            indexes = [
                IndexDef((KeyDef("id"),), spot, "its primary key", unique=True, primary=True),
                *(
                    IndexDef((KeyDef(it),), spot, f"the index of {it}", f"{prefix}_{it}", implied=True)
                    for it in columns
                ),
                IndexDef(
                    tuple(KeyDef(it) for it in columns),
                    spot,
                    "its unique key",
                    f"{prefix}_{'_'.join(columns)}",
                    unique=True,
                ),
            ]
            yield TableDef(
                f"{self.model.id}.{name}",
                table,
                f"{self.model.name}.{name}",
                spot,
                LIBRARY_NAME,
                (
                    ColumnDef(
                        "id", "id", spot, _type("AutoField", Args(), self.reading.provider), generated=True
                    ),
                    *(ColumnDef(column, word, spot) for column, (_, word) in zip(columns, ends, strict=True)),
                ),
                tuple(indexes),
                tuple(
                    ForeignKeyDef((column,), model.id, spot, (), action)
                    for column, (model, _) in zip(columns, ends, strict=True)
                ),
                kind="join",
            )


def _type(kind: str, args: Args, provider: str) -> str | None:
    if kind == "ArrayField":
        inner = args.get(0, "field_class")
        word = inner.name.rpartition(".")[2] if isinstance(inner, External) else "IntegerField"
        found = _type(word, Args(), provider)
        return f"{found}[]" if found else None
    known = _TYPES.get(kind)
    if known is None:
        return None
    made = known[_ORDER.get(provider, 0)]
    length = number(args.get(0, "max_length"))
    digits = number(args.get(0, "max_digits")), number(args.get(1, "decimal_places"))
    made = made.replace("%n", str(255 if length is None else length))
    return made.replace(
        "%d", f"{10 if digits[0] is None else digits[0]}, {5 if digits[1] is None else digits[1]}"
    )


_LONGEST: Final = 64
# Source: ModelBase.inheritable
_INHERITED: Final = frozenset(
    (
        *("constraints", "database", "indexes", "primary_key", "options", "schema", "table_function"),
        *("temporary", "only_save_dirty", "legacy_table_names", "table_settings", "strict_tables"),
    )
)
