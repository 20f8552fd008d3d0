"""Python's own functions and containers: what comes out, and how often they call what they are given."""

from collections.abc import Callable, Sequence
from typing import Final

from crowsfoot.libraries import texts
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Many,
    Object,
    OneOf,
    Place,
    Subscripted,
    Table,
    Unknown,
)

PACKAGES: Final = (
    *("builtins", "asyncio", "itertools", "more_itertools", "functools", "concurrent", "collections"),
    *("typing", "typing_extensions", "contextlib", "copy", "anyio", "operator", "random", "multiprocessing"),
)


class Method(Object, frozen=True):
    """of.name, where of is a container or a constant."""

    of: Object
    name: str

    def call(self, args: Args, at: At) -> Object:
        return _method(self.of, self.name, args, at)


class Coroutine(Object, frozen=True):
    """What calling an async function gives: what it returns, once it is awaited."""

    of: Object

    def awaited(self, at: At) -> Object:
        return self.of

    def moved(self, place: Place) -> Object:
        return Coroutine(self.of.moved(place))


class Partial(Object, frozen=True):
    """A function with some of its arguments."""

    of: Object
    args: Args

    def call(self, args: Args, at: At) -> Object:
        together = Args(
            self.args.positional + args.positional,
            self.args.keywords + args.keywords,
            self.args.spread or args.spread,
            args.behind(*self.args.positional).star if self.args.star is None else self.args.star,
        )
        return at.call(self.of, together)


class Crossed(Object, frozen=True):
    """A function that asgiref hands to the other side: one that blocks, to be awaited, or the other way."""

    of: Object
    is_async: bool

    def call(self, args: Args, at: At) -> Object:
        made = at.call(self.of, args)
        return Coroutine(made) if self.is_async else made.awaited(at)


class Executor(Object, frozen=True):
    """A pool of threads or processes, or a group of tasks."""

    def attribute(self, name: str, at: At) -> Object:
        return Method(self, name)

    def entered(self, at: At) -> Object:
        return self


def called(name: str, args: Args, at: At) -> Object | None:
    """What comes of calling the standard function or class of that dotted name."""
    function = _FUNCTIONS.get(name.removeprefix("builtins.").removeprefix("more_itertools."))
    if function is None:
        function = _FUNCTIONS.get(name.rpartition(".")[2]) if name.startswith("itertools.") else None
    if function is None and name.startswith("concurrent.futures.") and name.endswith("Executor"):
        return Executor()
    return function(args, at) if function is not None else None


def element_of(it: Object, at: At) -> Object:
    """One element of what is gone over."""
    if isinstance(it, Many):
        return it.of
    if isinstance(it, Table):
        return it.keys
    if isinstance(it, OneOf):
        return join([element_of(option, at) for option in it.options])
    return it.element(at)


def iterated(cls: Class, of: Object, at: At) -> Object:
    """One element of an instance of a class of the program, by its __iter__()."""
    method = at.member(cls, "__iter__", of)
    if method is None:
        return UNKNOWN
    iterator = at.call(method, Args())
    if isinstance(iterator, Instance):  # most often itself: what its __next__() gives is the element
        following = at.member(iterator.cls, "__next__", iterator) if isinstance(iterator.cls, Class) else None
        return at.call(following, Args()) if following is not None else UNKNOWN
    return element_of(iterator, at)


def join(options: Sequence[Object]) -> Object:
    """What may be any of them, as one object."""
    if len(options) < 2:
        return options[0] if options else UNKNOWN
    first = options[0]
    if len(options) == 2 and first is options[1]:
        return first
    kinds = set(map(type, options))
    if OneOf in kinds:
        options = [it for each in options for it in (each.options if isinstance(each, OneOf) else (each,))]
        kinds = set(map(type, options))
    if kinds == _CONSTANTS:
        return _one_of(options)
    found: list[Object] = []
    for it in options:
        _join_into(found, it)
    known = [it for it in found if it is not UNKNOWN]
    if len(known) < len(found):
        # `rows or []`: what is not known may have any number of elements.
        known = [Many(it.of) if isinstance(it, Many) and it.size == "fixed" else it for it in known]
        known = [it for it in known if not isinstance(it, Many) or it.of is not UNKNOWN]
    if len(known) < 2:
        return known[0] if known else UNKNOWN
    # None stands for "not found" nearly always: whatever is done then is not done to it.
    told = [it for it in known if it != _NONE] or known
    return told[0] if len(told) == 1 else OneOf(tuple(told[:_MOST_OPTIONS]))


