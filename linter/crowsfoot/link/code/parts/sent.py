"""A program -> what its parts send: each is evaluated by itself, on all cores where there are several.

What comes of a part depends on the program and on nothing that was evaluated before it, so that it does not
matter which process does it, or whether it was done by an earlier run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from crowsfoot.digests import digest
from crowsfoot.facts.code import CodeFile
from crowsfoot.libraries.library import Library, answers
from crowsfoot.libraries.objects import Class
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.parts.keeping import Keeper
from crowsfoot.link.code.parts.sharing import shared
from crowsfoot.link.code.per_row.accesses import Asked, asked_in
from crowsfoot.link.code.per_row.findings import Seen, seen_in
from crowsfoot.link.code.program.looked import Looked
from crowsfoot.link.security.sessions import sets_any
from crowsfoot.roles import Roles

ScopeKey = tuple[str, int]


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What comes of evaluating some of the files.

    called are the functions that were evaluated for the way in which somebody calls them, told those of them
    that were given rows of which it is known what is loaded, sizes how many elements callers give for
    parameters, noted what libraries remember of classes, derived the classes that a library has to look at
    once more when that is known, and talking the scopes that set something of a session.
    """

    seen: list[Seen]
    asked: list[Asked]
    calls: list[tuple[ScopeKey, ScopeKey]]
    called: list[ScopeKey]
    told: list[ScopeKey]
    sizes: list[tuple[tuple[str, int, int], list[str]]]
    noted: list[tuple[Class, list[str]]]
    derived: list[tuple[str, Class]]
    talking: list[ScopeKey]


# Values of scopes: a file of 100 lines has about 200. What several parts call, each evaluates anew, so that
# small parts take longer altogether (measured in values that are evaluated: two parts of netbox are 9 % more
# than one, five 28 %; two parts of litellm are 32 % more, eight 180 %).
ENOUGH: Final = 400_000
_MOST_PARTS: Final = 500


def split(
    files: Mapping[str, CodeFile], groups: Iterable[Sequence[str]], of: int = ENOUGH
) -> list[list[str]]:
    """The paths in parts of about one size; the machine has no say in how many they are.

    Groups are files that have to do with each other. A large one is cut, small ones are put together.
    """
    sizes = {path: file.size for path, file in files.items()}
    of = max(of, 2 * sum(sizes.values()) // _MOST_PARTS)
    parts: list[list[str]] = []
    small: list[str] = []
    size = 0
    for group in groups:
        own = sum(sizes[path] for path in group)
        if own >= of:
            parts += _cut(group, sizes, (own + of - of // 8) // of)
            continue
        if small and size + own > of:
            parts.append(small)
            small, size = [], 0
        small = [*small, *group]
        size += own
    return [*parts, small] if small or not parts else parts


def _cut(group: Sequence[str], sizes: Mapping[str, int], count: int) -> list[list[str]]:
    enough = sum(sizes[path] for path in group) / count
    parts: list[list[str]] = [[]]
    size = 0.0
    for path in group:
        if size >= enough and len(parts) < count:
            parts.append([])
            size -= enough
        parts[-1].append(path)
        size += sizes[path]
    return parts


def evaluate_all(
    evaluator: Evaluator,
    libraries: Sequence[Library],
    parts: Sequence[Sequence[str]],
    roles: Roles,
    cores: int | None = None,
    keeper: Keeper | None = None,
    first: Callable[[], object] = lambda: None,
) -> list[Part]:
    """What comes of each part, in their order.

    cores says how many helpers there may be, and first what this process does while they begin.
    """
    names = [digest(*it) for it in parts]
    found: dict[int, Part] = {}
    if keeper is not None:
        for number, name in enumerate(names):
            kept = keeper.get("part", name, Part)
            if kept is not None:
                found[number] = kept

    def evaluated(number: int) -> tuple[Part, Looked]:
        return evaluate(evaluator, libraries, parts[number], roles), evaluator.looked()

    sizes = {path: file.size for path, file in evaluator.program.files.glance()}
    # The largest come first, so that no core is left with one when the others have finished.
    missing = sorted(
        (it for it in range(len(parts)) if it not in found),
        key=lambda it: -sum(sizes.get(path, 0) for path in parts[it]),
    )
    for number, (part, looked) in shared(missing, evaluated, tuple[Part, Looked], cores=cores, first=first):
        found[number] = part
        if keeper is not None:
            keeper.put("part", names[number], looked, part)
    return [found[number] for number in range(len(parts))]


def evaluate(evaluator: Evaluator, libraries: Sequence[Library], paths: Sequence[str], roles: Roles) -> Part:
    """What comes of the scopes of the files, and of what libraries do with their classes and functions."""
    evaluator.renew()
    files = evaluator.program.files
    paths = [it for it in paths if it in files]
    for path in paths:
        for number in range(len(files[path].scopes)):
            evaluator.general(path, number)
    derived: list[tuple[str, Class]] = []
    for library in libraries:
        if answers(library, Library.review):
            lasts = answers(library, Library.review_last)
            for cls in evaluator.derived(library.PACKAGES, paths):
                evaluator.review(library.review, cls)
                if lasts and evaluator.review(library.is_for_last, cls):
                    derived.append((library.PACKAGES[0], cls))
    reviewing = [it for it in libraries if answers(it, Library.review_function)]
    for path in paths if reviewing else ():
        for number, scope in enumerate(files[path].scopes):
            if scope.decorators and scope.kind == "function":
                evaluator.review_function(reviewing, path, number)
    return _told(evaluator, roles, derived)


def evaluate_last(evaluator: Evaluator, parts: Sequence[Part], roles: Roles) -> Part:
    """What comes of looking once more at classes, now that all has been noted."""
    evaluator.renew()
    for part in parts:
        for cls, words in part.noted:
            evaluator.noted.setdefault(cls, set()).update(words)
    for part in parts:
        for name, cls in part.derived:
            evaluator.review(evaluator.by_name[name].review_last, cls)
    return _told(evaluator, roles, [])


def _told(evaluator: Evaluator, roles: Roles, derived: list[tuple[str, Class]]) -> Part:
    return Part(
        seen=list(seen_in(evaluator, roles)),
        asked=list(asked_in(evaluator, roles)),
        calls=sorted(evaluator.calls),
        called=sorted({(it.path, it.number) for it in evaluator.called.values()}),
        told=sorted({(it.path, it.number) for it in evaluator.called.values() if it.is_told_rows}),
        sizes=sorted((key, sorted(sizes)) for key, sizes in evaluator.sizes.items()),
        noted=[(cls, sorted(words)) for cls, words in evaluator.noted.items()],
        derived=derived,
        talking=[(it.path, it.number) for it in evaluator.general_frames.values() if sets_any(it)],
    )


def talking_in(parts: Sequence[Part]) -> list[ScopeKey]:
    """The scopes that set something of a session, and those that call them."""
    wanted = {it for part in parts for it in part.talking}
    callers: dict[ScopeKey, list[ScopeKey]] = {}
    for part in parts if wanted else ():
        for caller, callee in part.calls:
            callers.setdefault(callee, []).append(caller)
    waiting = list(wanted)
    while waiting:
        more = [it for it in callers.get(waiting.pop(), ()) if it not in wanted]
        wanted.update(more)
        waiting += more
    return sorted(wanted)
