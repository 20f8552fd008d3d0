"""Field(...) of SQLModel, with its annotation -> what Column would be given for the same.

Source: get_column_from_field() of sqlmodel/main.py
"""

from typing import Final

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Constant, External, Object, Subscripted
from crowsfoot.libraries.sqlalchemy.columns import Annotated, is_column
from crowsfoot.libraries.sqlalchemy.receiver import is_false, is_none, is_true, text


def column_args(value: Object | None, annotation: Object | None, said: Annotated, at: At) -> Args | None:
    """What its Column is given; None where the attribute is no column."""
    if isinstance(value, Built) and last(value.name) in ("Relationship", "relationship", "PrivateAttr"):
        return None
    if annotation is None or _is_class_variable(annotation):
        return None
    given = value.args if isinstance(value, Built) and last(value.name) == "Field" else Args()
    inner = given.get(None, "sa_column")
    if is_column(inner) and isinstance(inner, Built):
        # It says all by itself, its nullability too.
        keywords = inner.args.keywords
        if "nullable" not in dict(keywords):
            keywords = (*keywords, ("nullable", Constant(True)))
        return Args(inner.args.positional, keywords)
    primary = given.get(None, "primary_key")
    nullable = given.get(None, "nullable")
    keywords = tuple(
        (name, it) for name in ("primary_key", "unique", "index") if (it := given.get(None, name)) is not None
    )
    if not (is_true(nullable) or is_false(nullable)):
        nullable = Constant(said.optional and not is_true(primary))
    keywords = (*keywords, ("nullable", nullable or Constant(False)))
    if inner is UNKNOWN:
        keywords = (*keywords, ("sa_column", inner))  # whatever it says, of keys too
    positional: tuple[Object, ...] = ()
    foreign_key = text(given.get(None, "foreign_key"))
    if foreign_key is not None:
        options = tuple((name, it) for name in ("ondelete",) if (it := given.get(None, name)) is not None)
        positional += (Built("sqlalchemy.ForeignKey", Args((Constant(foreign_key),), options)),)
    positional += getattr(given.get(None, "sa_column_args"), "items", None) or ()
    more = getattr(given.get(None, "sa_column_kwargs"), "named", ())
    type_ = given.get(None, "sa_type") or _type(said.python, given)
    if type_ is not None:
        positional = (type_, *positional)
    default = given.get(None, "default") or given.get(0) or given.get(None, "default_factory")
    if isinstance(value, Constant):
        default = value
    if default is not None and not is_none(default):
        keywords = (*keywords, ("default", default))
    return Args(positional, (*keywords, *((key, it) for key, it in more if isinstance(key, str))))


def _type(python: Object | None, given: Args) -> Object | None:
    """The type, where SQLModel takes another one than SQLAlchemy would."""
    word = last(python.name) if isinstance(python, External) else ""
    if word in _TEXTS:
        length = given.get(None, "max_length")
        return Built("sqlmodel.AutoString", Args((), (("length", length),) if length is not None else ()))
    if word == "datetime":
        return External("sqlmodel.UTCDateTime")
    if word == "float":
        return External("sqlalchemy.Float")
    if word == "Decimal":
        digits = (("precision", given.get(None, "max_digits")), ("scale", given.get(None, "decimal_places")))
        return Built("sqlalchemy.Numeric", Args((), tuple((key, it) for key, it in digits if it is not None)))
    return None


def _is_class_variable(annotation: Object) -> bool:
    of = annotation.of if isinstance(annotation, Subscripted) else annotation
    return isinstance(of, External) and last(of.name) == "ClassVar"


_TEXTS: Final = ("str", "EmailStr", "Path", "IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network")
