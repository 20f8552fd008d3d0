"""Objects of the evaluator to what Django asks of its arguments: constants, names of classes, bases."""

from collections.abc import Iterator
from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.objects import (
    Args,
    At,
    Built,
    Class,
    Constant,
    External,
    Instance,
    Many,
    Object,
    Sliced,
)

# What is asked of django.db.models may come from where it is defined, or from the geographic twin.
_SAME: Final = ("django.contrib.gis.db.models.", "django.db.models.")


def text(it: Object | None) -> str | None:
    return it.value if isinstance(it, Constant) and isinstance(it.value, str) else None


def said_of(cls: Class, name: str, of: Object, at: At) -> Object | None:
    """What a class has by that name, where None switches it off, and is nothing to be filled in."""
    for it in classes(at.lineage(cls)):
        if is_none(said := at.attributes(it).get(name)):
            return said
        if said is not None:
            break
    return at.member(cls, name, of)


def is_changed(cls: Class, library: str, at: At) -> bool:
    """Whether it derives from a class of another library, which may change what that library's own does."""
    return any(not it.startswith((library, *_PLAIN)) for it in outside(at.lineage(cls)))


def truth(it: Object | None) -> bool | None:
    return it.value if isinstance(it, Constant) and isinstance(it.value, bool) else None


def is_none(it: Object | None) -> bool:
    return isinstance(it, Constant) and it.value is None


def number(it: Object | None) -> int | None:
    return it.value if isinstance(it, Constant) and isinstance(it.value, int) else None


def texts(it: Object | None) -> tuple[str, ...]:
    """The constants of a list that is written out."""
    if isinstance(it, Many) and it.items is not None:
        return tuple(found for item in it.items if (found := text(item)) is not None)
    return ()


def is_slice(it: Object) -> bool:
    return isinstance(it, Sliced) or (isinstance(it, Built) and dotted.last(it.name) == "slice")


def is_of_models(name: str) -> bool:
    """Whether the dotted name is something of django.db.models."""
    return name.startswith(_SAME)


def built(it: Object, *names: str) -> Args | None:
    """The arguments of a call of that class of Django."""
    if isinstance(it, Built) and it.name.startswith("django.") and dotted.last(it.name) in names:
        return it.args
    return None


def classes(of: tuple[Class | str, ...]) -> Iterator[Class]:
    return (it for it in of if isinstance(it, Class))


def outside(of: tuple[Class | str, ...]) -> Iterator[str]:
    """The classes of libraries, by their dotted names."""
    return (it for it in of if isinstance(it, str))


def id_of(cls: Class) -> str:
    """The id of the model that a class of the program is."""
    return f"{module_of(cls.path)}.{cls.name}"


def module_of(path: str) -> str:
    stem = path.removesuffix(".py").removesuffix("/__init__")
    return stem.removeprefix("src/").replace("/", ".")


def app_of(path: str) -> str:
    """The label that Django gives the application that a file belongs to: the folder with its `models`."""
    words = path.removesuffix(".py").split("/")
    if "models" in words[1:]:
        return words[words.index("models", 1) - 1]
    return words[-2] if len(words) > 1 else words[0]


def class_name(it: Object) -> Class | str | None:
    """The class that an instance is of."""
    if isinstance(it, Instance):
        return it.cls
    if isinstance(it, Built | External):
        return it.name
    return None


def path(lookup: str) -> tuple[str, ...]:
    """The relations that a lookup goes through, in either way of writing them."""
    return tuple(lookup.replace(".", "__").split("__", _LONGEST)[:_LONGEST])


# What these bring says who may see something, and not what.
_PLAIN: Final = ("builtins.", "abc.", "typing.", "django.contrib.auth.")
# No path of a real program is longer; what is bounds the depth of plans.
_LONGEST: Final = 12
