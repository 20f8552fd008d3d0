"""The path of a file of code -> what it is for: an application, or what is run beside it, now and then."""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

Role = Literal["application", "test", "migration", "script"]
Roles = Callable[[str], Role]


def roles_by(said: Mapping[str, Role]) -> Roles:
    """What code is for, by path: as the user says of the first pattern that fits, else as the path says."""
    if not said:
        return role_of

    from crowsfoot.patterns import compile_patterns

    table = [(compile_patterns([pattern]), role) for pattern, role in said.items()]
    return lambda path: (
        next((role for patterns, role in table if patterns.cover(path)), None) or role_of(path)
    )


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
    r"(?:^|/)(?:_?tests|testing|unittests|integration_tests|factories|testdata)/|^(?:src/)?test/"
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
_SCRIPT: Final = (
    r"(?:^|/)(?:scripts?|bin|tools?|benchmarks?|examples?|tutorials?|docs|seeds?|fixtures)/"
    r"|(?:^|/)(?:manage|seed[^/]*|populate(?:_db)?|setup)\.py$"
)
