"""What the evaluator of link.code asks of a library; what one does not override says nothing."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Object

if TYPE_CHECKING:
    from crowsfoot.link.project import Database


class Library:
    """One library; each module of this package that is one has an instance as its LIBRARY."""

    # The top-level packages that it is imported as, its own name first: ("django",)
    PACKAGES: ClassVar[tuple[str, ...]] = ()
    # What its objects do may reach a database; else it is only asked what comes of its functions.
    REACHES: ClassVar[bool] = True
    # The last words of its decorators that make a class one that derives from the library.
    DECORATORS: ClassVar[frozenset[str]] = frozenset()
    # Parameters that it gives to functions of the program, whatever these are: `request`.
    GIVES: ClassVar[frozenset[str]] = frozenset()
    # A relation to many rows that only one model has tells that what it is read from is a row of that model.
    TELLING: ClassVar[bool] = True

    # What a method is given tells enough for `received`, even where it is one of the program's own classes.
    WRAPPED: ClassVar[bool] = False

    # What has a method that sends is a row, in a loop over such: no table or class that the loop chooses.
    OF_ROWS: ClassVar[bool] = False
    # What those call it who keep a client of the library with something that nobody knows: `request.app.db`.
    HELD_AS: ClassVar[frozenset[str]] = frozenset()

    # What a program calls, and what that makes.

    def called(self, name: str, args: Args, at: At) -> Object | None:
        """What comes of calling the function or class of that dotted name; None: nothing special."""
        return None

    def instance(self, name: str) -> Object | None:
        """What an instance of its class of that dotted name is, as an annotation says it; None: nothing
        special.
        """
        return None

    def receives(self, method: str) -> bool:
        """Whether `received` may say anything of a method of that name."""
        return True

    def received(self, chain: tuple[str, ...], method: str, args: Args, at: At) -> Object | None:
        """What a method gives of something that nobody knows; None: it may be anyone's.

        chain are the words that it is called on: ("self", "db", "user").
        """
        return None

    def held(self, of: str, name: str, at: At) -> Object | None:
        """What `….of.name` is, where nobody knows what `….of` is; None: nobody can tell.

        It is asked of the names in HELD_AS only.
        """
        return None

    def guess(self, name: str, at: At) -> None:
        """An attribute is read of something that nobody knows, after something has been marked."""

    # Classes of the program.

    def instance_of(self, cls: Class, at: At) -> Object | None:
        """What an instance of a class of the program is that derives from one of the library; None: nothing
        special.
        """
        return None

    def constructed(self, cls: Class, args: Args, at: At) -> Object | None:
        """What a call of such a class makes; None: an instance."""
        return None

    def class_member(self, cls: Class, name: str, at: At) -> Object | None:
        """What such a class, which is no model, has by that name from the library; None: nothing special."""
        return None

    # Models.

    def model(self, cls: Class, at: At) -> Model | None:
        """The model that the class is; None: it is none. at tells its bases and attributes."""
        return None

    def makes_field(self, name: str) -> bool:
        """Whether a call of that dotted name makes a field, which nothing but a model of it holds."""
        return False

    def is_extended_by(self, name: str) -> bool:
        """Whether a class, of a package that nobody has heard of, derives from its own by its dotted name."""
        return False

    def models_of(self, databases: "Iterable[Database]") -> list[Model]:
        """The models that schemas of databases declare, which no class of the program is."""
        return []

    def connect(self, given: Iterable[Model]) -> list[Model]:
        """All models of the program, those of the library with the far sides of their relations."""
        return list(given)

    def row(self, model: Model) -> Object:
        """A row of the model of which nobody knows what is loaded: a parameter, or self of a method."""
        return UNKNOWN

    def new_row(self, model: Model, args: Args) -> Object:
        """What a call of the model's class makes."""
        return self.row(model)

    def class_attribute(self, model: Model, name: str, at: At) -> Object | None:
        """What the class of a model of this library has by that name by the library: `objects`, `prisma`, a
        column.
        """
        return None

    # What no line of the program calls.

    def expected(
        self, param: str, cls: Class | None, decorators: tuple[Object, ...], at: At
    ) -> Object | None:
        """What the library gives for a parameter of a method of cls, or of a decorated function; None: nobody
        knows.
        """
        return None

    def review(self, cls: Class, at: At) -> None:
        """What is done once per row by machinery that no line of the program calls.

        cls derives from a class of the library, or is decorated by it: a serializer, a view, an admin page.
        Say at.each(...).runs(...).
        """

    def is_for_last(self, cls: Class, at: At) -> bool:
        """Whether there may be more to say of the class when all were reviewed."""
        return True

    def review_last(self, cls: Class, at: At) -> None:
        """The same of such a class, asked once all classes were reviewed."""

    def review_function(
        self, decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
    ) -> None:
        """What is done with what a decorated function returns; annotation is what it says that it returns."""


def answers(library: Library, hook: Callable[..., object]) -> bool:
    """Whether a library overrides that method of Library: if none does, nothing need be gathered for it."""
    return getattr(type(library), hook.__name__) is not hook
