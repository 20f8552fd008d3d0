"""A value of a scope -> the code that it is written as, shortened, for messages."""

from crowsfoot.facts import code as facts

_LONGEST = 60


def shown(scope: facts.Scope, number: int) -> str:
    """`Author.objects.filter(...)`: names and calls as they stand, arguments left out where they are long."""
    text = _shown(scope, number, 0)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _shown(scope: facts.Scope, number: int, depth: int) -> str:
    it = scope.values[number]
    if depth > 12:
        return "..."
    match it:
        case facts.Name():
            return it.name
        case facts.Import():
            return it.name or it.module
        case facts.Parameter():
            return scope.params[it.index].name if it.index < len(scope.params) else "..."
        case facts.Attribute():
            return f"{_shown(scope, it.of, depth + 1)}.{it.name}"
        case facts.Call():
            of = _shown(scope, it.of, depth + 1)
            inner = [_shown(scope, arg, depth + 1) for arg in it.args]
            inner += [f"{name}={_shown(scope, arg, depth + 1)}" for name, arg in it.keywords]
            inside = ", ".join(inner)
            return f"{of}({inside if len(inside) <= 30 else '...'})"
        case facts.Literal_():
            return repr(it.value) if not isinstance(it.value, str) or len(it.value) < 20 else '"..."'
        case facts.Item():
            return f"{_shown(scope, it.of, depth + 1)}[{_shown(scope, it.index, depth + 1)}]"
        case facts.Awaited():
            return _shown(scope, it.of, depth + 1)
        case facts.Element():
            return scope.loops[it.over].target or "each"
        case facts.Spread():
            return f"*{_shown(scope, it.of, depth + 1)}"
        case facts.Defined():
            return "..."
        case _:
            return _variable(scope, number) or "..."


def _variable(scope: facts.Scope, number: int) -> str:
    return next((name for name, value in scope.names if value == number), "")
