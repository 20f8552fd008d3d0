"""A file of the schema could not be read at all.

Nothing of it is known: it is not text in UTF-8, it is too large, or it may not be opened. Rules that report
an absence (a relation without its other end) may be wrong about what stands in it, so this comes first.

Save the file as UTF-8 without a byte order mark, which is the only encoding that Prisma reads, or leave it
out with `exclude` in the configuration.

Source: https://www.prisma.io/docs/orm/prisma-schema/overview
"""

from collections.abc import Iterator

from crowsfoot import Finding, Problem, Severity, rule


@rule(over=Problem, since="0.1", severity=Severity.ERROR)
def check(problem: Problem) -> Iterator[Finding]:
    if problem.kind == "unreadable":
        yield Finding(problem.span, problem.message, subject=problem.span.path)
