"""What was computed from some bytes, by their digest. With discover.py, the only module on the disk.

The cache is in the user's cache folder and not in the repository. A repository can bring files: an entry
that it brings for its own schema could say that there is nothing to find. What the user's cache folder
holds, no repository has written. It is also there when the checkout is read-only, leaves nothing to ignore
or to commit, and serves every work tree and branch alike, since entries go by content.

CROWSFOOT_CACHE_DIR names another folder. If that lies in the project (as CI services want it that keep
nothing else), each entry is sealed with a secret from the user's cache folder, so that an entry of the
repository counts for nothing. Such a cache works on one machine, and is recomputed on another.
"""

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from crowsfoot.config import repository
from crowsfoot.digests import digest

try:
    from _blake2 import blake2b  # what hashlib has, without the 4 ms that loading OpenSSL takes
except ImportError:
    from hashlib import blake2b

T = TypeVar("T")

_FORMAT: Final = b"crowsfoot 1\n"  # to be counted up when what follows it changes
_CHECK: Final = 32  # bytes of the checksum after it
_DAY: Final = 86_400
_KEPT: Final = 30 * _DAY
_LONGEST: Final = 100_000_000  # bytes of an entry
_MOST: Final = 300_000_000  # bytes of all entries
_SECRET: Final = 32


def code_fingerprint(packages: Iterable[str]) -> str:
    """A digest that changes when a file of code of one of the packages does; nothing is imported.

    Size and time of change stand for the content.
    """
    parts: list[str] = [sys.version]
    for package in sorted(set(packages)):
        parts.append(package)
        for place in _places(package):
            parts += sorted(_code_below(place))
    return digest(*parts)


