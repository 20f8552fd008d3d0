"""The code of a project -> what it asks of its databases, and what of that once per row."""

import gc
import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

import msgspec

from crowsfoot.facts import code as facts
from crowsfoot.facts.templates import TemplateFile
from crowsfoot.libraries import KNOWN
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.rendering import LIBRARY as RENDERING
from crowsfoot.link.code.access import Code
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.evaluation.templates import Templates
from crowsfoot.link.code.parts.declared import set_models
from crowsfoot.link.code.parts.keeping import Keeper, Store
from crowsfoot.link.code.parts.sent import (
    ENOUGH,
    Part,
    ScopeKey,
    evaluate_all,
    evaluate_last,
    split,
    talking_in,
)
from crowsfoot.link.code.per_row.accesses import Asked, accesses_of
from crowsfoot.link.code.per_row.findings import Seen, repeated_of
from crowsfoot.link.code.program.program import Program
from crowsfoot.link.code.program.services import together
from crowsfoot.link.code.program.template_tags import tags_of
from crowsfoot.link.code.schema.tables import databases_of
from crowsfoot.link.project import Database, File, Problem
from crowsfoot.link.security.conversations import Habits
from crowsfoot.link.security.events import Event, given_to_pools, says_pools
from crowsfoot.link.security.habits import habits_of, says_habits
from crowsfoot.link.security.sessions import settings_of
from crowsfoot.link.security.settings import ContextSetting
from crowsfoot.roles import Roles, role_of


def link_code(
    given: Iterable[File],
    databases: Sequence[Database] = (),
    roles: Roles = role_of,
    *,
    tenant_column: str | None = None,
    dialect: str | None = None,
    store: Store | None = None,
    texts: Mapping[str, str] = MappingProxyType({}),
    of: int = ENOUGH,
) -> Code:
    """What the files ask, with the models of the databases that a Prisma schema declares, and their own.

    store keeps what comes of parts of the code, which have about that many values; texts has a digest of the
    text of each file.
    """
    collects = gc.isenabled()
    # What is made here lives until the end of it: to look for garbage finds nothing, and takes a tenth longer
    # (measured on netbox).
    gc.disable()
    try:
        return _link(tuple(given), databases, cache(roles), tenant_column, dialect, store, texts, of)
    finally:
        if collects:
            # They count as old: else it would go through all of them now (half a second for a million lines).
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def _link(
    given: Sequence[File],
    databases: Sequence[Database],
    roles: Roles,
    tenant_column: str | None,
    dialect: str | None,
    store: Store | None,
    texts: Mapping[str, str],
    of: int,
) -> Code:
    files = {it.path: it.facts for it in given if isinstance(it.facts, facts.CodeFile)}
    templates = {it.path: it.facts for it in given if isinstance(it.facts, TemplateFile)}
    evaluator, libraries = _evaluator(files, bool(databases), templates)
    paths = split(files, together(evaluator.program.modules, files), of)
    set_models(evaluator, libraries, databases, paths, Keeper(store, texts, evaluator, roles))
    keeper = Keeper(store, texts, evaluator, roles)  # whose answers are those of the models
    by_path = {it.path: it for it in given}
    made: tuple[Database, ...] = ()
    failures: tuple[Problem, ...] = ()

    def make_databases() -> None:
        nonlocal made, failures
        made, failures = databases_of(
            evaluator, libraries, databases, by_path, roles, keeper, tenant_column, dialect
        )

    parts = evaluate_all(evaluator, libraries, paths, roles, keeper=keeper, first=make_databases)
    talking = talking_in(parts)
    noted = msgspec.msgpack.encode([(it.noted, it.derived) for it in parts])
    parts.append(keeper.worked_out("last", Part, lambda: evaluate_last(evaluator, parts, roles), noted))
    seen, asked = _in_order(parts, paths)
    sizes: dict[tuple[str, int, int], set[str]] = {}
    for part in parts:
        for key, some in part.sizes:
            sizes.setdefault(key, set()).update(some)
    called = {it for part in parts for it in part.called}
    told = {it for part in parts for it in part.told}
    calls = {*evaluator.calls_of_models, *(it for part in parts for it in part.calls)}
    return Code(
        repeated=tuple(repeated_of(seen, called, told, sizes)),
        accesses=tuple(accesses_of(asked)),
        models=tuple(evaluator.settled.models.by_id.values()),
        followed=lambda: _edges(evaluator.program, calls),
        databases=made,
        failures=failures,
        talked=lambda: _settings(evaluator, talking, roles, keeper),
    )


