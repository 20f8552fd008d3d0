"""A scope of Python in a notation that tests read: one value a line, after those of the loops around it."""

from textwrap import dedent

from crowsfoot.facts.code import (
    AnyValue,
    Attribute,
    Awaited,
    Call,
    CodeFile,
    Comprehension,
    Const,
    Defined,
    Display,
    Either,
    Element,
    Entered,
    Given,
    Import,
    Included,
    Item,
    Loop,
    Name,
    Operation,
    Parameter,
    Part,
    Returned,
    Scope,
    Slice,
    Spread,
    Store,
    StoreItem,
    Tested,
    Text,
    Unclear,
)
from crowsfoot.frontends.python import read


def file(text: str) -> CodeFile:
    """What a text without problems says."""
    facts = read(dedent(text))
    assert not facts.problems, facts.problems
    return facts


def scope(text: str, name: str = "") -> Scope:
    """The scope of that name, "" for the module."""
    (it,) = (it for it in file(text).scopes if it.name == name and it.kind != "lambda")
    return it


def shown(text: str, name: str = "") -> str:
    """The values of a scope, each as `number description`, indented by its loops."""
    it = scope(text, name)
    return "\n".join(
        f"{'  ' * depth(it, value.loop)}{number} {described(value)}" for number, value in enumerate(it.values)
    )


def values(text: str, name: str = "") -> list[str]:
    """The values of a scope, without their numbers and loops."""
    return [described(it) for it in scope(text, name).values]


def names(text: str, name: str = "") -> dict[str, str]:
    """What the variables of a scope are in the end."""
    it = scope(text, name)
    return {variable: described(it.values[number]) for variable, number in it.names}


def loops(text: str, name: str = "") -> list[str]:
    return [looped(it) for it in scope(text, name).loops]


def depth(it: Scope, loop: int) -> int:
    return 0 if loop < 0 else 1 + depth(it, it.loops[loop].parent)


def looped(it: Loop) -> str:
    """`async for 3 as x: always, leaves, carries a`."""
    what = f"{it.kind} {it.test if it.over is None else it.over}"
    held = f" as {it.target}" if it.target else ""
    leaves = ", leaves" if it.leaves else ""
    carried = f", carries {' '.join(it.carried)}" if it.carried else ""
    return f"{'async ' if it.is_async else ''}{what}{held}: {it.again}{leaves}{carried}"


def described(it: AnyValue) -> str:
    match it:
        case Name(name=name):
            return name
        case Parameter(index=index):
            return f"parameter {index}"
        case Import():
            return f"import {'.' * it.level}{it.module}{f' {it.name}' if it.name else ''}"
        case Defined(scope=number):
            return f"scope {number}"
        case Const(value=value):
            return f"literal {value!r}"
        case Text(parts=parts):
            return f"text {' '.join(repr(it) if isinstance(it, str) else str(it) for it in parts)}"
        case Attribute():
            return f"{it.of}.{it.name}"
        case Item():
            return f"{it.of}[{it.index}]"
        case Slice():
            ends = ("" if end is None else str(end) for end in (it.low, it.high, it.step))
            return f"slice {':'.join(ends)}"
        case Call():
            given = [*map(str, it.args), *(f"{name}={value}" for name, value in it.keywords)]
            return f"{it.of}({', '.join(given)})"
        case Spread(of=of):
            return f"*{of}"
        case Display(keys=()):
            return f"{it.kind} {' '.join(map(str, it.items))}".rstrip()
        case Display():
            pairs = zip(it.keys, it.items, strict=True)
            return f"{it.kind} {' '.join(f'**{item}' if key < 0 else f'{key}:{item}' for key, item in pairs)}"
        case Comprehension():
            key = "" if it.key is None else f"{it.key}:"
            return f"{it.kind} of {key}{it.each} in loop {it.innermost}"
        case Element(over=over):
            return f"element of loop {over}"
        case Part():
            return f"part {'*' if it.index is None else it.index} of {it.of}"
        case Either(options=options):
            return f"either {' | '.join(map(str, options))}"
        case Operation():
            return f"{it.operator} {' '.join(map(str, it.operands))}"
        case Awaited(of=of):
            return f"await {of}"
        case Entered():
            return f"{'async ' if it.is_async else ''}with {it.of}"
        case Given():
            return f"yield{' from' if it.all else ''}{'' if it.of is None else f' {it.of}'}"
        case Store():
            said = "" if it.annotation is None else f": {it.annotation}"
            return f"{it.of}.{it.name}{said} = {it.value}"
        case StoreItem():
            return f"{it.of}[{'' if it.index is None else it.index}] = {it.value}"
        case Returned(of=of):
            return "return" if of is None else f"return {of}"
        case Tested(of=of):
            return f"test {of}"
        case Included(template=template):
            return f"include {template}"
        case Unclear():
            return "unclear"
