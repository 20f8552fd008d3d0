"""Lock files, package.json and prisma.config.* to the version of Prisma that migrates a folder."""

import pytest

from crowsfoot.facts import Facts
from crowsfoot.frontends import read
from crowsfoot.link.versions import prisma_engine, prisma_version, version
from crowsfoot.source import Source

FOLDER = "packages/db/prisma/migrations"


def facts(**files: str) -> dict[str, Facts]:
    """The facts of files, whose paths are written with __ for / and _ for the first dot of a name."""
    found = {}
    for name, text in files.items():
        path = name.replace("__", "/")
        said = read(Source(path, text))
        assert said is not None
        found[path] = said
    return found


def package(version: str) -> str:
    return f'{{"devDependencies": {{"prisma": "{version}"}}}}'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("6.19.0", (6, 19)),
        ("^7.4.1", (7, 4)),
        ("~5.22", (5, 22)),
        (">=6 <8", (6, 0)),
        ("npm:prisma@6.2.1", (6, 2)),
        ("7.0.0-dev.3", (7, 0)),
        ("v6.1.0", (6, 1)),
        ("workspace:*", None),
        ("catalog:", None),
        ("latest", None),
        ("", None),
    ],
)
def test_a_range_is_taken_for_the_lowest_that_it_allows(text: str, found: tuple[int, int] | None) -> None:
    assert version(text) == found


def test_a_lock_file_says_what_is_installed() -> None:
    locks = {
        "package-lock.json": '{"packages": {\n"node_modules/prisma": {\n  "version": "6.19.3",\n}}}',
        "pnpm-lock.yaml": "packages:\n\n  prisma@6.19.3:\n    resolution: {}\n",
        "yarn.lock": '"prisma@npm:^6.0.0":\n  version: 6.19.3\n  resolution: "prisma@npm:6.19.3"\n',
        "bun.lock": '{"packages": {\n  "prisma": ["prisma@6.19.3", "", {}],\n}}',
    }
    for name, text in locks.items():
        assert prisma_version(FOLDER, facts(**{name: text, "package.json": package("^6.3.0")})) == (6, 19), (
            name
        )


def test_old_forms_of_lock_files_are_read_too() -> None:
    yarn = 'prisma@^4.0.0, prisma@^4.1.0:\n  version "4.16.2"\n'
    assert prisma_version(FOLDER, facts(**{"yarn.lock": yarn})) == (4, 16)
    for line in ("  /prisma/4.16.2:", "  /prisma@5.10.2:", "  '/prisma@6.1.0(typescript@5.4.5)':"):
        assert prisma_version(FOLDER, facts(**{"pnpm-lock.yaml": f"packages:\n{line}\n"})) is not None


@pytest.mark.parametrize("name", ["@prisma/client", "prisma-field-encryption", "eslint-plugin-prisma"])
def test_a_lock_file_of_other_packages_says_nothing(name: str) -> None:
    text = f'{{"packages": {{\n"node_modules/{name}": {{\n  "version": "6.19.3"}}}}}}'
    assert prisma_version(FOLDER, facts(**{"package-lock.json": text})) is None
    assert prisma_version(FOLDER, facts(**{"pnpm-lock.yaml": f"packages:\n  {name}@6.19.3:\n"})) is None
    assert prisma_version(FOLDER, facts(**{"yarn.lock": f'"{name}@npm:^6":\n  version: 6.19.3\n'})) is None


def test_without_a_lock_file_what_is_asked_for_is_the_least() -> None:
    assert prisma_version(FOLDER, facts(**{"packages__db__package.json": package("^6.3.0")})) == (6, 3)


def test_the_nearest_package_that_speaks_of_prisma_decides() -> None:
    files = {
        "package.json": package("5.0.0"),
        "packages__db__package.json": package("7.4.0"),
        "packages__web__package.json": package("4.0.0"),
    }
    assert prisma_version(FOLDER, facts(**files)) == (7, 4)
    assert prisma_version("other/migrations", facts(**files)) == (5, 0)


def test_of_several_installed_versions_the_one_that_is_asked_for_counts() -> None:
    lock = "packages:\n  prisma@5.22.0:\n  prisma@6.19.3:\n  prisma@7.8.0:\n"
    for asked, found in (("^5.1.0", (5, 22)), ("^6.3.0", (6, 19)), ("7.8.0", (7, 8))):
        files = {"pnpm-lock.yaml": lock, "packages__db__package.json": package(asked)}
        assert prisma_version(FOLDER, facts(**files)) == found


def test_where_the_lock_file_does_not_have_it_what_is_asked_for_counts() -> None:
    files = {"pnpm-lock.yaml": "packages:\n  prisma@5.22.0:\n", "package.json": package("^7.4.0")}
    assert prisma_version(FOLDER, facts(**files)) == (7, 4)


def test_the_client_stands_in_for_the_command_line() -> None:
    text = '{"dependencies": {"@prisma/client": "6.2.0"}}'
    assert prisma_version(FOLDER, facts(**{"package.json": text})) == (6, 2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "prisma==0.15.0\n"),
        ("requirements.txt", "fastapi\nprisma[all] >= 0.11\n"),
        ("uv.lock", '[[package]]\nname = "prisma"\nversion = "0.15.0"\n'),
        ("poetry.lock", '[[package]]\nname = "prisma"\nversion = "0.11.0"\n'),
        ("pyproject.toml", '[project]\ndependencies = ["prisma>=0.11.0"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nprisma = "^0.13.1"\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nprisma = { version = "0.11.0", optional = true }\n'),
    ],
)
def test_prisma_client_py_brings_a_version_before_seven(name: str, text: str) -> None:
    found = prisma_version(FOLDER, facts(**{name: text}))
    assert found is not None
    assert found < (7, 0)


def test_nothing_is_concluded_from_nothing() -> None:
    assert prisma_version(FOLDER, {}) is None
    assert prisma_version("", facts(**{"requirements.txt": "prisma-cleanup==1.0\n"})) is None
    assert prisma_version("../x/migrations", facts(**{"package.json": package("workspace:*")})) is None


@pytest.mark.parametrize(
    ("config", "prisma", "engine"),
    [
        ("export default { engine: 'js', adapter: async () => x }", (6, 19), "js"),
        ("export default { engine: 'classic' }", (6, 19), "classic"),
        ("export default { engine: 'classic', adapter: x }", (6, 19), "classic"),
        ("export default { adapter: async () => x }", (6, 12), "js"),
        ("export default { async adapter() { return x } }", (6, 12), "js"),
        ("export default { adapter: async () => x }", (7, 2), "classic"),
        ("export default { migrate: { adapter: x } }", (6, 7), "js"),
        ("export default { studio: { adapter: x } }", (6, 12), "classic"),
        ("export default {}", None, "classic"),
    ],
)
def test_a_driver_adapter_is_a_matter_of_prisma_6(
    config: str, prisma: tuple[int, int] | None, engine: str
) -> None:
    assert prisma_engine(FOLDER, facts(**{"packages__db__prisma.config.ts": config}), prisma) == engine
    assert prisma_engine("other", facts(**{"packages__db__prisma.config.ts": config}), prisma) == "classic"
