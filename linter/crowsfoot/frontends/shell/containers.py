"""Dockerfiles, Makefiles, Procfiles and shell scripts to their tasks."""

import re
from collections.abc import Iterator

from crowsfoot.facts.common import Name
from crowsfoot.facts.shell import Automation, Command, Task
from crowsfoot.frontends.shell.ci import database_of_its_own, of_array
from crowsfoot.frontends.shell.commands import commands
from crowsfoot.source import Range


def read_dockerfile(text: str) -> Automation:
    """What building the image runs, and what its containers run: the last CMD and ENTRYPOINT of each stage.

    Source: https://docs.docker.com/reference/dockerfile/
    """
    tasks: list[Task] = []
    building: list[Command] = []
    starting: dict[str, tuple[Range, list[Command]]] = {}
    stage = Name("", Range(0, 0))
    for word, where in _instructions(text):
        if word == "FROM":
            tasks += _stage(stage, building, starting)
            building, starting = [], {}
            stage = Name(text[where.start : where.end].split()[-1], where)
        elif word == "RUN":
            building += _run(text, where)
        elif word in ("CMD", "ENTRYPOINT"):
            starting[word] = where, list(_run(text, where))
    tasks += _stage(stage, building, starting)
    return Automation("container", tuple(tasks))


def read_makefile(text: str) -> Automation:
    """The recipe of each target."""
    tasks: list[Task] = []
    target: Name | None = None
    found: list[Command] = []
    for start, end in _lines(text):
        if text[start] == "\t":
            found += commands(text, start, end)
            continue
        match = _TARGET.match(text, start, end)
        if match:
            tasks += _task("script", target, found)
            target, found = Name(match[1], Range(*match.span(1))), []
    tasks += _task("script", target, found)
    return Automation("make", tuple(tasks))


def read_procfile(text: str) -> Automation:
    """The command of each process; "release" runs before the others start.

    Source: https://devcenter.heroku.com/articles/procfile
    """
    tasks: list[Task] = []
    for start, end in _lines(text):
        match = _PROCESS.match(text, start, end)
        if match:
            name = Name(match[1], Range(*match.span(1)))
            found = list(commands(text, match.end(), end))
            tasks += _task("release" if name.text == "release" else "start", name, found)
    return Automation("process", tuple(tasks))


def read_script(text: str) -> Automation:
    """The commands of a shell script, as one task."""
    found = list(commands(text, 0, len(text)))
    return Automation("shell", tuple(_task("script", Name("", Range(0, 0)), found)))


_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)(?=[ \t]|\\)")
_OPTIONS = re.compile(r"(?:[ \t]*--[\w-]+=?\S*)*[ \t]*")
_HEREDOC = re.compile(r"<<-?[ \t]*[\"']?(\w+)")
_TARGET = re.compile(r"([\w./%@ -]+?)[ \t]*::?(?!=)")
_PROCESS = re.compile(r"([\w-]+):[ \t]*")


def _instructions(text: str) -> Iterator[tuple[str, Range]]:
    """Each instruction, and where its arguments stand, over all lines that it goes on for."""
    lines = _lines(text)
    for start, end in lines:
        match = _INSTRUCTION.match(text, start, end)
        if match is None:
            continue
        here = _HEREDOC.search(text, match.end(), end) if "<<" in text[start:end] else None
        stop = end
        if here:
            for begin, stop in lines:
                if text[begin:stop].strip() == here[1]:
                    break
        else:
            # A comment between the lines of one instruction does not end it.
            going_on = _goes_on(text, start, end)
            while going_on and (following := next(lines, None)):
                begin, stop = following
                going_on = text[begin:stop].lstrip()[:1] == "#" or _goes_on(text, begin, stop)
        yield match[1].upper(), Range(match.end(), stop)


def _goes_on(text: str, start: int, end: int) -> bool:
    return text[start:end].rstrip().endswith("\\")


def _run(text: str, where: Range) -> Iterator[Command]:
    options = _OPTIONS.match(text, where.start, where.end)
    start = options.end() if options else where.start
    if text[start : start + 1] == "[":
        yield from of_array(text, start, where.end)
    else:
        yield from commands(text, start, where.end)


def _stage(
    stage: Name, building: list[Command], starting: dict[str, tuple[Range, list[Command]]]
) -> Iterator[Task]:
    yield from _task("image", stage, building)
    found = [it for _, commands in starting.values() for it in commands]
    if starting:
        first = min(where for where, _ in starting.values())
        yield from _task("start", Name(stage.text, first), found)


def _task(kind: str, name: Name | None, found: list[Command]) -> Iterator[Task]:
    if found and name:
        yield Task(kind, name, tuple(found), database_of_its_own(found))  # type: ignore[arg-type]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines that are not empty."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end > start:
            yield start, end
        start = end + 1
