"""YAML that automation is written in, to its tasks: CI of every make, compose files, manifests.

The shape of a file says what it is, not its name: jobs with steps, services, pipelines, a kind of object.
Where the text is ambiguous a task is taken for what harms nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from crowsfoot.databases.environments import (
    is_database_image,
    is_local_address,
    is_passing,
    is_url_variable,
)
from crowsfoot.facts.common import Name
from crowsfoot.facts.environment import Variable
from crowsfoot.facts.shell import Automation, Command, Task
from crowsfoot.frontends.logins import variable
from crowsfoot.frontends.shell.commands import command_of, commands
from crowsfoot.frontends.shell.words import Word
from crowsfoot.frontends.shell.yaml import Entry, entries
from crowsfoot.source import Range

Path = tuple[str, ...]
Kind = Literal["job", "script", "image", "start", "release", "build"]


def read(text: str) -> Automation:
    """The tasks of a YAML file; none where it is about something else."""
    found = list(entries(text))
    top = {it.path[0] for it in found}
    if any(it.path == ("kind",) and _value(text, it) in _RUNNING_KINDS for it in found):
        return Automation("manifest", tuple(_manifests(text, found)))
    if "services" in top and "jobs" not in top:
        items = [it for it in found if it.path == ("services", "-1")]
        if not items:
            return Automation(
                "compose", tuple(_services(text, found)), variables=tuple(_variables(text, found))
            )
        if items[0].style == "none":
            return Automation("platform", tuple(_services(text, found)))
    return Automation("ci", tuple(_jobs(text, found)))


# Source: https://kubernetes.io/docs/concepts/workloads/
_RUNNING_KINDS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Rollout"}

# What holds shell text, or a list of it, in GitHub, GitLab, CircleCI, Bitbucket, Azure, CodeBuild, Cloud
# Build, Render, DigitalOcean, Compose, Kubernetes and LiteFS.
_RUNS = frozenset(
    (
        *("run", "script", "before_script", "after_script", "commands", "command", "bash", "powershell"),
        *("pwsh", "inline", "inlineScript", "cmd", "cmds", "entrypoint", "args", "buildCommand"),
        *("startCommand", "preDeployCommand", "initialDeployHook", "build_command", "run_command"),
    )
)
_BUILDS = frozenset(("buildCommand", "build_command"))
_RELEASES = frozenset(("preDeployCommand", "initialDeployHook"))
_COMMON = frozenset(("on", "true", "env", "variables", "services", "image", "name", "default"))
_UNMERGED = frozenset(("pull_request", "pull_request_target", "merge_group"))
_DATABASES_OF_THEIR_OWN = ("supabase/", "create-branch", "postgres", "mysql", "mongo", "mssql")
_SECRET = re.compile(r"(\w{1,60})=[\"']?(?:\$\{\{ {0,4}(?:secrets|vars)\.)")


def _manifests(text: str, found: Sequence[Entry]) -> Iterator[Task]:
    documents: dict[int, list[Entry]] = {}
    for entry in found:
        documents.setdefault(entry.document, []).append(entry)
    for inside in documents.values():
        first = next((it for it in inside if it.path == ("metadata", "name")), inside[0])
        yield from _task("start", Name(_value(text, first), first.value), text, inside)


def _services(text: str, found: Sequence[Entry]) -> Iterator[Task]:
    for key, inside in _grouped(it for it in found if it.path[0] == "services" and len(it.path) > 1):
        called = next((it for it in inside if it.path == (*key, "name")), None)
        name = Name(_value(text, called), called.value) if called else Name(key[-1], inside[0].key)
        yield from _task("build", name, text, inside, keys=_BUILDS)
        yield from _task("release", name, text, inside, keys=_RELEASES)
        yield from _task("start", name, text, inside, keys=_RUNS - _BUILDS - _RELEASES)


def _variables(text: str, found: Sequence[Entry]) -> Iterator[Variable]:
    """What compose gives a service in its environment, or to the build of its image.

    Source: https://docs.docker.com/reference/compose-file/services/#environment
    """
    known: dict[str, str] = {}
    for entry in found:
        if len(entry.path) < 4 or entry.path[-2] not in ("environment", "args"):
            continue
        value, at = _value(text, entry), entry.value.start
        if entry.path[-1].startswith("-"):
            word, equals, value = value.partition("=")
            if not equals:
                continue
            name = Name(word, Range(at, at + len(word)))
            at += len(word) + 1
        else:
            name = Name(entry.path[-1], entry.key)
        kept = variable(name, value, at, known, entry.path[1])
        known.setdefault(name.text, value)
        if kept is not None:
            yield kept


def _jobs(text: str, found: Sequence[Entry]) -> Iterator[Task]:
    common = [it for it in found if it.path[0] in _COMMON]
    for key, inside in _grouped(it for it in found if it.path[0] not in _COMMON):
        name = next((it for it in reversed(key) if not it.startswith("-")), "")
        yield from _task("job", Name(name, inside[0].key), text, inside, common)


def _grouped(found: Iterable[Entry]) -> Iterator[tuple[Path, list[Entry]]]:
    groups: dict[Path, list[Entry]] = {}
    for entry in found:
        groups.setdefault(_unit(entry.path), []).append(entry)
    yield from groups.items()


def _unit(path: Path) -> Path:
    """The keys that lead to the job, step or service that the entry belongs to."""
    if "jobs" in path:
        return path[: path.index("jobs") + 2]
    if path[0] == "services":
        return path[:2]
    if path[0] == "pipelines" and "step" in path:
        return path[: path.index("step") + 1]
    return path[:1]


def _task(
    kind: Kind,
    name: Name,
    text: str,
    inside: Sequence[Entry],
    around: Sequence[Entry] = (),
    *,
    keys: frozenset[str] = _RUNS,
) -> Iterator[Task]:
    """The task, if it runs anything that matters."""
    found = tuple(_commands(text, inside, keys))
    if not found:
        return
    signs = _Signs(text)
    signs.see_triggers(around)
    for entry in (*around, *inside):
        signs.see(entry)
    yield Task(kind, name, found, signs.temporary or database_of_its_own(found), signs.lasting)


def database_of_its_own(found: Iterable[Command]) -> Range | None:
    """The first command that starts a database, or is given the address of one that is near."""
    return next(
        (it.range for it in found if it.kind == "database" or (it.kind == "prisma" and it.local)), None
    )


def _commands(text: str, inside: Sequence[Entry], keys: frozenset[str]) -> Iterator[Command]:
    """The commands of a job in the order of the text; those of a list are words where they look so."""
    # A step that says of itself that it is for a test is none that harms.
    passing = {it.path[:-1] for it in inside if it.path[-1] in _NAMES and is_passing(_value(text, it))}
    listed: list[Word] = []
    list_path: Path = ()
    for entry in inside:
        path = entry.path
        in_list = len(path) > 1 and path[-1].startswith("-") and path[-2] in keys
        if listed and not (in_list and path[:-1] == list_path):
            yield from _of_words(listed)
            listed = []
        if entry.style in ("none", "alias") or not (in_list or path[-1] in keys) or path[:-1] in passing:
            continue
        start, end = entry.value.start, entry.value.end
        if entry.style == "flow":
            yield from of_array(text, start, end)
        elif in_list and " " not in text[start:end].strip():
            list_path = path[:-1]
            listed.append(Word(text[start:end], start, end))
        else:
            yield from commands(text, start, end, folded=entry.style in ("folded", "plain", "quoted"))
    yield from _of_words(listed)


_NAMES = frozenset(("name", "displayName"))


def _of_words(words: Sequence[Word]) -> Iterator[Command]:
    found = command_of(words) if words else None
    if found:
        yield found


def of_array(text: str, start: int, end: int) -> Iterator[Command]:
    """The commands of an array of strings: ["sh", "-c", "npx prisma migrate deploy"]."""
    words: list[Word] = []
    inner: list[Range] = []
    at = start
    while (begin := _next_quote(text, at, end)) >= 0:
        quote = text[begin]
        stop = begin + 1
        while stop < end and text[stop] != quote:
            stop += 2 if text[stop] == "\\" else 1
        stop = min(stop, end)
        word = Word(text[begin + 1 : stop], begin + 1, stop)
        words.append(word)
        if " " in word.text or "\n" in word.text:
            inner.append(Range(begin + 1, stop))
        at = stop + 1
    for place in inner:
        yield from commands(text, place.start, place.end, folded=True)
    if not inner:
        yield from _of_words(words)


def _next_quote(text: str, at: int, end: int) -> int:
    while at < end:
        if text[at] in "\"'":
            return at
        at += 1
    return -1


class _Signs(msgspec.Struct):
    """What in a job says whether its database stays."""

    text: str
    temporary: Range | None = None
    lasting: Range | None = None

    def see_triggers(self, around: Sequence[Entry]) -> None:
        """A workflow that only runs for what is not merged yet migrates nothing that lasts."""
        triggers = {it.path[1]: it.key for it in around if it.path[0] in ("on", "true") and len(it.path) == 2}
        if not triggers:
            triggers = {_value(self.text, it): it.key for it in around if it.path in (("on",), ("true",))}
        if triggers and triggers.keys() <= _UNMERGED:
            self._passes(next(iter(triggers.values())))

    def see(self, entry: Entry) -> None:
        key, where = entry.path[-1], entry.key
        value = _value(self.text, entry)
        if key == "<<" or entry.style == "alias":
            # What stands elsewhere may be a database of the job's own.
            self._passes(where)
        elif _brings_database(entry.path, value):
            self._passes(where)
        elif key == "uses" and "ssh" in value:
            self._stays(where)
        elif key in ("environment", "deployment"):
            if is_passing(value):
                self._passes(where)
            elif value:
                self._stays(where)
        elif key == "name" and entry.path[-2:-1] == ("environment",):
            if is_passing(value):
                self._passes(where)
            else:
                self._stays(where)
        elif is_url_variable(key):
            if is_local_address(value) or is_passing(value):
                self._passes(where)
            elif "secrets." in value or "vars." in value:
                self._stays(where)
        elif key in _RUNS and any(is_url_variable(it[1]) for it in _SECRET.finditer(value)):
            self._stays(where)

    def _passes(self, where: Range) -> None:
        self.temporary = self.temporary or where

    def _stays(self, where: Range) -> None:
        self.lasting = self.lasting or where


def _brings_database(path: Path, value: str) -> bool:
    key = path[-1]
    if key == "uses":
        return any(it in value for it in _DATABASES_OF_THEIR_OWN)
    if "services" in path[:-1] and is_database_image(key):
        return True
    return (key in ("services", "image") or "services" in path[:-1]) and is_database_image(value)


def _value(text: str, entry: Entry) -> str:
    return text[entry.value.start : entry.value.end]
