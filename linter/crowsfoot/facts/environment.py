"""What files of settings say of who connects to a database: .env, compose files, alembic.ini.

Neither passwords nor keys are kept: facts go into the cache.
"""

from typing import Literal

from crowsfoot.facts.common import Comment, Fact, Name, Problem
from crowsfoot.source import Range


class Login(Fact, frozen=True, array_like=True):
    """What a connection string says beside its password. range is where the user's name stands."""

    scheme: str
    user: str | None
    range: Range
    host: str = ""
    port: str = ""
    pooler: bool = False  # PgBouncer or Supavisor, which hands a connection on after each transaction


class Variable(Fact, frozen=True, array_like=True):
    """One variable. word is its value where that is no secret: the name of a user, a host."""

    name: Name
    login: Login | None = None
    word: Name | None = None
    secret: Literal["", "service_role", "secret"] = ""  # what its value is, by its form
    service: str = ""  # of a compose file: the service that has it
    value: Range = Range(0, 0)


class Environment(Fact, frozen=True, array_like=True, tag="environment"):
    """The variables of one file that matter to a database."""

    kind: Literal["dotenv", "ini"] = "dotenv"
    variables: tuple[Variable, ...] = ()
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
