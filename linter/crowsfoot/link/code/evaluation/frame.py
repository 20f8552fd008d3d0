"""One run through a scope: the objects of its values, and what they have sent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

from crowsfoot.facts.code import (
    AnyValue,
    Attribute,
    Call,
    Const,
    Defined,
    Display,
    Either,
    Element,
    Import,
    Item,
    Name,
    Parameter,
    Returned,
    Scope,
    Slice,
    Unclear,
)
from crowsfoot.libraries.objects import UNKNOWN, Class, External, Function, Object, Place
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.evaluation.handing import handed_back
from crowsfoot.link.code.evaluation.kept import held, kept
from crowsfoot.link.code.evaluation.learned import Path, origin
from crowsfoot.link.code.program.program import Around
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator

WAITING: Final = frozenset((Const, Defined, Display, Import, Name, Parameter, Returned, Slice, Unclear))


class Each(NamedTuple):
    """A loop that is a call: map(f, xs). over is what it goes over, how its name."""

    over: Object
    how: str


class Effect(NamedTuple):
    """A statement that a scope sends.

    value is where, in the scope, and loop the innermost of its loops that counts: rows that are kept are sent
    for where they were made. chain are the places below, where the scope calls others: the last one sends it.
    parameter is the number of the parameter that it is sent for, once for each time that one was made.
    held: that one keeps what comes of it for all calls, as a row does with its relations. path leads from
    that one to what was read.
    """

    query: Query
    value: int
    loop: int
    chain: tuple[Place, ...] = ()
    parameter: int | None = None
    each: Each | None = None
    held: bool = False
    path: tuple[str, ...] = ()
    spared: int | None = None  # the number of the parameter whose rows answer it, once they have been fetched


class Answer(NamedTuple):
    """A statement that a framework sends in answer to a request, because of the value of the scope.

    The scope itself does not send it: it is nothing to those who call it. shows: rows are the answer.
    """

    query: Query
    value: int
    shows: bool


class Frame:
    """A scope with its parameters bound; general: nobody has called it, and they are what they must be."""

    __slots__ = (
        *(
            "out",
            "path",
            "number",
            "scope",
            "params",
            "general",
            "depth",
            "objects",
            "effects",
            "answers",
            "_sent",
            "_read",
            "_below",
            "learned",
            "lessons",
            "sorted_by",
            "replaced",
        ),
        *("fanned", "recursive", "done", "marks", "around", "is_told_nothing", "shown_by"),
    )

    def __init__(
        self,
        out: "Evaluator",
        path: str,
        number: int,
        scope: Scope,
        params: tuple[Object, ...],
        general: bool,
        depth: int,
    ):
        self.out = out
        self.path = path
        self.number = number
        self.scope = scope
        self.params = params
        self.general = general
        self.depth = depth
        self.objects: list[Object | None] = [None] * len(scope.values)
        self.effects: list[Effect] = []
        self.answers: list[Answer] = []
        self._sent: set[Place] = set()
        self._read: set[tuple[int, Path]] = set()
        self._below: dict[tuple[int, Path], list[tuple[int, Path]]] | None = None  # what is read further on
        # Relations that the scope surely reads of a parameter, or of each row of one: number, path, which.
        self.learned: tuple[tuple[int, Path, bool], ...] = ()
        self.lessons = 0
        self.sorted_by: tuple[Path, ...] = ()  # what the key of a sorted() that is being called has read
        self.fanned: dict[int, str] = {}  # loops of comprehensions that something awaits all at once
        self.recursive: list[int] = []  # calls of itself, directly or by others
        self.done = False
        self.replaced: dict[int, int] = {}  # values, each with the number that what it replaces is below
        # Its parameters tell nothing that matters to what it sends: only what it returns is worked out.
        self.is_told_nothing = False
        self.around: Around | None = None  # the variables of the scopes around it, when they were asked for
        self.shown_by = out.templates.showing  # of a template: what shows it, with these parameters
        self.marks: list[
            tuple[str, int]
        ] = []  # what a library remembers to have happened, and at which value

    def made_in_loop(self, place: Place, value: int) -> int:
        """The loop that what was made at the place counts in, when it is sent at the value."""
        here = place.path == self.path and place.scope == self.number
        if not here or place.value >= len(self.scope.values):
            return self.scope.values[value].loop
        return -1 if place.value < 0 else self.scope.values[place.value].loop

    def add(self, effect: Effect, made: Place | None) -> None:
        """Keep what is sent, unless it is kept already."""
        if made is not None:
            if made in self._sent:
                return
            self._sent.add(made)
            effect = effect._replace(loop=self.made_in_loop(made, effect.value))
            if (made.path, made.scope) == (self.path, self.number) and made.value < len(self.scope.values):
                if made.value < 0:
                    effect = effect._replace(parameter=-1 - made.value)
                elif not effect.chain and self._together(made.value, effect.value):
                    # What is written there says more than the variable that holds it.
                    effect = effect._replace(value=_first_written(self.scope, made.value))
            elif not effect.chain and effect.parameter is None:
                effect = self._of_attribute(effect, made)
        # What is sent right here or in a loop is told of this scope: it finds room where others filled it.
        told_here = effect.loop >= 0 or not effect.chain
        if len(self.effects) < (_MOST_EFFECTS if not told_here else 2 * _MOST_EFFECTS):
            self.effects.append(effect)

    def _together(self, one: int, other: int) -> bool:
        return self.scope.values[one].loop == self.scope.values[other].loop

    def _of_attribute(self, effect: Effect, made: Place) -> Effect:
        """`for row in self.rows`: what an object was made with, or has made once, keeps its rows."""
        it = self.scope.values[effect.value]
        of = self.scope.values[it.of] if type(it) is Attribute else None
        if type(it) is not Attribute or type(of) is not Parameter:
            return effect
        if self.out.program.scope(made.path, made.scope).kind != "class":
            return effect
        for number, store in self.out.stores_of(Class(made.path, made.scope, "")).get(it.name, ()):
            scope = self.out.program.scope(made.path, number)
            if scope.name not in _MAKING and store.value not in self.out.of_scope(held, made.path, number):
                return effect  # it may be another one at each call
        return effect._replace(loop=-1, parameter=of.index, held=True, path=(it.name,))

    def parameter_made_at(self, made: Place | None) -> int | None:
        """The number of the parameter that stands for what was made there."""
        here = made is not None and (made.path, made.scope) == (self.path, self.number)
        return -1 - made.value if made is not None and here and made.value < 0 else None

    def has_sent(self, made: Place) -> bool:
        """Whether what was made there has been fetched already."""
        return made in self._sent

    @property
    def kept(self) -> frozenset[int]:
        """The values that are kept beyond a call."""
        return self.out.of_scope(kept, self.path, self.number)

    @property
    def held(self) -> Mapping[int, int]:
        """The values that a parameter keeps, with the number of that one."""
        return self.out.of_scope(held, self.path, self.number)

    def reads(self, of: int, *names: str) -> bool:
        """Whether that attribute of that value, or of what it leads to, is read for the first time here."""
        root, path = origin(self, of)
        path = (*path, *names)
        if (root, path) in self._read:
            return False
        self._read.add((root, path))
        if len(path) > 1:
            below = self._below = {} if self._below is None else self._below
            for length in range(1, len(path)):
                below.setdefault((root, path[:length]), []).append((root, path))
        return True

    def stores(self, of: int, name: str) -> None:
        """That attribute of that value is there, and what has been read of another in its place is not."""
        root, path = origin(self, of)
        key = (root, (*path, name))
        self._read.add(key)
        if self._below and key in self._below:
            self._read.difference_update(self._below.pop(key))

    def asks(self, it: AnyValue) -> TypeGuard[Call]:
        """Whether that is hasattr(row, name), which reads it as well."""
        if not isinstance(it, Call) or not it.args:
            return False
        function = self.scope.values[it.of]
        return isinstance(function, Name) and function.name in ("hasattr", "getattr")

    def loop_of(self, value: int) -> int:
        """The loop that the row belongs to of which attributes are read: none, if it is there before."""
        it = self.scope.values[value]
        while (of := self._belongs_to(it)) is not None:
            it = self.scope.values[of]
        return -1 if isinstance(it, (Name, Parameter)) else it.loop

    def _belongs_to(self, it: AnyValue) -> int | None:
        """The value of which that is an attribute, or what a function gives for it: the same each time."""
        if isinstance(it, Attribute):
            return it.of
        return handed_back(self, it) if isinstance(it, Call) else None

    def parameter_of(self, value: int) -> tuple[int | None, Path]:
        """The parameter that it is, or is an attribute of, and by which names.

        Or that keeps the rows of which it is one: the books of `for book in shelf.books` are there for good.
        """
        it = self.scope.values[value]
        names: list[str] = []
        while True:
            of = self._belongs_to(it)
            if of is not None:
                names.append(it.name if isinstance(it, Attribute) else f"{self._called(it)}()")
            elif (over := self._kept_rows(it)) is not None:
                names.append("each")
                of = over
            else:
                break
            it = self.scope.values[of]
        return (it.index, tuple(reversed(names))) if isinstance(it, Parameter) else (None, ())

    def _kept_rows(self, it: AnyValue) -> int | None:
        """The relation of a row that a loop goes over, of which that is an element, if the row keeps it."""
        over = self.scope.loops[it.over].over if isinstance(it, Element) else None
        of = self.scope.values[over] if over is not None else None
        keeps = isinstance(of, Attribute) and self.known(of.of).keeps_relation(of.name, self.out.models)
        return over if keeps else None

    def _called(self, it: AnyValue) -> str:
        function = self.known(it.of) if isinstance(it, Call) else None
        return function.name if isinstance(function, Function | External) else ""

    def marked(self, word: str, value: int) -> bool:
        """Whether that has happened since the row was there of which the value reads an attribute."""
        read = self.scope.values[value]
        if not self.marks or not isinstance(read, Attribute):
            return False
        number = read.of
        it = self.scope.values[number]
        # A relation that is read since brings rows anew: an attribute counts where it is read.
        while isinstance(it, Element) and (over := self.scope.loops[it.over].over) is not None:
            number, it = over, self.scope.values[over]
        if isinstance(it, Parameter):
            number = -1
        # What happens in each pass is told of where it happens.
        return any(
            name == word and number < at < value and self.scope.values[at].loop < read.loop
            for name, at in self.marks
        )

    @property
    def is_told_rows(self) -> bool:
        """Whether it is known of all rows that it is handed, and there are some, what has been loaded."""
        return any(it.is_fetched for it in self.params) and not any(it.is_guessed for it in self.params)

    def known(self, value: int) -> Object:
        found = self.objects[value]
        if found is None:
            waits = self.done and type(self.scope.values[value]) in WAITING
            return self.out.get(self, value) if waits else UNKNOWN
        return found

    def place(self, value: int) -> Place:
        return Place(self.path, self.number, value)

    def span(self, value: int) -> Span:
        """Where the value stands in the files; of an element, the head of its loop."""
        it = self.scope.values[value]
        at = self.scope.loops[it.over] if isinstance(it, Element) else it
        return Span(self.path, at.start, at.end)


# What an object is made by, once.
_MAKING = frozenset(("__init__", "__post_init__"))
_MOST_EFFECTS = 200


def _first_written(scope: Scope, value: int) -> int:
    """Where a query begins that a pass builds in several statements: `rows = find()`, then `rows[:10]`."""
    values, first = scope.values, value
    for _ in range(_MOST_STEPS):
        it = values[value]
        if isinstance(it, Call):
            it = values[it.of]
        if not isinstance(it, (Attribute, Item)):
            break
        value = it.of
        it = values[value]
        if isinstance(it, Either):
            value = it.options[0]
            it = values[value]
        if not isinstance(it, (Call, Item)) or it.loop != values[first].loop:
            break
        if not values[first].start <= it.start <= it.end <= values[first].end:
            first = value
    return first


_MOST_STEPS = 20
