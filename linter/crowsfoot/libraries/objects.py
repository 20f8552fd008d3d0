"""What an expression of a program may be: objects that know what becomes of them, and which query that sends.

The evaluator of link.code goes through a scope value by value, and asks the object that it has for each: what
is your attribute `author`, what comes of calling you? A library answers with objects of its own, and says on
the way `at.runs(query)`. All objects are immutable, hashable and small: what a function does is remembered by
what it is called with.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final, NamedTuple, Protocol

import msgspec

from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.query import Query


class Place(NamedTuple):
    """A value of the program: the path of its file, and the numbers of its scope and itself."""

    path: str
    scope: int
    value: int


# How At.each() is told that a function is called for each object that a request asks for, and with that.
RESOLVER: Final = "resolver"


class At(Protocol):
    """Where something is done, and what the doer may ask or say there."""

    @property
    def place(self) -> Place: ...
    @property
    def models(self) -> Models: ...
    @property
    def is_async(self) -> bool: ...  # whether the function is

    def runs(self, query: Query, made: Place | None = None, unless: Place | None = None) -> None:
        """A statement is sent here.

        made is for what is only sent once and then kept, as the rows of a query set: where that was made.
        Then it is sent as often as that place is passed, and not again when it is asked for a second time.
        unless: where rows were made that answer it instead, once they have been fetched.
        """

    def answers(self, query: Query, shows: bool = False) -> None:
        """A framework sends a statement in answer to a request, because of what stands here; shows: of which
        it shows the rows.
        """

    def fetched(self, made: Place) -> bool:
        """Whether what was made there has been sent already, and is kept."""

    def mark(self, word: str) -> None:
        """Remember that something has happened here: "commit"."""

    def happened(self, word: str) -> bool:
        """Whether that has happened before in the same function."""

    def marked(self, word: str) -> bool:
        """Whether that has happened since the row was there of which an attribute is read here."""

    def gathered(self, index: int) -> bool:
        """Whether that argument of the call has been put together before the pass of the loop that calls."""

    def loaded(self, rows: "Object", paths: tuple[str, ...]) -> None:
        """From here on those relations of the rows are loaded: what an argument holds is
        rows.with_loaded(paths).
        """

    def renders(self, template: str, given: "Mapping[str, Object]") -> bool:
        """A template is shown here, by its name, with those names in it; whether the program has it."""

    def call(self, function: "Object", args: "Args") -> "Object":
        """What comes of calling something here: a function of the program, or an object of a library."""

    def each(self, over: "Object", how: str) -> "At":
        """For what is done once per element of over, by a function and not by a loop: how is "map()", "
        ""gather()"."""

    def elsewhere(self, place: Place, behind: tuple[Place, ...] = ()) -> "At":
        """The same, but to be reported at that place, behind which are those calls, if any."""

    def apart(self) -> "At":
        """The same place, where what is sent is told to nobody but `sent`."""

    @property
    def sent(self) -> "tuple[tuple[Query, tuple[Place, ...]], ...]":
        """What has been sent apart, each with the places that it was sent at, below this one."""

    def written(self, cls: "Class", name: str, index: int | None = None) -> "Place | None":
        """Where the body of the class itself says what it has by that name; index: an element of a list."""

    def assigned(self, of: "Object", name: str) -> "tuple[Object, ...]":
        """What this function has assigned to `of.name` before, in whichever of its branches."""

    def looked_for(self, function: "Function", before: int | None = None) -> frozenset[str]:
        """What the function is ready to find missing: by hasattr(), getattr(), AttributeError.

        before: asked until that value of it; what is asked afterwards decides nothing of that one.
        """

    def lacking(self, place: Place) -> frozenset[tuple[str, str]]:
        """What is not there wherever the function comes to the place: `context` and the key of an entry."""

    def words(self, function: "Object") -> frozenset[str]:
        """The names of all attributes that a function of the program reads."""

    def uses(self, function: "Function", index: int) -> bool:
        """Whether the function, or one within it, does anything with its parameter of that number."""

    def defined(self, cls: "Class") -> "Place":
        """Where the class is."""

    def note(self, cls: "Class", word: str) -> None:
        """Remember something of the class, for `notes`."""

    def notes(self, cls: "Class") -> "frozenset[str]":
        """All that has been noted of it."""

    def is_named(self, cls: "Class") -> bool:
        """Whether the program speaks of the class anywhere."""

    def speaks_of(self, name: str) -> bool:
        """Whether the program names something so."""

    def settings(self, name: str, words: "tuple[str, ...]") -> "Iterator[Object]":
        """What modules that use one of the words say that name is, the nearest first."""

    def calls_on(self, cls: "Class", method: str) -> "Iterator[Args]":
        """What the program gives that method wherever it calls it on the class by its name."""

    def added(self, method: str, name: str) -> "Iterator[tuple[Object, Object]]":
        """Of the calls `X.method("name", value)` of the program: X and the value."""

    def bound(self, found: "Object", of: "Object") -> "Object":
        """What a class has, as of gets it: a property is called, a method comes bound to of."""

    def imported(self, name: str) -> "Object":
        """What a dotted name stands for that the program writes in quotes."""

    def member(self, cls: "Class", name: str, of: "Object") -> "Object | None":
        """What the class of the program, or one that it derives from, has by that name, as of gets it.

        A property is called, a method comes bound to of. None: the program defines nothing of that name.
        """

    def attributes(self, cls: "Class") -> "Mapping[str, Object]":
        """What the body of the class itself assigns, evaluated, in its order."""

    def called_in(self, cls: "Class") -> "Iterator[Object]":
        """What the values that its body assigns are calls of, without what comes of the calls."""

    def annotations(self, cls: "Class") -> "Mapping[str, Object]":
        """What its body annotates: ClassObject, Named, Subscripted, ..."""

    def keywords(self, cls: "Class") -> "Mapping[str, Object]":
        """What it is defined with besides its bases: table=True, metaclass=..."""

    def bases(self, cls: "Class") -> "tuple[Class | str, ...]":
        """What it derives from, nearest first, itself left out; a class of a library by its dotted name."""

    def lineage(self, cls: "Class") -> "tuple[Class | str, ...]":
        """The class itself, then all that it derives from, nearest first, each once."""

    def decorators(self, function: "Function") -> frozenset[str]:
        """The last words of the names of its decorators: "declared_attr"."""

    def decorated(self, function: "Function") -> "tuple[Object, ...]":
        """What a function is decorated with, evaluated."""

    def annotated(self, function: "Function") -> "Object | None":
        """What a function says that it returns; None where it says nothing."""

    def returned(self, function: "Object") -> Place | None:
        """What a function of the program returns last."""

    def class_decorators(self, cls: "Class") -> "tuple[Object, ...]":
        """What it is decorated with, evaluated."""

    def model_of(self, cls: "Object") -> Model | None:
        """The model that a class object, or a name in quotes, stands for."""


