"""Verdicts on the indexes of a table: what PostgreSQL does with them, and with what we propose instead."""

import json
import random
import re
from collections.abc import Iterator, Sequence, Set

import msgspec

from crowsfoot.databases.index_advice import missing, parts_of
from crowsfoot.databases.index_use import Asked, Part, part
from crowsfoot.databases.sort_service import Fault, Verdict, verdicts
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Table
from crowsfoot.link.wanted import Place, Queried, Wanted
from crowsfoot.source import Span

from ..postgres import Postgres
from .test_indexes import database

TABLES = 300
QUERIES = 4
COLUMNS = ("ref_id", "owner_id", "at", "size", "gone", "flag")
_SQL = """CREATE TABLE t (id int PRIMARY KEY, ref_id int, owner_id int, "at" int, size int, gone int, flag bool)"""


def table(*indexes: str, provider: str = "postgresql") -> Table:
    """A table with these @@index lines."""
    fields = "\n".join(f"  {it} Int?" for it in COLUMNS[:-1])
    lines = "\n".join(f"  {it}" for it in indexes)
    text = f'model T {{\n  id Int @id\n{fields}\n  flag Boolean\n{lines}\n  @@map("t")\n}}\n'
    return database(text, provider).tables["T"]


def _wanted(of: Table, asked: Asked, *, limit: bool = True, at: int = 0) -> Wanted:
    place = Place(span=Span("app.py", at, at + 1), said="query")
    return Wanted(table=of, asked=asked, others=frozenset(), limit=limit, whole=True, places=(place,))


def verdicts_of(of: Table, *shapes: Wanted) -> tuple[Verdict, ...]:
    return verdicts(Queried(table=of, shapes=shapes))


def asking(of: Wanted) -> str:
    """The shape as SQL."""
    conditions = [f'"{it}" = {"true" if it == "flag" else 1}' for it in sorted(of.asked.equal)]
    conditions += [f'"{it}" IS NULL' for it in sorted(of.asked.null)]
    conditions += [f'"{it}" IN (1, 2)' for it in sorted(of.asked.among)]
    conditions += [f'"{it}" > 1' for it in sorted(of.asked.ranges)]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = f" ORDER BY {', '.join(map(written, of.asked.order))}" if of.asked.order else ""
    return f"SELECT * FROM t{where}{order}{' LIMIT 5' if of.limit else ''}"


def written(it: Part) -> str:
    return f'"{it.column}" {"DESC" if it.descending else "ASC"} NULLS {"FIRST" if it.nulls_first else "LAST"}'


def cases() -> Iterator[tuple[Table, list[Wanted]]]:
    """Tables with a few indexes, and shapes of queries over each; the same ones in every run."""
    chance = random.Random(4)
    for _ in range(TABLES):
        asked = [_asked(chance) for _ in range(QUERIES)]
        lines = [_index(chance.sample(COLUMNS, chance.randint(1, 3)), chance)]
        for it in asked[: chance.randint(0, 3)]:
            # Made for a query, and not always well.
            compared = sorted((*it.null, *it.among, *it.ranges))
            chance.shuffle(compared)
            keys = [*sorted(it.equal), *compared, *(key.column or "" for key in it.order)]
            lines.append(_index(list(dict.fromkeys(keys))[: chance.randint(2, 4)], chance))
        of = table(*dict.fromkeys(filter(None, lines)))
        yield of, [_wanted(of, it, limit=chance.random() < 0.8) for it in asked]


def _asked(chance: random.Random) -> Asked:
    sets: dict[str, list[str]] = {"equal": [], "null": [], "among": [], "ranges": []}
    for it in chance.sample(COLUMNS, chance.randint(0, 3)):
        kind = chance.choices(list(sets), (6, 2, 2, 3))[0]
        sets["equal" if it == "flag" else kind].append(it)
    free = [it for it in COLUMNS[:-1] if it not in (*sets["equal"], *sets["null"])]
    order = [
        part(
            it,
            "postgresql",
            descending=chance.random() < 0.4,
            nulls=chance.choice(("first", "last")) if chance.random() < 0.2 else None,
        )
        for it in chance.sample(free, chance.randint(0, min(2, len(free))))
    ]
    return Asked(**{kind: frozenset(it) for kind, it in sets.items()}, order=tuple(order))


