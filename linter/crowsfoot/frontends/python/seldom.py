"""The test of a branch in a loop -> whether it holds once in so many passes: `i % 100 == 0`, `key == "a"`."""

import ast
import re
from typing import Final

from crowsfoot.facts.code import Attribute, Call, Const, Display, Either, Element, Item, Part
from crowsfoot.frontends.python.variables import Frame

_FEWEST: Final = 10  # `len(rows) > 1` asks whether there are any; nobody makes batches of so few
_BATCH: Final = re.compile(
    r"batch|chunk|buffer|_size$|^size$|page_size|every|interval|flush|limit", re.IGNORECASE
)
_END: Final = re.compile(r"(?:^|_)(?:last|final|end|finished)(?:$|_)")
_TOTAL: Final = re.compile(r"(?:^|_)(?:total|count|last|end)(?:$|_)")
# What no two rows have in common, most often. `node.name` of what parses a text is its kind instead.
_OWN_NAME: Final = re.compile(
    r"id|pk|uuid|slug|key|username|email|codename|(?:verbose_|full_|display_)?name|filename|file_(?:name|path)"
)


def seldom_in(frame: Frame, test: ast.expr) -> int | None:
    """The loop of which so many passes come to what the test decides once; None where there is none.

    -1 is whichever loop: what a batch holds, the loops around have gathered as well.
    """
    if is_seldom(test):
        return -1 if _is_gathered(frame, test) else frame.loop
    found = once_in(frame, test)
    return found if found >= 0 else None


def is_seldom(test: ast.expr) -> bool:
    """Whether what the test decides is done for many passes at once."""
    kind = test.__class__
    if kind is ast.BoolOp:
        assert isinstance(test, ast.BoolOp)
        if test.op.__class__ is ast.And:
            return any(is_seldom(it) for it in test.values)
        # `len(batch) >= size or is_last`: what is left in the end is one batch more.
        others = [it for it in test.values if not is_seldom(it)]
        return len(others) < len(test.values) and all(_is_end(it) for it in others)
    if kind is ast.UnaryOp:
        assert isinstance(test, ast.UnaryOp)
        return test.op.__class__ is ast.Not and _is_remainder(test.operand)
    if kind is not ast.Compare:
        return False
    assert isinstance(test, ast.Compare)
    left, right = test.left, test.comparators[0]
    if test.ops[0].__class__ is ast.Eq and (_is_remainder(left) or _is_remainder(right)):
        return True
    return _filled(test) is not None


def _is_end(test: ast.expr) -> bool:
    """Whether a test holds in the last pass alone, by what it is called or counts."""
    if isinstance(test, ast.Compare) and test.ops[0].__class__ is ast.Eq:
        return any(_is_total(it) for it in (test.left, test.comparators[0]))
    word = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    return _END.search(word) is not None


def _is_total(it: ast.expr) -> bool:
    """`len(rows)`, `len(rows) - 1`, `total`"""
    if isinstance(it, ast.BinOp):
        it = it.left
    if isinstance(it, ast.Call):
        return isinstance(it.func, ast.Name) and it.func.id == "len"
    return isinstance(it, ast.Name) and _TOTAL.search(it.id) is not None


def _is_gathered(frame: Frame, test: ast.expr) -> bool:
    """Whether the test is about how much a list holds by now that the function itself has begun."""
    for it in test.values if isinstance(test, ast.BoolOp) else (test,):
        name = _filled(it)
        if name is not None and (number := frame.env.get(name, -1)) >= 0:
            return isinstance(frame.values[number], (Display, Either, Call))
    return False


def _filled(test: ast.expr) -> str | None:
    """The variable that holds so much where the test is true: `len(rows) >= BATCH_SIZE`."""
    if not isinstance(test, ast.Compare):
        return None
    left, right = test.left, test.comparators[0]
    op = test.ops[0].__class__
    if op in (ast.Lt, ast.LtE):
        left, right = right, left
    elif op not in (ast.Gt, ast.GtE, ast.Eq):
        return None
    return _counted(left) if _is_size(right) else None


