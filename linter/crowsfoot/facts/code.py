"""What one file of Python says: its scopes, and in each what is computed from what, in which loop.

A scope is a flat list of values. A value names those that it is made of by their numbers, which are mostly
lower (those that a loop carries round are not), so that the names of local variables are gone:
`rows = find(); rows[0].author` is Call, Item, Attribute. Nothing here knows what a library does;
crowsfoot.libraries does, and link.code joins the two.
"""

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Final, Literal

import msgspec

from crowsfoot.facts.common import Comment, Fact, Problem
from crowsfoot.source import Range


class Value(Fact, frozen=True, array_like=True, tag=True, gc=False):
    """The base of what a scope computes; start and end are where it stands, in code points of the file.

    loop is the number of the innermost loop around it, -1 outside of all.
    """

    start: int
    end: int
    loop: int


class Name(Value, frozen=True, array_like=True, tag=0):
    """A name that no local variable has here: of the module, of a builtin, or of an enclosing function."""

    name: str


class Parameter(Value, frozen=True, array_like=True, tag=1):
    """What the caller gives; index counts the scope's params."""

    index: int


class Import(Value, frozen=True, array_like=True, tag=2):
    """`import module` (name ""), or `from module import name`; level counts the dots before the module.

    `import a.b` binds a: then module is "a". `import a.b as c` binds a.b.
    """

    module: str
    name: str
    level: int


class Defined(Value, frozen=True, array_like=True, tag=3):
    """A function, a class or a lambda; scope is its number in the file."""

    scope: int


class Const(Value, frozen=True, array_like=True, tag=4):
    """A constant; `...` is kept as None. Bytes, and numbers too large for 64 bits, are Unclear."""

    value: str | int | float | bool | None


class Text(Value, frozen=True, array_like=True, tag=5):
    """An f-string: its texts and the values between them."""

    parts: tuple[str | int, ...]


class Attribute(Value, frozen=True, array_like=True, tag=6):
    """of.name, read."""

    of: int
    name: str


class Item(Value, frozen=True, array_like=True, tag=7):
    """of[index], read."""

    of: int
    index: int


class Slice(Value, frozen=True, array_like=True, tag=8):
    """low:high:step between brackets; None where one is left out."""

    low: int | None
    high: int | None
    step: int | None


class Call(Value, frozen=True, array_like=True, tag=9):
    """of(args, keywords); a `*args` is a Spread among the args, a `**kwargs` has the keyword "**"."""

    of: int
    args: tuple[int, ...]
    keywords: tuple[tuple[str, int], ...] = ()


class Spread(Value, frozen=True, array_like=True, tag=10):
    """*of, in a call or a display."""

    of: int


class Display(Value, frozen=True, array_like=True, tag=11):
    """[a, b], (a, b), {a, b}, or {key: value}, of which keys are the keys (-1 for **of)."""

    kind: Literal["list", "tuple", "set", "dict"]
    items: tuple[int, ...]
    keys: tuple[int, ...] = ()


class Comprehension(Value, frozen=True, array_like=True, tag=12):
    """What a comprehension builds: each is its element, key that of a dict; their loop is innermost."""

    kind: Literal["list", "set", "dict", "generator"]
    each: int
    key: int | None = None
    innermost: int = -1


class Element(Value, frozen=True, array_like=True, tag=13):
    """One element of what a loop goes over, as its variable holds it; over is the number of that loop."""

    over: int


class Part(Value, frozen=True, array_like=True, tag=14):
    """What unpacking gives: `a, b = of`; index counts from 0, None is the starred rest."""

    of: int
    index: int | None


class Either(Value, frozen=True, array_like=True, tag=15):
    """One of several, as a branch, a loop, `or`, `and`, or `x if y else z` decides."""

    options: tuple[int, ...]


class Operation(Value, frozen=True, array_like=True, tag=16):
    """A unary or binary operator, or a comparison, on its operands: "+", "|", "in", "not", "is not", "+=".

    The operands of `a + b + c` are three, as are those of `a < b < c`, of which operator is the first.
    """

    operator: str
    operands: tuple[int, ...]


class Awaited(Value, frozen=True, array_like=True, tag=17):
    """await of."""

    of: int


class Entered(Value, frozen=True, array_like=True, tag=18):
    """What `with of as name:` binds; present without a name as well."""

    of: int
    is_async: bool


class Given(Value, frozen=True, array_like=True, tag=19):
    """yield of, or yield from of; None for a bare yield."""

    of: int | None
    all: bool


class Store(Value, frozen=True, array_like=True, tag=20):
    """of.name = value, or of.name: annotation = value; without a value, value is Unclear."""

    of: int
    name: str
    value: int
    annotation: int | None = None


