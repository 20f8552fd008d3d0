"""Dotted names, as programs import them, to what they mean: "sqlalchemy.sql.select" is select."""

from typing import Final

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import UNKNOWN, At, Built, Class, External, Many, Object

PACKAGES: Final = (
    *("sqlalchemy", "flask_sqlalchemy", "sqlmodel", "quart_sqlalchemy", "advanced_alchemy"),
    "paginate_sqlalchemy",
)

# What makes a class the base of models, by derivation or decoration: the last word of its dotted name.
BASES: Final = frozenset(
    ("DeclarativeBase", "DeclarativeBaseNoMeta", "as_declarative", "as_declarative_base")
)
# The same for a class that is a model itself; "Base" is what declarative_base() gives.
DECORATORS: Final = frozenset(("mapped", "mapped_as_dataclass", "as_declarative", "as_declarative_base"))
DECLARATIVE: Final = BASES | DECORATORS | {"MappedAsDataclass", "Model", "Base"}
BASE: Final = "sqlalchemy.orm.declarative_base.Base"


class MadeBase(Object, frozen=True):
    """A base of models that the library makes of classes of the program: declarative_base(cls=Row)."""

    bases: tuple[Class | str, ...]

    def attribute(self, name: str, at: At) -> Object:
        for it in self.bases:
            if isinstance(it, Class) and (found := at.member(it, name, it)) is not None:
                return found
        return External(f"{self.bases[0]}.{name}")


def made_base(name: str, of: Object | None) -> Object:
    """What the library makes of a class, or of some, under that name of its own."""
    given = of.items or () if isinstance(of, Many) else (of or UNKNOWN,)
    classes = tuple(it for it in given if isinstance(it, Class))
    return MadeBase((name, *classes)) if classes else External(name)


SESSIONS: Final = {
    "Session": False,
    "scoped_session": False,
    "SignallingSession": False,
    "AsyncSession": True,
    "async_scoped_session": True,
}
CONNECTIONS: Final = {
    "Connection": False,
    "Engine": False,
    "AsyncConnection": True,
    "AsyncEngine": True,
}


def ours(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES


def built(value: Object, *names: str) -> bool:
    """Whether it is what one of those functions of the library returned."""
    return (
        isinstance(value, Built) and last(value.name) in names and (ours(value.name) or "." not in value.name)
    )


def external(value: Object | None) -> str:
    """The last word of the name of something that a library brings; "" of all else."""
    return last(value.name) if isinstance(value, External) else ""
