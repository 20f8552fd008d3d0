"""Advice that is taken: afterwards neither the advice nor the rules have anything to say against it.

Projects are made by chance, the same ones in every run; their plans are written into the schema.
"""

import random
from collections import Counter
from pathlib import Path

import pytest

from crowsfoot.advice.plan import plan
from crowsfoot.databases.index_writing import declaration
from crowsfoot.finding import Confidence
from crowsfoot.session import Choices, Session

PROJECTS = 25
HEAD = """datasource db {
  provider = "%s"
}
enum Status {
  OPEN
  PAID
  VOID
}
model User {
  id     Int     @id
  events Event[]
}
"""
EVENT = """model Event {
  id        Int       @id
  tenantId  Int
  userId    Int
  status    Status
  done      Boolean
  slug      String
  total     Int
  createdAt DateTime
  deletedAt DateTime?
  user      User      @relation(fields: [userId], references: [id])
%s
}
"""
EQUAL = ("tenantId", "userId", "status", "done", "slug", "total")
SORTED = ("createdAt", "total", "slug")


def queries(chance: random.Random) -> list[str]:
    """Calls of Prisma's client: what is equal, in a list, in a range or null, with and without an order."""
    found = []
    for _ in range(chance.randint(1, 6)):
        where = dict.fromkeys(chance.sample(EQUAL, chance.choice((0, 1, 1, 2, 2, 3))), "given")
        if chance.random() < 0.3:
            where.setdefault(chance.choice(("userId", "status", "slug")), '{"in": many}')
        if chance.random() < 0.3:
            where.setdefault(chance.choice(("createdAt", "total")), '{"gte": given}')
        if chance.random() < 0.2:
            where["deletedAt"] = "None"
        order = ""
        if chance.random() < 0.5:
            way = chance.choice(("asc", "desc"))
            order = f', order={{"{chance.choice(SORTED)}": "{way}"}}'
        take = ", take=20" if chance.random() < 0.7 else ""
        method = "find_first" if chance.random() < 0.2 else "find_many"
        asked = ", ".join(f'"{column}": {value}' for column, value in where.items())
        found.append(f"db.event.{method}(where={{{asked}}}{order}{take if 'many' in method else ''})")
    return found


def indexes(chance: random.Random) -> list[str]:
    columns = ("tenantId", "userId", "status", "slug", "total", "createdAt", "deletedAt")
    made = [chance.sample(columns, chance.choice((1, 1, 2, 2, 3))) for _ in range(chance.randint(0, 4))]
    return [f"@@index([{', '.join(it)}])" for it in made]


def write(folder: Path, provider: str, lines: list[str], calls: list[str]) -> None:
    (folder / "schema.prisma").write_text(
        HEAD % provider + EVENT % "\n".join(f"  {it}" for it in lines), encoding="utf-8"
    )
    body = "".join(f"    await {it}\n" for it in calls)
    (folder / "app.py").write_text(
        "from prisma import Prisma\n\ndb = Prisma()\n\n\nasync def ask(given, many):\n"
        f"{body}    await db.user.delete(where={{'id': given}})\n",
        encoding="utf-8",
    )


def found(folder: Path, level: str) -> Counter[tuple[str, str]]:
    """What the rules on indexes say."""
    session = Session([folder], Choices(select=("indexes",), min_confidence=level), cached=False)
    return Counter((it.rule, it.finding.message) for it in session.report.kept)


def changes(folder: Path, level: str) -> list[tuple[list[str], str | None]]:
    """What the advice would drop and make."""
    session = Session([folder], Choices(), cached=False)
    made = plan(session.project, least=Confidence[level.upper()])
    return [
        ([old.declaration for old in it.old], declaration(it.proposal) if it.proposal is not None else None)
        for it in made.changes
    ]


def taken(lines: list[str], made: list[tuple[list[str], str | None]]) -> list[str]:
    """The lines with the plan carried out."""
    kept = list(lines)
    for old, new in made:
        for it in old:
            kept.remove(it)
        if new is not None:
            assert new.startswith("@@index"), new
            kept.append(new)
    return kept


@pytest.mark.parametrize("level", ["likely", "possible"])
@pytest.mark.parametrize("provider", ["postgresql", "mysql", "sqlite"])
def test_advice_that_is_taken_leaves_nothing_to_say(provider: str, level: str, tmp_path: Path) -> None:
    chance = random.Random(f"{provider} {level}")
    advised = 0
    for _ in range(PROJECTS):
        lines, calls = indexes(chance), queries(chance)
        write(tmp_path, provider, lines, calls)
        made = changes(tmp_path, level)
        if not made or any(new is not None and not new.startswith("@@") for _, new in made):
            continue  # a partial index is no line of the schema
        before = found(tmp_path, level)
        advised += len(made)
        after = taken(lines, made)
        write(tmp_path, provider, after, calls)
        told = f"{lines} -> {after} for {calls}"
        assert changes(tmp_path, level) == [], told
        assert found(tmp_path, level) - before == Counter(), told
    assert advised > PROJECTS // 2
