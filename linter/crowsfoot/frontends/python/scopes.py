"""Functions, classes, lambdas and the module to Scope, each read by a frame of its own."""

import ast
from collections.abc import Sequence
from typing import Literal

from crowsfoot.facts.code import Defined, Param, Parameter, Returned, Scope
from crowsfoot.frontends.python.annotations import annotation
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.variables import File, Frame, bind, left_names
from crowsfoot.frontends.python.ways import block
from crowsfoot.source import Range


def module(file: File, tree: ast.Module) -> None:
    """All scopes of the file."""
    frame = Frame(file, "module")
    block(frame, tree.body)
    _close(frame, "module", "", -1, (0, len(file.data)), (0, 0))


def lambda_(frame: Frame, node: ast.Lambda) -> int:
    params = _params(frame, node.args)
    number = _defined(frame, node)
    inner = Frame(frame.file, "lambda")
    _enter(inner, node.args)
    body = node.body
    of = inner.read[body.__class__](inner, body)
    inner.values.append(Returned(*place(inner, body), of))
    start, end, _ = place(frame, node)
    _close(inner, "lambda", "", frame.number, (start, end), (start, start + len("lambda")), params=params)
    return number


def function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    decorators = _read(frame, node.decorator_list)
    params = _params(frame, node.args)
    returns = None if node.returns is None else annotation(frame, node.returns)
    number = _defined(frame, node)
    inner = Frame(frame.file, "function")
    _enter(inner, node.args)
    block(inner, node.body)
    start, end, _ = place(frame, node)
    is_async = node.__class__ is ast.AsyncFunctionDef
    word = frame.file.data.find(b"def", start) + 3 if is_async else start + 3
    _close(
        inner,
        "function",
        node.name,
        frame.number,
        (start, end),
        _named(frame.file, node.name, word, end),
        params=params,
        decorators=decorators,
        returns=returns,
        is_async=is_async,
    )
    bind(frame, node.name, number)


def class_(frame: Frame, node: ast.ClassDef) -> None:
    decorators = _read(frame, node.decorator_list)
    bases = _read(frame, node.bases)
    keywords = tuple(
        [(it.arg or "**", frame.read[it.value.__class__](frame, it.value)) for it in node.keywords]
    )
    number = _defined(frame, node)
    inner = Frame(frame.file, "class")
    block(inner, node.body)
    start, end, _ = place(frame, node)
    _close(
        inner,
        "class",
        node.name,
        frame.number,
        (start, end),
        _named(frame.file, node.name, start + 5, end),
        bases=bases,
        keywords=keywords,
        decorators=decorators,
        written=_written(inner, node.body),
    )
    bind(frame, node.name, number)


def _written(frame: Frame, body: Sequence[ast.stmt]) -> tuple[tuple[str, int], ...]:
    """Where the statements right in the body of a class write the names that they assign."""
    starts = frame.starts
    found: dict[str, int] = {}
    for it in body:
        kind = it.__class__
        if kind is ast.Assign:
            targets: Sequence[ast.expr] = it.targets  # type: ignore[attr-defined]
        elif kind is ast.AnnAssign:
            targets = (it.target,)  # type: ignore[attr-defined]
        else:
            continue
        for target in targets:
            if target.__class__ is ast.Name:
                found.setdefault(target.id, starts[target.lineno] + target.col_offset)
    return tuple(found.items())


def _read(frame: Frame, nodes: Sequence[ast.expr]) -> tuple[int, ...]:
    return tuple([frame.read[it.__class__](frame, it) for it in nodes]) if nodes else ()


def _defined(frame: Frame, node: ast.AST) -> int:
    frame.has_scopes = True
    frame.values.append(Defined(*place(frame, node), len(frame.file.scopes)))
    return len(frame.values) - 1


def _params(frame: Frame, node: ast.arguments) -> tuple[Param, ...]:
    found: list[Param] = []
    positional = [*node.posonlyargs, *node.args]
    without = len(positional) - len(node.defaults)
    for index, it in enumerate(positional):
        default = None if index < without else node.defaults[index - without]
        found.append(_param(frame, it, "positional", default))
    if node.vararg is not None:
        found.append(_param(frame, node.vararg, "args", None))
    for it, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        found.append(_param(frame, it, "keyword", default))
    if node.kwarg is not None:
        found.append(_param(frame, node.kwarg, "kwargs", None))
    return tuple(found)


_Kind = Literal["positional", "keyword", "args", "kwargs"]


def _param(frame: Frame, node: ast.arg, kind: _Kind, default: ast.expr | None) -> Param:
    said = None if node.annotation is None else annotation(frame, node.annotation)
    given = None if default is None else frame.read[default.__class__](frame, default)
    return Param(node.arg, kind, said, given)


def _enter(inner: Frame, node: ast.arguments) -> None:
    given = [*node.posonlyargs, *node.args]
    if node.vararg is not None:
        given.append(node.vararg)
    given += node.kwonlyargs
    if node.kwarg is not None:
        inner.keywords = len(given)
        given.append(node.kwarg)
    for index, it in enumerate(given):
        inner.values.append(Parameter(*place(inner, it), index))
        inner.env[it.arg] = index


def _named(file: File, name: str, after: int, end: int) -> tuple[int, int]:
    """Where the name stands behind `def` or `class`; Python may spell it otherwise, then the word before."""
    spelled = name.encode()
    at = file.data.find(spelled, after, end)
    return (after, after) if at < 0 else (at, at + len(spelled))


def _close(
    frame: Frame,
    kind: Literal["module", "class", "function", "lambda"],
    name: str,
    parent: int,
    where: tuple[int, int],
    named: tuple[int, int],
    params: tuple[Param, ...] = (),
    bases: tuple[int, ...] = (),
    keywords: tuple[tuple[str, int], ...] = (),
    decorators: tuple[int, ...] = (),
    returns: int | None = None,
    is_async: bool = False,
    written: tuple[tuple[str, int], ...] = (),
) -> None:
    names: tuple[tuple[str, int], ...] = ()
    if frame.has_scopes or kind == "class" or kind == "module":
        names = left_names(frame)
    frame.file.scopes[frame.number] = Scope(
        kind,
        name,
        parent,
        Range(*where),
        Range(*named),
        tuple(frame.values),
        tuple([it for it in frame.loops if it is not None]),
        names,
        params,
        bases,
        keywords,
        decorators,
        returns,
        is_async,
        tuple(frame.annotations),
        tuple(frame.rebinds),
        tuple(frame.typed),
        written,
        tuple(frame.lasts),
        tuple(frame.seldom),
        tuple(frame.withins),
        tuple(frame.ensured),
        tuple([(loop, first, len(frame.values) if end < 0 else end) for loop, first, end in frame.perhaps]),
        tuple(
            [(it, asked, at, len(frame.values) if end < 0 else end) for it, asked, at, end in frame.decided]
        ),
        tuple(frame.replacing),
        tuple(frame.raised),
        tuple(frame.narrowed),
    )
