"""The program as those ask it who look for tables: what classes say, and where in the files it stands."""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename, dirname

from crowsfoot.facts import code as facts
from crowsfoot.libraries.models import Models
from crowsfoot.libraries.objects import Args, At, Class, External, Object
from crowsfoot.libraries.tables import Argument, Called, Spot
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.here import Here
from crowsfoot.link.code.evaluation.shown import shown
from crowsfoot.roles import Roles


class Places:
    """A Reading of crowsfoot.libraries.tables."""

    def __init__(self, evaluator: Evaluator, provider: str, roles: Roles) -> None:
        self._roles = roles
        self._evaluator = evaluator
        self._provider = provider
        self._written: dict[Class, dict[str, int]] = {}
        self._settings: list[str] | None = None

    @property
    def models(self) -> Models:
        return self._evaluator.models

    @property
    def provider(self) -> str:
        return self._provider

    def at(self, cls: Class) -> At:
        return Here(self._evaluator, self._evaluator.frame(cls.path, cls.scope), 0)

    def at_spot(self, spot: Spot) -> At:
        return Here(self._evaluator, self._evaluator.frame(spot.path, 0), 0)

    def spot(self, cls: Class, name: str = "") -> Spot:
        scope = self._evaluator.program.scope(cls.path, cls.scope)
        if not name:
            return Spot(cls.path, scope.name_range.start, scope.name_range.end)
        if cls not in self._written:
            self._written[cls] = dict(scope.written)
        start = self._written[cls].get(name)
        if start is not None:
            return Spot(cls.path, start, start + len(name))
        number = dict(scope.names).get(name, dict(scope.annotations).get(name))
        defined = scope.values[number] if number is not None else None
        if isinstance(defined, facts.Defined):
            inner = self._evaluator.program.scope(cls.path, defined.scope).name_range
            return Spot(cls.path, inner.start, inner.end)
        return Spot(cls.path, *_head(scope, number)) if number is not None else self.spot(cls)

    def parts(self, cls: Class, name: str) -> tuple[Spot, ...]:
        scope = self._evaluator.program.scope(cls.path, cls.scope)
        number = dict(scope.names).get(name)
        value = scope.values[number] if number is not None else None
        if not isinstance(value, facts.Display) or value.kind == "dict":
            return ()
        return tuple(Spot(cls.path, *_head(scope, it)) for it in value.items)

    def arguments(self, cls: Class, name: str) -> tuple[tuple[Argument, ...], ...]:
        scope = self._evaluator.program.scope(cls.path, cls.scope)
        number = dict(scope.names).get(name)
        value = scope.values[number] if number is not None else None
        if not isinstance(value, facts.Display) or value.kind == "dict":
            return ()
        variables = {value: name for name, value in scope.names}
        return tuple(_arguments(scope, it, variables) for it in value.items)

    def with_names(self, cls: Class, name: str, known: Mapping[str, Object]) -> Object | None:
        scope = self._evaluator.program.scope(cls.path, cls.scope)
        names = dict(scope.names)
        if name not in names:
            return None
        frame = Frame(self._evaluator, cls.path, cls.scope, scope, (), general=True, depth=0)
        for one, it in known.items():
            if one in names and one != name:
                frame.objects[names[one]] = it
        return self._evaluator.get(frame, names[name])

    def entries(self, cls: Class, name: str) -> tuple[tuple[Object, Object], ...]:
        frame = self._evaluator.frame(cls.path, cls.scope)
        number = dict(frame.scope.names).get(name)
        value = frame.scope.values[number] if number is not None else None
        if not isinstance(value, facts.Display) or value.kind != "dict":
            return ()
        get = self._evaluator.get
        both = zip(value.keys, value.items, strict=True)
        return tuple((get(frame, key), get(frame, it)) for key, it in both if key >= 0)

    def is_optional(self, cls: Class, name: str) -> bool:
        scope = self._evaluator.program.scope(cls.path, cls.scope)
        number = dict(scope.annotations).get(name)
        return number is not None and _is_optional(scope, number, 0)

    def setting(self, name: str) -> Object | None:
        for path in self._settings_files():
            number = self._evaluator.program.names(path, 0).get(name)
            if number is not None:
                return self._evaluator.get(self._evaluator.frame(path, 0), number)
        return None

    def heirs(self, of: Class | str) -> Sequence[Class]:
        return self._evaluator.heirs.of(of)

    def calls(self, names: Sequence[str]) -> Iterator[Called]:
        program = self._evaluator.program
        saying = {path for it in names for path in program.saying(it)}
        for path in program.files.paths if saying else ():
            if path not in saying or self._roles(path) != "application":
                continue
            scope = program.scope(path, 0)
            for number, value in enumerate(scope.values):
                if isinstance(value, facts.Call) and _last(scope, value.of) in names:
                    frame = self._evaluator.frame(path, 0)
                    of = self._evaluator.get(frame, value.of)
                    if not isinstance(of, External) or of.name.rpartition(".")[2] not in names:
                        continue
                    get = self._evaluator.get
                    args = Args(
                        tuple(get(frame, it) for it in value.args),
                        tuple((key, get(frame, it)) for key, it in value.keywords if key != "**"),
                    )
                    spots = tuple(Spot(path, *_head(scope, it)) for it in value.args)
                    yield Called(of.name, args, Spot(path, *_head(scope, number)), spots)

    def _settings_files(self) -> list[str]:
        """Modules of settings, those that others are most likely to build upon first."""
        if self._settings is None:
            found = [it for it in self._evaluator.program.files.paths if _is_settings(it)]
            self._settings = sorted(found, key=lambda it: (_rank(it), it.count("/"), it))
        return self._settings


