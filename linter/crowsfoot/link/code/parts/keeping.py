"""What came of a part, with what it looked at -> the same again, as long as all of that is as it was."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

import msgspec

from crowsfoot.digests import digest
from crowsfoot.libraries.models import Model
from crowsfoot.link.code.program.looked import Looked
from crowsfoot.roles import Roles

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator

Kind = Literal["models", "part", "last", "settings", "tables", "migrated", "keyless", "habits", "pools"]

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


class Store(Protocol):
    """What keeps things from one run to the next: crowsfoot.cache is one."""

    def get(self, kind: str, key: str, type: type[_T]) -> _T | None: ...

    def put(self, kind: str, key: str, value: object) -> None: ...


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """answers stands for what the program answered to all that was looked at."""

    answers: str
    looked: Looked
    what: msgspec.Raw


class Keeper:
    """Keeps what comes of evaluating some of a program, for as long as it would come out the same.

    texts has a digest of the text of each file. What lies at a path without one is never taken for the same.
    Without a store nothing is kept.
    """

    def __init__(
        self, store: Store | None, texts: Mapping[str, str], evaluator: "Evaluator", roles: Roles
    ) -> None:
        self._store = store
        self._texts = texts
        self._evaluator = evaluator
        self._program = evaluator.program
        self._templates = evaluator.templates
        self._settled = evaluator.settled
        self._of_paths: dict[str, str] = {}
        self._of_models: dict[int, str] = {}
        self._by_id: dict[str, list[str]] = {}
        if store is None:
            return
        # What is where decides on what imports mean, and names of folders on what code is for.
        self._around = digest(
            *(it.PACKAGES[0] for it in evaluator.libraries),
            *(part for path in evaluator.program.paths for part in (path, roles(path))),
            *evaluator.program.files.paths,
        )
        self._settled.forget()
        for model in self._settled.models.added():
            self._by_id.setdefault(model.id, []).append(self._of_model(model))

    def get(self, kind: Kind, name: str, of: type[_T], given: bytes = b"") -> _T | None:
        """What was kept under that name, if it was given the same, and the program still answers the same."""
        kept = self._store.get(kind, name, _Kept) if self._store is not None else None
        if kept is None or kept.answers != self._answers(kept.looked, given):
            return None
        try:
            return msgspec.msgpack.decode(kept.what, type=of)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None

    def put(self, kind: Kind, name: str, looked: Looked, what: object, given: bytes = b"") -> None:
        """Keep what has just come of looking at that."""
        if self._store is None or len(looked.paths) > _MOST_PATHS:
            return
        answers = self._answers(looked, given)
        if answers is None:
            return
        try:
            encoded = msgspec.msgpack.encode(what)
        except (UnicodeError, OverflowError, RecursionError):
            return  # it is worked out every time
        self._store.put(kind, name, _Kept(answers, looked, msgspec.Raw(encoded)))

    def worked_out(
        self, kind: Kind, of: type[_T], work: Callable[[], _T], given: bytes = b"", part: str = ""
    ) -> _T:
        """What the work on the whole program comes to, before which the evaluator forgets everything."""
        name = digest(self._around, part) if self._store is not None else ""
        kept = self.get(kind, name, of, given)
        if kept is not None:
            return kept
        self._evaluator.renew()
        found = work()
        self.put(kind, name, self._evaluator.looked(), found, given)
        return found

    def of_files(self, kind: Kind, paths: Sequence[str], of: type[_T], work: Callable[[], _T]) -> _T:
        """What the work comes to, which looks at nothing but what these files say."""
        name = digest(self._around, *paths) if self._store is not None else ""
        kept = self.get(kind, name, of)
        if kept is None:
            kept = work()
            self.put(kind, name, Looked([*paths]), kept)
        return kept

    def _answers(self, looked: Looked, given: bytes) -> str | None:
        """What stands for all that the program answers; None: nobody can tell."""
        models, heirs = self._settled.models, self._settled.heirs
        paths = [self._of_path(it) for it in looked.paths]
        if not all(paths):
            return None
        words = [(it, self._of_several(named)) for it in looked.words if (named := models.named(it))]
        relations = [
            (name, [(type(it).__name__, it) for _, it in found], self._of_several([it for it, _ in found]))
            for name in looked.relations
            if (found := models.with_relation(name))
        ]
        return digest(
            self._around,
            given,
            msgspec.msgpack.encode(
                (
                    paths,
                    [self._by_id.get(it) for it in looked.ids],
                    words,
                    relations,
                    [(it, [each.head for each in models.with_field(it)]) for it in looked.fields],
                    [models.declares(it) for it in looked.declaring],
                    [[self._by_id[it.id] for it in models.of_libraries(of)] for of in looked.libraries],
                    [it.head for it in models.of_users()] if looked.users else None,
                    [self._program.speaks_of(it) for it in looked.spoken],
                    [self._program.saying(it) for it in looked.said],
                    [heirs.get(it) for it in looked.heirs],
                    sorted(self._by_id.items()) if looked.all_models else None,
                    self._of_templates if looked.templates else None,
                )
            ),
        )

    def _of_path(self, path: str) -> str | None:
        """What stands for a file, and for what its classes are, which other files decide on."""
        known = self._of_paths.get(path)
        if known is None:
            if path in self._templates.code:
                return self._of_templates
            text = self._texts.get(path)
            if text is None or path not in self._program.files:
                return None
            classes = [
                (
                    cls,
                    self._settled.bases[cls],
                    self._of_model(model) if (model := self._settled.models_by_class.get(cls)) else None,
                )
                for cls in self._settled.by_path.get(path, ())
            ]
            known = self._of_paths[path] = digest(text, msgspec.msgpack.encode(classes))
        return known

    def _of_model(self, model: Model) -> str:
        known = self._of_models.get(id(model))
        if known is None:
            kinds = ",".join(type(it).__name__ for it in model.fields.values())
            said = msgspec.msgpack.encode(model)
            known = self._of_models[id(model)] = digest(type(model).__name__, kinds, said)
        return known

    def _of_several(self, models: Sequence[Model]) -> object:
        return self._of_model(models[0]) if len(models) == 1 else [it.head for it in models]

    @cached_property
    def _of_templates(self) -> str | None:
        """What stands for all templates: each may include another, extend it, or be shown in its place."""
        texts = [(path, self._texts.get(path)) for path in self._templates.code]
        if any(text is None for _, text in texts):
            return None
        return digest(msgspec.msgpack.encode(texts), repr(sorted(self._templates.tags.items())))


_MOST_PATHS: Final = 20_000