def _index(columns: Sequence[str], chance: random.Random) -> str:
    keys = [it + "(sort: Desc)" * (chance.random() < 0.2) for it in columns]
    return f"@@index([{', '.join(keys)}])" if keys else ""


def plan_of(postgres: Postgres, of: Wanted) -> str:
    return json.dumps(postgres.json(f"EXPLAIN (FORMAT JSON, COSTS OFF) {asking(of)}"))


def sorts(plan: str) -> bool:
    return '"Sort"' in plan or '"Incremental Sort"' in plan


def telling(of: Wanted) -> Set[str]:
    """What is compared by `=` and has many values."""
    return of.asked.equal - {"flag"}


def searches(plan: str, columns: Set[str]) -> bool:
    """Whether an index is searched for one of the columns, if there are any."""
    conditions = " ".join(re.findall(r'"Index Cond": "(.*?)"', plan))
    return not columns or any(f"{it} = " in conditions for it in columns)


def unsorted(of: Wanted) -> Wanted:
    return msgspec.structs.replace(of, asked=msgspec.structs.replace(of.asked, order=()))


def test_postgresql_sorts_where_we_find_fault_and_not_with_the_index_that_we_propose(
    postgres: Postgres,
) -> None:
    postgres.run(_SQL)
    for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        postgres.run(f"SET {setting} = off")
    seen: dict[Fault, int] = {}
    wrong = []
    for of, shapes in cases():
        postgres.run("BEGIN")
        leads = {"mine": "", "t_pkey": "id"}
        for number, index in enumerate(of.indexes[1:]):
            leads[f"i{number}"] = index.columns[0].name
            postgres.run(f"CREATE INDEX i{number} ON t ({', '.join(map(written, parts_of(index)))})")
        for wanted in shapes:
            for verdict in verdicts_of(of, wanted):
                seen[verdict.fault] = seen.get(verdict.fault, 0) + 1
                keys = ", ".join(map(written, verdict.proposal.keys))
                before = plan_of(postgres, wanted)
                where = " AND ".join(f'"{it}" IS NULL' for it in verdict.proposal.null) or "true"
                postgres.run(f"SAVEPOINT now; CREATE INDEX mine ON t ({keys}) WHERE {where}")
                after = plan_of(postgres, wanted if verdict.fault is not Fault.ORDER else unsorted(wanted))
                postgres.run("ROLLBACK TO now")
                begun = [leads[it] for it in re.findall(r'"Index Name": "(\w+)"', before)]
                if (
                    (not sorts(before) and set(begun) & telling(wanted))
                    or '"Sort"' in after
                    or not searches(after, telling(wanted))
                ):
                    wrong.append((verdict.fault.name, list(map(str, of.indexes)), asking(wanted), keys))
        postgres.run("ROLLBACK")
    assert not wrong, "\n".join(map(str, wrong))
    assert all(seen.get(it, 0) >= 3 for it in Fault), seen


def test_postgresql_has_rows_in_order_where_we_find_no_fault(postgres: Postgres) -> None:
    """Or it searches by what no index begins with, of which another rule tells; or it sorts in small groups.

    What only a list finds is left out: few rows, which are sorted in no time.
    """
    postgres.run(_SQL)
    for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        postgres.run(f"SET {setting} = off")
    wrong = []
    seen = 0
    for of, shapes in cases():
        postgres.run("BEGIN")
        for index in of.indexes[1:]:
            postgres.run(f"CREATE INDEX ON t ({', '.join(map(written, parts_of(index)))})")
        lacking = {it for advice in missing(of, shapes) for it in advice.shapes}
        for wanted in shapes:
            listed = wanted.asked.among and not wanted.asked.equal & {"ref_id", "owner_id"}
            if wanted.limit and wanted not in lacking and not listed and not verdicts_of(of, wanted):
                seen += 1
                if '"Sort"' in plan_of(postgres, wanted):
                    wrong.append((list(map(str, of.indexes)), asking(wanted)))
        postgres.run("ROLLBACK")
    assert not wrong, "\n".join(map(str, wrong))
    assert seen > 300