def _one_of(constants: Sequence[Object]) -> Object:
    """The same of constants, which most displays hold: those that count are soon found."""
    told: list[Object] = []
    for it in constants:
        if it != _NONE and it not in told:
            told.append(it)
            if len(told) == _MOST_OPTIONS:
                break
    if len(told) > 1:
        return OneOf(tuple(told))
    return told[0] if told else constants[0]


def _join_into(found: list[Object], it: Object) -> None:
    for number, other in enumerate(found):
        if other is it or other == it:
            return
        if type(other) in _APART:
            continue
        both = other.joined(it)
        if both is None and isinstance(other, Many) and isinstance(it, Many):
            both = _alike(other, it) or together(other, it)
        if both is None and isinstance(other, Table) and isinstance(it, Table):
            both = Table(join([other.keys, it.keys]), join([other.values, it.values]))
        if both is not None:
            found[number] = both
            return
    # A long list of constants is not compared with itself.
    if len(found) < _MOST_COMPARED or it is UNKNOWN:
        found.append(it)


def _alike(one: Many, other: Many) -> Many | None:
    """Which of some tuples it is, nobody knows; but what stands where in each."""
    if not one.items or not other.items or len(one.items) != len(other.items):
        return None
    items = tuple([join(pair) for pair in zip(one.items, other.items, strict=True)])
    return Many(join([one.of, other.of]), items, one.size if one.size == other.size else "rows")


def together(one: Many, other: Many) -> Many:
    """What holds the elements of both."""
    empty = [it for it in (one, other) if it.items == ()]
    if empty:
        return other if one in empty else one
    return Many(join([one.of, other.of]), size="rows" if "rows" in (one.size, other.size) else one.size)


_NONE: Final = Constant(None)
_CONSTANTS: Final = {Constant}
# What is one with nothing but its like.
_APART: Final = frozenset((Unknown, Constant, External, Built, Class, Function, Instance))
_MOST_OPTIONS: Final = 4
_MOST_COMPARED: Final = 24


def listed(items: tuple[Object, ...]) -> Many:
    """What a display holds."""
    return Many(join(items), items, "fixed")


def size_of(it: Object) -> str:
    """How many elements it has: "rows", "fixed" or "chunks"."""
    if it is UNKNOWN or it == _NONE:
        return "rows"  # nobody goes over None: it stands for what comes later
    if isinstance(it, Many):
        return it.size
    if isinstance(it, Table):
        if _is_bool(it.keys):
            return "fixed"  # {True: [], False: []}
        return "fixed" if it.named and it.values is not UNKNOWN and len(it.named) > 0 else "rows"
    if isinstance(it, OneOf):
        sizes = {size_of(option) for option in it.options}
        return sizes.pop() if len(sizes) == 1 else "rows"
    return "fixed" if isinstance(it, Constant) or it.few else "rows"


def _is_bool(it: Object) -> bool:
    options = it.options if isinstance(it, OneOf) else (it,)
    return all(isinstance(option, Constant) and isinstance(option.value, bool) for option in options)


def _list(args: Args, at: At) -> Object:
    it = args.get(0)
    if it is None:
        return listed(())
    if isinstance(it, Many):
        return it
    return Many(element_of(it, at), size=size_of(it))


def _first(args: Args, at: At) -> Object:
    """What goes over its first argument and gives one element of it."""
    if len(args.positional) > 1:
        return join(list(args.positional))
    it = args.get(0) or UNKNOWN
    return _with_key(element_of(it, at), it, args, at)


def _sorted(args: Args, at: At) -> Object:
    it = args.get(0) or UNKNOWN
    of = element_of(it, at)
    _with_key(of, it, args, at)
    return Many(of, size=size_of(it))


def _with_key(of: Object, over: Object, args: Args, at: At) -> Object:
    key = args.get(None, "key")
    if key is not None:
        at.each(over, "key=").call(key, Args((of,)))
    return of


def _same(args: Args, at: At) -> Object:
    it = args.get(0) or UNKNOWN
    return Many(element_of(it, at), size=size_of(it))


def _some(args: Args, at: At) -> Object:
    """sample(rows, k=3): so many of them, however many there are."""
    it = args.get(0) or UNKNOWN
    is_fixed = isinstance(args.get(1, "k"), Constant)
    return Many(element_of(it, at), size="fixed" if is_fixed else size_of(it))


