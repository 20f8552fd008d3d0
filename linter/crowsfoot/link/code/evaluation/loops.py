"""A loop -> whether it goes on once per row: with data that grows, not for an attempt, page or constant."""

import re
from collections.abc import Sequence
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import (
    Built,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Many,
    Object,
    OneOf,
    Table,
    Unknown,
)
from crowsfoot.link.code.evaluation.code_loops import over_code
from crowsfoot.link.code.evaluation.frame import Frame


def is_row_loop(frame: Frame, number: int, value: int) -> bool:
    """Whether the loop, or one around it, comes to the value once for every row of something."""
    return row_loop(frame, number, value) is not None


def row_loop(frame: Frame, number: int, value: int) -> int | None:
    """The innermost of the loop and those around it that comes to the value once for every row."""
    while number >= 0:
        loop = frame.scope.loops[number]
        if _per_row(frame, number, loop) and not (
            _is_last(frame.scope, number, value) or _is_seldom(frame.scope, number, value)
        ):
            return number
        number = loop.parent
    return None


def _is_last(scope: facts.Scope, loop: int, value: int) -> bool:
    """Whether the loop has no further pass once it has come to the value."""
    return any(number in (loop, -1) and first <= value < end for number, first, end in scope.lasts)


def _is_seldom(scope: facts.Scope, loop: int, value: int) -> bool:
    """Whether the loop comes to the value once in so many passes."""
    return any(number in (loop, -1) and first <= value < end for number, first, end in scope.seldom)


def _per_row(frame: Frame, number: int, loop: facts.Loop) -> bool:
    if loop.again != "always":
        return False  # it ends after its first pass, or it tries again
    if loop.kind == "while":
        return _takes_away(frame, number, loop)
    assert loop.over is not None
    known = frame.known(loop.over)
    if known.ROWS:
        return not known.few
    if _NO_ROWS.search(loop.target) or _of_pages(frame, loop.over, loop.target):
        return False
    over = frame.scope.values[loop.over]
    if number in frame.out.of_scope(over_code, frame.path, frame.number):
        return False
    if loop.is_async and _is_stream(frame, loop.over) and not known.is_fetched:
        return False
    options = over.options if isinstance(over, facts.Either) else (loop.over,)
    return any(grows(frame, it) and standard.size_of(frame.known(it)) == "rows" for it in options)


def is_by_chunks(frame: Frame, loop: facts.Loop) -> bool:
    """Whether each pass is for many rows: `for batch in batched(rows, 500)`."""
    if loop.over is None or loop.kind == "while":
        return False
    return standard.size_of(frame.known(loop.over)) == "chunks" or _NO_ROWS.search(loop.target) is not None


def _of_pages(frame: Frame, number: int, target: str) -> bool:
    """`for found in paginate(url)`, and not `for row in paginate(url)`, which has gone on to the next."""
    it = frame.scope.values[number]
    word = facts.word_of(frame.scope.values, it.of if isinstance(it, facts.Call) else number)
    return "paginat" in word.lower() and _PAGE.search(target) is not None


def _is_stream(frame: Frame, number: int) -> bool:
    """Whether it is called like something that comes when it happens: `client.events()`.

    What `repository.stream(statement)` is given says which rows there are.
    """
    it = frame.scope.values[number]
    if not isinstance(it, facts.Call):
        return _STREAM.search(_word(frame, number)) is not None
    word = _word(frame, it.of)
    return _STREAM.search(word) is not None and not (it.args and word == "stream")


def grows(frame: Frame, number: int) -> bool:
    """Whether what is gone over is no constant of the program, by what it is called."""
    it = frame.scope.values[number]
    known = frame.known(number)
    if isinstance(known, Class) or (isinstance(known, External) and _IS_SETTING.search(known.name)):
        return False  # the members of an enum; settings
    if isinstance(known, Many) and (_is_member(frame, known.of) or _is_code(known.of)):
        return False
    if isinstance(known, Table) and _is_code(known.values):
        return False
    if isinstance(it, facts.Call):
        word = facts.word_of(frame.scope.values, it.of)
        if _NO_ROWS.search(word) or word in _OF_THE_PROGRAM or _WAITS.match(word):
            return False
        method = frame.scope.values[it.of]
        if isinstance(method, facts.Attribute) and _is_of_program(frame, method.of):
            return False
        if word in ("items", "values", "keys") and isinstance(method, facts.Attribute):
            built = frame.scope.values[method.of]
            if type(built) is facts.Comprehension and row_loop(frame, built.innermost, built.each) is None:
                return False  # {kind: … for kind in KINDS}.items()
            return not _has_fields(frame, method.of) and grows(frame, method.of)
        if word in _PASS_ON and it.args:
            return grows(frame, it.args[0])
        if word == "range":
            return not all(_is_bound(frame, arg) for arg in it.args) and not _is_pages(frame, it.args)
        return word != "get" or not _is_of_settings(frame, it.of)
    if isinstance(it, facts.Comprehension):
        return row_loop(frame, it.innermost, it.each) is not None
    word = facts.word_of(frame.scope.values, number)
    if isinstance(it, facts.Attribute) and facts.word_of(frame.scope.values, it.of) == _META:
        return False
    if isinstance(it, (facts.Attribute, facts.Item)) and _is_of_settings(frame, number):
        of = known.of if isinstance(known, Many) else known
        return not isinstance(of, Unknown | Constant | Built)
    if isinstance(it, facts.Item):
        return grows(frame, it.of)
    return not (word.isupper() and len(word) > 1 and word not in _SENT) and word not in _OF_THE_PROGRAM


