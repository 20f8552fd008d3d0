"""What automation runs of Prisma's CLI, and how that comes to meet a database that stays."""

from __future__ import annotations

from functools import cached_property

from crowsfoot.facts.common import Name
from crowsfoot.finding import Related
from crowsfoot.link.project import Database, File, Linked
from crowsfoot.source import Span


class Run(Linked, frozen=True, eq=False, dict=True):
    """One way on which a command meets a database that stays.

    calls are the places that lead there, from where it begins to the last one before the command itself.
    """

    when: str  # "when the container starts"
    calls: tuple[Span, ...]

    def __str__(self) -> str:
        return self.when


class Command(Linked, frozen=True, eq=False, dict=True):
    """One command of Prisma's CLI in a CI file, a Dockerfile, a shell script, a package script, ..."""

    file: File
    words: tuple[Name, ...]  # behind "prisma": db, push, --accept-data-loss
    span: Span  # from "prisma" to the last word
    database: Database | None  # that it is about, where that can be told
    runs: tuple[Run, ...]  # empty: as far as can be told it only meets databases that pass

    @property
    def name(self) -> str:
        """The command without its arguments: "db push"."""
        return f"{self.words[0].text} {self.words[1].text}"

    @property
    def name_span(self) -> Span:
        """From "prisma" to the end of its name."""
        return Span(self.file.path, self.span.start, self.words[1].range.end)

    @cached_property
    def flags(self) -> dict[str, Span]:
        """Where each option stands: "--force-reset"; one that is turned off (=false) is none."""
        return {
            name: self.file.span(word.range)
            for word in self.words[2:]
            for name, _, value in [word.text.partition("=")]
            if name.startswith("-") and value.lower() != "false"
        }

    @property
    def callers(self) -> tuple[Related, ...]:
        """The places that lead to it, from where it begins."""
        calls = self.runs[0].calls if self.runs else ()
        return tuple(
            Related(it, "it is run from here" if at else "it begins here") for at, it in enumerate(calls)
        )

    def __str__(self) -> str:
        return f"prisma {self.name}"
