"""Paths of files of code -> what the code is for."""

import pytest

from crowsfoot.config import parse
from crowsfoot.finding import Confidence
from crowsfoot.roles import role_of, roles_by
from crowsfoot.rule import load
from crowsfoot.testing import lint

N_PLUS_ONE = """
from django.db import models

class Tag(models.Model):
    name = models.TextField()

def tags(names):
    return [Tag.objects.get(name=name) for name in names]
"""


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("shop/views.py", "application"),
        ("shop/management/commands/import.py", "application"),
        ("tests/test_views.py", "test"),
        ("shop/test_views.py", "test"),
        ("shop/tests.py", "test"),
        ("shop/contest.py", "application"),
        ("conftest.py", "test"),
        ("shop/test_helpers/fake.py", "test"),
        ("shop/migrations/0001_initial.py", "migration"),
        ("shop/db_migrations/0001_initial.py", "migration"),
        ("alembic/versions/1a2b_users.py", "migration"),
        ("shop/revisions/tenant/versions/2021-08-09_b73416df5744.py", "migration"),
        ("shop/versions/b73416df5744_add_users.py", "migration"),
        ("shop/versions/models.py", "application"),
        ("shop/versions/deadbeefcafe0.py", "application"),
        ("shop/migrations.py", "migration"),
        ("shop/db/migration/from_3_to_4.py", "migration"),
        ("shop/customer_migration/importer.py", "application"),
        ("shop/accounts/migrate.py", "application"),
        ("shop/migrator/migrate4to5.py", "migration"),
        ("shop/db/upgrades/v45_v46.py", "migration"),
        ("shop/upgrades/service.py", "application"),
        ("shop/migrate_customer.py", "application"),
        ("shop/_tests/wallet.py", "test"),
        ("scripts/load.py", "script"),
        ("tutorials/10_first/001_start.py", "script"),
        ("populate.py", "script"),
        ("manage.py", "script"),
    ],
)
def test_the_path_says_what_code_is_for(path: str, role: str) -> None:
    assert role_of(path) == role


def test_the_first_pattern_that_fits_goes_over_the_path() -> None:
    roles = roles_by({"tools/old/**": "script", "tools/**": "application", "jobs/": "script"})
    assert roles("tools/load.py") == "application"
    assert roles("tools/old/load.py") == "script"
    assert roles("jobs/nightly.py") == "script"
    assert roles("tests/test_load.py") == "test"


def test_a_package_with_models_is_an_application_whatever_its_folder_is_called() -> None:
    paths = ["seed/__init__.py", "seed/models.py", "app/tools/__init__.py", "app/tools/models/__init__.py"]
    roles = roles_by({}, [*paths, "docs/__init__.py", "docs/shop/models.py", "examples/models.py"])
    assert roles("seed/views.py") == "application"
    assert roles("app/tools/models/tool.py") == "application"
    assert roles("seed/scripts/load.py") == "script"
    assert roles("seed/tests/test_views.py") == "test"
    assert roles("docs/shop/models.py") == "script"
    assert roles("examples/models.py") == "script"


def test_what_a_script_does_once_per_row_is_only_possible_unless_the_user_says_otherwise() -> None:
    def found(settings: str) -> Confidence:
        files = {"tools/load.py": N_PLUS_ONE, "crowsfoot.toml": settings}
        (diagnostic,) = lint(files, load()["query-in-loop"]).kept
        return diagnostic.finding.confidence

    assert found("") is Confidence.POSSIBLE
    assert found('code-roles = { "tools/**" = "application" }') is Confidence.LIKELY


def test_a_migration_that_is_no_migration_is_read() -> None:
    config = parse('[code-roles]\n"**/migrations/**" = "application"\n', "crowsfoot.toml", load())
    assert roles_by(config.code_roles)("shop/migrations/load.py") == "application"
