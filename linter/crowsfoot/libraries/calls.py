"""What the calls of libraries have in common: methods by name, and which constants an argument may be."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import Args, At, Built, Class, Constant, Instance, Object, OneOf, Table


class Asking(Protocol):
    """What has methods that are called by name."""

    def ask(self, name: str, args: Args, at: At) -> Object: ...


class Bound(Object, frozen=True):
    """of.name, about to be called: of says by `ask` what comes of it."""

    of: Asking
    name: str

    def call(self, args: Args, at: At) -> Object:
        return self.of.ask(self.name, args, at)


class Asked(Object, frozen=True):
    """An object of a library of which every attribute may be a method."""

    def attribute(self, name: str, at: At) -> Object:
        return Bound(self, name)

    def ask(self, name: str, args: Args, at: At) -> Object:
        """self.name(args)"""
        raise NotImplementedError


def options(it: Object | None) -> Iterator[Object]:
    """Everything that it may be."""
    if isinstance(it, OneOf):
        for option in it.options:
            yield from options(option)
    elif it is not None:
        yield it


def string(it: Object | None) -> str | None:
    """The constant string that it is."""
    for option in options(it):
        if isinstance(option, Constant) and isinstance(option.value, str):
            return option.value
    return None


def number(it: Object | None) -> int | None:
    """The constant number that it is."""
    if isinstance(it, Constant) and type(it.value) is int:
        return it.value
    return None


def made_by(it: Object | None) -> str:
    """The last word of the class that made it; a class of the program may derive from one of a library."""
    if isinstance(it, Built):
        return last(it.name)
    if isinstance(it, Instance):
        return it.cls.name if isinstance(it.cls, Class) else last(it.cls)
    return ""


def is_true(it: Object | None) -> bool:
    return isinstance(it, Constant) and it.value is True


def is_text(it: Object | None) -> bool:
    """It is a string, whatever it says."""
    return string(it) is not None or any(is_put_together(option) for option in options(it))


def is_put_together(it: Object) -> bool:
    """It is a string that the program makes of several: an f-string, or what "+" and "%" give."""
    return isinstance(it, Built) and it.name == "builtins.str"


def entries(it: Object | None) -> Mapping[str, Object]:
    """What a dict has under constant strings; of several that it may be, the first."""
    for option in options(it):
        if isinstance(option, Table):
            return {key: value for key, value in option.named if isinstance(key, str)}
    return {}


def id_of(cls: Class) -> str:
    """The id of the model that the class is: its module's name and its own."""
    module = cls.path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/").replace("/", ".")
    return f"{module}.{cls.name}"


def in_both(one: tuple[str, ...], other: tuple[str, ...], everything: str) -> tuple[str, ...]:
    """What both have loaded; everything stands for all that there is."""
    if everything in one:
        return other
    return one if everything in other else tuple(it for it in one if it in other)