def _settings(
    evaluator: Evaluator, talking: Sequence[ScopeKey], roles: Roles, keeper: Keeper
) -> tuple[ContextSetting, ...]:
    """What the program sets of its sessions, in those scopes."""
    if not talking:
        return ()
    files = dict(evaluator.program.files.glance())
    about = [path for path, file in files.items() if says_habits(file)]
    habits = keeper.of_files("habits", about, Habits, lambda: habits_of([files[it] for it in about]))
    making = [path for path, file in files.items() if says_pools(file)]
    pools = keeper.of_files(
        "pools", making, dict[str, Event], lambda: given_to_pools([files[it] for it in making])
    )
    given = msgspec.msgpack.encode((talking, habits, pools))

    def found() -> tuple[ContextSetting, ...]:
        for path, number in talking:
            evaluator.general(path, number)
        return settings_of(evaluator, roles, habits, pools)

    return keeper.worked_out("settings", tuple[ContextSetting, ...], found, given)


def _in_order(parts: Sequence[Part], paths: Sequence[Sequence[str]]) -> tuple[list[Seen], list[Asked]]:
    """What the parts tell: first what functions do in general, as the part tells that they belong to."""
    owners = {path: number for number, part in enumerate(paths) for path in part}
    seen: list[list[Seen]] = [[], [], [], []]
    asked: list[list[Asked]] = [[], [], [], []]
    for number, part in enumerate(parts):
        for it in part.seen:
            seen[(not it.general) * 2 + (owners.get(it.place.path) != number)].append(it)
        for each in part.asked:
            asked[(not each.general) * 2 + (owners.get(each.place.path) != number)].append(each)
    return [it for some in seen for it in some], [it for some in asked for it in some]


def evaluator_of(
    files: Mapping[str, facts.CodeFile],
    databases: Sequence[Database] = (),
    templates: Mapping[str, TemplateFile] = MappingProxyType({}),
) -> tuple[Evaluator, list[Library]]:
    """What knows the models of the files and evaluates the rest, and the libraries that they use."""
    evaluator, libraries = _evaluator(files, bool(databases), templates)
    set_models(evaluator, libraries, databases, [list(files)])
    return evaluator, libraries


def _evaluator(
    files: Mapping[str, facts.CodeFile], has_schema: bool, templates: Mapping[str, TemplateFile]
) -> tuple[Evaluator, list[Library]]:
    libraries = list(_libraries(files, has_schema))
    if templates:
        libraries.append(RENDERING)
    return Evaluator(Program(files), libraries, Templates(templates, tags_of(files))), libraries


def _libraries(files: Mapping[str, facts.CodeFile], has_schema: bool) -> Iterator[Library]:
    """The libraries that the files import; imports are those of modules and functions."""
    modules = {module for file in files.values() for module, _, level in file.imports if not level}
    modules.update(module for file in files.values() for module, level in file.stars if not level)
    imported = {it.partition(".")[0] for it in modules}
    names = {KNOWN[it] for it in imported if it in KNOWN}
    if has_schema or not names:  # a piece of a program may show nothing but `tx.query_raw()`
        names.add("prisma_client")
    names.add("raw")  # what sends SQL need not be imported where it is used
    if "sqlmodel" in names:
        names.add("sqlalchemy")
    for name in sorted(names):
        yield importlib.import_module(f"crowsfoot.libraries.{name}").LIBRARY


def _edges(program: Program, calls: Iterable[tuple[ScopeKey, ScopeKey]]) -> Iterable[tuple[str, str]]:
    def name(key: ScopeKey) -> str:
        return f"{key[0]}:{program.qualified(*key)}"

    return ((name(caller), name(callee)) for caller, callee in calls)
