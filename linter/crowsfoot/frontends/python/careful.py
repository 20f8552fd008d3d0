"""Handlers of expressions to those that give up where an expression is nested too deeply to be followed."""

import ast

from crowsfoot.frontends.python.variables import Frame, Reader, unclear

_DEEPEST = 150  # expressions within one another


def careful(readers: dict[type, Reader]) -> dict[type, Reader]:
    """The same handlers, but what lies deeper than a limit is one value that nobody follows."""
    depth = 0

    def guarded(reader: Reader) -> Reader:
        def read(frame: Frame, node: ast.expr) -> int:
            nonlocal depth
            if depth >= _DEEPEST:
                return unclear(frame)
            depth += 1
            try:
                return reader(frame, node)
            finally:
                depth -= 1

        return read

    return {kind: guarded(reader) for kind, reader in readers.items()}
