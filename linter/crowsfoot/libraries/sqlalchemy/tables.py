"""The models of SQLAlchemy and SQLModel, and the tables that modules declare -> the tables of the database.

https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html; what comes out is compared with what
metadata.create_all makes in tests/link/code/test_sqlalchemy_tables.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from crowsfoot.libraries.dotted import last, shared
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Class, Function, Many, Object, Table
from crowsfoot.libraries.sqlalchemy.columns import (
    Annotated,
    Made,
    Reference,
    annotated,
    column,
    is_column,
    references_of,
)
from crowsfoot.libraries.sqlalchemy.expressions import ColumnRef, Ordered
from crowsfoot.libraries.sqlalchemy.models import Declared, declared, is_declared
from crowsfoot.libraries.sqlalchemy.names import ours
from crowsfoot.libraries.sqlalchemy.of_sqlmodel import column_args
from crowsfoot.libraries.sqlalchemy.receiver import is_true, text
from crowsfoot.libraries.sqlalchemy.table_args import index_name, index_of, makes_index
from crowsfoot.libraries.tables import (
    Argument,
    ForeignKeyDef,
    IndexDef,
    KeyDef,
    Reading,
    Spot,
    TableDef,
    resolved,
)

_LIBRARIES: Final = ("sqlalchemy", "sqlmodel")


def tables(reading: Reading) -> list[TableDef]:
    """All tables; one that is only referred to is there with the column that is."""
    drafts: dict[str, Draft] = {}
    for model in reading.models.of_libraries(*_LIBRARIES):
        if isinstance(model.cls, Class) and not model.abstract:
            _of_model(model, model.cls, reading, drafts)
    for call in reading.calls(("Table",)):
        if ours(call.name) or call.name.startswith("flask_sqlalchemy"):
            _of_call(call.args, call.spot, call.parts, reading, drafts)
    for call in reading.calls(("Index",)):
        if ours(call.name):
            _late_index(call.args, call.spot, drafts, reading.provider)
    return _with_targets(drafts, reading.provider)


class Draft:
    """A table on its way."""

    def __init__(self, id: str, name: str, model: str, spot: Spot, library: str, schema: str | None) -> None:
        self.id = id
        self.name = name
        self.model = model
        self.spot = spot
        self.library = library
        self.schema = schema
        self.columns: dict[str, Made] = {}  # by attribute
        self.indexes: list[IndexDef] = []
        self.keys: list[tuple[tuple[str, ...], list[Reference], Spot]] = []
        self.complete = True
        self.is_table = False  # it is a Table, and no class stands for it

    def column(self, name: str) -> str | None:
        """The database's name of the column that an attribute is, or that is called so."""
        if name in self.columns:
            return self.columns[name].column.name
        return next((it.column.name for it in self.columns.values() if it.column.name == name), None)


def _of_model(model: Model, cls: Class, reading: Reading, drafts: dict[str, Draft]) -> None:
    at = reading.at(cls)
    line = [cls, *(it for it in at.bases(cls) if isinstance(it, Class))]
    parents = [it for it in line[1:] if _is_mapped(it, reading)]
    above = {base for it in parents for base in (it, *reading.at(it).bases(it))}
    own = [it for it in line if it not in above]
    args = _table_args(own, reading)
    schema = next((found for it in args if (found := _schema(it[1])) is not None), None)
    if parents and not any(_names_table(it, reading) for it in own):
        # Its rows are in the table of what it derives from: so are its columns.
        draft = _draft_of(parents[0], reading, drafts)
        if draft is None:
            return
    else:
        if at.attributes(cls).get("__table__") is not None:
            return  # a Table of the module, which is read where it stands
        draft = Draft(model.id, model.table, model.name, reading.spot(cls), model.library, schema)
        drafts[model.id] = draft
    for base in at.bases(cls):
        if isinstance(base, str) and base not in above and not _brings_nothing(base):
            draft.complete = False
    columns: dict[str, Made] = {}
    # A class has its own columns first, then those of its mixins: so is the order of a composite key.
    # SQLModel hands all of them on to the class, those of its bases first.
    of_each = [_columns(it, cls, model.library, reading) for it in own]
    nearest = {name: made for brought in reversed(of_each) for name, made in brought.items()}
    for brought in of_each if model.library == "sqlalchemy" else reversed(of_each):
        columns.update((name, nearest[name]) for name in brought if name not in columns)
    draft.columns.update(columns)
    for it, value, spot, written in args:
        _argument(draft, it, value, spot, written, reading)