class Args(NamedTuple):
    """What a call is given. spread: there are *args or **kwargs that nobody can count.

    star: at which of the positional ones such *args stand; from there on nobody knows the parameter.
    """

    positional: tuple["Object", ...] = ()
    keywords: tuple[tuple[str, "Object"], ...] = ()
    spread: bool = False
    star: int | None = None

    def get(self, index: int | None, name: str | None = None) -> "Object | None":
        """The argument at that index, or of that name; None where it is not given."""
        if index is not None and index < len(self.positional):
            return self.positional[index]
        return next((value for key, value in self.keywords if key == name), None) if name else None

    @property
    def rest(self) -> "Args":
        """All but the first."""
        star = self.star if self.star is None else max(self.star - 1, 0)
        return Args(self.positional[1:], self.keywords, self.spread, star)

    def behind(self, *first: "Object") -> "Args":
        """These, and others before them."""
        star = self.star if self.star is None else self.star + len(first)
        return Args((*first, *self.positional), self.keywords, self.spread, star)

    @property
    def all(self) -> tuple["Object", ...]:
        if not self.keywords:
            return self.positional
        return (*self.positional, *[value for _, value in self.keywords])


class Object(msgspec.Struct, frozen=True, gc=False):
    """The base of all. What is not overridden is unknown, and sends nothing."""

    ROWS: ClassVar[bool] = False  # to go over it is to go over rows of a table, whatever it is called
    ALIKE: ClassVar[bool] = False  # where a library calls a method of it for each row, it is the same one

    @property
    def at_most_one(self) -> bool:
        """Whether to go over it is to come to one row, or to none."""
        return False

    @property
    def few(self) -> bool:
        """Whether to go over it is to come to so many rows as the program says, and that is a handful."""
        return self.at_most_one

    @property
    def added(self) -> tuple[str, ...]:
        """The attributes that a row was fetched with besides its fields: annotations."""
        return ()

    @property
    def is_fetched(self) -> bool:
        """Whether it is a row, or a list of them, of which a query says what has been loaded with it."""
        return False

    @property
    def is_guessed(self) -> bool:
        """The same of what only a name or an annotation tells of: nobody says what has been loaded."""
        return False

    def attribute(self, name: str, at: At) -> "Object":
        """self.name, read."""
        return UNKNOWN

    def some_attribute(self, at: At) -> "Object":
        """getattr(self, name), of a name that only the run knows."""
        return UNKNOWN

    def call(self, args: Args, at: At) -> "Object":
        """self(args)."""
        return UNKNOWN

    def item(self, index: "Object", at: At) -> "Object":
        """self[index]."""
        return UNKNOWN

    def element(self, at: At) -> "Object":
        """One element of self, which is gone over: by a loop, a comprehension, list(), unpacking."""
        return UNKNOWN

    def streamed(self, at: At) -> "Object":
        """One element of self, which `async for` goes over."""
        return self.element(at)

    def awaited(self, at: At) -> "Object":
        """await self."""
        return UNKNOWN

    def entered(self, at: At) -> "Object":
        """with self as ..."""
        return UNKNOWN

    def operated(self, operator: str, operands: tuple["Object", ...], at: At) -> "Object":
        """An operator on it and others, of which it is one."""
        return UNKNOWN

    def measured(self, at: At) -> None:
        """len(self), bool(self), `if self`, `x in self`: whatever looks at it as a whole."""

    def told(self, at: At) -> None:
        """str(self), f"{self}"."""

    def store(self, name: str, value: "Object", at: At) -> None:
        """self.name = value."""

    def with_attribute(self, name: str, value: "Object") -> "Object":
        """Self, once self.name = value."""
        return self

    def joined(self, other: "Object") -> "Object | None":
        """What may be self or other, as one object; None to keep both."""
        return None

    def moved(self, place: Place) -> "Object":
        """Self, now that it has come to another scope: as an argument, or as a result."""
        return self

    def says(self, path: tuple[str, ...]) -> str | None:
        """The word that an attribute is known to be, or an attribute of that: "action", "request.method"."""
        return None

    def with_loaded(self, paths: tuple[str, ...]) -> "Object":
        """Self, once those relations of the row, or of each row, have been loaded."""
        return self

    def keeps_relation(self, name: str, models: Models) -> bool:
        """Whether self.name is a relation that is loaded when it is first read, and is then kept."""
        return False

    def with_read(self, path: tuple[str, ...]) -> "Object":
        """Self, once that relation of it has been read, or of each row that it keeps."""
        return self

    def typed(self, model: Model) -> "Object":
        """Self, as an annotation with a model in brackets says it: QuerySet[Book]."""
        return self

    def as_left(self, at: At) -> "Object":
        """Self, as what a function has assigned to it leaves it to the functions that it calls on it."""
        return self

    def annotated(self) -> "Object":
        """What is annotated with self, which is no class: `session: SessionLocal`."""
        return UNKNOWN

    def asked_at(self) -> "Object":
        """Self, which from here on remembers where the program has asked for it, wherever it comes to."""
        return self


