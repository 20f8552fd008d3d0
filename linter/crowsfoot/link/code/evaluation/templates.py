"""Templates to functions of the program: what is looked up, included and extended becomes values and calls.

Each template, block and macro is a function whose parameters are the names that it is given. An include is a
call with all names that the other one reads; a template that extends another calls that, without the blocks
that it has itself. So what holds of functions holds of them: they are gone through with what they are given.
"""

from collections.abc import Mapping
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Final, NamedTuple

from crowsfoot.facts.code import (
    AnyValue,
    Call,
    Included,
    Name,
    Param,
    Parameter,
    Scope,
    Unclear,
    code_file,
)
from crowsfoot.facts.templates import TemplateFile
from crowsfoot.libraries.dotted import shared
from crowsfoot.libraries.objects import UNKNOWN, Args, Function, Object, Place
from crowsfoot.link.code.evaluation.frame import Each, Frame

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


class _Part(NamedTuple):
    """A template, a block or a macro, without some of the blocks in it."""

    path: str
    scope: int
    without: frozenset[str] = frozenset()


class Templates:
    """The templates of a project, as files of code; meanings are what names in them stand for, by path."""

    def __init__(self, files: Mapping[str, TemplateFile], tags: Mapping[str, Object] | None = None) -> None:
        self._files = files
        self.asked = False  # for one of them, by its name
        self.tags = tags or {}  # tags and filters of the program, as templates write them
        self._by_name: dict[str, list[str]] = {}
        self._deeper: dict[str, list[str]] = {}  # by what follows a folder within the folder of templates
        self._blocks = {path: {it.scope: it for it in file.blocks} for path, file in files.items()}
        self._scopes: dict[str, list[Scope]] = {path: [file.scopes[0]] for path, file in files.items()}
        self._numbers: dict[_Part, int] = {}
        self._needs: dict[_Part, tuple[str, ...]] = {}
        self.meanings: dict[str, dict[str, Object]] = {path: {} for path in files}
        self.shown_by: dict[str, Place] = {}  # the first that shows each
        self.showing: Place | None = None  # what shows the one that is gone through now, includes and all
        for path in files:
            words = path.split("/")
            for number, word in enumerate(words[:-1]):
                if word in _FOLDERS:
                    self._by_name.setdefault("/".join(words[number + 1 :]), []).append(path)
                    self._deeper.setdefault("/".join(words[number + 2 :]), []).append(path)
        self._waiting: list[_Part] = []
        for path, file in files.items():
            self._number(_Part(path, 1))
            self._import(path, file)
            while self._waiting:
                self._lower(self._waiting.pop())
        self.code = {path: code_file(tuple(scopes)) for path, scopes in self._scopes.items()}

    def find(self, name: str, near: str) -> str | None:
        """The template of that name which is nearest to the file that asks for it."""
        self.asked = True
        if name.startswith("."):
            name = normpath(f"{dirname(near)}/{name}")
            return name if name in self._files else None
        _, _, within = name.rpartition(":templates/")  # "package:templates/page.html" of Pyramid
        found = [it for it in self._by_name.get(within or name, ()) if it != near]
        if not found and "/" in name:
            # The settings may look for templates in a folder of that folder; one of several, nobody can tell.
            deeper = self._deeper.get(name, ())
            return deeper[0] if len(deeper) == 1 and deeper[0] != near else None
        return min(found, key=lambda it: (-shared(it, near, "/"), len(it), it), default=None)

    def function(self, name: str, near: str) -> Function | None:
        """What shows the template of that name."""
        path = self.find(name, near)
        return self._function(_Part(path, 1)) if path is not None else None

    def _function(self, part: _Part) -> Function:
        return Function(part.path, self._number(part), self._name(part))

    def _name(self, part: _Part) -> str:
        own = self._files[part.path].scopes[part.scope].name
        return own if part.scope > 1 else part.path.rpartition("/")[2]

    def _number(self, part: _Part) -> int:
        """The number of the scope that the part becomes."""
        known = self._numbers.get(part)
        if known is None:
            scopes = self._scopes[part.path]
            known = self._numbers[part] = len(scopes)
            scopes.append(self._files[part.path].scopes[part.scope])
            self._waiting.append(part)
        return known

    def _lower(self, part: _Part) -> None:
        """Make the scope of the part one of code."""
        scope = self._files[part.path].scopes[part.scope]
        names = self._needed(part)
        params = (*scope.params, *(Param(it, "keyword") for it in names[len(scope.params) :]))
        values = list(scope.values)
        held = {params[it.index].name: at for at, it in enumerate(values) if isinstance(it, Parameter)}
        start = scope.range.start
        for index in range(len(scope.params), len(params)):
            held[params[index].name] = len(values)
            values.append(Parameter(start, start, -1, index))
        for at, it in enumerate(scope.values):
            if isinstance(it, Included):
                target = self._target(part, it)
                values[at] = Unclear(it.start, it.end, it.loop)
                if target is not None:
                    values[at] = self._call(part.path, values, it, target, held)
            elif isinstance(it, Name) and (tag := self.tags.get(it.name)) is not None:
                self.meanings[part.path][it.name] = tag
        parent = self._parent(part)
        if parent is not None:
            extends = Included(start, start, -1, self._files[part.path].extends or "")
            values.append(Unclear(start, start, -1))
            at = len(values) - 1
            values[at] = self._call(part.path, values, extends, parent, held)
        self._scopes[part.path][self._number(part)] = Scope(
            scope.kind,
            self._name(part),
            0,
            scope.range,
            scope.name_range,
            tuple(values),
            scope.loops,
            scope.names,
            params,
            seldom=scope.seldom,
            perhaps=scope.perhaps,
        )

    def _call(
        self, path: str, values: list[AnyValue], it: Included, target: _Part, held: Mapping[str, int]
    ) -> Call:
        """The call that an include stands for; what it calls is added to the values."""
        named = dict(it.named)
        keywords: list[tuple[str, int]] = []
        for name in self._needed(target):
            value = named.get(name, None if it.alone else held.get(name))
            if value is not None:
                keywords.append((name, value))
        function = self._function(target)
        word = f'{{% include "{it.template}" %}}'
        if isinstance(it.template, int):
            word = f"{{% {function.name} %}}"
        known = self.meanings[path].setdefault(word, function)
        if known != function:  # the same without other blocks than elsewhere
            word = f"{word} {function.scope}"
            self.meanings[path][word] = function
        values.append(Name(it.start, it.end, it.loop, word))
        return Call(it.start, it.end, it.loop, len(values) - 1, (), tuple(keywords))

    def _import(self, path: str, file: TemplateFile) -> None:
        """Let the names of macros mean what they do."""
        for word, template, name in file.imports:
            target = self.find(template, path) if template else path
            scope = dict(self._files[target].macros).get(name) if target is not None else None
            if target is not None and scope is not None:
                self.meanings[path][word] = self._function(_Part(target, scope))

    def _target(self, part: _Part, it: Included) -> _Part | None:
        """What an include shows; None for a block that another template has in its place."""
        if isinstance(it.template, int):
            block = self._blocks[part.path].get(it.template)
            if block is None or block.name in part.without:
                return None
            own = {each.name for each in self._files[part.path].blocks}
            return _Part(part.path, it.template, part.without & own)
        path = self.find(it.template, part.path)
        return _Part(path, 1) if path is not None else None

    def _parent(self, part: _Part) -> _Part | None:
        """The template that this one extends, without the blocks that are shown in place of its own."""
        file = self._files[part.path]
        if part.scope != 1 or file.extends is None:
            return None
        path = self.find(file.extends, part.path)
        if path is None:
            return None
        own = {it.name for it in file.blocks if not it.shows_super}
        found = _Part(path, 1, (part.without | own) & self._blocks_of(path))
        if found not in self._numbers and len(self._scopes[path]) > _MOST_VARIANTS:
            return _Part(path, 1, self._blocks_of(path))
        return found

    def _blocks_of(self, path: str) -> frozenset[str]:
        """The blocks of a template, and of those that it extends, in which there is anything."""
        found: set[str] = set()
        at: str | None = path
        for _ in range(_DEEPEST):
            if at is None:
                break
            file = self._files[at]
            found.update(it.name for it in file.blocks if file.scopes[it.scope].values)
            at = self.find(file.extends, at) if file.extends is not None else None
        return frozenset(found)

    def _needed(self, part: _Part, depth: int = 0) -> tuple[str, ...]:
        """The names that a part reads, and those that it hands on: its own parameters come first."""
        known = self._needs.get(part)
        if known is not None:
            return known
        scope = self._files[part.path].scopes[part.scope]
        found = dict.fromkeys(it.name for it in scope.params)
        if depth < _DEEPEST:
            # Templates that include each other in a circle see what is known so far.
            self._needs[part] = tuple(found)
            for it in scope.values:
                if isinstance(it, Included) and not it.alone:
                    target = self._target(part, it)
                    bound = {name for name, _ in it.named}
                    below = self._needed(target, depth + 1) if target is not None else ()
                    found.update(dict.fromkeys(name for name in below if name not in bound))
            parent = self._parent(part)
            if parent is not None:
                found.update(dict.fromkeys(self._needed(parent, depth + 1)))
        self._needs[part] = tuple(found)[:_MOST_NAMES]
        return self._needs[part]


def render(
    out: "Evaluator", name: str, given: Mapping[str, Object], frame: Frame, number: int, each: Each | None
) -> bool:
    """Go through the template of that name with what it is given, as what is done there does; whether it is
    there.
    """
    function = out.templates.function(name, frame.path)
    if function is None:
        return False
    params = out.program.scope(function.path, function.scope).params
    keywords = tuple(
        (it.name, given[it.name].asked_at()) for it in params if given.get(it.name, UNKNOWN) is not UNKNOWN
    )
    if keywords:
        templates, place = out.templates, frame.place(number)
        templates.shown_by.setdefault(function.path, place)
        before, templates.showing = templates.showing, templates.showing or place
        out.call(function, Args(keywords=keywords), frame, number, each)
        templates.showing = before
    return True


_FOLDERS: Final = frozenset(("templates", "jinja2", "jinja"))
_DEEPEST: Final = 15
_MOST_NAMES: Final = 200
_MOST_VARIANTS: Final = 100
