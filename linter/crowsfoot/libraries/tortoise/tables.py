"""The models of Tortoise -> the tables that generate_schemas() makes of them.

Source: tortoise/backends/base/schema_generator.py of 1.1.9. A foreign key has no index unless it says
db_index=True, and a field that is unique and says so as well has two.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
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
from crowsfoot.libraries.tortoise.models import LIBRARY_NAME, Relation

# By the field's class: the type in PostgreSQL, SQLite and MySQL. %n is max_length, %d digits and places.
_TYPES: Final[Mapping[str, tuple[str, str, str]]] = {
    "IntField": ("integer", "int", "int"),
    "BigIntField": ("bigint", "bigint", "bigint"),
    "SmallIntField": ("smallint", "smallint", "smallint"),
    "IntEnumField": ("smallint", "smallint", "smallint"),
    "CharField": ("varchar(%n)", "varchar(%n)", "varchar(%n)"),
    "CharEnumField": ("varchar(%n)", "varchar(%n)", "varchar(%n)"),
    "TextField": ("text", "text", "longtext"),
    "BooleanField": ("boolean", "int", "bool"),
    "DecimalField": ("numeric(%d)", "varchar(40)", "decimal(%d)"),
    "DatetimeField": ("timestamp with time zone", "timestamp", "datetime(6)"),
    "DateField": ("date", "date", "date"),
    "TimeField": ("time with time zone", "time", "time(6)"),
    "TimeDeltaField": ("bigint", "bigint", "bigint"),
    "FloatField": ("double precision", "real", "double"),
    "JSONField": ("jsonb", "json", "json"),
    "UUIDField": ("uuid", "char(36)", "char(36)"),
    "BinaryField": ("bytea", "blob", "longblob"),
    "TSVectorField": ("tsvector", "tsvector", "tsvector"),
}
_ORDER: Final = {"postgresql": 0, "cockroachdb": 0, "sqlite": 1, "mysql": 2}
_METHODS: Final = {
    "GinIndex": "gin",
    "GistIndex": "gist",
    "BrinIndex": "brin",
    "HashIndex": "hash",
    "SpGistIndex": "spgist",
    "BloomIndex": "bloom",
    "FullTextIndex": "fulltext",
    "SpatialIndex": "spatial",
}


def tables(reading: Reading) -> list[TableDef]:
    """All tables of models that are not abstract."""
    found = [it for it in reading.models.of_libraries(LIBRARY_NAME) if not it.abstract]
    made: list[TableDef] = []
    for model in found:
        if isinstance(model.cls, Class):
            made += _Table(model, reading).tables()
    taken = {it.name for it in made if it.kind == "table"}
    # A table that a class of the program stands for is not made a second time.
    return resolved(it for it in made if it.kind == "table" or it.name not in taken)


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
        inner = self.at.attributes(cls).get("Meta")
        self.inner = inner if isinstance(inner, Class) else None
        self.meta = dict(reading.at(inner).attributes(inner)) if isinstance(inner, Class) else {}
        self.values: dict[str, tuple[Object, Spot]] = {}
        for it in reversed(self.line):
            for name, value in reading.at(it).attributes(it).items():
                self.values[name] = (value, reading.spot(it, name))
        # A key that is a relation as well is one that the model does not know as its key.
        keys = [name for name, (value, _) in self.values.items() if _is_key(value)]
        self.primary = tuple(keys) or model.primary_key

    def tables(self) -> Iterator[TableDef]:
        columns: list[ColumnDef] = []
        indexes: list[IndexDef] = []
        keys: list[ForeignKeyDef] = []
        for name, field in self.model.fields.items():
            value, spot = self.values.get(name, (None, self.reading.spot(self.cls)))
            if not field.stored or not field.columns or (value is None and self.primary != ("id",)):
                continue
            args = value.args if isinstance(value, Built) else Args()
            kind = made_by(value) or "IntField"
            columns.append(self._column(field, kind, args, spot))
            indexes += self._indexes(field, args, spot)
            if isinstance(field, Relation) and field.target is not None:
                keys.append(_foreign_key(field, args, spot))
        indexes += self._of_meta()
        yield TableDef(
            self.model.id,
            self.model.table,
            self.model.name,
            self.reading.spot(self.cls),
            LIBRARY_NAME,
            tuple(columns),
            tuple(indexes),
            tuple(keys),
            schema=string(self.meta.get("schema")),
            complete=all(isinstance(it, Class) or _is_plain(it) for it in self.at.bases(self.cls)),
        )
        for name, field in self.model.fields.items():
            value, spot = self.values.get(name, (None, self.reading.spot(self.cls)))
            if isinstance(value, Built) and made_by(value) == "ManyToManyField" and field.target is not None:
                yield from self._join(name, field, value.args, spot)

    def _column(self, field: Field, kind: str, args: Args, spot: Spot) -> ColumnDef:
        primary = field.name in self.primary
        default = args.get(None, "default")
        now = is_true(args.get(None, "auto_now")) or is_true(args.get(None, "auto_now_add"))
        function = "dbgenerated" if isinstance(default, External | Function | Class) else None
        generated = primary and kind in ("IntField", "BigIntField", "SmallIntField")
        generated = generated and args.get(None, "generated") != Constant(False)
        type = None if isinstance(field, Relation) else _type(kind, args, self.reading)
        if primary and kind == "UUIDField":
            function = "uuid"
        return ColumnDef(
            field.columns[0],
            field.name,
            spot,
            "integer" if generated and self.reading.provider == "sqlite" else type,
            key_type=type,
            nullable=field.nullable and not primary,
            generated=generated,
            default=default.value if isinstance(default, Constant) else None,
            default_function="now" if now else function,
            updated_at=is_true(args.get(None, "auto_now")),
        )

    def _indexes(self, field: Field, args: Args, spot: Spot) -> Iterator[IndexDef]:
        key = (KeyDef(field.columns[0]),)
        if field.name in self.primary:
            yield IndexDef(key, spot, f"the primary key {field.name}", None, True, True, on_field=True)
            return
        if field.unique:
            one = isinstance(field, Relation)
            written = f"OneToOneField {field.name}" if one else f"unique=True on {field.name}"
            yield IndexDef(key, spot, written, unique=True, on_field=True)
        for word in ("db_index", "index"):
            if is_true(args.get(None, word)):
                name = self._index_name("idx", [field.columns[0]])
                yield IndexDef(key, spot, f"{word}=True on {field.name}", name, on_field=True)
                return

    def _index_name(self, prefix: str, columns: list[str]) -> str:
        """BaseSchemaGenerator._get_index_name()"""
        table = self.model.table
        return f"{prefix}_{table[:11]}_{columns[0][:7]}_{_digest([table, *columns])}"

    def _of_meta(self) -> Iterator[IndexDef]:
        for key, unique in (("unique_together", True), ("indexes", False)):
            value = self.meta.get(key)
            items = value.items or () if isinstance(value, Many) else ()
            if items and string(items[0]) is not None and value is not None:
                items = (value,)  # one group of fields may stand by itself
            spots = self.reading.parts(self.inner, key) if self.inner is not None else ()
            for number_, it in enumerate(items):
                at = self.reading.spot(self.inner or self.cls, key)
                spot = spots[number_] if len(spots) == len(items) else at
                if (found := self._meta_index(it, key, unique, spot)) is not None:
                    yield found

    def _meta_index(self, it: Object, key: str, unique: bool, spot: Spot) -> IndexDef | None:
        args = it.args if isinstance(it, Built) else Args()
        fields = args.get(None, "fields") if isinstance(it, Built) else it
        items = fields.items or () if isinstance(fields, Many) else ()
        names = [found for one in items if (found := string(one)) is not None]
        if not names or len(names) != len(items):
            return None
        columns = [self._column_of(one) for one in names]
        shown = ", ".join(f'"{one}"' for one in names)
        word = made_by(it)
        condition = args.get(None, "condition")
        return IndexDef(
            tuple(KeyDef(one) for one in columns),
            spot,
            f"{word}(fields=[{shown}])" if word else f"{key} ({shown})",
            string(args.get(None, "name")) or self._index_name("uid" if unique else "idx", columns),
            unique,
            method=_METHODS.get(word, "btree"),
            predicate=None if condition is None else f"? {condition}",
        )

    def _column_of(self, name: str) -> str:
        field = self.model.fields.get(name)
        return field.columns[0] if field is not None and field.columns else name

    def _join(self, name: str, field: Field, args: Args, spot: Spot) -> Iterator[TableDef]:
        """The table of a ManyToManyField: two columns, and a unique index over both."""
        target = self.reading.models.get(field.target)
        if target is None:
            return
        forward = string(args.get(2, "forward_key")) or f"{target.name.lower()}_id"
        backward = string(args.get(3, "backward_key")) or f"{self.model.table}_id"
        if backward == forward:
            backward = f"{self.model.table}_rel_id"
        table = string(args.get(1, "through")) or f"{self.model.table}_{target.table}"
        columns = (backward, forward)
        unique = args.get(None, "unique") or args.get(None, "create_unique_index")
        action = _action(args, 5)
        indexes = (
            IndexDef(
                tuple(KeyDef(it) for it in columns),
                spot,
                "its unique key",
                f"uidx_{table[:11]}_{backward[:7]}_{_digest([table, *columns])}",
                unique=True,
            ),
        )
        yield TableDef(
            f"{self.model.id}.{name}",
            table,
            f"{self.model.name}.{name}",
            spot,
            LIBRARY_NAME,
            tuple(ColumnDef(it, it, spot) for it in columns),
            () if unique == Constant(False) else indexes,
            tuple(
                ForeignKeyDef((column,), to.id, spot, (), action)
                for column, to in ((backward, self.model), (forward, target))
                if args.get(None, "db_constraint") != Constant(False)
            ),
            kind="join",
        )


def _is_key(value: Object) -> bool:
    args = value.args if isinstance(value, Built) else Args()
    return is_true(args.get(None, "primary_key")) or is_true(args.get(None, "pk"))


def _foreign_key(field: Relation, args: Args, spot: Spot) -> ForeignKeyDef:
    to = string(args.get(None, "to_field"))
    return ForeignKeyDef(
        field.columns,
        field.target or "",
        spot,
        (to,) if to else (),
        _action(args, 2),
        on_delete_written=args.get(2, "on_delete") is not None,
        enforced=args.get(None, "db_constraint") != Constant(False),
    )


def _action(args: Args, index: int) -> str:
    """fields.CASCADE, OnDelete.SET_NULL, "SET NULL"; CASCADE where nobody says."""
    said = args.get(index, "on_delete")
    word = said.name.rpartition(".")[2] if isinstance(said, External) else string(said)
    return ACTIONS.get((word or "CASCADE").replace("_", " "), "Cascade")


def _type(kind: str, args: Args, reading: Reading) -> str | None:
    if kind == "ArrayField":
        inner = string(args.get(0, "element_type"))
        return f"{inner}[]" if inner else None
    known = _TYPES.get(kind)
    if known is None:
        return None
    made = known[_ORDER.get(reading.provider, 0)]
    length = number(args.get(0, "max_length")) or number(args.get(None, "max_length"))
    if length is None and kind == "CharEnumField":
        length = _longest(args.get(0, "enum_type"), reading)
    digits = number(args.get(0, "max_digits")), number(args.get(1, "decimal_places"))
    both = "" if None in digits else f"({digits[0]}, {digits[1]})"
    return made.replace("(%n)", f"({length})" if length is not None else "").replace("(%d)", both)


def _longest(enum: Object | None, reading: Reading) -> int | None:
    """The length of the longest value of an enum class."""
    if not isinstance(enum, Class):
        return None
    values = [string(it) for it in reading.at(enum).attributes(enum).values()]
    return max((len(it) for it in values if it is not None), default=None)


def _is_plain(base: str) -> bool:
    return base.startswith(("tortoise.", "dipdup.", "builtins.", "typing.", "abc."))


def _digest(words: list[str]) -> str:
    return sha256(";".join(words).encode()).hexdigest()[:6]
