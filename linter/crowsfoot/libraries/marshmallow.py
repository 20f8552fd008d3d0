"""Marshmallow, with what ties it to Flask and SQLAlchemy: a schema reads of an object what its fields name.

https://marshmallow.readthedocs.io/en/stable/quickstart.html#serializing-objects-dumping
https://marshmallow-sqlalchemy.readthedocs.io/en/latest/
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from crowsfoot.libraries import standard
from crowsfoot.libraries.calls import Bound, is_true, options, string
from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Constant,
    Function,
    Instance,
    Many,
    Object,
)

_DUMPS: Final = frozenset(("dump", "dumps", "jsonify"))
# flask-smorest, APIFlask and Flask-RESTX: @blueprint.response(200, BookSchema(many=True))
_ANSWERS: Final = frozenset(("response", "output", "marshal_with", "alt_response"))
# Of these, the key is shown of a relation, for which it is read.
_OF_MODELS: Final = frozenset(("ModelSchema", "SQLAlchemyAutoSchema", "AutoSchema"))
_DEEPEST: Final = 4
Trail: TypeAlias = tuple[Class, ...]
# https://marshmallow.readthedocs.io/en/stable/marshmallow.schema.html
_SAID: Final = frozenset(
    (
        *("only", "exclude", "many", "context", "load_only", "dump_only", "partial", "unknown"),
        *("session", "instance", "transient"),
    )
)


class Schema(Object, frozen=True):
    """BookSchema(many=True, only=("title", "author.name"))"""

    cls: Class
    many: bool = False
    only: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()

    def attribute(self, name: str, at: At) -> Object:
        own = at.member(self.cls, name, Instance(self.cls))
        if own is not None:
            return own
        return Bound(self, name) if name in _DUMPS else UNKNOWN

    def ask(self, name: str, args: Args, at: At) -> Object:
        given, said = args.get(0, "obj"), args.get(1, "many")
        if given is not None:
            self.dump(given, self.many if said is None else is_true(said), at)
        return UNKNOWN

    def dump(self, given: Object, many: bool, at: At) -> None:
        if many:
            rows = standard.element_of(given, at)
            self.read(rows, at.each(given, f"{self.cls.name}.dump"))
        elif not isinstance(given, Many):
            self.read(given, at)

    def read(self, of: Object, at: At, within: Trail = ()) -> None:
        """Reads all that the schema shows of one object; within are the schemas that it is nested in."""
        if len(within) == _DEEPEST or self.cls in within:
            return
        for it in options(of):
            if type(it) not in (type(UNKNOWN), Built, Many):
                self._read(it, at, (*within, self.cls))

    def _read(self, of: Object, at: At, within: Trail) -> None:
        for function in _hooks(self.cls, "pre_dump", at):
            at.call(function, Args((of,)))
        for name, field in _fields(self.cls, at):
            if name in self.exclude or not self._shows(name):
                continue
            if isinstance(field, Built) and is_true(field.args.get(None, "load_only")):
                continue
            self._field(name, field, of, at, within)

    def _shows(self, name: str) -> bool:
        return self.only is None or any(it.partition(".")[0] == name for it in self.only)

    def _field(self, name: str, field: Object, of: Object, at: At, within: Trail) -> None:
        kind = last(field.name) if isinstance(field, Built) else ""
        args = field.args if isinstance(field, Built) else Args()
        if kind in ("Function", "Method"):
            said = args.get(0, "serialize")
            method = string(said)
            if method is not None:
                said = at.member(self.cls, method, Instance(self.cls))
            if said is not None:
                at.call(said, Args((of,)))
            return
        value = of
        # auto_field("author"), field_for(Book, "author")
        named = args.get(0) if kind == "auto_field" else args.get(1) if kind == "field_for" else None
        for part in (string(args.get(None, "attribute")) or string(named) or name).split("."):
            value = value.attribute(part, at)
        self._show(name, kind, args, value, at, within)

    def _show(self, name: str, kind: str, args: Args, value: Object, at: At, within: Trail) -> None:
        if kind == "List":
            inner = args.get(0, "cls_or_instance")
            if isinstance(inner, Built):
                self._each(name, last(inner.name), inner.args, value, at, within)
        elif kind in ("Nested", "Pluck") and is_true(args.get(None, "many")):
            self._each(name, kind, args, value, at, within)
        elif kind in ("Nested", "Pluck"):
            nested = self._nested(name, kind, args, at)
            if nested is not None and nested.many:
                self._each(name, kind, args, value, at, within)
            elif nested is not None:
                nested.read(value, at, within)

    def _each(self, name: str, kind: str, args: Args, value: Object, at: At, within: Trail) -> None:
        nested = self._nested(name, kind, args, at)
        if nested is not None:
            each = at.each(value, f"{self.cls.name}.{name}") if isinstance(value, Many) else at
            nested.read(standard.element_of(value, at), each, within)

    def _nested(self, name: str, kind: str, args: Args, at: At) -> "Schema | None":
        if kind not in ("Nested", "Pluck"):
            return None
        found = args.get(0, "nested") or UNKNOWN
        if isinstance(found, Function):
            found = at.call(found, Args())
        elif (said := string(found)) is not None:
            module = self.cls.path.removesuffix(".py").replace("/", ".")
            found = self.cls if said == "self" else at.imported(said if "." in said else f"{module}.{said}")
        if isinstance(found, Class):
            found = schema_of(found, args, at) or UNKNOWN
        if not isinstance(found, Schema):
            return None
        only = _names(args.get(None, "only"))
        if kind == "Pluck":
            field = string(args.get(1, "field_name"))
            only = (field,) if field is not None else None
        below = f"{name}."
        if only is None and self.only is not None and name not in self.only:
            only = tuple(it.removeprefix(below) for it in self.only if it.startswith(below))
        exclude = (
            *found.exclude,
            *(_names(args.get(None, "exclude")) or ()),
            *(it.removeprefix(below) for it in self.exclude if it.startswith(below)),
        )
        return Schema(found.cls, found.many, only if only is not None else found.only, exclude)


def schema_of(cls: Class, args: Args, at: At) -> Schema | None:
    """What a call of the class makes, if it derives from a schema of the library."""
    bases = [it for it in at.bases(cls) if isinstance(it, str)]
    if not any(it.partition(".")[0] in Marshmallow.PACKAGES and it.endswith("Schema") for it in bases):
        return None
    if isinstance(at.member(cls, "__init__", Instance(cls)), Function) and not _is_plain(args):
        return None  # it may choose by that what is shown: BookSchema(view="short")
    many = is_true(args.get(None, "many"))
    return Schema(cls, many, _names(args.get(None, "only")), _names(args.get(None, "exclude")) or ())


def _is_plain(args: Args) -> bool:
    """Whether an __init__ of the program is told no more than that of the library, but for switches."""
    others = [it for name, it in args.keywords if name not in _SAID]
    return not args.spread and all(
        isinstance(it, Constant) and not isinstance(it.value, str) for it in (*args.positional, *others)
    )


def _fields(cls: Class, at: At) -> Iterator[tuple[str, Object]]:
    """All that the schema shows: fields, names in its Meta, relations of the model that it is made for."""
    found: dict[str, Object] = {}
    model, wants, hidden, knows = None, False, set[str](), True
    for it in reversed(at.lineage(cls)):
        if isinstance(it, str):
            wants = wants or last(it) == "ModelSchema"
            continue
        body = at.attributes(it)
        meta = body.get("Meta")
        if isinstance(meta, Class):
            options_ = at.attributes(meta)
            model = options_.get("model") or model
            wants = (
                is_true(options_["include_relationships"]) if "include_relationships" in options_ else wants
            )
            for name in ("fields", "additional"):
                found |= {shown: found.get(shown, UNKNOWN) for shown in _names(options_.get(name)) or ()}
            if "exclude" in options_:
                names = _names(options_["exclude"])
                hidden, knows = set(names or ()), names is not None
            limited = _names(options_.get("fields"))
            knows = knows and ("fields" not in options_)
            if limited is not None:
                found = {name: field for name, field in found.items() if name in limited}
        found |= {name: field for name, field in body.items() if _is_field(field, at)}
    shown = at.model_of(model) if model is not None and wants and knows else None
    if shown is not None:
        # The field of a relation shows the keys of its rows.
        relations = [name for name, field in shown.fields.items() if field.kind != "column"]
        found = {**dict.fromkeys(relations, UNKNOWN), **found}
    yield from ((name, field) for name, field in found.items() if name not in hidden)


def _is_field(it: Object, at: At) -> bool:
    if isinstance(it, Built):
        word = last(it.name)
        own = it.name.partition(".")[0] in Marshmallow.PACKAGES
        return own and (word[:1].isupper() or word in ("auto_field", "field_for"))
    return isinstance(it, Instance) and isinstance(it.cls, Class) and _is_own_field(it.cls, at)


def _is_own_field(cls: Class, at: At) -> bool:
    return any(
        isinstance(it, str) and it.partition(".")[0] in Marshmallow.PACKAGES and "Schema" not in it
        for it in at.bases(cls)
    )


def _hooks(cls: Class, word: str, at: At) -> Iterator[Function]:
    """The methods that are called with each object: `@pre_dump`."""
    for it in at.lineage(cls):
        if not isinstance(it, Class):
            continue
        for found in at.attributes(it).values():
            if isinstance(found, Function) and word in at.decorators(found):
                made = [by for by in at.decorated(found) if isinstance(by, Built)]
                if not any(is_true(by.args.get(None, "pass_many")) for by in made):
                    yield Function(found.path, found.scope, found.name, Instance(cls))


def _names(it: Object | None) -> tuple[str, ...] | None:
    """The names in a list or tuple of constants; None where it is not known."""
    if not isinstance(it, Many) or it.items is None:
        return None
    found = [string(each) for each in it.items]
    return None if None in found else tuple(name for name in found if name is not None)


class Marshmallow(Library):
    """It asks no database: the objects do that it reads."""

    PACKAGES = ("marshmallow", "flask_marshmallow", "marshmallow_sqlalchemy", "flask_smorest", "apiflask")

    def constructed(self, cls: Class, args: Args, at: At) -> Object | None:
        return schema_of(cls, args, at)

    def instance_of(self, cls: Class, at: At) -> Object | None:
        found = next((it for it in at.bases(cls) if isinstance(it, str) and last(it) == "Marshmallow"), None)
        return Built(found, Args()) if found is not None else schema_of(cls, Args(), at)

    def review_function(
        self, decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
    ) -> None:
        """`@blueprint.response(200, BookSchema(many=True))`: what the function returns is dumped."""
        for it in decorators:
            if isinstance(it, Built) and last(it.name) in _ANSWERS:
                for given in it.args.all:
                    schema = schema_of(given, Args(), at) if isinstance(given, Class) else given
                    if isinstance(schema, Schema):
                        schema.dump(returned, schema.many, at)


LIBRARY: Final = Marshmallow()