def _is_of_program(frame: Frame, number: int) -> bool:
    """Whether its methods tell of the program: `Book._meta`, or a registry of classes that a module has."""
    word = facts.word_of(frame.scope.values, number)
    of_module = isinstance(frame.scope.values[number], facts.Name | facts.Import)
    return word == _META or (word == "registry" and of_module)


def _is_code(it: Object) -> bool:
    """Whether it is a function or class of the program, or one of some: as many as it says."""
    options = it.options if isinstance(it, OneOf) else (it,)
    return all(isinstance(option, (Function, Class)) for option in options)


def _is_member(frame: Frame, it: Object) -> bool:
    """Whether it is a member of an enum: no more of them are asked for than the program has."""
    if not isinstance(it, Instance) or not isinstance(it.cls, Class):
        return False
    return any(isinstance(base, str) and base in _ENUMS for base in frame.out.bases(it.cls))


def _is_bound(frame: Frame, number: int) -> bool:
    """Whether a number is a constant of the program by its name, or says how often at most: `max_steps`."""
    word = _word(frame, number)
    return word.isupper() or word.startswith("max_")


def _is_pages(frame: Frame, args: Sequence[int]) -> bool:
    """Whether one of the bounds of a range is how many pages there are: `range(total // page_size + 1)`."""
    values = frame.scope.values
    pending = list(args)
    for number in pending:  # which grows
        it = values[number]
        if isinstance(it, facts.Operation):
            if it.operator in ("/", "//"):
                by = values[it.operands[-1]]
                return not isinstance(by, facts.Const) or (isinstance(by.value, int) and by.value >= _A_PAGE)
            pending += it.operands if it.operator in ("+", "-") else ()
        elif isinstance(it, facts.Call) and facts.word_of(frame.scope.values, it.of) in _ROUND:
            pending += it.args
        elif _NO_ROWS.search(_word(frame, number)):
            return True
    return False


def _word(frame: Frame, number: int) -> str:
    it = frame.scope.values[number]
    return (
        frame.scope.params[it.index].name
        if isinstance(it, facts.Parameter)
        else facts.word_of(frame.scope.values, number)
    )


def _is_of_settings(frame: Frame, number: int) -> bool:
    """Whether that is read of what the program is configured with: `settings.X`, `app.config["X"]`."""
    values = frame.scope.values
    it = values[number]
    while isinstance(it, (facts.Attribute, facts.Item)):
        number = it.of
        if facts.word_of(frame.scope.values, number) in _SETTINGS:
            return True
        it = values[number]
    return False


def _has_fields(frame: Frame, number: int) -> bool:
    """Whether what is a dict holds one entry for each field, or each argument, that the program names."""
    it = frame.scope.values[number]
    if isinstance(it, facts.Parameter):
        return frame.scope.params[it.index].kind == "kwargs"
    if isinstance(it, facts.Call):
        word = facts.word_of(frame.scope.values, it.of)
        if isinstance(frame.scope.values[it.of], facts.Attribute):
            return word in ("model_dump", "dict", "_asdict")
        return word in ("vars", "asdict")
    return isinstance(it, facts.Attribute) and it.name in ("__dict__", "cleaned_data", "validated_data")


def _takes_away(frame: Frame, number: int, loop: facts.Loop) -> bool:
    """`while rows: row = rows.pop()`"""
    if loop.test is None:
        return False
    values = frame.scope.values
    tested = _same(values, loop.test)
    for it in values:
        if isinstance(it, facts.Call) and within(frame.scope.loops, it.loop, number):
            method = values[it.of]
            if not isinstance(method, facts.Attribute) or method.name not in ("pop", "popleft", "popitem"):
                continue
            if _same(values, method.of) & tested or _reads_same(values, method.of, loop.test):
                return True
    return False


