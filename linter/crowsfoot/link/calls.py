"""Tasks of all files -> the commands of Prisma's CLI among them, each with the ways that lead to it.

One task calls another: a Dockerfile starts a script of package.json, which calls a further one. A way begins
where a platform, an image or a job begins, and counts only if nothing on it says that its database passes.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property
from posixpath import basename, dirname, join, normpath

import msgspec

from crowsfoot.databases.environments import is_passing, serves_development
from crowsfoot.facts import shell
from crowsfoot.facts.settings import SchemaLocation
from crowsfoot.facts.shell import Automation, Task
from crowsfoot.link.automation import Command, Run
from crowsfoot.link.project import Database, File


def link_commands(files: Sequence[File], databases: Sequence[Database]) -> tuple[Command, ...]:
    """Every command of Prisma's CLI that the files run, in the order of the files."""
    places = [_Place(file, task) for file in files for task in _tasks(file)]
    if not any(it.kind == "prisma" for place in places for it in place.task.commands):
        return ()
    ways = _ways(places)
    return tuple(
        _command(place, command, ways.get((id(place), id(command)), ()), databases)
        for place in places
        for command in place.task.commands
        if command.kind == "prisma"
    )


class _Place(msgspec.Struct, frozen=True, eq=False):
    """A task and the file that it stands in."""

    file: File
    task: Task

    @property
    def folder(self) -> str:
        return dirname(self.file.path)


def _tasks(file: File) -> tuple[Task, ...]:
    if isinstance(file.facts, Automation):
        return file.facts.tasks
    return file.facts.scripts if isinstance(file.facts, SchemaLocation) else ()


def _ways(places: Sequence[_Place]) -> dict[tuple[int, int], tuple[Run, ...]]:
    """The first way that leads to each command; by the identity of its place too, as files share facts."""
    index = _Index(places)
    begun = [(place, when) for place in places if (when := _begins(place, index))]
    waiting = deque((place, Run(when, ())) for place, when in begun)
    seen = {id(place) for place, _ in begun}
    found: dict[tuple[int, int], tuple[Run, ...]] = {}
    while waiting:
        place, run = waiting.popleft()
        for command in place.task.commands:
            if command.kind == "prisma":
                found.setdefault((id(place), id(command)), (run,))
                continue
            if len(run.calls) >= _LONGEST_WAY:
                continue
            call = place.file.span(command.range)
            for called in index.called(place, command):
                if id(called) not in seen and not _passes(called):
                    seen.add(id(called))
                    waiting.append((called, Run(run.when, (*run.calls, call))))
    return found


# Scripts of package.json that a platform runs by their name alone.
# Source: https://vercel.com/docs/builds/configure-a-build, https://devcenter.heroku.com/articles/nodejs-support,
# https://docs.npmjs.com/cli/using-npm/scripts
_SCRIPTS = {
    **dict.fromkeys(("build", "prebuild", "postbuild", "build:prod", "build:production"), "in the build"),
    **dict.fromkeys(("vercel-build", "now-build", "heroku-prebuild", "heroku-postbuild"), "in the build"),
    **dict.fromkeys(("gcp-build", "render-build", "railway-build", "vercel:build"), "in the build"),
    **dict.fromkeys(("start", "prestart", "start:prod", "start:production"), "when the application starts"),
    **dict.fromkeys(("preinstall", "install", "postinstall"), "on every install"),
    **dict.fromkeys(("deploy", "predeploy", "postdeploy", "deploy:prod", "release"), "in the deploy"),
}
_WHEN = {
    ("container", "start"): "when the container starts",
    ("manifest", "start"): "when the pod starts",
    ("compose", "start"): "when the service starts",
    ("process", "start"): "when the process starts",
    ("process", "release"): "in the release phase",
    ("platform", "build"): "in the build",
    ("platform", "release"): "before the release",
    ("platform", "start"): "when the service starts",
}
# Shell scripts that have one use, where nobody calls them.
_SCRIPT_FILES = {
    **dict.fromkeys(
        ("entrypoint.sh", "docker-entrypoint.sh", "container-entrypoint.sh"), "when the container starts"
    ),
    **dict.fromkeys(("vercel-build.sh", "render-build.sh", "heroku-postbuild.sh"), "in the build"),
}
_GOES_OUT = frozenset(("deploy", "deployment", "release", "prod", "production", "selfhost", "selfhosted"))
# "migrate:dev" and "migrate-dev" are called after the command, and not after whom they are for.
_MIGRATE_DEV = re.compile(r"(?i)migrate[\W_]*dev")


