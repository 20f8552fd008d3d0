"""How commands of Prisma's CLI come to run, across files."""

import pytest

from crowsfoot.frontends import read
from crowsfoot.link import link
from crowsfoot.link.automation import Command
from crowsfoot.source import Source


def commands(files: dict[str, str]) -> tuple[Command, ...]:
    facts = [(path, found) for path, text in files.items() if (found := read(Source(path, text))) is not None]
    return link(facts).commands


def when(files: dict[str, str]) -> list[str | None]:
    """When each command meets a database that stays; None for one that does not."""
    return [str(it.runs[0]) if it.runs else None for it in commands(files)]


def scripts(**named: str) -> str:
    pairs = ", ".join(f'"{name}": "{text}"' for name, text in named.items())
    return f'{{"name": "app", "scripts": {{{pairs}}}, "devDependencies": {{"prisma": "^6.0.0"}}}}'


SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n'
PUSH = "npx prisma db push"


def test_a_command_knows_its_words_and_its_place() -> None:
    text = f"FROM node\nCMD {PUSH} --force-reset --accept-data-loss=false\n"
    (command,) = commands({"Dockerfile": text})
    assert str(command) == "prisma db push"
    assert text[command.name_span.start : command.name_span.end] == "prisma db push"
    assert list(command.flags) == ["--force-reset"]


def test_the_way_is_told_from_where_it_begins() -> None:
    files = {
        "Dockerfile": 'FROM node\nCMD ["npm", "start"]\n',
        "package.json": scripts(start="npm run db && node .", db="sh scripts/db.sh"),
        "scripts/db.sh": PUSH,
    }
    (command,) = commands(files)
    assert [it.span.path for it in command.callers] == ["package.json", "package.json"]
    assert [it.message for it in command.callers] == ["it begins here", "it is run from here"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("build", "in the build"),
        ("vercel-build", "in the build"),
        ("start", "when the application starts"),
        ("postinstall", "on every install"),
        ("deploy", "in the deploy"),
        ("dev", None),
        ("db:push", None),
        ("test", None),
        ("build:preview", None),
    ],
)
def test_some_scripts_run_by_their_name_alone(name: str, said: str | None) -> None:
    assert when({"package.json": scripts(**{name: PUSH})}) == [said]


def test_what_stands_before_and_after_a_script_runs_with_it() -> None:
    files = {
        "Procfile": "web: npm run serve\n",
        "package.json": scripts(preserve=PUSH, serve="node .", postserve=PUSH),
    }
    assert when(files) == ["when the process starts", "when the process starts"]


def test_a_workspace_is_found_by_its_name_or_its_folder() -> None:
    package = '{"name": "@acme/db", "scripts": {"push": "prisma db push"}}'
    for call in (
        "pnpm --filter @acme/db push",
        "pnpm -F db push",
        "yarn workspace @acme/db push",
        "npm --prefix packages/db run push",
        "cd packages/db && npm run push",
        "cd /app/packages/db && npm run push",
    ):
        files = {
            "Procfile": f"release: {call}\n",
            "packages/db/package.json": package,
            "package.json": scripts(push="true"),
        }
        assert when(files) == ["in the release phase"], call


def test_the_nearest_package_above_is_meant() -> None:
    files = {
        "apps/api/Dockerfile": "FROM node\nCMD npm run push\n",
        "apps/api/package.json": scripts(push=PUSH),
        "package.json": scripts(push="npx prisma migrate reset"),
    }
    assert when(files) == ["when the container starts", None]


def test_a_shell_script_is_found_where_the_image_has_it() -> None:
    for place in ("./entrypoint.sh", "/usr/local/bin/entrypoint.sh", "/app/docker/entrypoint.sh"):
        files = {"Dockerfile": f'FROM node\nENTRYPOINT ["{place}"]\n', "docker/entrypoint.sh": PUSH}
        assert when(files) == ["when the container starts"], place


