"""The paths that a user names to the Sources below them. With cache.py, the only reader of the disk.

What is left out, and why:
- folders that hold other people's files (SKIPPED), and virtual environments under any name;
- what a .gitignore of the repository, .git/info/exclude or the exclude setting says, unless the user names
  the very file. The index of git is not read: a file that was added by force is found by naming it;
- links that lead out of the repository. A file of the repository must not make us read, and show in a
  public log, a file that is not of the repository. A link that the user names is followed.

Prisma follows links, so a folder may be read under several names; _MOST_VISITS bounds what a tangle of links
can cost. Source: https://github.com/prisma/prisma/tree/main/packages/schema-files-loader

A path of a Source is relative to the root and may begin with "../" when the user names something outside.
"""

import codecs
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from errno import ENAMETOOLONG, ENOENT, ENOTDIR
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from crowsfoot.config import UserError, repository
from crowsfoot.kinds import kind_of
from crowsfoot.patterns import Patterns, compile_patterns, compile_text
from crowsfoot.source import Range, Source

if TYPE_CHECKING:
    from crowsfoot.facts.common import Problem

# No dist, build, target or coverage: where those are made by tools, a .gitignore says so; elsewhere they
# may hold a committed schema.
SKIPPED: Final = frozenset(
    (
        *(".git", ".hg", ".svn", ".jj"),
        *("node_modules", "bower_components", ".yarn", ".pnpm-store"),
        *(".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox", ".eggs"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".cache"),
        *(".next", ".nuxt", ".svelte-kit", ".turbo", ".parcel-cache", ".nx", ".gradle", ".terraform"),
        *(".direnv", ".devenv"),
    )
)

_MOST_VISITS = 8


class Discovery(msgspec.Struct, frozen=True):
    """What was found below root; sources and problems are sorted by path."""

    root: Path
    sources: tuple[Source, ...] = ()
    problems: tuple[tuple[str, "Problem"], ...] = ()
    named: frozenset[str] = frozenset()  # files that the user named, one by one
    unknown: tuple[str, ...] = ()  # those of them that are of no kind that crowsfoot reads
    bare: tuple[str, ...] = ()  # folders beside migrations of Prisma that hold none
    renamed: Mapping[str, str] = {}  # paths whose name on the disk cannot be printed, to that name

    def by_path(self) -> dict[str, Source]:
        """The sources by their paths."""
        return {source.path: source for source in self.sources}

    def file(self, path: str) -> Path:
        """Where the source of that path is on the disk."""
        return self.root / self.renamed.get(path, path)


def discover(
    root: Path,
    paths: Sequence[Path],
    *,
    exclude: Sequence[str] = (),
    max_file_size: int = 10_000_000,
) -> Discovery:
    """Every file of a wanted kind among the paths and below the folders among them.

    Relative paths start at the working folder. Raises UserError for a path that does not exist. A file
    that has no readable text is a problem, and the others are read.
    """
    base = os.path.abspath(root)
    walk = _Walk(base, compile_patterns(exclude))
    found: dict[str, None] = {}
    named: set[str] = set()
    unknown: set[str] = set()
    for given in paths:
        path = _absolute(base, given)
        if stat.S_ISDIR(_status(path, given).st_mode):
            found.update(dict.fromkeys(walk.below(path)))
            continue
        named.add(_shown(base, path))
        if not is_read(path):
            unknown.add(_shown(base, path))
        else:
            found[path] = None
    sources: list[Source] = []
    problems = [(_shown(base, path), _problem(message)) for path, message in dict.fromkeys(walk.problems)]
    renamed: dict[str, str] = {}
    for path in found:
        name = _relative(base, path)
        if (shown := printable(name)) != name:
            renamed[shown] = name
        try:
            text = _text(path, max_file_size, regular=path in walk.regular)
        except _UnreadableError as reason:
            if shown in named or not _is_quiet(path):
                problems.append((shown, _problem(str(reason))))
        else:
            if text is not None:
                sources.append(Source(shown, text))
    return Discovery(
        root=Path(base),
        sources=tuple(sorted(sources, key=lambda it: it.path)),
        problems=tuple(sorted(problems, key=lambda it: it[0])),
        named=frozenset(named),
        unknown=tuple(sorted(unknown)),
        bare=tuple(sorted({_shown(base, it) for it in walk.bare})),
        renamed=renamed,
    )


def encoded(discovery: Discovery) -> bytes:
    """The discovery as bytes, for another process; its root aside."""
    it = discovery
    sources = [(source.path, source.text) for source in it.sources]
    return msgspec.msgpack.encode((sources, it.problems, it.named, it.unknown, it.bare, it.renamed))


