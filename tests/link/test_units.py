"""Files of a project -> the schemas that they make."""

import pytest

from crowsfoot.facts.common import Name
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.settings import SchemaLocation
from crowsfoot.frontends import prisma
from crowsfoot.link.project import File
from crowsfoot.link.units import group_schemas
from crowsfoot.source import Range

DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n'
MODEL = "model A {\n  id Int @id\n}\n"
CONTRACT = "// use prisma-next\nmodel A {\n}\n"


def groups(**texts: str) -> list[list[str]]:
    """The paths of each schema; "__" stands for "/", and .prisma is left out."""
    return grouped({path.replace("__", "/") + ".prisma": text for path, text in texts.items()})


def grouped(texts: dict[str, str], settings: dict[str, str] | None = None) -> list[list[str]]:
    files = [File(path, prisma.read(text)) for path, text in texts.items()]
    for path, schema in (settings or {}).items():
        files.append(File(path, SchemaLocation(schema=Name(schema, Range(0, 0)))))
    return [[file.path for file in group] for group in group_schemas(files)]


def test_one_file_is_one_schema() -> None:
    assert groups(schema=DATASOURCE) == [["schema.prisma"]]


def test_the_folder_with_the_one_datasource_is_the_schema_with_all_below_it() -> None:
    assert groups(db__models__deep__user=MODEL, db__post=MODEL, db__main=DATASOURCE) == [
        ["db/main.prisma", "db/models/deep/user.prisma", "db/post.prisma"]
    ]


def test_a_file_beside_the_folder_does_not_belong_to_it() -> None:
    assert groups(db__main=DATASOURCE, other__user=MODEL) == [["db/main.prisma"], ["other/user.prisma"]]


def test_a_file_above_the_datasource_does_not_belong_to_it() -> None:
    assert groups(db__main=DATASOURCE, user=MODEL) == [["db/main.prisma"], ["user.prisma"]]


def test_two_datasources_side_by_side_are_two_schemas() -> None:
    assert groups(prisma__mysql=DATASOURCE, prisma__postgresql=DATASOURCE) == [
        ["prisma/mysql.prisma"],
        ["prisma/postgresql.prisma"],
    ]


def test_two_datasources_side_by_side_share_no_third_file() -> None:
    found = groups(prisma__mysql=DATASOURCE, prisma__postgresql=DATASOURCE, prisma__user=MODEL)
    assert found[2] == ["prisma/user.prisma"]


def test_beside_two_datasources_every_file_is_a_schema_of_its_own() -> None:
    found = groups(docs__mysql=DATASOURCE, docs__postgresql=DATASOURCE, docs__one=MODEL, docs__two=MODEL)
    assert found[2:] == [["docs/one.prisma"], ["docs/two.prisma"]]


def test_a_database_inside_another_takes_what_is_below_it() -> None:
    found = groups(db__main=DATASOURCE, db__user=MODEL, db__audit__main=DATASOURCE, db__audit__event=MODEL)
    assert found == [["db/main.prisma", "db/user.prisma"], ["db/audit/main.prisma", "db/audit/event.prisma"]]


def test_files_without_any_datasource_are_grouped_by_folder() -> None:
    assert groups(a__one=MODEL, a__two=MODEL, b__three=MODEL) == [
        ["a/one.prisma", "a/two.prisma"],
        ["b/three.prisma"],
    ]


def test_a_file_that_settings_name_is_a_schema_of_its_own() -> None:
    texts = {"db/schema.prisma": DATASOURCE, "db/old/draft.prisma": MODEL}
    assert grouped(texts, {"prisma.config.ts": "./db/schema.prisma"}) == [
        ["db/schema.prisma"],
        ["db/old/draft.prisma"],
    ]


def test_settings_are_read_from_the_folder_they_stand_in() -> None:
    texts = {"app/db/schema.prisma": DATASOURCE, "app/db/draft.prisma": MODEL}
    assert len(grouped(texts, {"app/package.json": "db/schema.prisma"})) == 2
    assert len(grouped(texts, {"package.json": "db/schema.prisma"})) == 1


def test_a_folder_that_settings_name_stays_one_schema() -> None:
    texts = {"db/schema.prisma": DATASOURCE, "db/user.prisma": MODEL}
    assert grouped(texts, {"prisma.config.ts": "db"}) == [["db/schema.prisma", "db/user.prisma"]]


def test_a_schema_of_another_format_is_in_no_group() -> None:
    assert groups(schema=DATASOURCE, contract=CONTRACT) == [["schema.prisma"]]


@pytest.mark.parametrize("path", ["/srv/app/user.prisma", "../user.prisma", "/user.prisma"])
def test_a_path_outside_the_project_ends_the_search_for_a_datasource(path: str) -> None:
    assert grouped({"db/schema.prisma": DATASOURCE, path: MODEL}) == [["db/schema.prisma"], [path]]


def test_the_facts_of_the_group_are_those_of_its_files() -> None:
    (group,) = group_schemas([File("schema.prisma", prisma.read(DATASOURCE + MODEL))])
    assert isinstance(group[0].facts, PrismaFile)
    assert [model.name.text for model in group[0].facts.models] == ["A"]
