"""Tables that are drawn together."""

from itertools import chain

from crowsfoot.drawing import Drawing
from crowsfoot.drawing.groups import groups

from .conftest import Folder
from .drawings import SHOP, chains, drawing, star


def titled(drawn: Drawing) -> dict[str, list[str]]:
    return {it.title: [drawn.nodes[n].label for n in it.nodes] for it in groups(drawn)}


def test_what_hangs_together_is_a_group_named_for_what_most_refer_to() -> None:
    assert titled(drawing(SHOP)) == {
        "User": ["User", "Profile", "Post", "Tag", "_PostToTag"],
        "no relations": ["Setting"],
    }


def test_every_table_is_in_one_group_and_every_near_edge_within_it() -> None:
    for models in (SHOP, star(60), chains(3, 40)):
        drawn = drawing(models)
        found = groups(drawn)
        assert sorted(chain.from_iterable(it.nodes for it in found)) == list(range(len(drawn.nodes)))
        for group in found:
            for at in group.near:
                assert {drawn.edges[at].source, drawn.edges[at].target} <= set(group.nodes)


def test_a_long_chain_is_taken_apart_where_few_lines_lead_across() -> None:
    drawn = drawing(chains(1, 100))
    found = groups(drawn)
    assert max(len(it.nodes) for it in found) <= 30
    across = len(drawn.edges) - sum(len(it.near) for it in found)
    assert across <= len(found)


def test_tables_that_only_refer_to_a_hub_are_listed() -> None:
    drawn = drawing(star(60))
    assert {title: len(nodes) for title, nodes in titled(drawn).items()} == {
        "Hub": 1,
        "refer to Hub only": 60,
    }


def test_the_groups_do_not_depend_on_chance() -> None:
    models = star(40) + "\n" + chains(2, 30)
    assert groups(drawing(models)) == groups(drawing(models))


def test_schemas_are_groups_of_their_own(folder: Folder) -> None:
    tables = (
        "CREATE SCHEMA billing;\nCREATE TABLE a (id int PRIMARY KEY);\n"
        "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);\n"
        "CREATE TABLE billing.c (id int PRIMARY KEY, a int REFERENCES a);\n"
        "CREATE TABLE billing.d (id int PRIMARY KEY, c int REFERENCES billing.c);\n"
    )
    drawn = folder({"migrations/0001.sql": tables})
    by_group = titled(drawn)
    assert len(by_group) == 2
    assert by_group == {"public: a": ["a", "b"], "billing: c": ["billing.c", "billing.d"]}


def test_databases_are_called_by_what_tells_them_apart(folder: Folder) -> None:
    schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n'
    drawn = folder({"apps/web/prisma/schema.prisma": schema, "apps/jobs/prisma/schema.prisma": schema})
    assert set(titled(drawn)) == {"web: no relations", "jobs: no relations"}
