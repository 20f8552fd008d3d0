"""Files of Python -> a program: its scopes, where a module has a name from, and what it speaks of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from crowsfoot.facts.code import (
    Attribute,
    Call,
    CodeFile,
    Defined,
    Display,
    Given,
    Import,
    Name,
    Parameter,
    Returned,
    Scope,
    StoreItem,
)
from crowsfoot.libraries.objects import Class, Place
from crowsfoot.link.code.program.looked import Files
from crowsfoot.link.code.program.modules import Modules


class Results(NamedTuple):
    """The values that a function returns, and where it yields which, `yield from` with True."""

    returned: tuple[int, ...]
    given: tuple[tuple[int, int, bool], ...]


Around = tuple[tuple[int, Mapping[str, int]], ...]  # scopes, each with its variables


class Program:
    """All files of Python of a project, by path."""

    def __init__(self, files: Mapping[str, CodeFile]) -> None:
        self.paths = tuple(files)
        self._all = {path: file for path, file in files.items() if file.is_read}  # the rest has not been read
        self.modules = Modules(files, self._all)
        self.files = Files(self._all)
        self._looked_at = self.files.looked_at
        self._inner: dict[str, dict[int, list[int]]] = {}
        self._names: dict[tuple[str, int], dict[str, int]] = {}
        self._around: dict[tuple[str, int], Around] = {}
        self._places: dict[tuple[str, str], tuple[str, int] | None] = {}
        self._rebound: dict[str, dict[str, list[tuple[int, int]]]] = {}
        self._results: dict[tuple[str, int], Results] = {}
        self._builds: dict[tuple[str, int], bool] = {}
        self._gone_over: dict[tuple[str, int], tuple[int, ...]] = {}
        self._calls: dict[tuple[str, str], dict[str, list[tuple[int, int]]]] = {}
        self._named: set[str] | None = None  # all names that the program speaks of
        self.spoken: dict[str, bool] = {}  # those that were asked for
        self.said: dict[str, list[str]] = {}  # words, each with the files that say it

    def add(self, files: Mapping[str, CodeFile]) -> None:
        """Files that are no modules: templates."""
        self._all.update(files)

    def renew(self) -> None:
        """Forget what was found out of files, and which were looked at."""
        self.files = Files(self._all)
        self._looked_at = self.files.looked_at
        self.spoken, self.said = {}, {}
        for known in (self._inner, self._names, self._around, self._places, self._rebound, self._results):
            known.clear()
        self._builds.clear()
        self._gone_over.clear()

    def scope(self, path: str, number: int) -> Scope:
        return self._looked_at[path].scopes[number]

    def names(self, path: str, number: int) -> Mapping[str, int]:
        """The variables of a scope, each with the number of its value."""
        key = (path, number)
        if key not in self._names:
            self._names[key] = dict(self.scope(path, number).names)
        return self._names[key]

    def around(self, path: str, number: int) -> "Around":
        """The variables that a scope sees by their names, nearest first, without those of the module."""
        key = (path, number)
        known = self._around.get(key)
        if known is None:
            found: list[tuple[int, Mapping[str, int]]] = []
            at = number
            while at > 0:
                scope = self.scope(path, at)
                if scope.names and (at == number or scope.kind != "class"):
                    found.append((at, self.names(path, at)))
                at = scope.parent
            known = self._around[key] = tuple(found)
        return known

    def place_of(self, path: str, name: str) -> tuple[str, int] | None:
        """Where a module has that name from: a file and the number of a value there, -1 for the whole module.

        It is the module's own, a module of the package that it is, or another's by `from m import *`.
        """
        key = (path, name)
        if key not in self._places:
            found = list(self._places_of(path, name, {path}))
            # Modules of a package that import each other's names hand them on as well: the one that says
            # what it is comes first.
            self._places[key] = next(
                (
                    (file, number)
                    for file, number in found
                    if number >= 0 and not isinstance(self.files[file].scopes[0].values[number], Import)
                ),
                found[0] if found else None,
            )
        return self._places[key]

    def _places_of(self, path: str, name: str, seen: set[str]) -> Iterator[tuple[str, int]]:
        number = self.names(path, 0).get(name)
        if number is not None:
            it = self.files[path].scopes[0].values[number]
            module = self._of_itself(path, it) if isinstance(it, Import) else None
            yield (path, number) if module is None else (module, -1)
        elif inner := self.modules.inside(path, name):
            yield inner, -1
        else:
            for module, level in self.files[path].stars:
                file, _ = self.modules.imported_module(module, level, path)
                if file is not None and file not in seen:
                    seen.add(file)
                    yield from self._places_of(file, name, seen)

    def _of_itself(self, path: str, it: Import) -> str | None:
        """`from . import shelves` in a package: a module of it, which is there once that has imported it."""
        if not it.name or self.modules.imported(it, path)[0] != path:
            return None
        return self.modules.inside(path, it.name)

    def results(self, path: str, number: int) -> "Results":
        """What a function returns and yields."""
        key = (path, number)
        known = self._results.get(key)
        if known is None:
            returned: list[int] = []
            given: list[tuple[int, int, bool]] = []
            for at, it in enumerate(self.files[path].scopes[number].values):
                if type(it) is Returned:
                    if it.of is not None:
                        returned.append(it.of)
                elif type(it) is Given and it.of is not None:
                    given.append((at, it.of, it.all))
            known = self._results[key] = Results(tuple(returned), tuple(given))
        return known

    def gone_over(self, path: str, number: int) -> Sequence[int]:
        """The parameters of a function that loops in it go over."""
        key = (path, number)
        known = self._gone_over.get(key)
        if known is None:
            scope = self.scope(path, number)
            over = (scope.values[it.over] for it in scope.loops if it.over is not None)
            found = dict.fromkeys(it.index for it in over if isinstance(it, Parameter))
            known = self._gone_over[key] = tuple(it for it in found if it < len(scope.params))
        return known

    def builds(self, path: str, number: int) -> bool:
        """Whether a function puts something into lists or dicts, one after the other."""
        key = (path, number)
        known = self._builds.get(key)
        if known is None:
            values = self.scope(path, number).values
            known = self._builds[key] = any(
                type(it) is StoreItem or (type(it) is Attribute and it.name in GROWS) for it in values
            )
        return known

    def inner(self, path: str, number: int) -> Sequence[int]:
        """The scopes right within a scope."""
        if path not in self._inner:
            found: dict[int, list[int]] = {}
            for it, scope in enumerate(self.files[path].scopes):
                found.setdefault(scope.parent, []).append(it)
            self._inner[path] = found
        return self._inner[path].get(number, ())

    def rebound(self, path: str, name: str) -> Sequence[tuple[int, int]]:
        """What functions of a module give a variable of it by `global name`: scopes and values."""
        if path not in self._rebound:
            found: dict[str, list[tuple[int, int]]] = {}
            for number, scope in enumerate(self.files[path].scopes):
                for rebinds, value in scope.rebinds:
                    found.setdefault(rebinds, []).append((number, value))
            self._rebound[path] = found
        return self._rebound[path].get(name, ())[:_MOST_REBOUND]

    def defined(self, cls: Class) -> Place:
        """Where the class is."""
        parent = self.scope(cls.path, cls.scope).parent
        for number, it in enumerate(self.scope(cls.path, parent).values):
            if isinstance(it, Defined) and it.scope == cls.scope:
                return Place(cls.path, parent, number)
        return Place(cls.path, cls.scope, 0)

    def written(self, cls: Class, name: str, index: int | None = None) -> Place | None:
        """What the body of the class itself says of a name, or an element of the list that it is."""
        scope = self.scope(cls.path, cls.scope)
        number = self.names(cls.path, cls.scope).get(name, dict(scope.annotations).get(name))
        if number is None:
            return None
        it = scope.values[number]
        if index is not None and isinstance(it, Display) and index < len(it.items):
            number = it.items[index]
        return Place(cls.path, cls.scope, number)

    def speaks_of(self, name: str) -> bool:
        """Whether the program names something so: what it imports, reads or writes in quotes."""
        if self._named is None:
            self._named = {word for file in self._all.values() for word in file.words.split("\n")}
        found = self.spoken[name] = name in self._named
        return found

    def saying(self, word: str) -> Sequence[str]:
        """The files that name something so, in their order."""
        found = self.said.get(word)
        if found is None:
            found = self.said[word] = [
                path for path, file in self.files.glance() if f"\n{word}\n" in file.words
            ]
        return found

    def calls_of(self, path: str, method: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """The calls of a method in a file, as scope and value, by the name of what it is called on."""
        scopes = self._looked_at[path].scopes
        key = (path, method)
        known = self._calls.get(key)
        if known is None:
            known = self._calls[key] = {}
            for at, scope in enumerate(scopes):
                values = scope.values
                for number, it in enumerate(values):
                    if type(it) is not Call or type(of := values[it.of]) is not Attribute:
                        continue
                    receiver = values[of.of] if of.name == method else None
                    if isinstance(receiver, (Name, Attribute, Import)):
                        known.setdefault(receiver.name, []).append((at, number))
        return known

    def is_named(self, cls: Class) -> bool:
        """Whether the program speaks of the class, as far as names tell."""
        if self.speaks_of(cls.name):
            return True
        at = self.defined(cls)
        around = self.scope(at.path, at.scope)
        if any(at.value in it.bases for it in self.files[at.path].scopes if it.parent == at.scope):
            return True
        return any(
            isinstance(it, Call) and (at.value in (it.of, *it.args) or at.value in dict(it.keywords).values())
            for it in around.values
        )

    def qualified(self, path: str, number: int) -> str:
        """The scope's name with those that it stands in: "Repo.by_id"; "" for the module."""
        words: list[str] = []
        while number > 0:
            scope = self.scope(path, number)
            words.append(scope.name or "<lambda>")
            number = scope.parent
        return ".".join(reversed(words))

    def dotted(self, path: str) -> str:
        """The module's name, for ids and messages."""
        stem = path.removesuffix(".py").removesuffix("/__init__")
        return stem.removeprefix("src/").replace("/", ".")


_MOST_REBOUND: Final = 4

# Methods that put something into what they are called on.
GROWS: Final = frozenset(("append", "add", "extend", "update", "insert", "appendleft", "setdefault"))