def _enumerate(args: Args, at: At) -> Object:
    it = args.get(0) or UNKNOWN
    return Many(listed((UNKNOWN, element_of(it, at))), size=size_of(it))


def _zip(args: Args, at: At) -> Object:
    sizes = [size_of(it) for it in args.positional]
    size = "fixed" if "fixed" in sizes else next(iter(sizes), "rows")
    return Many(listed(tuple(element_of(it, at) for it in args.positional)), size=size)


def _map(args: Args, at: At) -> Object:
    function, over = args.get(0) or UNKNOWN, args.positional[1:]
    of = tuple(element_of(it, at) for it in over)
    result = at.each(over[0] if over else UNKNOWN, "map()").call(function, Args(of))
    return Many(result, size=size_of(over[0]) if over else "rows")


def _filter(args: Args, at: At) -> Object:
    function, over = args.get(0) or UNKNOWN, args.get(1) or UNKNOWN
    of = element_of(over, at)
    if function != _NONE:
        at.each(over, "filter()").call(function, Args((of,)))
    return Many(of, size=size_of(over))


def _reduce(args: Args, at: At) -> Object:
    function, over = args.get(0) or UNKNOWN, args.get(1) or UNKNOWN
    of = element_of(over, at)
    start = args.get(2) or of
    return join([start, at.each(over, "reduce()").call(function, Args((start, of)))])


def _any(args: Args, at: At) -> Object:
    element_of(args.get(0) or UNKNOWN, at)
    return UNKNOWN


def _sum(args: Args, at: At) -> Object:
    of = element_of(args.get(0) or UNKNOWN, at)
    return of if isinstance(of, Many) else UNKNOWN


def _len(args: Args, at: At) -> Object:
    it = args.get(0)
    if it is not None:
        _measure(it, at)
        if isinstance(it, Many) and it.items is not None:
            return Constant(len(it.items))
    return UNKNOWN


def _measure(it: Object, at: At) -> None:
    for option in it.options if isinstance(it, OneOf) else (it,):
        option.measured(at)


def _str(args: Args, at: At) -> Object:
    for it in args.positional:
        for option in it.options if isinstance(it, OneOf) else (it,):
            option.told(at)
    return UNKNOWN


def _range(args: Args, at: At) -> Object:
    if len(args.positional) == 3:
        return Many(UNKNOWN, size="chunks")
    fixed = all(isinstance(it, Constant) for it in args.positional)
    return Many(UNKNOWN, size="fixed" if fixed else "rows")


def _chunks(args: Args, at: At) -> Object:
    it = args.get(0) or UNKNOWN
    return Many(Many(element_of(it, at)), size="chunks")


def _product(args: Args, at: At) -> Object:
    sizes = {size_of(it) for it in args.positional}
    of = listed(tuple(element_of(it, at) for it in args.positional))
    size = "rows" if "rows" in sizes else "fixed"
    return Many(of if args.get(None, "repeat") is None else UNKNOWN, size=size)


def _chain(args: Args, at: At) -> Object:
    sizes = [size_of(it) for it in args.positional]
    return Many(
        join([element_of(it, at) for it in args.positional]), size="rows" if "rows" in sizes else "fixed"
    )


def _flattened(args: Args, at: At) -> Object:
    return Many(element_of(element_of(args.get(0) or UNKNOWN, at), at))


def _groupby(args: Args, at: At) -> Object:
    it = args.get(0) or UNKNOWN
    of = element_of(it, at)
    key = args.get(1, "key")
    if key is not None:
        at.each(it, "key=").call(key, Args((of,)))
    return Many(listed((UNKNOWN, Many(of))))


def _getattr(args: Args, at: At) -> Object:
    of, name = args.get(0) or UNKNOWN, args.get(1)
    options = name.options if isinstance(name, OneOf) else (name,)
    names = [it.value for it in options if isinstance(it, Constant) and isinstance(it.value, str)]
    if len(names) < len(options):
        return of.some_attribute(at)
    return join([of.attribute(it, at) for it in names])


def _dict(args: Args, at: At) -> Object:
    it = args.get(0)
    if it is None:
        return Table(UNKNOWN, join([value for _, value in args.keywords]), args.keywords)
    if isinstance(it, Table):
        return it
    pair = element_of(it, at)
    parts = pair.items if isinstance(pair, Many) and pair.items is not None else (UNKNOWN, UNKNOWN)
    return Table(parts[0], parts[-1]) if len(parts) == 2 else Table(UNKNOWN, UNKNOWN)


