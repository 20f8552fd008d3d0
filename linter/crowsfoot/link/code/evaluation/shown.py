"""A value of a scope -> the code that it is written as, shortened, for messages."""

from collections.abc import Sequence

from crowsfoot.facts import code as facts

_LONGEST = 60
_NOBODY = "..."  # what has no name, and is too long to be written out


def shown(scope: facts.Scope, number: int) -> str:
    """`Author.objects.filter(...)`: names and calls as they stand, arguments left out where they are long."""
    text = _shown(scope, number, 0)
    if len(text) > _LONGEST:
        text = _Short(scope).shown(number)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def last_word(values: Sequence[facts.AnyValue], number: int) -> str:
    """The last word of a decorator: "cached_property" of @functools.cached_property."""
    it = values[number]
    while isinstance(it, facts.Call):
        it = values[it.of]
    if isinstance(it, facts.Import):
        return it.name or it.module
    return it.name if isinstance(it, (facts.Attribute, facts.Name)) else ""


class _Short:
    """The same without the arguments of the calls that lead there: `query(...).filter(...).all()`."""

    def __init__(self, scope: facts.Scope) -> None:
        self._scope = scope

    def shown(self, number: int, depth: int = 0) -> str:
        it = self._scope.values[number]
        match it:
            case facts.Attribute() if depth < _DEEPEST:
                return _joined(self.shown(it.of, depth + 1), it.name)
            case facts.Call() if depth < _DEEPEST:
                return f"{self.shown(it.of, depth + 1)}({_NOBODY if it.args or it.keywords else ''})"
            case facts.Awaited() if depth < _DEEPEST:
                return self.shown(it.of, depth + 1)
            case _:
                return _shown(self._scope, number, depth)


def _joined(of: str, name: str) -> str:
    return name if of == _NOBODY else f"{of}.{name}"


def _shown(scope: facts.Scope, number: int, depth: int) -> str:
    it = scope.values[number]
    if depth > _DEEPEST:
        return _NOBODY
    match it:
        case facts.Name():
            return it.name
        case facts.Import():
            return it.name or it.module
        case facts.Parameter():
            return scope.params[it.index].name if it.index < len(scope.params) else _NOBODY
        case facts.Attribute():
            return _joined(_shown(scope, it.of, depth + 1), it.name)
        case facts.Call() if word := _of_template(scope.values[it.of]):
            # What a tag is given stands in it; a filter stands behind the first thing that it is given.
            return f"{_shown(scope, it.args[0], depth + 1)}{word}" if word.startswith("|") else word
        case facts.Call():
            of = _shown(scope, it.of, depth + 1)
            inner = [_shown(scope, arg, depth + 1) for arg in it.args]
            inner += [
                f"**{_shown(scope, arg, depth + 1)}"
                if name == "**"
                else f"{name}={_shown(scope, arg, depth + 1)}"
                for name, arg in it.keywords
            ]
            inside = ", ".join(inner)
            return f"{of}({inside if len(inside) <= 30 and inside.count(_NOBODY) < 2 else _NOBODY})"
        case facts.Const():
            if isinstance(it.value, str):
                return f'"{it.value}"' if len(it.value) < 20 and it.value.isprintable() else '"..."'
            return repr(it.value)
        case facts.Item():
            return f"{_shown(scope, it.of, depth + 1)}[{_shown(scope, it.index, depth + 1)}]"
        case facts.Awaited():
            return _shown(scope, it.of, depth + 1)
        case facts.Element():
            return scope.loops[it.over].target or "each"
        case facts.Part():
            return _part(scope, it) or _NOBODY
        case facts.Spread():
            return f"*{_shown(scope, it.of, depth + 1)}"
        case facts.Text() if len(it.parts) == 1 and isinstance(it.parts[0], int):
            return _shown(scope, it.parts[0], depth + 1)
        case facts.Text():
            inner = [f"{{{_shown(scope, part, depth + 1)}}}" for part in it.parts if isinstance(part, int)]
            inside = _NOBODY.join(("", *inner, ""))
            return f'f"{inside if inner and len(inside) <= 40 else _NOBODY}"'
        case facts.Operation(operator="%"):
            return " % ".join([_shown(scope, of, depth + 1) for of in it.operands])
        case facts.Defined():
            return _variable(scope, number) or _NOBODY
        case _:
            return _variable(scope, number) or _NOBODY


def _of_template(it: facts.AnyValue) -> str:
    """A tag or a filter: "{% include "row.html" %}", "|credit"; "" for what else is called."""
    return it.name if isinstance(it, facts.Name) and it.name.startswith(("{%", "|")) else ""


def _part(scope: facts.Scope, it: facts.Part) -> str:
    """`row` of `for number, row in enumerate(rows)`."""
    of = scope.values[it.of]
    if not isinstance(of, facts.Element) or it.index is None:
        return ""
    target = scope.loops[of.over].target
    words = [word.strip() for word in target.split(",")]
    simple = all(word.isidentifier() for word in words)
    return words[it.index] if simple and it.index < len(words) else ""


def _variable(scope: facts.Scope, number: int) -> str:
    return next((name for name, value in scope.names if value == number), "")


_DEEPEST = 12