def _is_mapped(cls: Class, reading: Reading) -> bool:
    model = reading.at(cls).model_of(cls)
    return model is not None and not model.abstract and bool(model.table)


def _draft_of(cls: Class, reading: Reading, drafts: dict[str, Draft]) -> Draft | None:
    model = reading.at(cls).model_of(cls)
    if model is None:
        return None
    if model.id not in drafts:
        _of_model(model, cls, reading, drafts)
    return drafts.get(model.id)


def _names_table(cls: Class, reading: Reading) -> bool:
    own = reading.at(cls).attributes(cls)
    if "__tablename__" in own or "__table__" in own:
        return True
    # Flask-SQLAlchemy and SQLModel name a table after its class.
    model = reading.at(cls).model_of(cls)
    return model is not None and model.library == "sqlmodel"


def _brings_nothing(base: str) -> bool:
    return last(base) in _BARE or base.startswith(("builtins.", "typing.", "abc.", "pydantic."))


_BARE: Final = frozenset(
    (
        *("DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "Model", "AsyncAttrs", "SQLModel"),
        *("Base", "Generic", "DeferredReflection", "AbstractConcreteBase", "ConcreteBase", "object"),
    )
)


def _columns(it: Class, cls: Class, library: str, reading: Reading) -> dict[str, Made]:
    """The columns that a class body brings to the model cls."""
    at = reading.at(it)
    attributes, annotations = at.attributes(it), at.annotations(it)
    types = _type_map(cls, reading)
    found: dict[str, Made] = {}
    for name in dict.fromkeys((*annotations, *attributes)):
        if name.startswith("__") or name in ("metadata", "registry", "model_config"):
            continue
        value = attributes.get(name)
        if is_declared(value, at):
            value = declared(value, at)
        annotation = annotations.get(name)
        said = annotated(annotation, optional=reading.is_optional(it, name)) if annotation else Annotated()
        spot = reading.spot(it, name)
        if library == "sqlmodel":
            args = column_args(value, annotation, said, at)
            if args is not None:
                found[name] = column(name, args, said, spot, reading.provider, at, types, mapped=True)
            continue
        inner = _unwrapped(value)
        if inner is not None:
            mapped = annotation is not None and last(inner.name) != "Column"
            found[name] = column(
                name,
                inner.args,
                said if mapped else Annotated(),
                spot,
                reading.provider,
                at,
                types,
                mapped=mapped,
            )
        elif value is None and annotation is not None and _is_mapped_column(annotation, said):
            found[name] = column(name, Args(), said, spot, reading.provider, at, types, mapped=True)
        elif isinstance(value, Built) and last(value.name) in _NO_COLUMN:
            found.pop(name, None)
    return found


def _unwrapped(value: Object | None) -> Built | None:
    """Column(...) within deferred(...) or column_property(...)."""
    for _ in range(3):
        if not isinstance(value, Built):
            return None
        if is_column(value):
            return value
        if last(value.name) not in ("deferred", "column_property"):
            return None
        value = value.args.get(0)
    return None


_NO_COLUMN: Final = ("relationship", "synonym", "association_proxy", "composite", "dynamic_loader")


def _is_mapped_column(annotation: Object, said: Annotated) -> bool:
    """Mapped[int] is a column, Mapped["Book"] a relation without its relationship(), and ClassVar nothing."""
    of = getattr(annotation, "of", None)
    word = last(getattr(of, "name", ""))
    return word in ("Mapped", "InstrumentedAttribute") and (said.python is not None or bool(said.columns))


def _type_map(cls: Class, reading: Reading) -> Mapping[Object, Object]:
    at = reading.at(cls)
    for it in (cls, *(base for base in at.bases(cls) if isinstance(base, Class))):
        found = reading.entries(it, "type_annotation_map")
        if found:
            return dict(found)
    return {}


_Element = tuple[Class, Object, Spot, Sequence[Argument]]


def _table_args(own: Sequence[Class], reading: Reading) -> list[_Element]:
    """The elements of __table_args__ of the nearest class that has some."""
    for it in own:
        at = reading.at(it)
        value = at.attributes(it).get("__table_args__")
        if value is None:
            continue
        spot = reading.spot(it, "__table_args__")
        if is_declared(value, at) or isinstance(value, Function):
            value = _computed(value, own[0], at)
        else:
            # In the body of the class a column is not mapped yet: desc(score), gone.is_(None).
            columns = {
                name: ColumnRef(it.name, name)
                for name, one in at.attributes(it).items()
                if _unwrapped(one) is not None
            }
            value = reading.with_names(it, "__table_args__", columns) or value
        if not isinstance(value, Many):
            return [(it, value, spot, ())] if value is not None else []
        items = value.items or ()
        spots, written = reading.parts(it, "__table_args__"), reading.arguments(it, "__table_args__")
        same = len(spots) == len(items)
        return [
            (it, one, spots[number] if same else spot, written[number] if same else ())
            for number, one in enumerate(items)
        ]
    return []


def _computed(value: Object | None, cls: Class, at: At) -> Object | None:
    """What a function of the class gives, called as SQLAlchemy does: with the class."""
    if isinstance(value, Built):
        value = value.args.get(0)
    if isinstance(value, Declared):
        value = value.of
    return at.call(value, Args((cls,))) if isinstance(value, Function) else value


def _schema(it: Object) -> str | None:
    return text(dict(it.named).get("schema")) if isinstance(it, Table) else None


def _argument(
    draft: Draft, cls: Class | None, value: Object, spot: Spot, written: Sequence[Argument], reading: Reading
) -> None:
    if isinstance(value, Table) and is_true(dict(value.named).get("autoload")):
        draft.complete = False
    if isinstance(value, Built) and last(value.name) == "ForeignKeyConstraint":
        columns = value.args.get(0, "columns")
        items = getattr(columns, "items", None) or ()
        names = [draft.column(found) for it in items if (found := text(it) or _of_class(it))]
        known = tuple(it for it in names if it is not None)
        references = references_of(value.args)
        if known and len(known) == len(references):
            draft.keys.append((known, references, spot))
        return
    index = index_of(value, written, spot, draft.name, draft.column, reading.provider)
    if index is not None:
        draft.indexes.append(index)
    elif makes_index(value) or value is UNKNOWN:
        draft.complete = False


def _of_class(it: Object) -> str | None:
    return it.name if isinstance(it, ColumnRef) else None


def _of_call(
    args: Args, spot: Spot, parts: Sequence[Spot], reading: Reading, drafts: dict[str, Draft]
) -> None:
    """Table("tags", metadata, Column(...), ...)"""
    name = text(args.get(0, "name"))
    if name is None:
        return
    id = f"{spot.path}:{name}"
    draft = Draft(id, name, name, spot, "sqlalchemy", text(args.get(None, "schema")))
    draft.is_table = True
    draft.complete = args.get(None, "autoload_with") is None and not args.spread
    at = reading.at_spot(spot)
    others: list[tuple[Object, Spot]] = []
    for number, it in enumerate(args.positional[2:], start=2):
        where = parts[number] if number < len(parts) else spot
        if is_column(it) and isinstance(it, Built):
            named = text(it.args.get(0)) or text(it.args.get(None, "name"))
            if named is not None:
                draft.columns[named] = column(
                    named, it.args, Annotated(), where, reading.provider, at, {}, mapped=False
                )
        else:
            others.append((it, where))
    for it, where in others:
        _argument(draft, None, it, where, (), reading)
    if draft.columns:
        drafts[id] = draft


def _late_index(args: Args, spot: Spot, drafts: dict[str, Draft], provider: str) -> None:
    """Index("name", Book.title), which stands behind the class."""
    refs = [it for it in args.positional[1:] if isinstance(it, ColumnRef)]
    models = {it.model for it in refs} | {
        it.column[0] for it in args.positional[1:] if isinstance(it, Ordered) and it.column is not None
    }
    if len(models) != 1:
        return
    of = models.pop()
    draft = drafts.get(of) or next((it for it in drafts.values() if it.name == of), None)
    if draft is None:
        return
    found = index_of(Built("sqlalchemy.Index", args), (), spot, draft.name, draft.column, provider)
    if found is not None:
        draft.indexes.append(found)


def _with_targets(drafts: Mapping[str, Draft], provider: str) -> list[TableDef]:
    by_table: dict[str, list[Draft]] = {}
    for draft in drafts.values():
        by_table.setdefault(draft.name, []).append(draft)
    return resolved(_table(it, drafts, by_table, provider) for it in drafts.values())


def _table(
    draft: Draft, drafts: Mapping[str, Draft], by_table: Mapping[str, list[Draft]], provider: str
) -> TableDef:
    made = draft.columns.values()
    single = [((it.column.name,), [one], it.column.spot) for it in made for one in it.references]
    keys = [*single, *draft.keys]
    foreign_keys = [
        found
        for columns, references, spot in keys
        if (found := _foreign_key(draft, columns, references, spot, drafts, by_table)) is not None
    ]
    indexes = _merged([*_indexes(draft, provider), *draft.indexes], provider)
    primary = {key.column for it in indexes if it.primary for key in it.keys}
    columns = []
    for one in made:
        it = one.column
        if it.name in primary and it.nullable:
            it = msgspec.structs.replace(it, nullable=False)
        if it.generated and len(primary) > 1 and one.primary:
            it = msgspec.structs.replace(it, generated=False)
        columns.append(it)
    return TableDef(
        draft.id,
        draft.name,
        draft.model,
        draft.spot,
        draft.library,
        tuple(columns),
        tuple(indexes),
        tuple(foreign_keys),
        schema=draft.schema,
        # No class is mapped without a primary key: where there is none here, it was not read.
        complete=draft.complete and (bool(primary) or draft.is_table) and not any(it.unread for it in made),
    )


def _merged(indexes: list[IndexDef], provider: str) -> list[IndexDef]:
    """PostgreSQL makes one index of a primary key and a unique constraint over the same columns.

    Source: transformIndexConstraints() of src/backend/parser/parse_utilcmd.c; SQLite does the same.
    """
    if provider in ("mysql", "sqlserver"):
        return indexes
    kept: list[IndexDef] = []
    seen: set[tuple[KeyDef, ...]] = set()
    # A unique index of its own is made by a statement of its own, after the table.
    constraints = [it for it in indexes if it.unique and not it.indexed_apart]
    for it in sorted(constraints, key=lambda it: not it.primary):
        if it.keys not in seen:
            seen.add(it.keys)
            kept.append(it)
    return [it for it in indexes if it.indexed_apart or not it.unique or it in kept]


def _indexes(draft: Draft, provider: str) -> Iterable[IndexDef]:
    primary = [(name, it) for name, it in draft.columns.items() if it.primary]
    if primary:
        keys = tuple(KeyDef(it.column.name) for _, it in primary)
        names = ", ".join(name for name, _ in primary)
        written = f"primary_key=True on {names}"
        yield IndexDef(keys, primary[0][1].column.spot, written, unique=True, primary=True, on_field=True)
    for name, it in draft.columns.items():
        keys = (KeyDef(it.column.name),)
        if it.indexed:
            # unique=True beside it makes that index unique, and no constraint.
            word = "index=True, unique=True" if it.unique else "index=True"
            made = index_name(draft.schema, draft.name, it.column.name, provider)
            spot = it.column.spot
            yield IndexDef(
                keys, spot, f"{word} on {name}", made, it.unique, on_field=True, indexed_apart=True
            )
        elif it.unique:
            yield IndexDef(keys, it.column.spot, f"unique=True on {name}", unique=True, on_field=True)


def _foreign_key(
    draft: Draft,
    columns: tuple[str, ...],
    references: Sequence[Reference],
    spot: Spot,
    drafts: Mapping[str, Draft],
    by_table: Mapping[str, list[Draft]],
) -> ForeignKeyDef | None:
    ends = [_end(it.to, draft, drafts, by_table) for it in references]
    known = [it for it in ends if it is not None]
    if len(known) != len(ends) or len({it[0] for it in known}) != 1:
        return None
    first = references[0]
    return ForeignKeyDef(
        columns,
        known[0][0],
        spot,
        tuple(it[1] for it in known if it[1]),
        first.on_delete,
        first.on_update,
        first.written,
        name=first.name,
        deferrable=first.deferrable,
    )


def _end(
    to: str, draft: Draft, drafts: Mapping[str, Draft], by_table: Mapping[str, list[Draft]]
) -> tuple[str, str] | None:
    """The table that a reference leads to, and its column."""
    if to.startswith("#"):
        id, _, name = to[1:].rpartition(".")
        target = drafts.get(id) or _nearest(by_table.get(id, ()), draft)
    else:
        words = to.split(".")
        if len(words) == 1:
            target, name = _nearest(by_table.get(to, ()), draft), ""
        else:
            target, name = _nearest(by_table.get(words[-2], ()), draft), words[-1]
    if target is None:
        return None
    return target.id, target.column(name) or name


def _nearest(found: Sequence[Draft], of: Draft) -> Draft | None:
    """Two services of one repository may have a table of the same name each."""
    return max(found, key=lambda it: shared(it.spot.path, of.spot.path, "/")) if found else None
