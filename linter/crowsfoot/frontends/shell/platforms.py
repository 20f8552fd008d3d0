"""What platforms are told in JSON and TOML to the tasks that they run: Vercel, Railway, Fly, Netlify, Heroku.

Both formats are read as they are written, one key after the other, so that a broken file costs nothing.
"""

import re
from collections.abc import Iterator
from typing import Literal

from crowsfoot.facts.common import Name
from crowsfoot.facts.shell import Automation, Command, Task
from crowsfoot.frontends.shell.ci import database_of_its_own
from crowsfoot.frontends.shell.commands import commands
from crowsfoot.source import Range

Kind = Literal["start", "release", "build"]


def read_platform(text: str) -> Automation:
    """The commands under keys that are known to be run, in vercel.json, fly.toml, railway.toml and others."""
    tasks: list[Task] = []
    for key, values in _settings(text):
        kind = _KEYS.get(key.text)
        if kind is None:
            continue
        found = [it for value in values for it in commands(text, value.start, value.end)]
        if found:
            tasks.append(Task(kind, key, tuple(found), database_of_its_own(found)))
    return Automation("platform", tuple(tasks))


def read_scripts(text: str) -> tuple[Task, ...]:
    """The scripts of package.json that run something that matters."""
    opening = _SCRIPTS.search(text)
    if opening is None:
        return ()
    tasks: list[Task] = []
    at = opening.end()
    while (pair := _PAIR.match(text, at)) is not None:
        name = Name(pair["key"], Range(*pair.span("key")))
        found: list[Command] = list(commands(text, *pair.span("value")))
        if found:
            tasks.append(Task("script", name, tuple(found), database_of_its_own(found)))
        at = pair.end()
    return tuple(tasks)


def package_name(text: str) -> str | None:
    """What package.json calls itself."""
    match = _NAME.search(text)
    return match[1] if match else None


# Source: https://vercel.com/docs/project-configuration, https://fly.io/docs/reference/configuration/,
# https://docs.railway.com/reference/config-as-code, https://docs.netlify.com/configure-builds/file-based-configuration/,
# https://devcenter.heroku.com/articles/app-json-schema, https://nixpacks.com/docs/configuration/file
_KEYS: dict[str, Kind] = {
    "buildCommand": "build",
    "installCommand": "build",
    "build_command": "build",
    "cmds": "build",
    "preDeployCommand": "release",
    "release_command": "release",
    "postdeploy": "release",
    "startCommand": "start",
    "cmd": "start",
    "command": "build",
}

_KEY = re.compile(r"(?:^[ \t]*(?P<bare>[\w-]+)[ \t]*=|(?P<quoted>\"\w+\")\s*:)\s*(?=[\[\"'])", re.MULTILINE)
_TEXT = re.compile(r"\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"|'[^'\n]*'")
_COMMA = re.compile(r"[\s,]*")
_SCRIPTS = re.compile(r"\"scripts\"\s*:\s*\{")
_NAME = re.compile(r"^(?:\{|[ \t]{1,4})\s*\"name\"\s*:\s*\"([^\"\\\n]{1,214})\"", re.MULTILINE)
_BLANK = r"(?:[\s,]|//[^\n]*)*"
_PAIR = re.compile(rf"{_BLANK}\"(?P<key>[^\"\\\n]+)\"\s*:\s*\"(?P<value>[^\"\\\n]*(?:\\.[^\"\\\n]*)*)\"")


def _settings(text: str) -> Iterator[tuple[Name, list[Range]]]:
    """Each key whose value is a string or a list of strings."""
    for match in _KEY.finditer(text):
        group = "bare" if match["bare"] else "quoted"
        key = Name(match[group].strip('"'), Range(*match.span(group)))
        at = match.end()
        if text[at] != "[":
            value = _TEXT.match(text, at)
            yield key, [Range(value.start() + 1, value.end() - 1)] if value else []
            continue
        values: list[Range] = []
        at += 1
        while True:
            blank = _COMMA.match(text, at)
            value = _TEXT.match(text, blank.end() if blank else at)
            if value is None:
                break
            values.append(Range(value.start() + 1, value.end() - 1))
            at = value.end()
        yield key, values
