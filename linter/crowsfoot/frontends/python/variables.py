"""What the names of a scope stand for, from statement to statement: values, joined where ways meet.

A name's number in `Frame.env` is that of a value, or, below zero, that of a choice (`~number` in
`Frame.choices`), which becomes a value when it is read: most variables that branches and loops assign are
never read after them. What a branch assigns is noted with what was there before, so that a branch costs what
it assigns, and not what the scope knows.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from crowsfoot.facts.code import BRANCH, AnyValue, Asked, Either, Loop, Name, Scope, Unclear
from crowsfoot.frontends.python.ways import GOES_ON, block

Delta = dict[str, int | None]  # names that a way through the code assigns; None for `del`

_NOTHING: frozenset[str] = frozenset()


class File:
    """What is known while one file is read."""

    __slots__ = (
        "binds_in_expressions",
        "data",
        "expressions",
        "scopes",
        "stars",
        "starts",
        "statements",
        "text",
    )

    def __init__(
        self,
        text: str,
        data: bytes,
        starts: list[int],
        expressions: "dict[type, Reader]",
        statements: "dict[type, Runner]",
    ) -> None:
        self.text = text
        self.data = data
        self.starts = starts  # of lines, counted from 1, in bytes
        self.expressions = expressions
        self.statements = statements
        self.binds_in_expressions = ":=" in text
        self.scopes: list[Scope | None] = []
        self.stars: list[tuple[str, int]] = []


class Choice:
    """One of several values, not yet one itself; `around` is the loop that goes on to find more of them."""

    __slots__ = ("around", "end", "loop", "name", "number", "options", "start")

    def __init__(self, name: str, options: list[int], start: int, end: int, loop: int) -> None:
        self.name = name
        self.options = options
        self.start = start
        self.end = end
        self.loop = loop
        self.number: int | None = None
        self.around: Pass | None = None


class Pass:
    """A loop that is being read."""

    __slots__ = (
        "carried",
        "changed",
        "continues",
        "depth",
        "heads",
        "leavings",
        "loop",
        "node",
        "stores",
        "waiting",
    )

    def __init__(self, node: ast.AST, loop: int, changed: "Delta", depth: int) -> None:
        self.node = node
        self.loop = loop
        self.stores: Counter[str] | None = None  # how often it writes to which name, when that was asked
        self.changed = changed  # of the branch around it
        self.depth = depth  # of the branches around its body
        self.heads: dict[str, int] = {}  # the choice that each assigned name is when a pass begins
        self.waiting: list[Choice] = []  # those that were read before the last pass was known
        self.carried: dict[str, None] = {}
        self.continues: list[Delta] = []
        self.leavings: list[Delta] = []


class Frame:
    """A scope that is being read."""

    __slots__ = (
        "annotations",
        "changed",
        "choices",
        "decided",
        "ensured",
        "env",
        "file",
        "has_scopes",
        "keywords",
        "kind",
        "lasts",
        "levels",
        "loop",
        "loops",
        "lost",
        "narrowed",
        "number",
        "outside",
        "passes",
        "perhaps",
        "raised",
        "read",
        "rebinds",
        "replacing",
        "seldom",
        "sources",
        "starts",
        "tried",
        "typed",
        "unclear",
        "values",
        "withins",
    )

    def __init__(self, file: File, kind: str) -> None:
        self.file = file
        self.kind = kind
        self.starts = file.starts
        self.read = file.expressions
        self.number = len(file.scopes)
        file.scopes.append(None)
        self.values: list[AnyValue] = []
        self.loops: list[Loop | None] = []
        self.loop = -1
        self.lasts: list[tuple[int, int, int]] = []
        self.seldom: list[tuple[int, int, int]] = []
        self.sources: dict[int, ast.expr] = {}  # what the `for` of that number goes over
        self.withins: list[tuple[int, int, int]] = []
        self.ensured: list[tuple[int, int, int]] = []
        self.perhaps: list[tuple[int, int, int]] = []
        self.decided: list[tuple[int, Asked, int, int]] = []
        self.replacing: list[tuple[int, int]] = []
        self.raised: list[tuple[int, int]] = []
        self.narrowed: list[tuple[int, int, int, int]] = []
        self.env: dict[str, int] = {}
        self.changed: dict[str, int | None] = {}  # by the innermost branch: what its names were before
        self.levels: list[dict[str, int | None]] = []
        self.choices: list[Choice] = []
        self.passes: list[Pass] = []
        self.outside: set[str] | frozenset[str] = _NOTHING  # declared global or nonlocal
        self.rebinds: list[tuple[str, int]] = []
        self.annotations: list[tuple[str, int]] = []
        self.typed: list[tuple[int, int]] = []
        self.tried: dict[str, list[int]] | None = None  # all that the innermost `try` has assigned
        self.lost: dict[str, int] = {}  # what names were on ways that ended
        self.unclear = -1
        self.has_scopes = False
        self.keywords = -1  # the value that is its **kw


# They take the frame, and a node of the class that they are listed under.
Reader = Callable[..., int]
Runner = Callable[..., int | None]


def perhaps(frame: Frame, first: int, loop: int = BRANCH) -> None:
    """The values from the first one on may be left out."""
    if first < len(frame.values):
        frame.perhaps.append((loop, first, len(frame.values)))


def bind(frame: Frame, name: str, number: int) -> None:
    """name = the value of that number."""
    if name in frame.outside:
        frame.rebinds.append((name, settled(frame, number)))
        return
    changed = frame.changed
    if name not in changed:
        changed[name] = frame.env.get(name)
    frame.env[name] = number
    if frame.tried is not None:
        frame.tried.setdefault(name, []).append(number)


def unbind(frame: Frame, name: str) -> None:
    """Name is deleted."""
    if name in frame.outside:
        return
    if name not in frame.changed:
        frame.changed[name] = frame.env.get(name)
    frame.env.pop(name, None)


def unclear(frame: Frame) -> int:
    """The number of a value that nobody follows; all of a scope are one."""
    number = frame.unclear
    if number < 0:
        number = frame.unclear = len(frame.values)
        frame.values.append(Unclear(0, 0, -1))
    return number


def chosen(frame: Frame, name: str, choice: int) -> int:
    """The number of the value that name is, which was a choice until it is read."""
    number = settled(frame, choice)
    frame.env[name] = number
    return number


def settled(frame: Frame, number: int) -> int:
    """The number of a value: that of a choice is made, once."""
    if number >= 0:
        return number
    choice = frame.choices[~number]
    if choice.number is not None:
        return choice.number
    if choice.around is not None:
        return _awaited(frame, choice, choice.around)
    options = _options(frame, choice)
    if len(options) == 1:
        choice.number = options[0]
    else:
        choice.number = len(frame.values)
        frame.values.append(_either(choice, options))
    return choice.number


def _awaited(frame: Frame, choice: Choice, around: Pass) -> int:
    """A place among the values for a choice whose options are known when the loop has been read."""
    choice.number = number = len(frame.values)
    frame.values.append(Either(choice.start, choice.end, choice.loop, ()))
    around.waiting.append(choice)
    around.carried[choice.name] = None
    return number


def _either(choice: Choice, options: tuple[int, ...]) -> AnyValue:
    if not options:
        return Name(choice.start, choice.end, choice.loop, choice.name)
    return Either(choice.start, choice.end, choice.loop, options)


def _options(frame: Frame, choice: Choice) -> tuple[int, ...]:
    """The values that choice is one of, through choices that nobody has read; without recursion."""
    found: dict[int, None] = {}
    seen: set[int] = set()
    waiting = choice.options[::-1]
    while waiting:
        number = waiting.pop()
        if number >= 0:
            found[number] = None
        elif number not in seen:
            seen.add(number)
            other = frame.choices[~number]
            if other is choice:
                continue
            if other.number is not None:
                found[other.number] = None
            elif other.around is not None:
                found[_awaited(frame, other, other.around)] = None
            else:
                waiting.extend(other.options[::-1])
    if choice.number is not None:
        found.pop(choice.number, None)  # a loop that leaves it as it was
    return tuple(found)


def choose(frame: Frame, name: str, options: Iterable[int], node: ast.AST) -> int | None:
    """The number that name has where ways meet that leave it with those; None for none."""
    distinct: dict[int, None] = {}
    choices = frame.choices
    for number in options:
        if number < 0:
            made = choices[~number].number
            if made is not None:
                number = made
        distinct[number] = None
    if len(distinct) < 2:
        return next(iter(distinct), None)
    return choice(frame, name, list(distinct), node)


def choice(frame: Frame, name: str, options: list[int], node: ast.AST) -> int:
    starts = frame.starts
    made = Choice(
        name,
        options,
        starts[node.lineno] + node.col_offset,  # type: ignore[attr-defined]
        starts[node.end_lineno] + node.end_col_offset,  # type: ignore[attr-defined]
        frame.loop,
    )
    frame.choices.append(made)
    return -len(frame.choices)


def branch(frame: Frame, body: Sequence[ast.stmt], first: Delta | None = None) -> tuple[int, Delta]:
    """The ways on which body is left, and what it assigns after `first`; the names are then as they were."""
    outer = frame.changed
    changed: Delta = {}
    frame.changed = changed
    frame.levels.append(changed)
    if first:
        assign(frame, first)
    ways = block(frame, body)
    frame.levels.pop()
    frame.changed = outer
    return ways, undone(frame, changed)


def left_names(frame: Frame) -> tuple[tuple[str, int], ...]:
    """The names as the scope leaves them."""
    found = []
    for name, number in {**frame.lost, **frame.env}.items():
        if number < 0:
            choice = frame.choices[~number]
            if choice.number is None and not _options(frame, choice):
                continue  # only read and deleted, as the name of an except clause is
            number = settled(frame, number)
        found.append((name, number))
    return tuple(found)


def undone(frame: Frame, changed: Delta) -> Delta:
    """What the names that have changed are now; they are then what they were."""
    env = frame.env
    delta: Delta = {}
    for name, before in changed.items():
        delta[name] = env.get(name)
        if before is None:
            env.pop(name, None)
        else:
            env[name] = before
    return delta


def assign(frame: Frame, delta: Delta) -> None:
    for name, number in delta.items():
        if number is None:
            unbind(frame, name)
        else:
            bind(frame, name, number)


def join(frame: Frame, deltas: list[Delta], node: ast.AST) -> None:
    """The names are as one of the ways leaves them that meet here; none at all: nothing comes here."""
    if len(deltas) < 2:
        for delta in deltas:
            assign(frame, delta)
        return
    options: dict[str, list[int | None]] = {}
    for delta in deltas:
        for name, number in delta.items():
            if name in options:
                options[name].append(number)
            else:
                options[name] = [number]
    for name, numbers in options.items():
        if len(numbers) < len(deltas):
            numbers.append(frame.env.get(name))
        chosen = choose(frame, name, [it for it in numbers if it is not None], node)
        if chosen is None:
            unbind(frame, name)
        else:
            bind(frame, name, chosen)


def at_any_time(frame: Frame, tried: dict[str, list[int]], node: ast.AST) -> Delta:
    """The names as they may be wherever what was tried has failed: as before it, or as assigned in it."""
    env = frame.env
    return {
        name: choose(frame, name, (*([] if (before := env.get(name)) is None else [before]), *numbers), node)
        for name, numbers in tried.items()
    }


def lose(frame: Frame, delta: Delta) -> None:
    """A way has ended: what is defined on it may still be seen by functions that it has returned."""
    for name, number in delta.items():
        if number is not None:
            frame.lost[name] = number


def here(frame: Frame, depth: int) -> Delta:
    """What the branches from that depth on have assigned up to here."""
    env = frame.env
    return {name: env.get(name) for level in frame.levels[depth:] for name in level}


def begin(frame: Frame, names: Iterable[str], node: ast.AST) -> Pass:
    """A loop that assigns names begins; its passes find them as choices that `end` completes."""
    around = Pass(node, frame.loop, frame.changed, len(frame.levels))
    frame.passes.append(around)
    frame.changed = {}
    frame.levels.append(frame.changed)
    for name in names:
        if name not in frame.outside:
            before = frame.env.get(name)
            number = choice(frame, name, [] if before is None else [before], node)
            frame.choices[~number].around = around
            around.heads[name] = number
            bind(frame, name, number)
    return around


def end(frame: Frame, around: Pass, ways: int) -> Delta:
    """The loop is read, and a pass is left on those ways; what a loop that is at its end has assigned."""
    changed = frame.levels.pop()
    frame.changed = around.changed
    frame.passes.pop()
    last = undone(frame, changed)
    passes = [last, *around.continues] if ways & GOES_ON else around.continues
    for name, number in around.heads.items():
        head = frame.choices[~number]
        head.options.extend(it for one in passes if (it := one.get(name)) is not None)
        head.around = None
    for head in around.waiting:
        assert head.number is not None
        frame.values[head.number] = _either(head, _options(frame, head))
    left: Delta = dict(around.heads)
    for name, now in last.items():
        if name not in left:  # assigned where nobody has looked for it
            before = frame.env.get(name)
            left[name] = now if before is None else before
    return left