class Unknown(Object, frozen=True):
    """Nobody can tell."""


UNKNOWN: Object = Unknown()


class Constant(Object, frozen=True):
    """A constant of the program."""

    value: str | int | float | bool | None

    def attribute(self, name: str, at: At) -> Object:
        from crowsfoot.libraries.standard import Method

        # Of a member of an enum: texts and numbers have no `value` themselves.
        return self if name == "value" else Method(self, name)


class External(Object, frozen=True):
    """Something of a library, by its dotted name: a module, class, function or constant."""

    name: str


class Built(Object, frozen=True):
    """What a class or function of a library has returned, where its library says no more: name(args)."""

    name: str
    args: Args


class Instance(Object, frozen=True):
    """An instance of a class of the program, or of a class of a library (then cls is its name)."""

    cls: "Class | str"
    # what it was made with and keeps as self.name, where nothing but the call tells what that is
    held: tuple[tuple[str, "Object"], ...] = ()

    def with_attribute(self, name: str, value: Object) -> Object:
        """Of rows it matters what they have loaded: to the rest of the function, and to what that calls."""
        if not value.is_fetched:
            return self
        return Instance(self.cls, (*(it for it in self.held if it[0] != name), (name, value)))

    def element(self, at: At) -> Object:
        from crowsfoot.libraries.standard import iterated

        return iterated(self.cls, self, at) if isinstance(self.cls, Class) else UNKNOWN