def _begins(place: _Place, index: "_Index") -> str | None:
    """When the task runs by itself against a database that stays; None when it does not."""
    facts, task = place.file.facts, place.task
    if _passes(place) or any(is_passing(it) for it in _parts(dirname(place.file.path))):
        return None
    if isinstance(facts, SchemaLocation):
        when = _SCRIPTS.get(task.name.text)
        return None if when is None or _serves_developer(place, index) else when
    if not isinstance(facts, Automation):
        return None
    name = basename(place.file.path)
    goes_out = not _GOES_OUT.isdisjoint(re.findall(r"[a-z]+", name.lower()))
    if facts.kind == "ci":
        named = goes_out or not _GOES_OUT.isdisjoint(re.findall(r"[a-z]+", task.name.text.lower()))
        if task.lasting is None or (not named and is_passing(_without_ci(name))):
            return None
        return f"in the job {task.name.text}"
    if is_passing(name):
        return None
    if facts.kind == "compose" and not goes_out:
        return None  # with what developers start their databases, too
    when = _WHEN.get((facts.kind, task.kind))
    if facts.kind == "shell":
        when = f"in {name}" if goes_out else _SCRIPT_FILES.get(name)
        if not goes_out and index.is_called(place):
            return None  # who calls it, says for whom it is
    return None if when is None or _serves_developer(place, index) else when


def _parts(folder: str) -> list[str]:
    return [it for it in folder.split("/") if it not in ("", ".", "..", ".github", "workflows")]


def _without_ci(name: str) -> str:
    return re.sub(r"(?i)\bci\b|\.ya?ml$", "", name)


def _passes(place: _Place) -> bool:
    """Whether the task says of itself that its database does not stay."""
    name = _MIGRATE_DEV.sub("", place.task.name.text)
    return place.task.temporary is not None or is_passing(name)


def _serves_developer(place: _Place, index: "_Index") -> bool:
    """Whether what is started ends in a server for development: npm run start:dev, nodemon."""
    waiting, seen = [place], {id(place)}
    while waiting:
        current = waiting.pop()
        for command in current.task.commands:
            names = command.words if command.kind in ("script", "make") else ()
            if command.kind == "development" or any(_is_for_developers(it.text) for it in names):
                return True
            called = [it for it in index.called(current, command) if id(it) not in seen]
            seen.update(map(id, called))
            waiting += called if len(seen) < _MOST_CALLED else []
    return False


# More is no automation that somebody wrote.
_LONGEST_WAY = 20
_MOST_CALLED = 50  # by one task


def _is_for_developers(name: str) -> bool:
    return serves_development(_MIGRATE_DEV.sub("", name))


