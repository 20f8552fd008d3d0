"""What the files of a folder say, by the digests of their texts, in entries of the cache.

A folder has one entry, since thousands of little ones would take longer to open than to read. Of code it has
two: its scopes are most of it, and are read from the disk only for those files that somebody looks into.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from crowsfoot.cache import Cache
from crowsfoot.digests import digest

if TYPE_CHECKING:
    from crowsfoot.facts.code import CodeFile

T = TypeVar("T")


class Shelf(Generic[T]):
    """Files of one kind."""

    def __init__(self, cache: Cache, kind: str, of: type[T]) -> None:
        self._cache = cache
        self._kind = kind
        self._of = of

    def get(self, folder: str) -> Mapping[str, T]:
        return self._cache.get(self._kind, digest(folder), dict[str, self._of]) or {}  # type: ignore[name-defined]

    def put(self, folder: str, files: Mapping[str, T]) -> None:
        self._cache.put(self._kind, digest(folder), files)


class CodeShelf(Shelf["CodeFile"]):
    """Files of Python. read_again reads the one of a digest, whose scopes are no longer there."""

    def __init__(self, cache: Cache, read_again: Callable[[str], "CodeFile"]) -> None:
        from crowsfoot.facts.code import CodeFile

        super().__init__(cache, "code", CodeFile)
        self._read_again = read_again
        self._scopes: dict[str, dict[str, msgspec.Raw]] = {}  # by folder

    def get(self, folder: str) -> Mapping[str, "CodeFile"]:
        from crowsfoot.facts.code import kept_elsewhere

        files = super().get(folder)
        return {key: kept_elsewhere(file, partial(self._encoded, folder, key)) for key, file in files.items()}

    def put(self, folder: str, files: Mapping[str, "CodeFile"]) -> None:
        from crowsfoot.facts.code import without_scopes

        if self._cache.keeps:
            scopes = {key: file.all_encoded for key, file in files.items()}
            self._cache.put("scopes", digest(folder), scopes)
            super().put(folder, {key: without_scopes(file) for key, file in files.items()})

    def _encoded(self, folder: str, key: str) -> msgspec.Raw:
        if folder not in self._scopes:
            self._scopes[folder] = self._cache.get("scopes", digest(folder), dict[str, msgspec.Raw]) or {}
        found = self._scopes[folder].get(key)
        return found if found is not None else self._read_again(key).all_encoded
