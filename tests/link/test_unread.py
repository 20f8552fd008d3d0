"""A file that could not be read at all: what is said of it, and what is not said because of it."""

from collections.abc import Iterable

from crowsfoot.facts.common import Problem
from crowsfoot.finding import Finding
from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.rule import load
from crowsfoot.source import Range
from crowsfoot.subjects import SUBJECTS

SCHEMA = """
datasource db {
  provider = "postgresql"
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
"""


def test_it_is_a_finding_of_its_own_at_the_path() -> None:
    (finding,) = _findings("unreadable-file", unread=["user.prisma"])
    assert (finding.span.path, finding.message) == ("user.prisma", "this file is not UTF-8")
    assert not list(_findings("unreadable-file", unread=[]))
    assert not list(_findings("syntax-error", unread=["user.prisma"]))


def test_a_model_that_it_may_declare_is_not_missed() -> None:
    assert len(list(_findings("unresolved-relation", unread=[]))) == 1
    assert not list(_findings("unresolved-relation", unread=["user.prisma"]))


def _findings(name: str, unread: Iterable[str]) -> Iterable[Finding]:
    rule = load()[name]
    problem = Problem(Range(0, 0), "this file is not UTF-8", "unreadable")
    project = link([("schema.prisma", prisma.read(SCHEMA))], [(path, problem) for path in unread])
    for subject in SUBJECTS[rule.over](project):
        yield from rule.check(subject)