class StoreItem(Value, frozen=True, array_like=True, tag=21):
    """of[index] = value; also `of += value` on a list, with index None."""

    of: int
    index: int | None
    value: int


class Returned(Value, frozen=True, array_like=True, tag=22):
    """return of; None for a bare return."""

    of: int | None


class Tested(Value, frozen=True, array_like=True, tag=23):
    """of, asked whether it is true: by `if`, `while`, `not`, `and`, `assert`, a filter of a comprehension."""

    of: int


class Unclear(Value, frozen=True, array_like=True, tag=24):
    """Something that nobody follows: an expression of another kind, or nested too deeply."""


class Lookup(Attribute, frozen=True, array_like=True, tag=25):
    """of.name as templates mean it: an element of a dict, or an attribute.

    It is called where it can be, unless called says that the template does so itself.
    """

    called: bool = False


class Included(Value, frozen=True, array_like=True, tag=26):
    """Another template that is shown here, or, with its number as template, a block of this one.

    It sees the names that this one was given, unless alone, and those that are named: variables of its own.
    """

    template: str | int
    named: tuple[tuple[str, int], ...] = ()
    alone: bool = False


AnyValue = (
    Name
    | Parameter
    | Import
    | Defined
    | Const
    | Text
    | Attribute
    | Item
    | Slice
    | Call
    | Spread
    | Display
    | Comprehension
    | Element
    | Part
    | Either
    | Operation
    | Awaited
    | Entered
    | Given
    | Store
    | StoreItem
    | Returned
    | Tested
    | Unclear
    | Lookup
    | Included
)


class Loop(Fact, frozen=True, array_like=True):
    """A loop of a scope; start and end are its head: `for x in xs`, `while test`.

    again says how its next pass is reached: "always" (nothing but a condition leaves it), "after a failure"
    (only where an except clause was entered: everything else returns, breaks or raises), "never".
    leaves: a break, return or raise in it depends on a condition, so that it may end early.
    carried: names that one pass leaves to the next, read before they are written: a cursor, a page.
    """

    kind: Literal["for", "while", "comprehension"]
    start: int
    end: int
    parent: int  # the loop around it, -1 for none
    over: int | None  # the value that it goes over, computed outside of it; None for while
    test: int | None  # what `while` asks, computed in it
    is_async: bool = False
    again: Literal["always", "after a failure", "never"] = "always"
    leaves: bool = False
    carried: tuple[str, ...] = ()
    target: str = ""  # the names that hold an element: "key, value"


class Param(Fact, frozen=True, array_like=True):
    """A parameter; annotation and default are values of the enclosing scope."""

    name: str
    kind: Literal["positional", "keyword", "args", "kwargs"]
    annotation: int | None = None
    default: int | None = None


def word_of(values: Sequence[AnyValue], number: int) -> str:
    """The last word of a value that is written as a name: "books" of `shop.books`; "" of all others."""
    it = values[number]
    return it.name if isinstance(it, (Attribute, Name, Import)) else ""


BRANCH: Final = -2  # in perhaps of a Scope
# What decides about a stretch: whether a parameter is true, or None; whether an attribute of one, or one of
# that, is one of some words: `if commit`, `if owner is None: return`, `if self.action == "list"`.
Asked = tuple[str, ...] | bool | None


