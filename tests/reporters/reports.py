"""Small reports for the tests of reporters, written with their places marked in the text."""

import re
from collections.abc import Mapping
from typing import Any

from crowsfoot.finding import Diagnostic, Edit, Finding, Fix, Related, Report, Severity
from crowsfoot.reporters import View
from crowsfoot.rule import Rule
from crowsfoot.source import Source, Span

SCHEMA = """\
model User {
  id    Int    @id
  posts Post[]
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
"""


def span(source: Source, words: str, occurrence: int = 1) -> Span:
    """Where the words stand for the n-th time."""
    start = [it.start() for it in re.finditer(re.escape(words), source.text)][occurrence - 1]
    return Span(source.path, start, start + len(words))


def view(
    *diagnostics: Diagnostic,
    sources: tuple[Source, ...] = (),
    rules: Mapping[str, Rule[Any]] | None = None,
    report: Report | None = None,
    **options: Any,
) -> View:
    return View(
        report=report or Report(kept=diagnostics, files=len(sources)),
        sources={it.path: it for it in sources},
        rules=lambda: rules or {},
        **options,
    )


def unindexed(severity: Severity = Severity.WARNING) -> tuple[Source, Diagnostic]:
    """A finding with all that a finding can have, and its source."""
    source = Source("prisma/schema.prisma", SCHEMA)
    field = span(source, "authorId", 1)
    end = span(source, "[id])\n").end - 1
    finding = Finding(
        span=field,
        message="no index serves the foreign key authorId: deleting a User scans all of Post",
        subject="Post.authorId",
        related=(Related(span(source, "User", 2), "the table that is referred to"),),
        fix=Fix(
            "add @@index([authorId]) to Post",
            (Edit(Span(source.path, end, end), "\n\n  @@index([authorId])"),),
        ),
    )
    return source, Diagnostic("unindexed-foreign-key", severity, finding)


def simple(
    where: Span,
    message: str = "this is wrong",
    rule: str = "some-rule",
    severity: Severity = Severity.WARNING,
    **options: Any,
) -> Diagnostic:
    return Diagnostic(rule, severity, Finding(where, message, **options))


def rule(name: str = "unindexed-foreign-key", **options: Any) -> Rule[Any]:
    values: dict[str, Any] = {
        "name": name,
        "category": "indexes",
        "doc": "A foreign key that no index serves.\n\nEvery delete scans the whole table.\n\n## Bad\n\ncode",
        "over": object,
        "check": lambda subject: (),
        "severity": Severity.WARNING,
        "since": "0.1",
        "default": True,
    }
    return Rule(**(values | options))
