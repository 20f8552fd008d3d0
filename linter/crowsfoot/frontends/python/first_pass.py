"""A branch in loops -> the loops of which one pass comes to it: `if found is None: found = find()`."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from crowsfoot.frontends.python.variables import Frame


def once_filled(frame: Frame, node: ast.If) -> Iterator[int]:
    """The loops that come to the branch once, since it fills a variable that is empty until then.

    Those are the ones around it that assign the variable nowhere else: a loop that empties it in each pass
    comes to the branch in each. So does one that looks for something else in each: it goes on until it is
    found.
    """
    name = _empty(node.test)
    value = None if name is None else _filling(node.body, name)
    if name is None or value is None:
        return
    here = _stores(node.body)
    read = set() if isinstance(value, ast.Constant) else _read(node.body)
    for around in reversed(frame.passes):
        if around.stores is None:
            around.stores = _stores((around.node,))
        if name not in around.heads or around.stores[name] != here[name]:
            return
        if any(here[it] < around.stores[it] for it in read):
            return
        yield around.loop


def _empty(test: ast.expr) -> str | None:
    """The variable that has nothing in it where the test is true: `it is None`, `not it`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return next((found for it in test.values if (found := _empty(it)) is not None), None)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand.id if isinstance(test.operand, ast.Name) else None
    if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Name):
        return None
    right = test.comparators[0]
    is_none = isinstance(right, ast.Constant) and not right.value
    return test.left.id if is_none and isinstance(test.ops[0], ast.Is | ast.Eq) else None


def _filling(body: Sequence[ast.stmt], name: str) -> ast.expr | None:
    """What the variable is assigned there on all ways that do not raise, if that is something."""
    for it in body:
        if isinstance(it, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == name for to in it.targets
        ):
            return None if isinstance(it.value, ast.Constant) and not it.value.value else it.value
        if isinstance(it, ast.Try | ast.With | ast.AsyncWith):
            found = _filling(it.body, name)
            if found is not None:
                return found
    return None


def _read(body: Sequence[ast.AST]) -> set[str]:
    """The variables that it reads."""
    return {
        it.id
        for statement in body
        for it in ast.walk(statement)
        if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Load)
    }


def _stores(body: Sequence[ast.AST]) -> Counter[str]:
    """How often it writes to which variable."""
    return Counter(
        it.id
        for statement in body
        for it in ast.walk(statement)
        if isinstance(it, ast.Name) and not isinstance(it.ctx, ast.Load)
    )
