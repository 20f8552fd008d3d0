"""One run over one project: where it is, how it is configured, what is in it, and what was said of it.

What has been said once of the same bytes, by the same code, with the same settings, is not worked out again:
then neither rules nor parsers are imported.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from crowsfoot import cache as caches
from crowsfoot import config as configs
from crowsfoot.cache import Cache, code_fingerprint
from crowsfoot.config import Config, Location, UserError, working_folder
from crowsfoot.digests import digest
from crowsfoot.discover import Discovery, decoded, discover, encoded, printable, standard_input
from crowsfoot.finding import Confidence, Fix, Report, Safety
from crowsfoot.fix import apply
from crowsfoot.kinds import DOCUMENTS
from crowsfoot.plugins import packages
from crowsfoot.processes import Helpers, spare_cores
from crowsfoot.rule import Rule, load
from crowsfoot.source import Source

if TYPE_CHECKING:
    from crowsfoot.link.assumed import Changes
    from crowsfoot.link.project import Project

# A round of fixes can make room for the next, never for itself; a table with more than that many
# findings is mended by the next run.
_MOST_ROUNDS = 50


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says about one run."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_confidence: str | None = None
    since: str | None = None  # a revision of git


class _Installed(Mapping[str, Rule[Any]]):
    """The installed rules; they are loaded when one is first asked for. Raises UserError where that fails."""

    @cached_property
    def _loaded(self) -> Mapping[str, Rule[Any]]:
        try:
            return load()
        except ValueError as error:
            raise UserError(str(error)) from error

    def __getitem__(self, name: str) -> Rule[Any]:
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)


class Fixed(msgspec.Struct, frozen=True):
    """The texts after all fixes; only those that changed."""

    texts: Mapping[str, str]
    count: int  # fixes applied
    discovery: Discovery
    report: Report


class Session:
    """A project that is being checked. Everything is worked out when it is first asked for."""

    def __init__(
        self,
        paths: Sequence[Path],
        choices: Choices,
        *,
        config_file: Path | None = None,
        stdin: tuple[bytes, Path] | None = None,
        cached: bool = True,
    ) -> None:
        working_folder()
        self.choices = choices
        on_disk = [path for path in paths if path != Path("-")]
        # Unlike Path.is_dir, this has an answer also for a name that is too long, or below a locked folder.
        files = [path for path in on_disk if not os.path.isdir(path)] + ([stdin[1]] if stdin else [])
        self.location = _locate([*on_disk, *files], config_file)
        cache = caches.for_project(self.location.root, os.environ) if cached else Cache(None)
        self._is_first = cache.is_empty
        self.cache = cache.of(_code(cache)) if cached else cache
        self.discovery = self._discover(on_disk, files, stdin)
        # What a folder says is reported whole; of files, only those that were named.
        self.only = (
            self.discovery.named if files and len(files) == len(on_disk) + bool(stdin) else frozenset()
        )

    @cached_property
    def rules(self) -> Mapping[str, Rule[Any]]:
        """Every installed rule, by name."""
        return _Installed()

    @cached_property
    def config(self) -> Config:
        location = self.location
        name = location.file.name if location.file else "crowsfoot.toml"
        # Arguments need not be text; repr makes text of any.
        key = digest(name, location.text, repr(self.choices))
        config = self.cache.get("config", key, Config)
        if config is None:
            config = configs.parse(location.text, name, self.rules)
            config = configs.override(
                config,
                self.rules,
                select=self.choices.select,
                extend_select=self.choices.extend_select,
                ignore=self.choices.ignore,
            )
            if self.choices.min_confidence:
                level = Confidence[self.choices.min_confidence.upper()]
                config = msgspec.structs.replace(config, min_confidence=level)
            self.cache.put("config", key, config)
        return config

    @cached_property
    def report(self) -> Report:
        return self._report_on(self.discovery)

    @cached_property
    def project(self) -> "Project":
        """Everything that was read, joined; a report that is asked for later is on the same."""
        from crowsfoot.run import analyse

        return analyse(self.discovery, self.config, self.cache, self.changes)

    @cached_property
    def changes(self) -> "Changes | None":
        """What has become of the files since the revision that the user names."""
        if self.choices.since is None:
            return None
        from crowsfoot.revisions import changes_since

        unread = [path for path, _ in self.discovery.problems]
        return changes_since(self.choices.since, self.location.root, self.discovery.sources, unread)

    @property
    def sources(self) -> Mapping[str, Source]:
        return self.discovery.by_path()

    def prefix(self, *, for_people: bool) -> str:
        """What leads from the working folder to the project's root: "apps/api/", "../", or nothing.

        Machines read paths from the top of the repository, and never with "../".
        """
        away = os.path.relpath(self.location.root)
        if away == "." or (away.startswith("..") and not for_people):
            return ""
        return printable(away.replace(os.sep, "/")) + "/"

    def fixed(self, *, unsafe: bool) -> Fixed:
        """The project after its fixes, applied and checked again until nothing changes any more."""
        before = self.sources
        discovery, report, count = self.discovery, self.report, 0
        for _ in range(_MOST_ROUNDS):
            applied = apply(_applicable(report, unsafe=unsafe), discovery.by_path())
            if not applied.texts:
                break
            count += len(applied.applied)
            discovery = _with_texts(discovery, applied.texts)
            report = self._report_on(discovery)
        changed = {it.path: it.text for it in discovery.sources if it.text != before[it.path].text}
        return Fixed(changed, count, discovery, report)

    def write(self, fixed: Fixed) -> None:
        """Write the fixed texts to their files; the session goes on with them.

        Raises UserError for a file that cannot be written, or that somebody else has changed meanwhile; it
        stays as it is, and what was written before it stays fixed.
        """
        before = self.sources
        for path, text in fixed.texts.items():
            try:
                unchanged = _overwrite(self.discovery.file(path), before[path].text.encode(), text.encode())
            except OSError as error:
                raise UserError(f"{path}: cannot be written: {error.strerror}") from error
            if not unchanged:
                raise UserError(f"{path}: has changed while it was checked; nothing was written to it")
        self.discovery = fixed.discovery
        self.report = fixed.report
        self.__dict__.pop("project", None)

    def _report_on(self, discovery: Discovery) -> Report:
        key = self._key_of(discovery) if self.cache.keeps else ""
        report = self.cache.get("report", key, Report)
        if report is None:
            from crowsfoot.run import check

            linked = self.__dict__.get("project") if discovery is self.discovery else None
            report = check(discovery, self.config, self.rules, self.cache, self.changes, linked)
            if not report.failures:
                self.cache.put("report", key, report)
        if self.only:
            kept = tuple(it for it in report.kept if it.finding.span.path in self.only)
            report = msgspec.structs.replace(report, kept=kept, files=len(self.only))
        return report

    def _key_of(self, discovery: Discovery) -> str:
        """A digest of all that decides on the report."""
        return digest(
            msgspec.msgpack.encode(self.config, order="deterministic"),
            *(part for it in discovery.sources for part in (it.path, it.digest)),
            msgspec.msgpack.encode(
                (discovery.problems, discovery.bare, discovery.named), order="deterministic"
            ),
            msgspec.msgpack.encode(self.changes, order="deterministic"),
        )

    def _discover(
        self, on_disk: list[Path], files: list[Path], stdin: tuple[bytes, Path] | None
    ) -> Discovery:
        root = self.location.root
        for folder in self.config.migrations:
            if not os.path.isdir(root / folder):
                raise UserError(f"migrations: there is no folder {folder} below {root}")
        paths = list(on_disk) or ([] if stdin else [Path()])
        if files and self.location.found != "start":
            paths.append(root)  # a file is judged by the project around it
        exclude = self.config.exclude
        if not self.config.documents:
            exclude = (*exclude, *(f"*{ending}" for ending in DOCUMENTS))
        limit = self.config.max_file_size
        find = partial(discover, root, paths, exclude=exclude, max_file_size=limit)
        # Where nothing is kept, a whole run comes next.
        found = _while_loading(find, root) if self._is_first else find()
        return standard_input(found, *stdin, max_file_size=limit) if stdin else found


def _while_loading(find: Callable[[], Discovery], root: Path) -> Discovery:
    """What find finds in a copy of this process, while this one loads the code of a run.

    One takes as long as the other (measured over 1,042 migrations: 40 ms, of 550 for all). Where so many
    files are looked through that it takes longer, some are SQL, most likely.
    """
    if spare_cores():
        said: list[bytes] = []
        with Helpers(lambda: [encoded(find())], 1) as helpers:
            for load in (_load_run, _load_sql, _load_locks):
                if not said:
                    load()
                    said += helpers.said()
            while not said and helpers.wait():
                said += helpers.said()
        for it in said:
            return decoded(it, root)
    return find()


def _load_run() -> None:
    from crowsfoot import run  # noqa: F401


def _load_sql() -> None:
    from crowsfoot.frontends import sql

    sql.read("", "postgresql")


def _load_locks() -> None:
    from crowsfoot.databases import locks, safe_ddl  # noqa: F401


def _overwrite(file: Path, before: bytes, after: bytes) -> bool:
    """Put after into the file, if it holds before; whether it holds after now."""
    with open(file, "r+b", buffering=0) as stream:
        found = stream.readall()
        if found != before:
            return found == after  # the same file under another name
        try:
            _put(stream, after)
        except BaseException:
            # A full disk, or Ctrl-C. Nothing has been cut off, so there is room for what was there.
            _put(stream, before)
            raise
    return True


def _put(stream: FileIO, data: bytes) -> None:
    stream.seek(0)
    left = memoryview(data)
    while left:
        left = left[stream.write(left) :]
    stream.truncate()


def _code(cache: Cache) -> str:
    """A digest of the code that decides what is reported: ours, and that of every package of rules."""
    # Which packages there are depends on what is installed, and to find out takes a while.
    key = digest(*(f"{path}:{_changed(path)}" for path in sys.path))
    names = cache.get("packages", key, tuple[str, ...])
    if names is None:
        names = packages()
        cache.put("packages", key, names)
    return code_fingerprint(("crowsfoot", *names))


def _locate(given: Sequence[Path], config_file: Path | None) -> Location:
    start = Path(os.path.commonpath([path.absolute() for path in given])) if given else Path()
    location = configs.locate(start)
    if config_file:
        named = configs.locate_file(config_file)
        return msgspec.structs.replace(named, root=location.root)
    return location


def _changed(folder: str) -> int:
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def _applicable(report: Report, *, unsafe: bool) -> list[Fix]:
    allowed = {Safety.SAFE, Safety.UNSAFE} if unsafe else {Safety.SAFE}
    fixes = (it.finding.fix for it in report.kept)
    return [fix for fix in fixes if fix and fix.safety in allowed]


def _with_texts(discovery: Discovery, texts: Mapping[str, str]) -> Discovery:
    sources = tuple(Source(it.path, texts[it.path]) if it.path in texts else it for it in discovery.sources)
    return msgspec.structs.replace(discovery, sources=sources)