def _gather(args: Args, at: At) -> Object:
    return Coroutine(Many(join([it.awaited(at) for it in args.positional])))


def _awaited_first(args: Args, at: At) -> Object:
    return Coroutine((args.get(0) or UNKNOWN).awaited(at))


def _run(args: Args, at: At) -> Object:
    return (args.get(0) or UNKNOWN).awaited(at)


def _call_first(args: Args, at: At) -> Object:
    """to_thread(f, a, b)."""
    return Coroutine(at.call(args.get(0) or UNKNOWN, args.rest))


def _call_second(args: Args, at: At) -> Object:
    """run_in_executor(pool, f, a, b)."""
    return _call_first(args.rest, at)


def _defaultdict(args: Args, at: At) -> Object:
    factory = args.get(0)
    made = at.call(factory, Args()) if factory is not None and factory != _NONE else UNKNOWN
    if isinstance(made, Many) and made.items == ():
        made = Many(UNKNOWN)  # nobody makes lists to leave them empty
    return Table(UNKNOWN, made)


def _partial(args: Args, at: At) -> Object:
    return Partial(args.get(0) or UNKNOWN, args.rest)


def _second(args: Args, at: At) -> Object:
    """cast(type, value)."""
    return args.get(1) or UNKNOWN


def _one(args: Args, at: At) -> Object:
    return args.get(0) or UNKNOWN


def _wait(args: Args, at: At) -> Object:
    """What is done, and what is not: who waits for the first gets one, most often, each time."""
    when = args.get(None, "return_when")
    first = isinstance(when, External) and when.name.endswith("FIRST_COMPLETED")
    return listed((Many(UNKNOWN, None, "fixed" if first else "rows"), Many(UNKNOWN)))


def _isinstance(args: Args, at: At) -> Object:
    return UNKNOWN


def _run_in(args: Args, at: At) -> Object:
    """context.run(f, a, b)."""
    return at.call(args.get(0) or UNKNOWN, args.rest)


_FUNCTIONS: Final[dict[str, Callable[[Args, At], Object]]] = {
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "collections.deque"), _list),
    **dict.fromkeys(("min", "max", "next", "anext"), _first),
    **dict.fromkeys(
        ("iter", "aiter", "reversed", "islice", "takewhile", "dropwhile", "tee", "unique_everseen"), _same
    ),
    **dict.fromkeys(("any", "all"), _any),
    **dict.fromkeys(("str", "repr", "print", "format"), _str),
    **dict.fromkeys(("len", "bool"), _len),
    **dict.fromkeys(("batched", "chunked", "ichunked", "sliced"), _chunks),
    **dict.fromkeys(("asyncio.gather",), _gather),
    **dict.fromkeys(
        (
            *("asyncio.wait_for", "asyncio.shield", "asyncio.create_task", "asyncio.ensure_future"),
            "asyncio.run_coroutine_threadsafe",
        ),
        _awaited_first,
    ),
    "asyncio.wait": _wait,
    **dict.fromkeys(("asyncio.run",), _run),
    **dict.fromkeys(
        (
            *("asyncio.to_thread", "anyio.to_thread.run_sync"),
            *("starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool"),
        ),
        _call_first,
    ),
    **dict.fromkeys(
        ("asyncio.get_running_loop().run_in_executor", "asyncio.get_event_loop().run_in_executor"),
        _call_second,
    ),
    "asgiref.sync.sync_to_async": lambda args, at: Crossed(args.get(0) or UNKNOWN, is_async=True),
    "asgiref.sync.async_to_sync": lambda args, at: Crossed(args.get(0) or UNKNOWN, is_async=False),
    **dict.fromkeys(("copy.copy", "copy.deepcopy"), _one),
    "random.choice": lambda args, at: element_of(args.get(0) or UNKNOWN, at),
    **dict.fromkeys(("random.sample", "random.choices"), _some),
    **dict.fromkeys(("contextvars.copy_context().run", "contextvars.Context().run"), _run_in),
    **dict.fromkeys(("typing.cast", "typing_extensions.cast"), _second),
    # NewType("ReadSession", Session) is one more name of the class.
    **dict.fromkeys(("typing.NewType", "typing_extensions.NewType"), _second),
    "asyncio.TaskGroup": lambda args, at: Executor(),
    "multiprocessing.Pool": lambda args, at: Executor(),
    "sorted": _sorted,
    "enumerate": _enumerate,
    "zip": _zip,
    "map": _map,
    "starmap": _map,
    "filter": _filter,
    "functools.reduce": _reduce,
    "functools.partial": _partial,
    "sum": _sum,
    "range": _range,
    "chain": _chain,
    "product": _product,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _flattened,
    "groupby": _groupby,
    "getattr": _getattr,
    "hasattr": _getattr,
    "isinstance": _isinstance,
    "dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _defaultdict,
}


