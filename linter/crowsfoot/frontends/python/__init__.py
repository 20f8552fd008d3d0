"""Python text to facts, by the standard `ast`: nothing is compiled to code, imported or run."""

import ast
import re
import warnings
from itertools import accumulate

from crowsfoot.facts.code import CodeFile, code_file
from crowsfoot.frontends.python import comprehensions, displays, expressions, operators, places, scopes
from crowsfoot.frontends.python.careful import careful
from crowsfoot.frontends.python.comments import read_comments
from crowsfoot.frontends.python.newer import as_older
from crowsfoot.frontends.python.problems import too_deep, unparsed
from crowsfoot.frontends.python.statements import RUNNERS
from crowsfoot.frontends.python.variables import File, Reader, Runner
from crowsfoot.frontends.python.words import words_of

_READERS: dict[type, Reader] = {
    **expressions.READERS,
    **operators.READERS,
    **displays.READERS,
    **comprehensions.READERS,
    ast.Lambda: scopes.lambda_,
}
_RUNNERS: dict[type, Runner] = {
    **RUNNERS,
    ast.FunctionDef: scopes.function,
    ast.AsyncFunctionDef: scopes.function,
    ast.ClassDef: scopes.class_,
}
_FILE = "<crowsfoot>"  # what the parser's warnings name as their module
_MODULE = re.escape(_FILE)
_QUIET = ("ignore", None, Warning, re.compile(_MODULE), 0)


def read(text: str) -> CodeFile:
    """What text says; what Python cannot parse is one problem."""
    # ast refuses a byte order mark; a space takes its place, so that all offsets stay.
    comments, problems = read_comments(text)
    begin = 1 if text.startswith("\ufeff") else 0
    try:
        data = text.encode()
        tree = _parsed(text[begin:])
    except (SyntaxError, ValueError) as error:
        return code_file((), (), comments, (unparsed(text, error), *problems))
    except (RecursionError, MemoryError):
        return code_file((), (), comments, (too_deep(text), *problems))
    starts = [0, *accumulate(map(len, data.splitlines(keepends=True)), initial=0)]
    if begin:
        starts[1] = len("\ufeff".encode())
    file = File(text, data, starts, _READERS, _RUNNERS)
    try:
        scopes.module(file, tree)
    except RecursionError:
        file = File(text, data, starts, careful(_READERS), _RUNNERS)
        try:
            scopes.module(file, tree)
        except RecursionError:
            return code_file((), (), comments, (too_deep(text), *problems))
    found = tuple([it for it in file.scopes if it is not None])
    if len(data) != len(text):
        found = places.in_code_points(found, data)
    return code_file(found, tuple(file.stars), comments, problems, *words_of(found))


def _parsed(text: str) -> ast.Module:
    # What the parser warns of is the user's own; catch_warnings would not do where there are threads.
    if _QUIET not in warnings.filters:
        warnings.filterwarnings("ignore", module=_MODULE)
    try:
        return ast.parse(text, _FILE)
    except SyntaxError:
        older = as_older(text)
        if older is None:
            raise
        try:
            return ast.parse(older, _FILE)
        except SyntaxError:
            pass
        raise
