"""What the tests of the linked model share."""

from collections.abc import Callable

import pytest

from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.link.project import Database

Schema = Callable[..., Database]


@pytest.fixture(scope="session")
def schema() -> Schema:
    """A function from models, a provider and further lines of the datasource to the database."""

    def make(models: str, provider: str = "postgresql", settings: str = "") -> Database:
        text = f'datasource db {{\n  provider = "{provider}"\n  {settings}\n}}\n\n{models}'
        project = link([("schema.prisma", prisma.read(text))])
        assert not [it.message for it in project.problems if it.kind == "syntax"]
        (database,) = project.databases
        return database

    return make
