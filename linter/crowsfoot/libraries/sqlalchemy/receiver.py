"""Objects whose methods are told by name: `of.name(args)` is of.method(name, args, at)."""

from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Constant, Many, Object, OneOf
from crowsfoot.libraries.texts import whole


class Receiver(Object, frozen=True):
    """An object of which every attribute is a method, where it does not say otherwise."""

    def attribute(self, name: str, at: At) -> Object:
        return Method(self, name)

    def method(self, name: str, args: Args, at: At) -> Object:
        """What self.name(args) gives."""
        return UNKNOWN


class Method(Object, frozen=True):
    """A method that is bound, and not yet called."""

    of: Receiver
    name: str

    def call(self, args: Args, at: At) -> Object:
        return self.of.method(self.name, args, at)


class Maker(Object, frozen=True):
    """Something that gives the same object whenever it is called."""

    gives: Object

    def call(self, args: Args, at: At) -> Object:
        return self.gives


class Awaiting(Object, frozen=True):
    """What has to be awaited, and has been sent already."""

    of: Object

    def awaited(self, at: At) -> Object:
        return self.of


def model_of(it: Object | None, at: At) -> Model | None:
    """The model that a class is; a name in quotes is none here."""
    if isinstance(it, OneOf):
        return next((model for option in it.options if (model := model_of(option, at)) is not None), None)
    return at.model_of(it) if isinstance(it, Class) else None


def elements(value: Object | None, at: At) -> tuple[Object, ...]:
    """The elements that are written out in a list, or the one that each of a list is; of None, none."""
    if value is None:
        return ()
    if isinstance(value, Many):
        return value.items if value.items is not None else (value.of,)
    if isinstance(value, OneOf):
        return tuple(one for it in value.options for one in elements(it, at))
    return (value,)


def text(value: Object | None) -> str | None:
    """The string that a constant is, or that constants make."""
    return whole(value)


def is_false(value: Object | None) -> bool:
    return isinstance(value, Constant) and value.value is False


def is_true(value: Object | None) -> bool:
    return isinstance(value, Constant) and value.value is True


def is_none(value: Object | None) -> bool:
    return isinstance(value, Constant) and value.value is None
