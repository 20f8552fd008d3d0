"""Expressions to values, in the order in which they are computed: each handler gives the number of its value."""

import ast
from collections.abc import Sequence
from typing import Literal

from crowsfoot.facts.code import (
    Attribute,
    Awaited,
    Call,
    Comprehension,
    Display,
    Either,
    Element,
    Given,
    Item,
    Literal_,
    Loop,
    Name,
    Operation,
    Slice,
    Spread,
    Tested,
    Text,
)
from crowsfoot.frontends.python import strings
from crowsfoot.frontends.python.targets import names_of, store, unpack
from crowsfoot.frontends.python.variables import Frame, Reader, bind, chosen, unclear

_MANY = 64  # items of a display: of more, only those constants are told apart that may hold SQL


def _name(frame: Frame, node: ast.Name) -> int:
    number = frame.env.get(node.id)
    if number is None:
        values = frame.values
        number = len(values)
        starts = frame.starts
        values.append(
            Name(
                starts[node.lineno] + node.col_offset,
                starts[node.end_lineno] + node.end_col_offset,
                frame.loop,
                node.id,
            )
        )
    elif number < 0:
        return chosen(frame, node.id, number)
    return number


def _constant(frame: Frame, node: ast.Constant) -> int:
    values = frame.values
    number = len(values)
    starts = frame.starts
    value = node.value
    if value.__class__ is not str or len(value) > 200 or not value.isascii():
        value = strings.kept(value)
    values.append(
        Literal_(
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,
            frame.loop,
            value,
        )
    )
    return number


def _attribute(frame: Frame, node: ast.Attribute) -> int:
    value = node.value
    of = frame.read[value.__class__](frame, value)
    values = frame.values
    number = len(values)
    starts = frame.starts
    values.append(
        Attribute(
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,
            frame.loop,
            of,
            node.attr,
        )
    )
    return number


def _call(frame: Frame, node: ast.Call) -> int:
    read = frame.read
    func = node.func
    of = read[func.__class__](frame, func)
    given = node.args
    args: tuple[int, ...] = ()
    if given:
        if len(given) == 1:
            it = given[0]
            args = (read[it.__class__](frame, it),)
        else:
            args = tuple([read[it.__class__](frame, it) for it in given])
    named = node.keywords
    keywords: tuple[tuple[str, int], ...] = ()
    if named:
        found = []
        for keyword in named:
            it = keyword.value
            found.append((keyword.arg or "**", read[it.__class__](frame, it)))
        keywords = tuple(found)
    values = frame.values
    number = len(values)
    starts = frame.starts
    values.append(
        Call(
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,
            frame.loop,
            of,
            args,
            keywords,
        )
    )
    return number


def _subscript(frame: Frame, node: ast.Subscript) -> int:
    value, at = node.value, node.slice
    of = frame.read[value.__class__](frame, value)
    index = frame.read[at.__class__](frame, at)
    values = frame.values
    values.append(Item(*place(frame, node), of, index))
    return len(values) - 1


def _slice(frame: Frame, node: ast.Slice) -> int:
    low, high, step = (
        None if it is None else frame.read[it.__class__](frame, it)
        for it in (node.lower, node.upper, node.step)
    )
    frame.values.append(Slice(*place(frame, node), low, high, step))
    return len(frame.values) - 1


def _starred(frame: Frame, node: ast.Starred) -> int:
    value = node.value
    of = frame.read[value.__class__](frame, value)
    frame.values.append(Spread(*place(frame, node), of))
    return len(frame.values) - 1


def _list(frame: Frame, node: ast.List) -> int:
    return _display(frame, node, "list", node.elts)


def _tuple(frame: Frame, node: ast.Tuple) -> int:
    return _display(frame, node, "tuple", node.elts)


def _set(frame: Frame, node: ast.Set) -> int:
    return _display(frame, node, "set", node.elts)


def _display(
    frame: Frame, node: ast.expr, kind: Literal["list", "tuple", "set"], elements: Sequence[ast.expr]
) -> int:
    items = _items(frame, elements)
    frame.values.append(Display(*place(frame, node), kind, items))
    return len(frame.values) - 1


