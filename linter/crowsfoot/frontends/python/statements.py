"""Statements to values, and to the ways on which they are left."""

import ast
from collections.abc import Sequence
from typing import cast

from crowsfoot.facts.code import (
    AnyValue,
    Attribute,
    Comprehension,
    Display,
    Entered,
    Import,
    Item,
    Returned,
    Store,
    StoreItem,
)
from crowsfoot.frontends.python import loops
from crowsfoot.frontends.python.annotations import annotation
from crowsfoot.frontends.python.deciding import Decider, deciding, narrowed, otherwise
from crowsfoot.frontends.python.first_pass import once_filled
from crowsfoot.frontends.python.matching import match
from crowsfoot.frontends.python.operators import augmented, test
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.seldom import seldom_in
from crowsfoot.frontends.python.targets import store
from crowsfoot.frontends.python.variables import (
    Delta,
    Frame,
    Runner,
    assign,
    at_any_time,
    bind,
    branch,
    join,
    lose,
    perhaps,
    unbind,
    unclear,
)
from crowsfoot.frontends.python.ways import GOES_ON, ON, ON_FAILED, RAISE, RETURN, block, failed


def _expression(frame: Frame, node: ast.Expr) -> None:
    value = node.value
    if value.__class__ is not ast.Constant:
        frame.read[value.__class__](frame, value)


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = node.value
    targets = node.targets
    if len(targets) == 1:
        target = targets[0]
        if target.__class__ is ast.Name:
            bind(frame, target.id, frame.read[value.__class__](frame, value))
            return
        if _is_swap(target, value):
            numbers = [frame.read[it.__class__](frame, it) for it in value.elts]  # type: ignore[attr-defined]
            for it, number in zip(target.elts, numbers, strict=True):  # type: ignore[attr-defined]
                store(frame, it, number)
            return
    number = frame.read[value.__class__](frame, value)
    for target in targets:
        store(frame, target, number)


def _is_swap(target: ast.expr, value: ast.expr) -> bool:
    """a, b = c, d: each has its own, and nothing is unpacked."""
    return (
        isinstance(target, ast.Tuple)
        and isinstance(value, ast.Tuple)
        and len(target.elts) == len(value.elts)
        and not any(it.__class__ is ast.Starred for it in (*target.elts, *value.elts))
    )


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    target, value = node.target, node.value
    said = annotation(frame, node.annotation)
    if isinstance(target, ast.Name):
        frame.annotations.append((target.id, said))
        if value is not None:
            number = frame.read[value.__class__](frame, value)
            frame.typed.append((number, said))
            bind(frame, target.id, number)
    elif value is not None:
        store(frame, target, frame.read[value.__class__](frame, value), said)
    else:
        store(frame, target, unclear(frame), said)


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    target, value = node.target, node.value
    if isinstance(target, ast.Name):
        old = frame.read[ast.Name](frame, target)
        by = frame.read[value.__class__](frame, value)
        if value.__class__ in _LISTS or _is_list(frame.values[old]):
            frame.values.append(StoreItem(*place(frame, node), old, None, by))
        bind(frame, target.id, augmented(frame, node, old, by))
    elif isinstance(target, ast.Attribute):
        of = frame.read[target.value.__class__](frame, target.value)
        where = place(frame, target)
        frame.values.append(Attribute(*where, of, target.attr))
        old = len(frame.values) - 1
        by = frame.read[value.__class__](frame, value)
        frame.values.append(Store(*where, of, target.attr, augmented(frame, node, old, by)))
    elif isinstance(target, ast.Subscript):
        of = frame.read[target.value.__class__](frame, target.value)
        index = frame.read[target.slice.__class__](frame, target.slice)
        where = place(frame, target)
        frame.values.append(Item(*where, of, index))
        old = len(frame.values) - 1
        by = frame.read[value.__class__](frame, value)
        frame.values.append(StoreItem(*where, of, index, augmented(frame, node, old, by)))


_LISTS = (ast.List, ast.ListComp)


def _is_list(value: AnyValue) -> bool:
    return (value.__class__ is Display or value.__class__ is Comprehension) and value.kind == "list"


