"""The path of a file of code -> what it is for: an application, or what is run beside it, now and then."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

Role = Literal["application", "test", "migration", "script"]
Roles = Callable[[str], Role]


def roles_by(said: Mapping[str, Role], paths: Iterable[str] = ()) -> Roles:
    """What code is for, by path: as the user says of the first pattern that fits, else as the path says.

    paths are those of all files: where one of its folders holds an application, a path says so by the rest.
    """
    applications = _applications(paths)
    told = role_of if not applications else lambda path: role_of(_within(path, applications))
    if not said:
        return told

    from crowsfoot.patterns import compile_patterns

    table = [(compile_patterns([pattern]), role) for pattern, role in said.items()]
    return lambda path: next((role for patterns, role in table if patterns.cover(path)), None) or told(path)


def _applications(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders that are called as those of scripts are, and are packages with models of their own."""
    every = frozenset(paths)
    found = {it[1] for path in every if path.endswith(_MODELS) and (it := _HOLDER.match(path)) is not None}
    return tuple(sorted(it for it in found if f"{it}__init__.py" in every))


def _within(path: str, folders: tuple[str, ...]) -> str:
    """The rest of a path below the first of the folders that it is below."""
    return next((path.removeprefix(it) for it in folders if path.startswith(it)), path)


def role_of(path: str) -> Role:
    """What the code of a file is for, by where it lies."""
    if re.search(_TEST, path):
        return "test"
    if re.search(_MIGRATION, path):
        return "migration"
    return "script" if re.search(_SCRIPT, path) else "application"


# Text, which re compiles when it first needs it: every run loads this module, and not all read code.
_TEST: Final = (
    # "test" below others may be an application of that name; the tests of one are in "tests".
    r"(?:^|/)(?:_?tests|testing|unittests|integration_tests|factories|test_?data)/|^(?:src/)?test/"
    r"|(?:^|/)test_(?:helpers?|support|utils)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests|conftest|factories)\.py$"
)
# Alembic's folder can have any name; the files in its versions/ have the number of their revision in theirs.
# Others go from one version to the next: "upgrades/v45_v46.py", "migrator/migrate4to5.py".
_MIGRATION: Final = (
    r"(?:^|/)(?:(?:\w+_)?migrations|migrators?|(?:db|database)/migration|alembic)/(?:.*/)?[^/]+\.py$"
    r"|(?:^|/)versions/(?:.*[^0-9a-f])?[0-9a-f]{12}(?:_[^/]*)?\.py$"
    r"|(?:^|/)upgrades?/(?:.*/)?[^/]*\d[^/]*\.py$"
    r"|(?:^|/)(?:migrations|migrate_?v?\d[^/]*)\.py$"
)
_SCRIPTS: Final = r"(?:^|/)(?:scripts?|bin|tools?|benchmarks?|examples?|tutorials?|docs|seeds?|fixtures)/"
_SCRIPT: Final = (
    rf"{_SCRIPTS}"
    r"|(?:^|/)(?:manage|seed[^/]*|populate(?:_db)?|setup)\.py$"
)
_MODELS: Final = ("/models.py", "/models/__init__.py")
_HOLDER: Final = re.compile(rf"(.*{_SCRIPTS})models(?:\.py|/__init__\.py)$")