def _items(frame: Frame, elements: Sequence[ast.expr]) -> tuple[int, ...]:
    read = frame.read
    if len(elements) > _MANY:
        read = {**read, ast.Constant: _one_of_many}  # type: ignore[dict-item]
    return tuple([read[it.__class__](frame, it) for it in elements])


def _one_of_many(frame: Frame, node: ast.Constant) -> int:
    return _constant(frame, node) if strings.may_hold_sql(node.value) else unclear(frame)


def _dict(frame: Frame, node: ast.Dict) -> int:
    read = frame.read
    if len(node.values) > _MANY:
        read = {**read, ast.Constant: _one_of_many}  # type: ignore[dict-item]
    keys, items = [], []
    for key, value in zip(node.keys, node.values, strict=True):
        keys.append(-1 if key is None else frame.read[key.__class__](frame, key))
        items.append(read[value.__class__](frame, value))
    frame.values.append(Display(*place(frame, node), "dict", tuple(items), tuple(keys)))
    return len(frame.values) - 1


_OPERATORS: dict[type, str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"},
    **{ast.Pow: "**", ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>"},
    **{ast.BitOr: "|", ast.BitXor: "^", ast.BitAnd: "&"},
    **{ast.Not: "not", ast.Invert: "~", ast.UAdd: "+", ast.USub: "-"},
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
    **{ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in"},
}


def _binary(frame: Frame, node: ast.BinOp) -> int:
    """a + b + c is one operation on three: chains are long where SQL is put together, and not nested."""
    operator = node.op.__class__
    operands = [node.right]
    left = node.left
    while left.__class__ is ast.BinOp and left.op.__class__ is operator:  # type: ignore[attr-defined]
        operands.append(left.right)  # type: ignore[attr-defined]
        left = left.left  # type: ignore[attr-defined]
    operands.append(left)
    if all(_is_number(it) for it in operands):
        return unclear(frame)
    read = frame.read
    numbers = tuple([read[it.__class__](frame, it) for it in reversed(operands)])
    return operation(frame, node, _OPERATORS[operator], numbers)


def _is_number(node: ast.expr) -> bool:
    return node.__class__ is ast.Constant and node.value.__class__ in _NUMBERS  # type: ignore[attr-defined]


_NUMBERS = (int, float, complex)


def operation(frame: Frame, node: ast.AST, operator: str, operands: tuple[int, ...]) -> int:
    frame.values.append(Operation(*place(frame, node), operator, operands))
    return len(frame.values) - 1


def augmented(frame: Frame, node: ast.AugAssign, old: int, by: int) -> int:
    return operation(frame, node, f"{_OPERATORS[node.op.__class__]}=", (old, by))


def _unary(frame: Frame, node: ast.UnaryOp) -> int:
    operand = node.operand
    if operand.__class__ is ast.Constant and operand.value.__class__ in _NUMBERS:  # type: ignore[attr-defined]
        value = operand.value  # type: ignore[attr-defined]
        if node.op.__class__ is ast.USub:
            frame.values.append(Literal_(*place(frame, node), strings.kept(-value)))
            return len(frame.values) - 1
        return unclear(frame)
    if node.op.__class__ is ast.Not:
        test(frame, operand)
        return operation(frame, node, "not", (len(frame.values) - 1,))
    of = frame.read[operand.__class__](frame, operand)
    return operation(frame, node, _OPERATORS[node.op.__class__], (of,))


def _compare(frame: Frame, node: ast.Compare) -> int:
    read = frame.read
    left = node.left
    others = node.comparators
    if len(others) == 1:
        right = others[0]
        operands: tuple[int, ...] = (
            read[left.__class__](frame, left),
            read[right.__class__](frame, right),
        )
    else:
        operands = tuple([read[it.__class__](frame, it) for it in (left, *others)])
    return operation(frame, node, _OPERATORS[node.ops[0].__class__], operands)


def test(frame: Frame, node: ast.expr) -> int:
    """The value that is asked whether it is true, as are those that it is put together of by `and`, `or`, `not`."""
    number = frame.read[node.__class__](frame, node)
    if node.__class__ not in _TESTED_BY_THEMSELVES:
        starts = frame.starts
        frame.values.append(
            Tested(
                starts[node.lineno] + node.col_offset,
                starts[node.end_lineno] + node.end_col_offset,  # type: ignore[index,operator]
                frame.loop,
                number,
            )
        )
    return number


_TESTED_BY_THEMSELVES = (ast.Compare, ast.UnaryOp, ast.Constant)


def _either(frame: Frame, node: ast.BoolOp) -> int:
    read = frame.read
    operands = node.values
    options = [test(frame, it) for it in operands[:-1]]
    last = operands[-1]
    options.append(read[last.__class__](frame, last))
    return _one_of(frame, node, options)


def _conditional(frame: Frame, node: ast.IfExp) -> int:
    test(frame, node.test)
    body, orelse = node.body, node.orelse
    options = [frame.read[body.__class__](frame, body), frame.read[orelse.__class__](frame, orelse)]
    return _one_of(frame, node, options)


def _one_of(frame: Frame, node: ast.expr, options: list[int]) -> int:
    distinct = tuple(dict.fromkeys(options))
    if len(distinct) == 1:
        return distinct[0]
    frame.values.append(Either(*place(frame, node), distinct))
    return len(frame.values) - 1


def _awaited(frame: Frame, node: ast.Await) -> int:
    value = node.value
    of = frame.read[value.__class__](frame, value)
    frame.values.append(Awaited(*place(frame, node), of))
    return len(frame.values) - 1


def _yield(frame: Frame, node: ast.Yield) -> int:
    value = node.value
    of = None if value is None else frame.read[value.__class__](frame, value)
    frame.values.append(Given(*place(frame, node), of, False))
    return len(frame.values) - 1


def _yield_from(frame: Frame, node: ast.YieldFrom) -> int:
    value = node.value
    of = frame.read[value.__class__](frame, value)
    frame.values.append(Given(*place(frame, node), of, True))
    return len(frame.values) - 1


def _named(frame: Frame, node: ast.NamedExpr) -> int:
    value = node.value
    number = frame.read[value.__class__](frame, value)
    bind(frame, node.target.id, number)
    return number


def _list_comprehension(frame: Frame, node: ast.ListComp) -> int:
    return _comprehension(frame, node, "list", node.elt, node.generators)


def _set_comprehension(frame: Frame, node: ast.SetComp) -> int:
    return _comprehension(frame, node, "set", node.elt, node.generators)


def _generator(frame: Frame, node: ast.GeneratorExp) -> int:
    return _comprehension(frame, node, "generator", node.elt, node.generators)


def _dict_comprehension(frame: Frame, node: ast.DictComp) -> int:
    return _comprehension(frame, node, "dict", node.value, node.generators, node.key)


def _comprehension(
    frame: Frame,
    node: ast.expr,
    kind: Literal["list", "set", "dict", "generator"],
    element: ast.expr,
    generators: Sequence[ast.comprehension],
    key: ast.expr | None = None,
) -> int:
    """Loops of the same scope, whose variables are gone after them."""
    read, env, outside = frame.read, frame.env, frame.outside
    loop = frame.loop
    hidden: dict[str, int | None] = {}
    changed, frame.changed = frame.changed, {}
    if outside:
        frame.outside = outside.difference(*(names_of(it.target) for it in generators))
    for generator in generators:
        source = generator.iter
        over = read[source.__class__](frame, source)
        number = len(frame.loops)
        names = dict.fromkeys(names_of(generator.target))
        for name in names:
            hidden.setdefault(name, env.get(name))
        start, target_end, _ = place(frame, generator.target)
        end = place(frame, source)[1]
        is_async = bool(generator.is_async)
        frame.loops.append(
            Loop("comprehension", start, end, frame.loop, over, None, is_async, target=", ".join(names))
        )
        frame.loop = number
        frame.values.append(Element(start, target_end, number, number))
        unpack(frame, generator.target, len(frame.values) - 1)
        for condition in generator.ifs:
            test(frame, condition)
    keyed = None if key is None else read[key.__class__](frame, key)
    each = read[element.__class__](frame, element)
    innermost, frame.loop = frame.loop, loop
    bound, frame.changed = frame.changed, changed
    frame.outside = outside
    for name, before in bound.items():
        if name not in hidden and name not in changed:
            changed[name] = before
    for name, before in hidden.items():
        if before is None:
            env.pop(name, None)
        else:
            env[name] = before
    frame.values.append(Comprehension(*place(frame, node), kind, each, keyed, innermost))
    return len(frame.values) - 1


def _joined(frame: Frame, node: ast.JoinedStr) -> int:
    return text(frame, node, node.values)


def text(frame: Frame, node: ast.expr, pieces: Sequence[ast.expr]) -> int:
    parts: list[str | int] = []
    for piece in pieces:
        if isinstance(piece, ast.Constant):
            parts.append(strings.text(str(piece.value)))
        elif isinstance(piece, ast.FormattedValue) or hasattr(piece, "value"):
            value: ast.expr = piece.value  # type: ignore[union-attr]
            parts.append(frame.read[value.__class__](frame, value))
            layout = getattr(piece, "format_spec", None)
            if layout is not None and any(not isinstance(it, ast.Constant) for it in layout.values):
                text(frame, layout, layout.values)
    frame.values.append(Text(*place(frame, node), tuple(parts)))
    return len(frame.values) - 1


def _unknown(frame: Frame, node: ast.expr) -> int:
    return unclear(frame)


def place(frame: Frame, node: ast.AST) -> tuple[int, int, int]:
    """Where node stands, in bytes, and the loop around it."""
    starts = frame.starts
    return (
        starts[node.lineno] + node.col_offset,  # type: ignore[attr-defined]
        starts[node.end_lineno] + node.end_col_offset,  # type: ignore[attr-defined]
        frame.loop,
    )


READERS: dict[type, Reader] = {
    **{kind: _unknown for kind in ast.expr.__subclasses__()},
    ast.Name: _name,  # type: ignore[dict-item]
    ast.Constant: _constant,  # type: ignore[dict-item]
    ast.Attribute: _attribute,  # type: ignore[dict-item]
    ast.Call: _call,  # type: ignore[dict-item]
    ast.Subscript: _subscript,  # type: ignore[dict-item]
    ast.Slice: _slice,  # type: ignore[dict-item]
    ast.Starred: _starred,  # type: ignore[dict-item]
    ast.List: _list,  # type: ignore[dict-item]
    ast.Tuple: _tuple,  # type: ignore[dict-item]
    ast.Set: _set,  # type: ignore[dict-item]
    ast.Dict: _dict,  # type: ignore[dict-item]
    ast.BinOp: _binary,  # type: ignore[dict-item]
    ast.UnaryOp: _unary,  # type: ignore[dict-item]
    ast.Compare: _compare,  # type: ignore[dict-item]
    ast.BoolOp: _either,  # type: ignore[dict-item]
    ast.IfExp: _conditional,  # type: ignore[dict-item]
    ast.Await: _awaited,  # type: ignore[dict-item]
    ast.Yield: _yield,  # type: ignore[dict-item]
    ast.YieldFrom: _yield_from,  # type: ignore[dict-item]
    ast.NamedExpr: _named,  # type: ignore[dict-item]
    ast.ListComp: _list_comprehension,  # type: ignore[dict-item]
    ast.SetComp: _set_comprehension,  # type: ignore[dict-item]
    ast.GeneratorExp: _generator,  # type: ignore[dict-item]
    ast.DictComp: _dict_comprehension,  # type: ignore[dict-item]
    ast.JoinedStr: _joined,  # type: ignore[dict-item]
}
if hasattr(ast, "TemplateStr"):  # Python 3.14
    READERS[ast.TemplateStr] = _joined