def _delete(frame: Frame, node: ast.Delete) -> None:
    waiting = list(node.targets)
    for target in waiting:
        if isinstance(target, ast.Name):
            unbind(frame, target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            waiting.extend(target.elts)
        else:
            value = cast(ast.Attribute | ast.Subscript, target).value
            frame.read[value.__class__](frame, value)


def _return(frame: Frame, node: ast.Return) -> int:
    value = node.value
    of = None if value is None else frame.read[value.__class__](frame, value)
    frame.values.append(Returned(*place(frame, node), of))
    if frame.levels:
        frame.perhaps.append((-1, len(frame.values), -1))
    return RETURN


def _raise(frame: Frame, node: ast.Raise) -> int:
    for it in (node.exc, node.cause):
        if it is not None:
            frame.read[it.__class__](frame, it)
    return RAISE


def _assert(frame: Frame, node: ast.Assert) -> None:
    test(frame, node.test)
    if node.msg is not None:
        frame.read[node.msg.__class__](frame, node.msg)


def _if(frame: Frame, node: ast.If) -> int:
    ways = 0
    deltas: list[Delta] = []
    here: ast.If = node
    tested = -1
    # Where each `elif` begins, and what has to be so from there on.
    rests: list[tuple[int, Sequence[Decider]]] = []
    while True:
        number = test(frame, here.test)
        first = len(frame.values)
        tested = first if tested < 0 else tested
        loop = seldom_in(frame, here.test) if frame.loop >= 0 else None
        filled = [*once_filled(frame, here)] if frame.passes else ()
        deciders = deciding(frame, here.test, number)
        instances = narrowed(frame, here.test, number)
        left, delta = branch(frame, here.body)
        frame.narrowed += [(it, of, first, len(frame.values)) for it, of in instances]
        frame.decided += [(it, asked, first, len(frame.values)) for it, asked in deciders]
        others = otherwise(here.test, deciders)
        if others and here is node and left & GOES_ON:
            _replace(frame, delta, first)
        if others and not frame.levels and left == RETURN:
            # `if not commit: return`: the rest is for the others.
            frame.decided += [(it, asked, len(frame.values), -1) for it, asked in others]
        if loop is not None:
            frame.seldom.append((loop, first, len(frame.values)))
        frame.seldom += [(it, first, len(frame.values)) for it in filled]
        ways |= left
        if left & GOES_ON:
            deltas.append(delta)
        elif delta:
            lose(frame, delta)
        orelse = here.orelse
        if len(orelse) != 1 or orelse[0].__class__ is not ast.If:
            break
        rests.append((len(frame.values), others))
        here = orelse[0]
    if orelse:
        first = len(frame.values)
        left, delta = branch(frame, orelse)
        frame.decided += [(it, asked, first, len(frame.values)) for it, asked in others]
        if others and here is node and left & GOES_ON:
            _replace(frame, delta, first)
        ways |= left
        if left & GOES_ON:
            deltas.append(delta)
        elif delta:
            lose(frame, delta)
    else:
        ways |= ON
        deltas.append({})
    for first, others in rests:
        frame.decided += [(it, asked, first, len(frame.values)) for it, asked in others]
    perhaps(frame, tested)
    join(frame, deltas, node)
    return ways


def _replace(frame: Frame, delta: Delta, first: int) -> None:
    """What a branch gives to names is what they are, where a parameter alone decides that it is gone."""
    if not frame.levels:
        frame.replacing += [(it, first) for it in delta.values() if it is not None and it >= 0]


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> int:
    is_async = node.__class__ is ast.AsyncWith
    suppresses = False
    entered: list[int] = []
    for item in node.items:
        value = item.context_expr
        of = frame.read[value.__class__](frame, value)
        entered.append(len(frame.values))
        frame.values.append(Entered(*place(frame, value), of, is_async))
        if item.optional_vars is not None:
            store(frame, item.optional_vars, len(frame.values) - 1)
        elif _is_suppress(value):
            suppresses = True
    first = len(frame.values)
    if not suppresses:
        ways = block(frame, node.body)
        frame.withins += [(it, first, len(frame.values)) for it in entered]
        return ways
    outer, frame.tried = frame.tried, {}
    ways, delta = branch(frame, node.body)
    tried, frame.tried = frame.tried, outer
    frame.withins += [(it, first, len(frame.values)) for it in entered]
    failed_at = at_any_time(frame, tried, node)
    join(frame, [delta, failed_at] if ways & GOES_ON else [failed_at], node)
    return ways & ~RAISE | ON_FAILED


def _is_suppress(node: ast.expr) -> bool:
    """contextlib.suppress, which is an except clause by another name."""
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    return (func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) == "suppress"


def _try(frame: Frame, node: ast.Try) -> int:
    outer, frame.tried = frame.tried, {}
    first = len(frame.values)
    ways, delta = branch(frame, node.body)
    entered: Delta = {}
    if node.handlers:
        ways &= ~RAISE
        entered = at_any_time(frame, frame.tried, node)
    deltas: list[Delta] = []
    if node.orelse and ways & GOES_ON:
        more, delta = branch(frame, node.orelse, delta)
        ways = ways & ~GOES_ON | more
    if ways & GOES_ON:
        deltas.append(delta)
    else:
        lose(frame, delta)
    tried_to = len(frame.values)
    for handler in node.handlers:
        handled = len(frame.values)
        left, delta = _handler(frame, handler, entered)
        if left == RAISE and outer is None and handled < len(frame.values):
            frame.raised.append((handled, len(frame.values)))
        ways |= failed(left)
        if left & GOES_ON:
            deltas.append(delta)
        else:
            lose(frame, delta)
    perhaps(frame, tried_to)
    tried, frame.tried = frame.tried, outer
    failed_at = at_any_time(frame, tried, node) if node.finalbody else {}
    join(frame, deltas, node)
    if outer is not None:
        for name, numbers in tried.items():
            outer.setdefault(name, []).extend(numbers)
    if not node.finalbody:
        return ways
    last = len(frame.values)
    ways = _finally(frame, node.finalbody, failed_at, ways)
    frame.ensured.append((first, last, len(frame.values)))
    return ways


def _finally(frame: Frame, body: list[ast.stmt], failed_at: Delta, ways: int) -> int:
    """It finds the names as they are wherever it is entered from; what follows finds them as it left them."""
    left, delta = branch(frame, body, failed_at)
    for name, number in delta.items():
        if name not in failed_at or number != failed_at[name]:
            assign(frame, {name: number})
    return ways | left & ~GOES_ON if left & GOES_ON else left


def _handler(frame: Frame, node: ast.ExceptHandler, entered: Delta) -> tuple[int, Delta]:
    if node.type is not None:
        frame.read[node.type.__class__](frame, node.type)
    if node.name is None:
        return branch(frame, node.body, entered)
    left, delta = branch(frame, node.body, {**entered, node.name: unclear(frame)})
    delta[node.name] = None
    return left, delta


def _import(frame: Frame, node: ast.Import) -> None:
    for alias in node.names:
        name = alias.name
        if alias.asname is None:
            name = name.partition(".")[0]
        frame.values.append(Import(*place(frame, alias), name, "", 0))
        bind(frame, alias.asname or name, len(frame.values) - 1)


def _import_from(frame: Frame, node: ast.ImportFrom) -> None:
    module, level = node.module or "", node.level
    if module.startswith("flask.ext."):  # as extensions are named before Flask 1.0
        module = module.replace(".ext.", "_", 1)
    for alias in node.names:
        if alias.name == "*":
            frame.file.stars.append((module, level))
        else:
            frame.values.append(Import(*place(frame, alias), module, alias.name, level))
            bind(frame, alias.asname or alias.name, len(frame.values) - 1)


def _outside(frame: Frame, node: ast.Global | ast.Nonlocal) -> None:
    if frame.kind != "module":
        frame.outside = frame.outside.union(node.names)
        for name in node.names:
            frame.env.pop(name, None)


def _type_alias(frame: Frame, node: ast.stmt) -> None:
    bind(frame, node.name.id, annotation(frame, node.value))  # type: ignore[attr-defined]


def _nothing(frame: Frame, node: ast.stmt) -> None:
    """`pass`, and what Python may have one day."""


RUNNERS: dict[type, Runner] = {
    **dict.fromkeys(ast.stmt.__subclasses__(), _nothing),
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.If: _if,
    ast.For: loops.for_,
    ast.AsyncFor: loops.for_,
    ast.While: loops.while_,
    ast.Break: loops.break_,
    ast.Continue: loops.continue_,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.Match: match,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _outside,
    ast.Nonlocal: _outside,
}
if hasattr(ast, "TryStar"):
    RUNNERS[ast.TryStar] = _try
if hasattr(ast, "TypeAlias"):  # Python 3.12
    RUNNERS[ast.TypeAlias] = _type_alias