class Cache:
    """Entries in one folder; without a folder nothing is kept.

    An entry that is not exactly what was put is as good as none. Nothing here raises for what the disk
    does, and parallel runs may share the folder: an entry is replaced in one step.
    """

    def __init__(self, folder: Path | None, secret: bytes = b"", code: str = "") -> None:
        self.folder = folder
        self._secret = secret
        self._code = code
        self._ready = False

    def of(self, code: str) -> "Cache":
        """The entries, in the same folder, that this code has made: what another has made is not there."""
        return Cache(self.folder, self._secret, code)

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self.folder is not None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been kept yet, or nothing ever is."""
        return self.folder is None or not self.folder.exists()

    def key(self, text: str) -> str:
        """What stands for the text here: its digest, or itself where nothing is kept.

        Then it is only told from others: a thousand digests take 5 ms.
        """
        return text if self.folder is None else digest(text)

    def get(self, kind: str, key: str, type: type[T]) -> T | None:
        """The value that was put under this kind and key, or None."""
        if self.folder is None:
            return None
        name = _name(kind, digest(self._code, key))
        data = _read(os.path.join(self.folder, name))
        if data is None or not data.startswith(_FORMAT):
            return None
        payload = data[len(_FORMAT) + _CHECK :]
        if data[len(_FORMAT) : len(_FORMAT) + _CHECK] != self._checksum(name, payload):
            return None
        try:
            return msgspec.msgpack.decode(payload, type=type)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None

    def put(self, kind: str, key: str, value: object) -> None:
        """Keep the value under this kind and key."""
        if self.folder is None:
            return
        try:
            payload = msgspec.msgpack.encode(value)
        except (UnicodeError, OverflowError, RecursionError):
            return  # what msgpack cannot say (a lone surrogate, a huge number) is computed every time
        if len(payload) > _LONGEST:
            return
        try:
            if not self._ready:
                _prepare(self.folder)
                self._ready = True
            name = _name(kind, digest(self._code, key))
            data = b"".join((_FORMAT, self._checksum(name, payload), payload))
            _replace(os.path.join(self.folder, name), data)
        except OSError:
            self.folder = None  # read-only, or full: this run goes on without

    def _checksum(self, name: str, payload: bytes) -> bytes:
        # The name is part of it, so that an entry says nothing under the name of another one.
        state = blake2b(name.encode(), digest_size=_CHECK, key=self._secret)
        state.update(payload)
        return state.digest()


def for_project(root: Path, environ: Mapping[str, str]) -> Cache:
    """The cache for the project below root: a Cache without a folder where none can be trusted."""
    home = _home(environ)
    named = environ.get("CROWSFOOT_CACHE_DIR")
    folder = os.path.abspath(named) if named else home
    if folder is None:
        return Cache(None)
    top = repository(os.path.abspath(root)) or os.path.abspath(root)
    if not _is_below(top, folder):
        return Cache(Path(folder))
    # Below top, a link is the repository's: it could make us write into another folder of the user.
    within = os.path.join(os.path.realpath(top), os.path.relpath(folder, top))
    if home is None or _is_below(top, home) or os.path.realpath(folder) != os.path.normpath(within):
        return Cache(None)
    secret = _secret(home)
    return Cache(Path(folder), secret) if secret else Cache(None)


def clean(cache: Cache) -> int:
    """Remove all entries; how many there were."""
    return _remove(cache.folder, before=float("inf"), most=0) if cache.folder else 0


def _is_below(top: str, path: str) -> bool:
    """Whether the path, or what it leads to, is top or in it."""
    return any(
        (place + os.sep).startswith(above.rstrip(os.sep) + os.sep)
        for place, above in ((path, top), (os.path.realpath(path), os.path.realpath(top)))
    )


def _home(environ: Mapping[str, str]) -> str | None:
    """The user's folder for caches.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/#variables
    """
    if os.name == "nt":
        local = environ.get("LOCALAPPDATA", "")
        return os.path.join(local, "crowsfoot", "Cache") if os.path.isabs(local) else None
    named = environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # a relative one is to be ignored, says the specification
        return os.path.join(named, "crowsfoot")
    user = environ.get("HOME", "")
    caches = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
    return os.path.join(user, *caches, "crowsfoot") if os.path.isabs(user) else None


def _secret(home: str) -> bytes | None:
    file = os.path.join(home, "secret")
    if (found := _secret_in(file)) is not None:
        return found
    try:
        os.makedirs(home, mode=0o700, exist_ok=True)
        _replace(file, os.urandom(_SECRET))
    except OSError:
        return None
    return _secret_in(file)  # of two runs that make one at a time, the later one wins


def _secret_in(file: str) -> bytes | None:
    found = _read(file)
    return found if found is not None and len(found) == _SECRET else None


def _read(file: str) -> bytes | None:
    # A link is not ours: we only ever write files. A pipe would make open() wait.
    flags = os.O_RDONLY | _flag("O_NOFOLLOW") | _flag("O_NONBLOCK") | _flag("O_BINARY")
    try:
        with open(os.open(file, flags), "rb", buffering=0) as stream:
            return stream.readall() if os.fstat(stream.fileno()).st_size <= _LONGEST else None
    except OSError:
        return None


def _replace(file: str, data: bytes) -> None:
    """Put data into the file in one step; a link in its place is replaced, not followed."""
    temporary = f"{file}.{os.getpid()}-{os.urandom(4).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _flag("O_BINARY")
    try:
        with open(os.open(temporary, flags, 0o600), "wb") as stream:
            stream.write(data)
        os.replace(temporary, file)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _flag(name: str) -> int:
    return int(getattr(os, name, 0))  # not every system has every flag


def _prepare(folder: Path) -> None:
    os.makedirs(folder, mode=0o700, exist_ok=True)
    tag = folder / "CACHEDIR.TAG"
    with os.scandir(folder) as entries:
        empty = next(entries, None) is None
    if empty:  # a folder with something in it may be the user's own
        _replace(str(folder / ".gitignore"), b"*\n")
        _replace(str(tag), _TAG)
    if _is_due(folder / ".pruned"):
        _remove(folder, before=time.time() - _KEPT, most=_MOST)


# Source: https://bford.info/cachedir/
_TAG: Final = b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of crowsfoot.\n"


def _is_due(stamp: Path) -> bool:
    """Whether a day has passed since this was last so."""
    try:
        due = abs(time.time() - os.lstat(stamp).st_mtime) > _DAY
    except OSError:
        due = True
    if due:
        _replace(str(stamp), b"")
    return due


def _name(kind: str, key: str) -> str:
    return f"{kind}-{digest(key)}"


_ENTRY: Final = re.compile(r"[a-z]+-[0-9a-f]{40}(\.[0-9]+-[0-9a-f]{8})?")


def _remove(folder: Path, *, before: float, most: int) -> int:
    """Remove entries from before that time, and the oldest ones until the rest has at most so many bytes."""
    found: list[tuple[float, int, str]] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _ENTRY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):  # another run was faster
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
    removed = total = 0
    for changed, size, path in sorted(found, reverse=True):
        total += size
        if changed < before or total > most:
            with suppress(OSError):
                os.unlink(path)
                removed += 1
    return removed


def _places(package: str) -> list[str]:
    """The folders of an installed package, or its one file; asks who would import it, and does not."""
    top, *rest = package.split(".")
    found = (finder.find_spec(top, None) for finder in sys.meta_path)
    spec = next((it for it in found if it is not None), None)
    if spec is None:
        return []
    if spec.submodule_search_locations is None:
        return [spec.origin] if spec.origin else []
    # Asking for what is inside of a package would import the package.
    inside = [os.path.join(place, *rest) for place in spec.submodule_search_locations]
    return [place if os.path.isdir(place) or not rest else f"{place}.py" for place in inside]


def _code_below(place: str) -> Iterator[str]:
    """The name, size and time of change of each file of code."""
    waiting = [place]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith((".py", ".lark")):
                        status = entry.stat()
                        name = os.path.relpath(entry.path, place)
                        yield f"{name}\0{status.st_size}\0{status.st_mtime_ns}"
                    elif entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
                        waiting.append(entry.path)
        except OSError:
            # One file, or the archive that the package is in: "x.zip/package".
            yield f"{folder}\0{_change_of(folder)}"


def _change_of(file: str) -> str:
    while not os.path.exists(file) and file != os.path.dirname(file):
        file = os.path.dirname(file)
    status = os.stat(file)
    return f"{status.st_size}\0{status.st_mtime_ns}"