class Class(Object, frozen=True):
    """A class of the program."""

    path: str
    scope: int
    name: str


class Function(Object, frozen=True):
    """A function, method or lambda of the program; bound is what it is a method of."""

    path: str
    scope: int
    name: str
    bound: Object | None = None


class Many(Object, frozen=True):
    """A list, tuple, set or generator of which each element is alike.

    items are its elements one by one, where they are written out: then there are as many of them, no more.
    made: where rows were fetched or a comprehension built it; of what kind it is does not matter.
    """

    of: Object
    items: tuple[Object, ...] | None = None
    size: str = "rows"  # "rows": it grows with the data; "fixed": the program says how many; "chunks"
    is_said: bool = False  # nothing but an annotation tells of it, and None may stand in its place

    @property
    def is_fetched(self) -> bool:
        return self.of.is_fetched

    @property
    def is_guessed(self) -> bool:
        return self.of.is_guessed

    def element(self, at: At) -> Object:
        return self.of

    def item(self, index: Object, at: At) -> Object:
        if isinstance(index, Constant) and isinstance(index.value, int) and self.items is not None:
            return self.items[index.value] if -len(self.items) <= index.value < len(self.items) else UNKNOWN
        return self if isinstance(index, Sliced) else self.of

    def attribute(self, name: str, at: At) -> Object:
        from crowsfoot.libraries.standard import Method

        return Method(self, name)

    def awaited(self, at: At) -> Object:
        return self

    def moved(self, place: Place) -> Object:
        items = None if self.items is None else tuple(it.moved(place) for it in self.items)
        return Many(self.of.moved(place), items, self.size, self.is_said)

    def with_loaded(self, paths: tuple[str, ...]) -> Object:
        of = self.of.with_loaded(paths)
        return self if of is self.of else Many(of, None, self.size, self.is_said)

    def with_read(self, path: tuple[str, ...]) -> Object:
        if self.items is not None:
            return self
        of = self.of.with_read(path)
        return self if of is self.of else Many(of, None, self.size, self.is_said)


class Sliced(Object, frozen=True):
    """low:high:step; None where one is left out."""

    low: Object | None = None
    high: Object | None = None
    step: Object | None = None


class Table(Object, frozen=True):
    """A dict: its keys, its values, and those under constant keys; later are keys that were put in later."""

    keys: Object
    values: Object
    named: tuple[tuple[str, Object], ...] = ()
    later: tuple[str, ...] = ()
    is_said: bool = False  # as of a list

    def element(self, at: At) -> Object:
        return self.keys

    def item(self, index: Object, at: At) -> Object:
        if isinstance(index, Constant) and self.named:
            return next((value for key, value in self.named if key == index.value), self.values)
        return self.values

    def attribute(self, name: str, at: At) -> Object:
        from crowsfoot.libraries.standard import Method

        return Method(self, name)

    def moved(self, place: Place) -> Object:
        named = tuple((key, value.moved(place)) for key, value in self.named)
        return Table(self.keys.moved(place), self.values.moved(place), named, self.later, self.is_said)


class Keywords(Object, frozen=True):
    """`**kw` of a function: what a call gives it by the names that decide what it does, and no others."""

    named: tuple[tuple[str, Object], ...] = ()

    def keyword(self, name: str) -> Object | None:
        """What the call gives by the name; None where it does not."""
        return next((it for key, it in self.named if key == name), None)


class OneOf(Object, frozen=True):
    """One of several, as the run decides; whoever made it has joined what can be joined."""

    options: tuple[Object, ...]

    def keeps_relation(self, name: str, models: Models) -> bool:
        return all(it.keeps_relation(name, models) for it in self.options)

    def with_read(self, path: tuple[str, ...]) -> Object:
        return OneOf(tuple([it.with_read(path) for it in self.options]))


class Subscripted(Object, frozen=True):
    """An annotation with brackets: list[Book] is Subscripted(External("list"), (Class(...),))."""

    of: Object
    items: tuple[Object, ...]
