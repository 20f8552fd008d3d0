"""The body of a loop to the names that it assigns, before it is read."""

import ast
from collections.abc import Callable, Sequence

from crowsfoot.frontends.python.targets import names_of

Names = dict[str, None]


def assigned(body: Sequence[ast.stmt], names: Names, in_expressions: bool) -> Names:
    """names and those that body assigns, in its order; with in_expressions, those of `:=` as well."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        kind = node.__class__
        targets = _TARGETS.get(kind)
        if targets is not None:
            for target in targets(node):
                names.update(dict.fromkeys(names_of(target)))
        elif kind in _NAMED:
            names[node.name] = None  # type: ignore[attr-defined]
            continue
        elif kind in _IMPORTS:
            for alias in node.names:  # type: ignore[attr-defined]
                names[alias.asname or alias.name.partition(".")[0]] = None
            continue
        elif kind is ast.Match:
            for case in node.cases:  # type: ignore[attr-defined]
                captured(case.pattern, names)
        for field in _BODIES.get(kind, ()):
            waiting.extend(reversed(getattr(node, field)))
        if kind is ast.ExceptHandler and node.name:  # type: ignore[attr-defined]
            names[node.name] = None  # type: ignore[attr-defined]
        if in_expressions:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr | ast.withitem):
                    named_in(child, names)
    return names


def named_in(expression: ast.AST, names: Names) -> None:
    """The names that `:=` binds in it."""
    waiting: list[ast.AST] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.NamedExpr):
            names[node.target.id] = None
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def captured(pattern: ast.pattern, names: Names) -> None:
    """The names that a pattern of `case` binds."""
    waiting: list[ast.AST] = [pattern]
    while waiting:
        node = waiting.pop()
        name = getattr(node, "rest", None) or getattr(node, "name", None)
        if name:
            names[name] = None
        waiting.extend(it for it in ast.iter_child_nodes(node) if isinstance(it, ast.pattern))


def _with_targets(node: ast.With | ast.AsyncWith) -> Sequence[ast.expr]:
    return [it.optional_vars for it in node.items if it.optional_vars is not None]


def _targets(node: ast.Assign | ast.Delete) -> Sequence[ast.expr]:
    return node.targets


def _target(node: ast.AugAssign | ast.For | ast.AsyncFor) -> Sequence[ast.expr]:
    return (node.target,)


def _annotated_target(node: ast.AnnAssign) -> Sequence[ast.expr]:
    return () if node.value is None else (node.target,)


_TARGETS: dict[type, Callable[..., Sequence[ast.expr]]] = {
    ast.Assign: _targets,
    ast.Delete: _targets,
    ast.AnnAssign: _annotated_target,
    **dict.fromkeys((ast.AugAssign, ast.For, ast.AsyncFor), _target),
    **dict.fromkeys((ast.With, ast.AsyncWith), _with_targets),
}
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_BODIES: dict[type, tuple[str, ...]] = {
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.While, ast.If), ("orelse", "body")),
    **dict.fromkeys((ast.With, ast.AsyncWith, ast.match_case, ast.ExceptHandler), ("body",)),
    **dict.fromkeys((ast.Try, getattr(ast, "TryStar", ast.Try)), ("finalbody", "orelse", "handlers", "body")),
    ast.Match: ("cases",),
}
