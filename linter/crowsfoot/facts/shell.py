"""What automation runs: the commands of CI files, Dockerfiles, shell scripts and package scripts.

Only commands that matter to a database are kept: Prisma's own, and those by which one leads to another.
"""

from typing import Literal

from crowsfoot.facts.common import Comment, Fact, Name, Problem
from crowsfoot.facts.environment import Variable
from crowsfoot.source import Range


class Command(Fact, frozen=True, array_like=True):
    """One command of a shell, told by what it does, whatever launches it (npx, dotenv, sudo, sh -c).

    words begin behind the program, and what they are depends on kind:
    "prisma": ("db", "push", "--accept-data-loss");
    "script": the name of a script of package.json; "file": the path of a shell script; "make": a target;
    "database": it starts a database of its own; "development": it starts a server for development.
    """

    kind: Literal["prisma", "script", "file", "make", "database", "development"]
    range: Range
    words: tuple[Name, ...] = ()
    directory: str | None = None  # where cd, --prefix or -C led, as written
    package: str | None = None  # the workspace that --filter names
    local: bool = False  # it is given the address of a database on the same machine


class Task(Fact, frozen=True, array_like=True):
    """Commands that run together.

    kind says when: a "job" of CI, a "script" that somebody calls, a "build" of an image, the "start" of a
    container or a process, a "release" of a platform, a "build step" of a platform.
    """

    kind: Literal["job", "script", "image", "start", "release", "build"]
    name: Name
    commands: tuple[Command, ...] = ()
    temporary: Range | None = None  # what says that its database lives no longer than itself
    lasting: Range | None = None  # what says that its database stays


class Automation(Fact, frozen=True, array_like=True, tag="automation"):
    """The tasks of one file that is none of package.json."""

    kind: Literal["ci", "compose", "manifest", "container", "shell", "make", "process", "platform"]
    tasks: tuple[Task, ...] = ()
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
    variables: tuple[Variable, ...] = ()  # of a compose file, by service