def _method(of: Object, name: str, args: Args, at: At) -> Object:
    """What a method of a list, set, dict, string or pool gives."""
    if isinstance(of, Table):
        return _of_table(of, name, args, at)
    if isinstance(of, Many):
        return _of_many(of, name, args, at)
    if isinstance(of, Executor):
        return _of_executor(name, args, at)
    if isinstance(of, Constant) and name == "join" and args.positional:
        element_of(args.positional[0], at)
    if isinstance(of, Constant) and isinstance(of.value, str) and name == "format":
        _str(args, at)
        return texts.formatted(of.value, args)
    return UNKNOWN


def _of_table(of: Table, name: str, args: Args, at: At) -> Object:
    size = size_of(of)
    if name == "items":
        return Many(listed((of.keys, of.values)), size=size)
    if name == "values":
        return Many(of.values, size=size)
    if name == "keys":
        return Many(of.keys, size=size)
    if name in ("get", "pop", "setdefault"):
        return of.item(args.get(0) or UNKNOWN, at)
    if name == "copy":
        return of
    return UNKNOWN


def _of_many(of: Many, name: str, args: Args, at: At) -> Object:
    if name in ("pop", "popleft"):
        return of.of
    if name in ("copy", "union", "difference", "intersection", "symmetric_difference", "__iter__"):
        for it in args.positional:
            element_of(it, at)
        return of
    if name == "sort":
        _with_key(of.of, of, args, at)
    if name in ("extend", "update"):
        element_of(args.get(0) or UNKNOWN, at)
    return UNKNOWN


def _of_executor(name: str, args: Args, at: At) -> Object:
    if name in ("map", "imap", "imap_unordered", "starmap"):
        return _map(args, at)
    if name in ("submit", "apply", "apply_async"):
        return at.call(args.get(0) or UNKNOWN, args.rest)
    if name in ("create_task", "start_soon"):
        return (args.get(0) or UNKNOWN).awaited(at)
    return UNKNOWN


def annotated(it: Object, instance: Callable[[Object], Object]) -> Object:
    """What has that annotation; instance says what an instance of a class is."""
    if isinstance(it, OneOf):
        return join([annotated(option, instance) for option in it.options])
    if not isinstance(it, Subscripted):
        return instance(it) if isinstance(it, (External, Class)) else it.annotated()
    name = it.of.name.rpartition(".")[2] if isinstance(it.of, External) else ""
    items = it.items
    if name in (
        "Optional",
        "Annotated",
        "Awaitable",
        "Coroutine",
        "Final",
        "ClassVar",
        "Required",
        "NotRequired",
    ):
        return annotated(items[-1] if name == "Coroutine" else items[0], instance) if items else UNKNOWN
    if name == "Union":
        return join([annotated(option, instance) for option in items])
    if name.lower() == "tuple" and items:
        if len(items) == 2 and items[1] is UNKNOWN:
            return Many(annotated(items[0], instance), is_said=True)
        return listed(tuple(annotated(option, instance) for option in items))
    if name in _COLLECTIONS and items:
        return Many(annotated(items[0], instance), is_said=True)
    if name in _MAPPINGS and len(items) == 2:
        return Table(annotated(items[0], instance), annotated(items[1], instance), is_said=True)
    if name in ("Type", "type") and items:
        return items[0]
    return instance(it)


_COLLECTIONS: Final = frozenset(
    (
        *("list", "List", "set", "Set", "frozenset", "FrozenSet", "Sequence", "MutableSequence", "Iterable"),
        *("Iterator", "Collection", "Generator", "AsyncGenerator", "AsyncIterator", "AsyncIterable", "deque"),
        *("AbstractSet", "Deque"),
    )
)
_MAPPINGS: Final = frozenset(("dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"))

__all__ = [
    "PACKAGES",
    "Built",
    "Coroutine",
    "Function",
    "Method",
    "annotated",
    "called",
    "element_of",
    "join",
    "listed",
]