class _Index:
    """Finds the task that a command calls."""

    def __init__(self, places: Sequence[_Place]) -> None:
        self._places = places
        self._scripts: dict[str, dict[str, _Place]] = {}  # by folder of package.json
        self._script_named: dict[str, list[_Place]] = {}
        self._targets: dict[tuple[str, str], _Place] = {}  # by folder of the Makefile
        self._files: dict[str, _Place] = {}  # shell scripts by path
        self._files_named: dict[str, list[str]] = {}
        self._packages: dict[str, str] = {}  # name of the package -> folder
        for place in places:
            facts, name = place.file.facts, place.task.name.text
            if isinstance(facts, SchemaLocation):
                self._scripts.setdefault(place.folder, {}).setdefault(name, place)
                self._script_named.setdefault(name, []).append(place)
                if facts.package:
                    self._packages[facts.package] = place.folder
            elif isinstance(facts, Automation) and facts.kind == "make":
                self._targets.setdefault((place.folder, name), place)
            elif isinstance(facts, Automation) and facts.kind == "shell":
                self._files[place.file.path] = place
                self._files_named.setdefault(basename(place.file.path), []).append(place.file.path)

    def is_called(self, script: _Place) -> bool:
        """Whether a task of the project calls the shell script."""
        return id(script) in self._called

    @cached_property
    def _called(self) -> frozenset[int]:
        return frozenset(
            id(it)
            for place in self._places
            for command in place.task.commands
            if command.kind == "file"
            for it in self.called(place, command)
        )

    def called(self, place: _Place, command: shell.Command) -> list[_Place]:
        """The tasks that the command runs; none where that cannot be told."""
        if command.kind == "script":
            return [it for name in command.words for it in self._script(place, command, name.text)]
        if command.kind == "file":
            script = self._file(place.folder, command.words[0].text, command.directory)
            return [script] if script else []
        if command.kind == "make":
            folder = normpath(join(place.folder, command.directory or "."))
            keys = [(_dot(folder), it.text) for it in command.words]
            return [self._targets[it] for it in keys if it in self._targets]
        return []

    def _script(self, place: _Place, command: shell.Command, name: str) -> Iterator[_Place]:
        folder = self._package_folder(place, command, name)
        if folder is not None:
            scripts = self._scripts.get(folder, {})
            yield from (scripts[it] for it in _with_hooks(name) if it in scripts)

    def _package_folder(self, place: _Place, command: shell.Command, name: str) -> str | None:
        if command.package:
            wanted = command.package.strip("./")
            for package, folder in self._packages.items():
                if package == wanted or package.endswith(f"/{wanted}") or folder.endswith(wanted):
                    return folder
            return None
        for folder in self._candidates(place.folder, command.directory):
            if any(it in self._scripts.get(folder, {}) for it in _with_hooks(name)):
                return folder
        named = self._script_named.get(name, [])
        return named[0].folder if len(named) == 1 and not command.directory else None

    def _candidates(self, folder: str, directory: str | None) -> Iterator[str]:
        """Folders that may be meant: inside of an image, paths begin elsewhere than in the repository."""
        if directory:
            yield _dot(normpath(join(folder, directory)))
            parts = [it for it in directory.split("/") if it not in ("", ".", "..")]
            yield from ("/".join(parts[start:]) for start in range(min(len(parts), 8)))
            return
        yield folder
        while folder:
            folder = dirname(folder)
            yield folder

    def _file(self, folder: str, path: str, directory: str | None) -> _Place | None:
        for start in (join(folder, directory or ""), folder):
            found = self._files.get(_dot(normpath(join(start, path))))
            if found:
                return found
        known = self._files_named.get(basename(path), [])
        if len(known) > 1:
            parent = basename(dirname(path))
            known = [it for it in known if dirname(it) == folder] or [
                it for it in known if parent and basename(dirname(it)) == parent
            ]
        return self._files[known[0]] if len(known) == 1 else None


def _with_hooks(script: str) -> tuple[str, str, str]:
    """The script and what is run before and after it.

    Source: https://docs.npmjs.com/cli/using-npm/scripts#pre--post-scripts
    """
    return f"pre{script}", script, f"post{script}"


def _dot(folder: str) -> str:
    return "" if folder == "." else folder


def _command(
    place: _Place,
    command: shell.Command,
    runs: tuple[Run, ...],
    databases: Sequence[Database],
) -> Command:
    return Command(
        file=place.file,
        words=command.words,
        span=place.file.span(command.range),
        database=_database(place, command, databases),
        runs=runs,
    )


def _database(place: _Place, command: shell.Command, databases: Sequence[Database]) -> Database | None:
    """The database whose schema --schema names, or the only one."""
    named = _option(command, "--schema")
    if named:
        wanted = normpath(named).lstrip("./")
        found = [it for it in databases if it.path == wanted or it.path.startswith(f"{wanted}/")]
        found = found or [
            it for it in databases if it.path.endswith(f"/{wanted}") or f"/{wanted}/" in it.path
        ]
        return found[0] if len(found) == 1 else None
    if len(databases) == 1:
        return databases[0]
    near = [it for it in databases if place.folder and it.path.startswith(f"{place.folder}/")]
    return near[0] if len(near) == 1 else None


def _option(command: shell.Command, name: str) -> str | None:
    words = [it.text for it in command.words]
    for at, word in enumerate(words):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name and at + 1 < len(words):
            return words[at + 1]
    return None