def decoded(data: bytes, root: Path) -> Discovery:
    """The discovery that was encoded."""
    from crowsfoot.facts.common import Problem

    sources, problems, named, unknown, bare, renamed = msgspec.msgpack.decode(
        data,
        type=tuple[
            list[tuple[str, str]],
            tuple[tuple[str, Problem], ...],
            frozenset[str],
            tuple[str, ...],
            tuple[str, ...],
            dict[str, str],
        ],
    )
    found = tuple([Source(path, text) for path, text in sources])
    return Discovery(Path(os.path.abspath(root)), found, problems, named, unknown, bare, renamed)


def standard_input(
    discovery: Discovery, data: bytes, file: Path, *, max_file_size: int = 10_000_000
) -> Discovery:
    """The discovery with data in place of what file holds on the disk, if it is there at all."""
    base = str(discovery.root)
    path = _absolute(base, file)
    shown = _shown(base, path)
    sources = [it for it in discovery.sources if it.path != shown]
    problems = [it for it in discovery.problems if it[0] != shown]
    wanted = is_read(path)
    if wanted:
        try:
            _check_size(len(data), max_file_size, "max-file-size")
            sources.append(Source(shown, _decoded(data)))
        except _UnreadableError as reason:
            problems.append((shown, _problem(str(reason))))
    name = _relative(base, path)
    return msgspec.structs.replace(
        discovery,
        sources=tuple(sorted(sources, key=lambda it: it.path)),
        problems=tuple(sorted(problems, key=lambda it: it[0])),
        named=discovery.named | {shown},
        unknown=discovery.unknown if wanted else tuple(sorted({*discovery.unknown, shown})),
        renamed=discovery.renamed if name == shown else {**discovery.renamed, shown: name},
    )


def _absolute(base: str, given: Path) -> str:
    """The path that is meant; below base where it can be said so, though a link led elsewhere."""
    path = str(given)
    # "link/../x" is not "x": only the file system knows where a link leads.
    path = os.path.realpath(path) if ".." in given.parts else os.path.abspath(path)
    if not _is_below(base, path):
        real, real_base = os.path.realpath(path), os.path.realpath(base)
        if _is_below(real_base, real):
            path = base if real == real_base else os.path.join(base, os.path.relpath(real, real_base))
    return path