class Scope(Fact, frozen=True, array_like=True):
    """A module, class body, function or lambda.

    names are the variables as the scope leaves them, each the number of its value: the attributes of a class
    or module, and what functions within see of an enclosing one (a function without others in it has none).
    bases, decorators, returns and what params name are values of the parent. A class keeps `metaclass=` and
    its like in keywords.
    """

    kind: Literal["module", "class", "function", "lambda"]
    name: str
    parent: int  # -1 for the module
    range: Range  # of a function or class without its decorators
    name_range: Range
    values: tuple[AnyValue, ...] = ()
    loops: tuple[Loop, ...] = ()
    names: tuple[tuple[str, int], ...] = ()
    params: tuple[Param, ...] = ()
    bases: tuple[int, ...] = ()
    keywords: tuple[tuple[str, int], ...] = ()
    decorators: tuple[int, ...] = ()
    returns: int | None = None  # the annotation of what it returns
    is_async: bool = False
    # `name: annotation`, with or without a value: values of this scope
    annotations: tuple[tuple[str, int], ...] = ()
    # names declared global or nonlocal, with each value that the scope gives them; to read them is Name
    rebinds: tuple[tuple[str, int], ...] = ()
    # the values of `name: annotation = value`, and what they were said to be
    typed: tuple[tuple[int, int], ...] = ()
    # of a class: where its body first writes each name that it assigns or annotates
    written: tuple[tuple[str, int], ...] = ()
    # Stretches of values, from the second number to before the third, after which the loop of the first
    # number has no further pass: a branch that ends in `break`. Where it ends in `return`, the number is -1:
    # no loop has.
    lasts: tuple[tuple[int, int, int], ...] = ()
    # Stretches in the same way that the loop comes to once in so many passes: below `if i % 100 == 0`. Below
    # `if len(batch) == 100` the number is -1: all loops around have filled the batch.
    seldom: tuple[tuple[int, int, int], ...] = ()
    # Stretches that are the body of a `with`, by the number of what it has Entered.
    withins: tuple[tuple[int, int, int], ...] = ()
    # `try` with `finally`: the stretch of all that is tried, and where that of `finally` ends behind it.
    ensured: tuple[tuple[int, int, int], ...] = ()
    # Stretches that are left out at times when what stands before them is not. The number is that of a loop
    # of which a pass leaves them out, or which ends early: what follows `continue`, a loop with `break`. It
    # is -1 for what `return` leaves out, and BRANCH for a branch, or what is gone over only as far as asked.
    perhaps: tuple[tuple[int, int, int], ...] = ()
    # Stretches that a parameter decides about, from the third number to before the fourth: they are come to
    # only where the value of the first number is what is asked for, or, where the number is ~it, is not that.
    decided: tuple[tuple[int, Asked, int, int], ...] = ()
    # Values that a name surely has after the stretch that begins at the last number, and none from before it,
    # if all of that stretch is come to: `if full: query = query.options(joinedload(Book.author))`.
    replacing: tuple[tuple[int, int], ...] = ()
    # Stretches that end in `raise`, with no `try` around: whoever has called does not get to its next pass.
    raised: tuple[tuple[int, int], ...] = ()
    # Stretches in which the value of the first number is an instance of the class of the second number, if
    # nothing else tells what it is: `if isinstance(it, Book):`.
    narrowed: tuple[tuple[int, int, int, int], ...] = ()


class CodeFile(Fact, frozen=True, array_like=True, tag="code", dict=True, gc=True):
    """One file of Python. scopes[0] is the module; stars are the modules that `from m import *` names.

    Its scopes are nearly all of it, and most of them nobody asks for: what came of the file is known from an
    earlier run. So they stay encoded, or are not even there, until somebody does.
    """

    encoded: msgspec.Raw  # its scopes, or what says that somebody else keeps them
    size: int = 0  # how many values they have
    stars: tuple[tuple[str, int], ...] = ()  # module and level
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
    # All names, words in quotes and keywords of calls ("key="), and how URLs begin, each between line ends.
    words: str = ""
    # What it imports anywhere in it: a module, what of it, and how many dots there are before it.
    imports: tuple[tuple[str, str, int], ...] = ()

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """None at all where the file could not be read."""
        return _decoder().decode(self.all_encoded)

    @property
    def all_encoded(self) -> msgspec.Raw:
        """Its scopes, encoded, wherever they are kept."""
        return self.__dict__["keeper"]() if self.encoded == _ELSEWHERE else self.encoded

    @property
    def is_read(self) -> bool:
        """Whether there are scopes; nothing is decoded for that."""
        return self.encoded != _NOTHING


def code_file(
    scopes: tuple[Scope, ...],
    stars: tuple[tuple[str, int], ...] = (),
    comments: tuple[Comment, ...] = (),
    problems: tuple[Problem, ...] = (),
    words: str = "",
    imports: tuple[tuple[str, str, int], ...] = (),
) -> CodeFile:
    """A file of these scopes."""
    encoded = msgspec.Raw(msgspec.msgpack.encode(scopes)) if scopes else _NOTHING
    size = sum([len(it.values) for it in scopes])
    found = CodeFile(encoded, size, stars, comments, problems, words, imports)
    found.__dict__["scopes"] = scopes  # who has them need not decode them
    return found


def without_scopes(file: CodeFile) -> CodeFile:
    """All else that it says."""
    return msgspec.structs.replace(file, encoded=_ELSEWHERE) if file.is_read else file


def kept_elsewhere(file: CodeFile, keeper: Callable[[], msgspec.Raw]) -> CodeFile:
    """One without scopes, with somebody to ask for them."""
    file.__dict__["keeper"] = keeper
    return file


@cache
def _decoder() -> msgspec.msgpack.Decoder[tuple[Scope, ...]]:
    return msgspec.msgpack.Decoder(tuple[Scope, ...])


_NOTHING: Final = msgspec.Raw(msgspec.msgpack.encode(()))
_ELSEWHERE: Final = msgspec.Raw(msgspec.msgpack.encode(None))
