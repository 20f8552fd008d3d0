"""Facts as they are read -> the file at a path, as soon as it has been read.

What is read in other processes can so be linked while they read the rest.
"""

from collections.abc import Iterable

from crowsfoot.facts import Facts
from crowsfoot.link.project import File


class Files:
    """The files of a project, each waited for when it is first asked for."""

    def __init__(self, here: Iterable[File], coming: Iterable[tuple[str, Facts]]) -> None:
        self._files = {file.path: file for file in here}
        self._coming = iter(coming)

    def get(self, path: str) -> File | None:
        """The file at the path, None where there is none: then all others have been read."""
        while path not in self._files:
            found = next(self._coming, None)
            if found is None:
                return None
            self._files[found[0]] = File(*found)
        return self._files[path]

    def all(self) -> tuple[File, ...]:
        """All of them, in the order in which they were read."""
        self._files.update((path, File(path, facts)) for path, facts in self._coming)
        return tuple(self._files.values())