def test_some_shell_scripts_have_one_use() -> None:
    assert when({"docker-entrypoint.sh": f"{PUSH}\nexec node server.js"}) == ["when the container starts"]
    assert when({"docker-entrypoint.sh": f"{PUSH}\nexec npm run dev"}) == [None]
    assert when({"vercel-build.sh": PUSH, "deploy.sh": PUSH}) == ["in the build", "in deploy.sh"]
    assert when({"setup.sh": PUSH, "start.sh": PUSH}) == [None, None]


def test_of_several_scripts_of_one_name_the_one_in_the_same_folder_is_meant() -> None:
    files = {
        "a/Dockerfile": 'FROM node\nENTRYPOINT ["/begin.sh"]\n',
        "a/begin.sh": PUSH,
        "b/begin.sh": PUSH,
    }
    assert when(files) == ["when the container starts", None]


def test_where_it_cannot_be_told_which_one_is_meant_nothing_is_said() -> None:
    files = {"Dockerfile": 'FROM node\nCMD ["/x/run.sh"]\n', "a/run.sh": PUSH, "b/run.sh": PUSH}
    assert when(files) == [None, None]


def test_targets_of_make_are_followed() -> None:
    files = {"Procfile": "release: make migrate\n", "Makefile": f"migrate:\n\t{PUSH}\nother:\n\t{PUSH}\n"}
    assert when(files) == ["in the release phase", None]


def test_a_server_for_developers_makes_the_container_theirs() -> None:
    files = {
        "Dockerfile": 'FROM node\nENTRYPOINT ["./entrypoint.sh"]\nCMD ["npm", "run", "serve"]\n',
        "entrypoint.sh": PUSH,
        "package.json": scripts(serve="nodemon src/main.js"),
    }
    assert when(files) == [None]


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile.dev",
        "e2e/Dockerfile",
        "examples/shop/Dockerfile",
        "apps/docs/Dockerfile",
        ".devcontainer/Dockerfile",
    ],
)
def test_names_that_speak_of_what_passes_are_heard(path: str) -> None:
    assert when({path: f"FROM node\nCMD {PUSH}\n"}) == [None]


def test_the_same_text_counts_in_one_place_and_not_in_another() -> None:
    text = f"FROM node\nCMD {PUSH}\n"
    facts = read(Source("Dockerfile", text))
    assert facts is not None
    found = link([("api/Dockerfile", facts), ("e2e/Dockerfile", facts)]).commands
    assert [bool(it.runs) for it in found] == [True, False]


def test_tasks_that_call_each_other_come_to_an_end() -> None:
    files = {"Procfile": "web: npm run a\n", "package.json": scripts(a="npm run b", b=f"npm run a && {PUSH}")}
    assert when(files) == ["when the process starts"]


def test_a_file_of_compose_counts_where_its_name_says_that_it_goes_out() -> None:
    text = f"services:\n  db:\n    image: postgres\n  api:\n    command: {PUSH}\n"
    assert when({"docker-compose.yml": text}) == [None]
    assert when({"docker-compose.prod.yml": text}) == ["when the service starts"]


def test_the_database_is_the_one_whose_schema_is_named() -> None:
    files = {
        "Procfile": f"a: {PUSH} --schema ./a/schema.prisma\nb: {PUSH} --schema=b\nc: {PUSH}\n",
        "a/schema.prisma": SCHEMA,
        "b/schema.prisma": SCHEMA,
    }
    assert [it.database.path if it.database else None for it in commands(files)] == [
        "a/schema.prisma",
        "b/schema.prisma",
        None,
    ]


def test_the_only_database_is_meant() -> None:
    (command,) = commands({"Procfile": f"a: {PUSH}\n", "x/schema.prisma": SCHEMA})
    assert command.database
    assert command.database.path == "x/schema.prisma"


def test_a_way_is_followed_as_far_as_somebody_would_write_it() -> None:
    some = {f"s{number}": f"npm run s{number + 1}" for number in range(15)}
    assert when({"package.json": scripts(start="npm run s0", **some, s15=PUSH)}) == [
        "when the application starts"
    ]
    # Quadratic work would not come to an end.
    many = {f"s{number}": f"npm run s{number + 1}" for number in range(50_000)}
    assert when({"package.json": scripts(start="npm run s0", **many, s50000=PUSH)}) == [None]
