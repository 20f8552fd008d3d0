"""The files of a program -> those that belong together: whatever imports another, or is imported by it.

Several services in one repository, or scripts beside it, have nothing to do with each other, so that what
changes in one of them changes nothing of what comes of another.
"""

from collections.abc import Iterable, Mapping
from posixpath import dirname

from crowsfoot.facts.code import CodeFile
from crowsfoot.link.code.program.modules import Modules


def together(modules: Modules, files: Mapping[str, CodeFile]) -> list[list[str]]:
    """The files in groups, none of which imports anything of another."""
    leads = {path: path for path in files}

    def first(path: str) -> str:
        while (to := leads[path]) != path:
            leads[path] = path = leads[to]
        return path

    # The files of a folder import much the same, and mean the same by it.
    known: dict[str, dict[tuple[str, str, int], tuple[str, ...]]] = {}
    for path, file in files.items():
        of_folder = known.setdefault(dirname(path), {})
        for it in (*file.imports, *((module, "", level) for module, level in file.stars)):
            others = of_folder.get(it)
            if others is None:
                others = of_folder[it] = tuple(_files_of(modules, path, *it))
            for other in others:
                if other in leads and (one := first(path)) != (another := first(other)):
                    leads[another] = one
    groups: dict[str, list[str]] = {}
    for path in files:
        groups.setdefault(first(path), []).append(path)
    return list(groups.values())


def _files_of(modules: Modules, path: str, module: str, name: str, level: int) -> Iterable[str]:
    """The file of a module, and that of a module within it that is imported by its name."""
    found, dotted = modules.imported_module(module, level, path)
    if found is not None:
        yield found
    if name:
        inner = modules.in_folder(dotted.replace(".", "/"), name) if level else None
        inner = inner or (modules.file_of(f"{dotted}.{name}", path) if not level else None)
        if inner is not None:
            yield inner