def once_in(frame: Frame, test: ast.expr) -> int:
    """The loop in which the test holds once, or once for each of some constants; -1 where there is none.

    No two passes have the same key of a dict, or the same count: `for key, value in rows.items()`.
    """
    kind = test.__class__
    if kind is ast.BoolOp:
        assert isinstance(test, ast.BoolOp)
        found = [once_in(frame, it) for it in test.values]
        return max(found) if test.op.__class__ is ast.And else min(found)
    if kind is not ast.Compare:
        return -1
    assert isinstance(test, ast.Compare)
    left, right = test.left, test.comparators[0]
    op = test.ops[0].__class__
    if op is ast.Eq and _is_constant(left):
        left, right = right, left
    if op is ast.In and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
        known = all(_is_constant(it) for it in right.elts)
    else:
        known = op is ast.Eq and _is_constant(right)
    if not known or not isinstance(left, (ast.Name, ast.Attribute, ast.Subscript)):
        return -1
    return _counted_by(frame, left, right)


def _is_constant(it: ast.expr) -> bool:
    name = it.attr if isinstance(it, ast.Attribute) else it.id if isinstance(it, ast.Name) else ""
    return isinstance(it, ast.Constant) or (name.isupper() and len(name) > 1)


def _counted_by(frame: Frame, it: ast.expr, constant: ast.expr) -> int:
    """The loop of which no two passes have the same there."""
    if isinstance(it, ast.Name):
        number = frame.env.get(it.id, -1)
        value = frame.values[number] if number >= 0 else None
        if isinstance(value, Item):
            index = frame.values[value.index]
            name = index.value if isinstance(index, Const) else None
        else:
            name = value.name if isinstance(value, Attribute) and value.name != "name" else None
        if isinstance(value, (Item, Attribute)):
            return _identified_by(frame, frame.values[value.of], name)
    else:
        holder = it.value if isinstance(it, (ast.Attribute, ast.Subscript)) else None
        number = frame.env.get(holder.id, -1) if isinstance(holder, ast.Name) else -1
        index_ = it.slice if isinstance(it, ast.Subscript) else None
        named = (
            it.attr if isinstance(it, ast.Attribute) and it.attr != "name" else getattr(index_, "value", None)
        )
        return _identified_by(frame, frame.values[number], named) if number >= 0 else -1
    first = isinstance(value, Part)
    if isinstance(value, Part):
        value = frame.values[value.of] if value.index == 0 else None
    if not isinstance(value, Element):
        return -1
    source = frame.sources.get(value.over)
    func = source.func if isinstance(source, ast.Call) else None
    word = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    if word in (("items", "enumerate") if first else ("keys",)):
        return value.over
    # `for kind in kinds: if kind == "book"`: who lists texts lists each once.
    return value.over if not first and _is_word(constant) else -1


def _identified_by(frame: Frame, holder: object, name: object) -> int:
    """The loop over what has a name of its own: `if row.slug == "latest"`."""
    if isinstance(holder, Element) and isinstance(name, str) and _OWN_NAME.fullmatch(name):
        return holder.over
    return -1


def _is_word(constant: ast.expr) -> bool:
    parts = constant.elts if isinstance(constant, (ast.Tuple, ast.List, ast.Set)) else (constant,)
    return all(not isinstance(it, ast.Constant) or (isinstance(it.value, str) and it.value) for it in parts)


def _is_remainder(it: ast.expr) -> bool:
    return isinstance(it, ast.BinOp) and it.op.__class__ is ast.Mod and not _is_text(it.left)


def _is_text(it: ast.expr) -> bool:
    return isinstance(it, ast.JoinedStr) or (isinstance(it, ast.Constant) and isinstance(it.value, str))


def _counted(it: ast.expr) -> str | None:
    """The variable of which that is the length: a number that grows from pass to pass."""
    if isinstance(it, ast.Call) and isinstance(it.func, ast.Name) and it.func.id == "len" and it.args:
        of = it.args[0]
        return of.id if isinstance(of, ast.Name) else None
    return None


def _is_size(it: ast.expr) -> bool:
    if isinstance(it, ast.Constant):
        return isinstance(it.value, int) and it.value >= _FEWEST
    name = it.attr if isinstance(it, ast.Attribute) else it.id if isinstance(it, ast.Name) else ""
    return _BATCH.search(name) is not None
