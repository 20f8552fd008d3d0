"""What an evaluation has looked at -> whether it would come out the same now.

What is evaluated asks files, classes, models and words of the program. Which they are depends on nothing but
the answers, so where all of those are still the same, it would ask the same and come to the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from crowsfoot.facts.code import CodeFile
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import Class

Bases = tuple[Class | str, ...]


class Looked(msgspec.Struct, frozen=True, array_like=True):
    """What was asked of the program. paths are files, ids, words, relations and fields the names that models
    were asked for by, declaring libraries that may have some, libraries those that were asked for all of
    theirs, spoken what the program may speak of, said the words whose files were asked for, and heirs the
    classes that others derive from.
    """

    paths: list[str]
    ids: list[str] = []
    words: list[str] = []
    relations: list[str] = []
    fields: list[str] = []
    declaring: list[str] = []
    libraries: list[str] = []
    spoken: list[str] = []
    said: list[str] = []
    heirs: list[Class | str] = []
    users: bool = False
    all_models: bool = False
    templates: bool = False


class Files(Mapping[str, CodeFile]):
    """The files of a program; looked_at has those that were asked for since it was last cleared."""

    def __init__(self, files: Mapping[str, CodeFile]) -> None:
        self._files = files
        self.looked_at = _LookedAt(files)

    @property
    def paths(self) -> Iterable[str]:
        """Of all of them; nobody has looked at one for that."""
        return self._files.keys()

    def glance(self) -> Iterable[tuple[str, CodeFile]]:
        """Each with its path, for those who ask nothing but what it imports or speaks of, and who take care
        themselves that what has come of it is not taken for what would come of it later.
        """
        return self._files.items()

    def __getitem__(self, path: str) -> CodeFile:
        return self.looked_at[path]

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        """Whoever goes over all of them looks at each."""
        for path in self._files:
            self.looked_at[path]
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class _LookedAt(dict[str, CodeFile]):
    """As quick as a dict for what was asked for before."""

    def __init__(self, files: Mapping[str, CodeFile]) -> None:
        self._files = files

    def __missing__(self, path: str) -> CodeFile:
        found = self[path] = self._files[path]
        return found


class KnownBases(dict[Class, Bases]):
    """What classes derive from: what is settled, and what is found out of others."""

    def __init__(self, settled: Mapping[Class, Bases]) -> None:
        self._settled = settled
        self._known = super().get

    def get(self, cls: Class, default: Bases | None = None) -> Bases | None:  # type: ignore[override]
        found = self._known(cls)
        if found is None:
            found = self._settled.get(cls)
            if found is None:
                return default
            self[cls] = found
        return found


class KnownModels(dict[Class, Model | None]):
    """Which models classes are, in the same way."""

    def __init__(self, settled: Mapping[Class, Model | None]) -> None:
        self._settled = settled
        self._has = super().__contains__

    def __contains__(self, cls: object) -> bool:
        if self._has(cls):
            return True
        if cls in self._settled:
            assert isinstance(cls, Class)
            self[cls] = self._settled[cls]
            return True
        return False


class AskedHeirs:
    """The classes that derive from one of the program or of a library, worked out when they are asked for."""

    def __init__(self, settled: "Settled") -> None:
        self._settled = settled
        self.asked: dict[Class | str, None] = {}

    def of(self, cls: Class | str) -> Sequence[Class]:
        self.asked[cls] = None
        return self._settled.heirs.get(cls, ())


class AskedModels(Models):
    """Models, and by which names they were asked for."""

    def __init__(self, of: Models) -> None:
        self._of = of
        self.ids: dict[str, Model | None] = {}
        self.words: dict[str, list[Model]] = {}
        self.relations: dict[str, list[tuple[Model, Field]]] = {}
        self.fields: dict[str, list[Model]] = {}
        self.declaring: dict[str, bool] = {}
        self.libraries: set[str] = set()
        self.users = False
        self.all = False

    @property
    def by_id(self) -> Mapping[str, Model]:
        self.all = True
        return self._of.by_id

    def get(self, id: str | None) -> Model | None:
        key = id or ""
        if key not in self.ids:
            self.ids[key] = self._of.get(key)
        return self.ids[key]

    def named(self, name: str) -> list[Model]:
        found = self.words.get(name)
        if found is None:
            found = self.words[name] = self._of.named(name)
        return found

    def with_relation(self, name: str) -> list[tuple[Model, Field]]:
        found = self.relations.get(name)
        if found is None:
            found = self.relations[name] = self._of.with_relation(name)
        return found

    def with_field(self, name: str) -> list[Model]:
        found = self.fields[name] = self._of.with_field(name)
        return found

    def of_users(self) -> list[Model]:
        self.users = True
        return self._of.of_users()

    def of_libraries(self, *libraries: str) -> list[Model]:
        self.libraries.update(libraries)
        return self._of.of_libraries(*libraries)

    def declares(self, library: str) -> bool:
        if library not in self.declaring:
            self.declaring[library] = self._of.declares(library)
        return self.declaring[library]


class Settled:
    """What holds of a program whatever is evaluated: its models, and what its classes derive from."""

    def __init__(
        self,
        files: Files,
        bases: Mapping[Class, Bases],
        models_by_class: Mapping[Class, Model | None],
        models: Models,
    ) -> None:
        self.bases = bases
        self.models_by_class = models_by_class
        self.models = models
        self._files = files

    def forget(self) -> None:
        """Forget what was found out of models while something was evaluated."""
        for model in self.models.by_id.values():
            model.forget()
        for known in self.models_by_class.values():
            if known is not None:
                known.forget()

    @cached_property
    def by_path(self) -> Mapping[str, Sequence[Class]]:
        """The classes of each file that derive from something, in their order."""
        found: dict[str, list[Class]] = {path: [] for path in self._files.paths}
        for cls in self.bases:
            found[cls.path].append(cls)
        for classes in found.values():
            classes.sort(key=lambda it: it.scope)
        return found

    @cached_property
    def heirs(self) -> Mapping[Class | str, Sequence[Class]]:
        """The classes that derive from each, in their order."""
        found: dict[Class | str, list[Class]] = {}
        for classes in self.by_path.values():
            for heir in classes:
                for base in self.bases[heir]:
                    found.setdefault(base, []).append(heir)
        return found