def test_shapes_that_one_index_serves_are_told_together() -> None:
    of = table("@@index([owner_id])")
    first = _wanted(of, Asked(frozenset({"owner_id"}), order=(part("at", "postgresql"),)))
    wider = _wanted(
        of, Asked(frozenset({"owner_id"}), ranges=frozenset({"at"}), order=first.asked.order), at=5
    )
    other = _wanted(of, Asked(frozenset({"owner_id"}), order=(part("size", "postgresql"),)), at=9)
    one, two = verdicts_of(of, first, wider, other)
    assert {*one.shapes, *two.shapes} == {first, wider, other}
    assert [it.span.start for it in one.places] == [0, 5]


def test_of_what_a_list_or_an_identifier_finds_there_is_little_to_sort() -> None:
    at = (part("at", "postgresql"),)
    of = table("@@index([ref_id])", "@@index([ref_id, at])")
    listed = _wanted(of, Asked(among=frozenset({"ref_id"}), order=at))
    assert verdicts_of(of, listed) == ()
    beside = _wanted(of, Asked(frozenset({"flag"}), among=frozenset({"ref_id"}), order=at))
    assert verdicts_of(of, beside) == ()
    of = table("@@index([ref_id])")
    many = _wanted(of, Asked(frozenset({"ref_id"}), order=at))
    assert [it.fault for it in verdicts_of(of, many)] == [Fault.UNSERVED]
    (place,) = many.places
    one = msgspec.structs.replace(many, places=(msgspec.structs.replace(place, one=True),))
    assert verdicts_of(of, one) == ()


def test_the_first_rows_by_their_own_key_are_any_rows() -> None:
    of = table("@@index([owner_id, at])")
    asked = Asked(frozenset({"owner_id"}), ranges=frozenset({"at"}), order=(part("id", "postgresql"),))
    assert verdicts_of(of, _wanted(of, asked)) == ()
    by_size = msgspec.structs.replace(asked, order=(part("size", "postgresql"),))
    of = table("@@index([owner_id, at, size])")
    assert [it.fault for it in verdicts_of(of, _wanted(of, by_size))] == [Fault.RANGE_FIRST]


def test_an_index_that_another_query_needs_is_not_replaced() -> None:
    of = table("@@index([owner_id, gone, at])")
    null = _wanted(of, Asked(frozenset({"owner_id"}), frozenset({"gone"}), order=(part("at", "postgresql"),)))
    (verdict,) = verdicts_of(of, null)
    assert verdict.fault is Fault.NULL_FIRST
    assert verdict.proposal.replaces is verdict.index
    equal = _wanted(of, Asked(frozenset({"owner_id", "gone"}), order=(part("at", "postgresql"),)))
    (verdict,) = verdicts_of(of, null, equal)
    assert verdict.proposal.replaces is None


def test_a_guess_makes_a_finding_possible() -> None:
    of = table("@@index([at, owner_id])")
    sure = _wanted(of, Asked(frozenset({"owner_id"}), ranges=frozenset({"at"})))
    (place,) = sure.places
    guess = msgspec.structs.replace(sure, places=(msgspec.structs.replace(place, likely=False),))
    assert [it.confidence for it in verdicts_of(of, sure)] == [Confidence.LIKELY]
    assert [it.confidence for it in verdicts_of(of, guess)] == [Confidence.POSSIBLE]