def _arguments(scope: facts.Scope, number: int, variables: Mapping[int, str]) -> tuple[Argument, ...]:
    call = scope.values[number]
    return tuple(_argument(scope, it, variables) for it in call.args) if isinstance(call, facts.Call) else ()


def _argument(scope: facts.Scope, number: int, variables: Mapping[int, str]) -> Argument:
    """slug, or slug.desc(); all else as it is written."""
    it, descending = scope.values[number], False
    of = number
    if isinstance(it, facts.Call) and not it.args:
        method = scope.values[it.of]
        if isinstance(method, facts.Attribute) and method.name in ("asc", "desc"):
            of, descending = method.of, method.name == "desc"
    return Argument(variables.get(of), descending, _as_written(scope, number, variables))


def _as_written(scope: facts.Scope, number: int, variables: Mapping[int, str]) -> str:
    """What is called of variables keeps their names: func.lower(slug)."""
    it = scope.values[number]
    if not isinstance(it, facts.Call) or not it.args or it.keywords:
        return shown(scope, number)
    inner = [variables.get(arg) or shown(scope, arg) for arg in it.args]
    return f"{shown(scope, it.of)}({', '.join(inner)})"


def _is_optional(scope: facts.Scope, number: int, depth: int) -> bool:
    it = scope.values[number]
    if depth > _DEEPEST:
        return False
    if isinstance(it, facts.Either | facts.Operation):
        options = it.options if isinstance(it, facts.Either) else it.operands
        return any(_is_none(scope.values[one]) or _is_optional(scope, one, depth + 1) for one in options)
    if isinstance(it, facts.Item):
        word = _last(scope, it.of)
        if word == "Optional":
            return True
        inner = scope.values[it.index]
        if isinstance(inner, facts.Display):
            if word == "Union":
                return any(_is_none(scope.values[one]) for one in inner.items)
            if word == "Annotated" and inner.items:
                return _is_optional(scope, inner.items[0], depth + 1)
            return False
        if word in ("Mapped", "Annotated", "Union", "Final", "ClassVar"):
            return _is_optional(scope, it.index, depth + 1)
    return False


def _is_none(it: facts.Value) -> bool:
    return isinstance(it, facts.Const) and it.value is None


_DEEPEST = 8


def _is_settings(path: str) -> bool:
    name = basename(path).removesuffix(".py")
    return "settings" in name or "settings" in basename(dirname(path)) or name == "base_settings"


def _rank(path: str) -> int:
    name = basename(path)
    order = (
        "settings.py",
        "production.py",
        "prod.py",
        "base.py",
        "common.py",
        "__init__.py",
        "settings.dist.py",
    )
    return order.index(name) if name in order else len(order)


def _head(scope: facts.Scope, number: int) -> tuple[int, int]:
    """Where a value stands; of a call, what is called, which stands on one line."""
    it = scope.values[number]
    if isinstance(it, facts.Call):
        of = scope.values[it.of]
        if it.start <= of.start < it.end:
            return of.start, of.end
        # A name that the scope has imported is where it was imported.
        return it.start, min(it.end, it.start + len(shown(scope, it.of)))
    if isinstance(it, facts.Display | facts.Comprehension):
        return it.start, it.start + 1
    return it.start, it.end


def _last(scope: facts.Scope, number: int) -> str:
    it = scope.values[number]
    if isinstance(it, facts.Attribute | facts.Name):
        return it.name
    return it.name if isinstance(it, facts.Import) else ""
