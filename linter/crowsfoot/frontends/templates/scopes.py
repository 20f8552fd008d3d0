"""One scope of a template while it is read: its values, its loops, and which names it binds where."""

from typing import Final

from crowsfoot.facts.code import BRANCH, AnyValue, Const, Loop, Param, Parameter, Scope, Unclear
from crowsfoot.source import Range


class Building:
    """What a template, a block or a macro shows, as far as it has been read."""

    def __init__(self, name: str, start: int, params: tuple[str, ...] = ()) -> None:
        self.name = name
        self.start = start
        self.values: list[AnyValue] = []
        self.loops: list[Loop] = []
        self.seldom: list[tuple[int, int, int]] = []
        self._perhaps: list[tuple[int, int, int]] = []
        self.loop = -1  # the innermost of those that are open
        self._bound: list[dict[str, int]] = [{}]
        self._params: dict[str, int] = {}  # each with its number among the parameters
        self._values_of: dict[int, int] = {}  # parameters, each with its value
        self._named: list[tuple[str, int]] = []
        self._own = len(params)
        for it in params:
            self.bind(it, self._parameter(it))

    def add(self, value: AnyValue) -> int:
        self.values.append(value)
        return len(self.values) - 1

    def unclear(self, start: int, end: int) -> int:
        return self.add(Unclear(start, end, self.loop))

    def constant(self, value: str | int | float | bool | None, start: int, end: int) -> int:
        return self.add(Const(start, end, self.loop, value))

    def meaning(self, name: str, start: int, end: int) -> int:
        """What a name means here: a variable of the template, or else what it is given."""
        for bound in reversed(self._bound):
            found = bound.get(name)
            if found is not None:
                return found
        return self._parameter(name, start, end)

    def is_bound(self, name: str) -> bool:
        return any(name in it for it in self._bound)

    def bind(self, name: str, value: int) -> None:
        if len(self._named) < _MOST_NAMED:  # what nobody writes down does not grow with each include
            self._bound[-1][name] = value
            self._named.append((name, value))

    def perhaps(self, first: int) -> None:
        """The values from the first one on may be left out."""
        if first < len(self.values):
            self._perhaps.append((BRANCH, first, len(self.values)))

    def open(self) -> None:
        """What is bound from here on ends with the next close()."""
        self._bound.append({})

    def close(self) -> None:
        if len(self._bound) > 1:
            self._bound.pop()

    def visible(self) -> tuple[tuple[str, int], ...]:
        """All that is bound here."""
        found: dict[str, int] = {}
        for it in self._bound:
            found.update(it)
        return tuple(found.items())

    def scope(self, end: int) -> Scope:
        params = tuple(
            Param(name, "positional" if number < self._own else "keyword")
            for name, number in self._params.items()
        )
        return Scope(
            "function",
            self.name,
            0,
            Range(self.start, end),
            Range(self.start, self.start),
            tuple(self.values),
            tuple(self.loops),
            tuple(self._named),
            params,
            seldom=tuple(self.seldom),
            perhaps=tuple(self._perhaps),
        )

    def _parameter(self, name: str, start: int = -1, end: int = -1) -> int:
        number = self._params.setdefault(name, len(self._params))
        found = self._values_of.get(number)
        if found is None:
            start = self.start if start < 0 else start
            value = Parameter(start, max(start, end), -1, number)
            found = self._values_of[number] = self.add(value)
        return found


_MOST_NAMED: Final = 500