def _is_below(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def _status(path: str, given: Path) -> os.stat_result:
    try:
        return os.stat(path)
    except OSError as error:
        if error.errno not in (ENOENT, ENOTDIR, ENAMETOOLONG):
            raise UserError(f"cannot read {given}: {error.strerror}") from error
        if os.path.islink(path):
            raise UserError(f"{given} is a link to {os.readlink(path)!r}, which does not exist") from error
        raise UserError(f"no such file or folder: {given}") from error
    except ValueError as error:  # a NUL in the path
        raise UserError(f"no such file or folder: {str(given)!r}") from error


def _relative(base: str, path: str) -> str:
    if _is_below(base, path) and path != base:
        name = path[len(base) :].lstrip(os.sep)
    else:
        try:
            name = os.path.relpath(path, base)
        except ValueError:  # Windows: another drive
            name = path
    return _slashed(name)


def _slashed(name: str) -> str:
    return name.replace("\\", "/") if os.sep == "\\" else name


def _shown(base: str, path: str) -> str:
    """The path relative to base, printable, and never the same for two files.

    A name on the disk can hold anything but "/" and NUL: bytes that are not UTF-8, line ends, and
    sequences that a terminal or a CI log obeys.
    """
    return printable(_relative(base, path))


def printable(name: str) -> str:
    """A name on the disk as text that has no say over terminals, never the same for two names."""
    if name.isprintable() and "\\" not in name:
        return name
    return "".join(_printable(char) for char in name)


def is_read(file: str) -> bool:
    """Whether crowsfoot reads files of that name, where they lie."""
    kind = kind_of(os.path.basename(file))
    return kind is not None and (not kind.below or not kind.below.isdisjoint(_slashed(file).split("/")))


def _printable(char: str) -> str:
    code = ord(char)
    if char == "\\":
        return "\\\\"
    if char.isprintable():
        return char
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{{{code:x}}}"


def _is_program(name: str) -> bool:
    return name.endswith((".ts", ".mts", ".js", ".mjs", ".cjs", ".py"))


class _Ignored(msgspec.Struct, frozen=True):
    """The patterns that hold in a folder; those of a folder further down come later."""

    prefix: str  # of the paths that they speak of: the folder and a slash
    patterns: Patterns


class _Folder(msgspec.Struct, frozen=True):
    """A folder to be read; its device and inode, and those of the folders that led to it."""

    path: str
    identity: tuple[int, int]
    above: frozenset[tuple[int, int]]
    ignored: tuple[_Ignored, ...]
    is_migration: bool = False  # it lies beside Prisma's lock file


class _Walk:
    """The walk through all named folders: what it has seen, and what it could not read."""

    def __init__(self, base: str, exclude: Patterns) -> None:
        self.base = base
        self.exclude = exclude
        self.problems: list[tuple[str, str]] = []
        self.bare: list[str] = []  # folders beside migrations of Prisma that hold none
        self.regular: set[str] = set()  # files, and no pipes or the like, as their folder says
        self._visits: dict[tuple[int, int], int] = {}
        self._home = os.path.realpath(repository(base) or base)

    def below(self, top: str) -> Iterator[str]:
        """The files of wanted kinds in the folder and below."""
        real = os.path.realpath(top)
        # The user named this folder: it is read, even when it is ignored or lies elsewhere.
        home = self._home if _is_below(self._home, real) else real
        self._visits.clear()
        waiting = [_Folder(top, _identity(top), frozenset(), tuple(self._ignored_above(top)))]
        while waiting:
            files, folders = self._enter(waiting.pop(), home)
            waiting += folders
            yield from files

    def _enter(self, folder: _Folder, home: str) -> tuple[list[str], list[_Folder]]:
        try:
            with os.scandir(folder.path) as entries:
                names = {entry.name: entry for entry in entries}
        except OSError as error:
            self.problems.append((folder.path, f"this folder cannot be read: {_reason(error)}"))
            return [], []
        files: list[str] = []
        folders: list[_Folder] = []
        if "pyvenv.cfg" in names:  # a virtual environment
            return files, folders
        # A repository inside of another one has its own rules.
        ignored = self._of_repository(folder.path) if ".git" in names else folder.ignored
        if ".gitignore" in names:
            ignored = (*ignored, *self._ignored_in(folder.path, ".gitignore"))
        # Where a program stands in its place, a tool of the project's own runs the folder.
        if folder.is_migration and not _has_file(names, "migration.sql") and not any(map(_is_program, names)):
            self.bare.append(folder.path)
        migrations = _has_file(names, "migration_lock.toml")
        above = folder.above | {folder.identity}
        for name, entry in sorted(names.items()):
            try:
                is_folder = entry.is_dir()
            except OSError:  # a link in a circle
                is_folder = False
            if (name in SKIPPED) if is_folder else not is_read(entry.path):
                continue
            is_link = entry.is_symlink()
            # To git a link is a file, wherever it leads.
            if self._is_ignored(entry.path, ignored, folder=is_folder and not is_link):
                continue
            if is_link and not _is_below(home, target := os.path.realpath(entry.path)):
                # Links to folders outside are the output of build tools (bazel-bin, result): no word of them.
                if not is_folder and not _is_quiet(name):
                    self.problems.append(
                        (entry.path, f"this link leads out of the repository, to {target!r}")
                    )
            elif is_folder:
                # What the folder says of its entries saves to ask for each (measured: 7 ms of 32 for 1,042
                # migrations). What is mounted there has another identity, and is met once more in a circle.
                identity = None if is_link else (folder.identity[0], entry.inode())
                folders += self._follow(entry.path, identity, above, ignored, migrations)
            else:
                files.append(entry.path)
                if not is_link and entry.is_file():
                    self.regular.add(entry.path)
        return files, folders

    def _follow(
        self,
        path: str,
        identity: tuple[int, int] | None,
        above: frozenset[tuple[int, int]],
        ignored: tuple[_Ignored, ...],
        is_migration: bool,
    ) -> Iterator[_Folder]:
        try:
            identity = identity or _identity(path)
        except OSError as error:
            self.problems.append((path, f"this folder cannot be read: {_reason(error)}"))
            return
        if identity in above:
            return
        visits = self._visits[identity] = self._visits.get(identity, 0) + 1
        if visits <= _MOST_VISITS:
            yield _Folder(path, identity, above, ignored, is_migration)
        elif visits == _MOST_VISITS + 1:
            self.problems.append((path, f"more than {_MOST_VISITS} links lead to this folder"))

    def _is_ignored(self, path: str, ignored: tuple[_Ignored, ...], *, folder: bool) -> bool:
        if self.exclude and _is_below(self.base, path):
            name = _relative(self.base, path)
            if self.exclude.match(name, folder=folder):
                return True
        for it in reversed(ignored):
            verdict = it.patterns.match(_slashed(path[len(it.prefix) :]), folder=folder)
            if verdict is not None:
                return verdict
        return False

    def _ignored_above(self, top: str) -> Iterator[_Ignored]:
        """What the folders above top say, from the top of the repository or else from the root."""
        above = repository(top) or (self.base if _is_below(self.base, top) else top)
        yield from self._of_repository(above)
        names = [] if above == top else _relative(above, top).split("/")
        for name in names:
            yield from self._ignored_in(above, ".gitignore")
            above = os.path.join(above, name)

    def _of_repository(self, folder: str) -> tuple[_Ignored, ...]:
        return tuple(self._ignored_in(folder, ".git/info/exclude"))

    def _ignored_in(self, folder: str, name: str) -> Iterator[_Ignored]:
        path = os.path.join(folder, name)
        # git does not follow a link here either. Source: https://git-scm.com/docs/gitignore#_notes
        if os.path.islink(path) or not os.path.exists(path):
            return
        try:
            data = _bytes(path, _LONGEST_GITIGNORE, "the most that is read")
        except _UnreadableError as reason:
            self.problems.append((path, str(reason)))
        else:
            yield _Ignored(os.path.join(folder, ""), compile_text(os.fsdecode(data)))


def _has_file(names: Mapping[str, os.DirEntry[str]], name: str) -> bool:
    try:
        return name in names and names[name].is_file()
    except OSError:  # a link in a circle
        return False


_LONGEST_GITIGNORE = 200_000  # bytes; the longest templates have 10,000


def _identity(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


class _UnreadableError(Exception):
    """Why a file has no text."""


def _problem(message: str) -> "Problem":
    from crowsfoot.facts.common import Problem

    return Problem(Range(0, 0), message, "unreadable")


def _is_quiet(path: str) -> bool:
    kind = kind_of(os.path.basename(path))
    return kind is not None and kind.quiet


def _text(path: str, limit: int, *, regular: bool = False) -> str | None:
    """The text of a file of a wanted kind, or None when it lacks what its kind must contain.

    regular: it is known to be a file, and no pipe or the like.
    """
    kind = kind_of(os.path.basename(path))
    if kind is not None and kind.largest is not None:
        limit = kind.largest
    data = _bytes(path, limit, "max-file-size", regular=regular)
    return _decoded(data) if kind is None or kind.wants(data) else None


def _bytes(path: str, limit: int, called: str, *, regular: bool = False) -> bytes:
    try:
        # Opening a pipe or a device can wait for ever, or do something.
        if not regular and not stat.S_ISREG(mode := os.stat(path).st_mode):
            kind = _NOT_FILES.get(stat.S_IFMT(mode), "something else")
            raise _UnreadableError(f"this is {kind}, not a file")
        file = os.open(path, _FLAGS)
        try:
            data = os.read(file, _FIRST)
            if len(data) == _FIRST:
                _check_size(os.fstat(file).st_size, limit, called)
                data = _rest(file, data, limit)
        finally:
            os.close(file)
    except OSError as error:
        raise _UnreadableError(f"this file cannot be read: {_reason(error)}") from error
    _check_size(len(data), limit, called)
    return data


_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# Nearly every file is smaller. An object for each would ask the system three times more often (measured: 5 ms
# for 1,000 files), and so would its size, twice.
_FIRST: Final = 1 << 16


def _rest(file: int, data: bytes, limit: int) -> bytes:
    """The data and what comes after it in an open file, or more than the limit of it."""
    parts = [data]
    read = len(data)
    while read <= limit and (data := os.read(file, 1 << 20)):
        parts.append(data)
        read += len(data)
    return b"".join(parts)


def _check_size(size: int, limit: int, called: str) -> None:
    if size > limit:
        raise _UnreadableError(f"this file has {size:,} bytes; {called} is {limit:,}")


_NOT_FILES: Final = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_ANY_MARK: Final = tuple(mark for mark, _ in _MARKS)


def _decoded(data: bytes) -> str:
    if data.startswith(_ANY_MARK):
        encoding = next(encoding for mark, encoding in _MARKS if data.startswith(mark))
        raise _UnreadableError(f"this file is in {encoding}; save it as UTF-8")
    if (place := data.find(b"\0")) >= 0:
        raise _UnreadableError(f"this file is binary: it has a NUL at byte {place:,}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(
            f"this file is not UTF-8: byte 0x{data[error.start]:02x} at byte {error.start:,}, in line {line}"
        ) from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
