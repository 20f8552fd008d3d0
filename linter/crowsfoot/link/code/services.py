"""The files of a program -> those that belong together: whatever imports another, or is imported by it.

Several services in one repository, or scripts beside it, have nothing to do with each other, so that what
changes in one of them changes nothing of what comes of another.
"""

from collections.abc import Iterable, Mapping, Sequence

from crowsfoot.facts.code import CodeFile, Import
from crowsfoot.link.code.program import Program

# Of each file: the modules that it imports, what of them, and how many dots there are before them.
Imports = Mapping[str, Sequence[tuple[str, str, int]]]


def imports_of(files: Mapping[str, CodeFile]) -> Imports:
    """What each file imports: its module, and its functions."""
    return {
        path: [
            *dict.fromkeys(
                (it.module, it.name, it.level)
                for scope in file.scopes
                for it in scope.values
                if type(it)
                is Import  # which is told faster than by isinstance: these are all values there are
            ),
            *((module, "", level) for module, level in file.stars),
        ]
        for path, file in files.items()
    }


def together(program: Program, imports: Imports) -> list[list[str]]:
    """The files in groups, none of which imports anything of another."""
    leads = {path: path for path in imports}

    def first(path: str) -> str:
        while (to := leads[path]) != path:
            leads[path] = path = leads[to]
        return path

    for path, imported in imports.items():
        for module, name, level in imported:
            for other in _files_of(program, path, module, name, level):
                if other in leads and (one := first(path)) != (another := first(other)):
                    leads[another] = one
    groups: dict[str, list[str]] = {}
    for path in imports:
        groups.setdefault(first(path), []).append(path)
    return list(groups.values())


def _files_of(program: Program, path: str, module: str, name: str, level: int) -> Iterable[str]:
    """The file of a module, and that of a module within it that is imported by its name."""
    found, dotted = program.imported_module(module, level, path)
    if found is not None:
        yield found
    if name:
        inner = program.folder_module(dotted.replace(".", "/"), name) if level else None
        inner = inner or (program.module(f"{dotted}.{name}", path) if not level else None)
        if inner is not None:
            yield inner
