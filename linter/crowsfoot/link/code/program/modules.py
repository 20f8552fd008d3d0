"""The paths of files -> which module each is, and which file an import means."""

import sys
from collections.abc import Collection, Iterable, Sequence
from posixpath import basename, dirname
from typing import Final

from crowsfoot.facts.code import Import
from crowsfoot.libraries import KNOWN
from crowsfoot.libraries.dotted import shared


class Modules:
    """All files of a project, as Python finds them; read are those that something may come of."""

    def __init__(self, paths: Collection[str], read: Collection[str]) -> None:
        self._read = read
        self._folders: set[str] = {""}
        self._roots: dict[str, list[str]] = {}  # the first word of a module to the folders that hold it
        self._inner_roots: dict[str, list[str]] = {}  # the same of folders that are packages themselves
        self._candidates: dict[tuple[str, str], Sequence[str]] = {}  # those, the nearest to a folder first
        self._found: dict[tuple[str, str], str | None] = {}
        self._imported: dict[tuple[str, int, str], tuple[str | None, str]] = {}
        self._folder_of = {path: dirname(path) for path in paths}
        for folder in self._folder_of.values():
            while folder not in self._folders:
                self._folders.add(folder)
                folder = dirname(folder)
        packages = {folder for path, folder in self._folder_of.items() if path.endswith("__init__.py")}
        # But Python looks first where the script is that it was started with, whatever else is there.
        # https://docs.python.org/3/library/sys_path_init.html
        packages -= {folder for path, folder in self._folder_of.items() if basename(path) in _STARTED}
        self._packages = frozenset(packages)
        # A folder within a package is no place that Python looks for modules in.
        for path in [*paths, *self._folders]:
            parent = self._folder_of.get(path) or dirname(path)
            if path:
                (self._inner_roots if parent in packages else self._roots).setdefault(_stem(path), []).append(
                    parent
                )

    def file_of(self, name: str, of: str) -> str | None:
        """The file that the module of that full name is, as the file of imports it; None for a library's."""
        first, dot, _ = name.partition(".")
        roots = self._roots.get(first, ())
        inner = self._inner_roots.get(first, ()) if dot else ()
        if not roots and not inner:
            return None
        here = self._folder(of)
        key = (name, here)
        if key not in self._found:
            stem = name.replace(".", "/")
            looked_in = (*self._nearest(first, roots, here), *_started_in(first, inner, here))
            found = (self._at(_join(root, stem)) for root in looked_in)
            self._found[key] = next((it for it in found if it is not None), None)
        return self._found[key]

    def imported(self, it: Import, of: str) -> tuple[str | None, str, str]:
        """What an import names: the file of its module if it is of this program, the module's name, the name
        in it.
        """
        return *self.imported_module(it.module, it.level, of), it.name

    def imported_module(self, module: str, level: int, of: str) -> tuple[str | None, str]:
        """The file of a module as the file at of imports it, None for a library's; and its name."""
        key = (module, level, self._folder(of))
        known = self._imported.get(key)
        if known is None:
            known = self._imported[key] = self._import_of(module, level, of)
        return known

    def inside(self, path: str, name: str) -> str | None:
        """The module of that name in the package that the file at path is."""
        return self._at(_join(dirname(path), name)) if path.endswith("__init__.py") else None

    def in_folder(self, folder: str, name: str) -> str | None:
        """The module of that name that lies in the folder."""
        return self._at(_join(folder, name))

    def is_folder(self, name: str) -> bool:
        """Whether the module of that name is a folder of the program without a file of its own."""
        folder = name.replace(".", "/")
        return any(
            _join(root, folder) in self._folders for root in self._roots.get(name.partition(".")[0], ())
        )

    def _import_of(self, module: str, level: int, of: str) -> tuple[str | None, str]:
        if not level:
            return self.file_of(module, of), module
        folder = self._folder(of)
        for _ in range(level - 1):
            folder = dirname(folder)
        target = _join(folder, module.replace(".", "/")) if module else folder
        return self._at(target), target.replace("/", ".")

    def _folder(self, path: str) -> str:
        known = self._folder_of.get(path)
        if known is None:
            known = self._folder_of[path] = dirname(path)
        return known

    def _nearest(self, first: str, roots: Iterable[str], here: str) -> Sequence[str]:
        """The folders that hold modules of that first word, the nearest first.

        Two services of one repository may have a `models` each.
        """
        key = (first, here)
        known = self._candidates.get(key)
        if known is None:
            standard = first in sys.stdlib_module_names
            if first in KNOWN:  # a copy of a library is the library
                roots = [it for it in roots if basename(it) not in _VENDORED]
            known = self._candidates[key] = sorted(
                (it for it in set(roots) if it == here or (not standard and self._is_looked_in(it, here))),
                key=lambda it: -_common(it, here),
            )
        return known

    def _is_looked_in(self, root: str, here: str) -> bool:
        """Whether modules in a folder are found from there: those deep in a package, from below only."""
        if here.startswith(f"{root}/"):
            return True
        above = dirname(root)
        while above and above not in self._packages:
            above = dirname(above)
        return not above

    def _at(self, stem: str) -> str | None:
        for path in (f"{stem}/__init__.py", f"{stem}.py"):
            if path in self._read:
                return path
        return None


_VENDORED: Final = frozenset(("lib", "libs", "vendor", "vendored", "_vendor", "third_party", "site-packages"))
_STARTED: Final = ("manage.py", "setup.py")


def _started_in(first: str, roots: Iterable[str], here: str) -> Sequence[str]:
    """Packages around a file that Python can only find modules in if the program is started there.

    `from app.models import Book` in server/tasks/run.py, where server has an __init__.py in vain. A module
    of one word is a library's instead, most likely: `import redis` beside a redis.py of the program.
    """
    if first in sys.stdlib_module_names or first in KNOWN:
        return ()
    around = {it for it in roots if it == here or here.startswith(f"{it}/")}
    return sorted(around, key=len, reverse=True)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _common(one: str, other: str) -> int:
    """How much of one path leads to the other: a root that is not above `other` counts by what they share."""
    return shared(one, other, "/") * 2 - (one != "" and not (other + "/").startswith(one + "/"))
