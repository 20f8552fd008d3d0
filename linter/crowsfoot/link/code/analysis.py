"""The code of a project -> what it asks of its databases, and what of that once per row."""

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crowsfoot.facts import code as facts
from crowsfoot.libraries import KNOWN
from crowsfoot.libraries.library import Library, answers
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import Class
from crowsfoot.link.code.access import Code
from crowsfoot.link.code.accesses import accesses_of
from crowsfoot.link.code.evaluate import Evaluator
from crowsfoot.link.code.findings import repeated_of
from crowsfoot.link.code.program import Program
from crowsfoot.link.code.schema import databases_of
from crowsfoot.link.project import Database, File
from crowsfoot.link.security.sessions import settings_of
from crowsfoot.roles import Roles, role_of


def link_code(
    given: Iterable[File],
    databases: Sequence[Database] = (),
    roles: Roles = role_of,
    *,
    tenant_column: str | None = None,
    dialect: str | None = None,
) -> Code:
    """What the files ask, with the models of the databases that a Prisma schema declares, and their own."""
    given = tuple(given)
    files = {it.path: it.facts for it in given if isinstance(it.facts, facts.CodeFile)}
    evaluator, libraries = evaluator_of(files, databases)
    for path, file in files.items():
        for number in range(len(file.scopes)):
            evaluator.general(path, number)
    _review(evaluator, libraries)
    by_path = {it.path: it for it in given}
    made, failures = databases_of(evaluator, libraries, databases, by_path, roles, tenant_column, dialect)
    return Code(
        repeated=tuple(repeated_of(evaluator, roles)),
        accesses=tuple(accesses_of(evaluator, roles)),
        models=tuple(evaluator.models.by_id.values()),
        edges=tuple(sorted(_edges(evaluator))),
        databases=made,
        failures=failures,
        settings=settings_of(evaluator, roles),
    )


def evaluator_of(
    files: Mapping[str, facts.CodeFile], databases: Sequence[Database] = ()
) -> tuple[Evaluator, list[Library]]:
    """What knows the models of the files and evaluates the rest, and the libraries that they use."""
    libraries = list(_libraries(files, bool(databases)))
    evaluator = Evaluator(Program(files), libraries, Models())
    _set_models(evaluator, libraries, databases)
    return evaluator, libraries


def _review(evaluator: Evaluator, libraries: Sequence[Library]) -> None:
    """Ask the libraries what their own machinery does, which no line of the program calls."""
    for library in libraries:
        if answers(library, Library.review):
            derived = tuple(evaluator.derived(library.PACKAGES))
            for review in (library.review, library.review_last):
                for cls in derived:
                    evaluator.review(review, cls)
    reviewing = [it for it in libraries if answers(it, Library.review_function)]
    for path, file in evaluator.program.files.items() if reviewing else ():
        for number, scope in enumerate(file.scopes):
            if scope.decorators and scope.kind == "function":
                evaluator.review_function(reviewing, path, number)


def _libraries(files: Mapping[str, facts.CodeFile], has_schema: bool) -> Iterator[Library]:
    """The libraries that the files import; imports are those of modules and functions."""
    modules = {
        it.module
        for file in files.values()
        for scope in file.scopes
        for it in scope.values
        if type(it) is facts.Import and not it.level
    }
    modules.update(module for file in files.values() for module, level in file.stars if not level)
    imported = {it.partition(".")[0] for it in modules}
    names = {KNOWN[it] for it in imported if it in KNOWN}
    if has_schema:
        names.add("prisma_client")
    names.add("raw")  # what sends SQL need not be imported where it is used
    if "sqlmodel" in names:
        names.add("sqlalchemy")
    for name in sorted(names):
        yield importlib.import_module(f"crowsfoot.libraries.{name}").LIBRARY


def _set_models(evaluator: Evaluator, libraries: Sequence[Library], databases: Sequence[Database]) -> None:
    """All models, after each has been told of those that lead to it."""
    found: list[Model] = []
    for library in libraries:
        found += library.models_of(databases)
    by_class: dict[Class, Model] = {}
    for cls in evaluator.classes():
        model = evaluator.model_of(cls)
        if model is not None:
            by_class[cls] = model
            found.append(model)
    for library in libraries:
        found = library.connect(found)
    connected = {it.id: it for it in found}
    evaluator.replace_models(Models(found), {cls: connected.get(it.id, it) for cls, it in by_class.items()})


def _edges(evaluator: Evaluator) -> Iterable[tuple[str, str]]:
    def name(key: tuple[str, int]) -> str:
        return f"{key[0]}:{evaluator.program.qualified(*key)}"

    return ((name(caller), name(callee)) for caller, callee in evaluator.calls)