def _reads_same(values: tuple[facts.AnyValue, ...], one: int, other: int) -> bool:
    """Whether both read one attribute of one thing: `while self.rows: self.rows.pop()`."""
    left, right = values[one], values[other]
    if isinstance(right, facts.Tested):
        return _reads_same(values, one, right.of)
    if not isinstance(left, facts.Attribute) or not isinstance(right, facts.Attribute):
        return False
    return (left.of, left.name) == (right.of, right.name)


def walk_of(scope: facts.Scope, it: facts.Attribute) -> int | None:
    """The `while` loop that climbs by that attribute, each pass from what the last one has read."""
    number = it.loop
    if number < 0 or scope.loops[number].kind != "while":
        return None
    carried = scope.values[it.of]
    if not isinstance(carried, facts.Either):
        return None
    for option in carried.options:
        step = scope.values[option]
        if isinstance(step, facts.Attribute) and step.name == it.name and step.loop == number:
            return number
    return None


def _same(values: tuple[facts.AnyValue, ...], number: int) -> set[int]:
    """The values that one may be: itself, and what an Either or a test of it holds."""
    found = {number}
    it = values[number]
    if isinstance(it, facts.Tested):
        found |= _same(values, it.of)
    elif isinstance(it, facts.Either):
        found.update(it.options)
    elif isinstance(it, (facts.Operation, facts.Call)):
        for operand in it.operands if isinstance(it, facts.Operation) else it.args:
            found.add(operand)
    return found


def within(loops: Sequence[facts.Loop], loop: int, outer: int) -> bool:
    """Whether it is that loop, or one in it."""
    while loop >= 0 and loop != outer:
        loop = loops[loop].parent
    return loop == outer


_NO_ROWS: Final = re.compile(
    r"(?:^|_)(?:chunk|batch|page|attempt|retr(?:y|ies)|tries|window|bucket|shard|partition|slice)(?:e?s|ed)?"
    r"(?:$|_(?!(?:seed|row|item|record|entry|element)(?:,|$)))"
    r"|^\w+_(?:batch|chunk|page)(?:e?s)?,|chunked|batched|in_batches|in_chunks",
    re.IGNORECASE,
)
# What holds a page of what is fetched page by page.
_PAGE: Final = re.compile(r"page|resp|result|found|s(?:,|$)", re.IGNORECASE)
# What a request has: `for key in request.POST`
_SENT: Final = frozenset(("GET", "POST", "FILES", "DATA"))
# What comes when it happens, and never ends: messages, notifications, passes of a service.
_WAITS: Final = re.compile(r"(?:a?listen|subscribe|a?watch|notifies|iter_(?:json|text|bytes)|cycle)$")
# The same, where it is gone over with `async for`, and no query gives it.
_STREAM: Final = re.compile(
    r"(?:^|_)(?:streams?|events|messages|notifications|updates|subscriptions?|subscriber|generator|ws|websocket)$"
    r"|^(?:i?a?iter|stream)_(?:lines|events|messages|chunks|raw|chunked)$|^stream_"
)
_ENUMS: Final = frozenset(("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"))
_SETTINGS: Final = frozenset(("settings", "config"))
_IS_SETTING: Final = re.compile(r"(?:^|\.)settings\.|\.[A-Z][A-Z0-9_]+$")
_ROUND: Final = frozenset(("ceil", "floor", "int", "round", "max", "min"))
_A_PAGE: Final = 10  # nobody makes pages of fewer rows: `range(len(rows) // 2)`
_META: Final = "_meta"  # what Django, Peewee and Tortoise know of a model, by what its class says
_OF_THE_PROGRAM: Final = frozenset(
    (
        *(
            "get_models",
            "sorted_tables",
            "__subclasses__",
            "get_fields",
            "get_app_configs",
            "app_configs",
            "all_models",
            "choices",
            "_fields",
        ),
        *(
            "model_fields",
            "__fields__",
            "__annotations__",
            "fields",
            "local_fields",
            "related_objects",
            "concrete_fields",
            "private_fields",
            "many_to_many",
            "__members__",
        ),
        *(
            "parse_args",
            "argv",
            "environ",
            "listdir",
            "glob",
            "rglob",
            "iterdir",
            "migrations",
            "table_names",
        ),
    )
)
_PASS_ON: Final = frozenset(
    ("enumerate", "list", "tuple", "sorted", "reversed", "set", "tqdm", "iter", "zip")
)
