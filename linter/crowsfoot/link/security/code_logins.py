"""One file of Python -> the logins that stand in it: connection strings, DATABASES of Django, user=."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.facts.environment import Login
from crowsfoot.frontends.logins import login_of
from crowsfoot.link.project import File
from crowsfoot.source import Range

_CONNECTS: Final = frozenset(
    (
        "connect",
        "create_pool",
        "ConnectionPool",
        "AsyncConnectionPool",
        "SimpleConnectionPool",
        "ThreadedConnectionPool",
        "connect_async",
        "create",
        "PostgresqlDatabase",
        "PooledPostgresqlDatabase",
    )
)


def logins_in(file: File) -> Iterator[tuple[str, Login]]:
    """Each, with the name of the variable or of what it is given to."""
    if not isinstance(file.facts, facts.CodeFile) or _SAYS.search(file.facts.words) is None:
        return
    for scope in file.facts.scopes:
        values = scope.values
        for number, it in enumerate(values):
            if isinstance(it, facts.Const):
                if isinstance(it.value, str) and it.value.startswith("postgres") and "://" in it.value:
                    login = login_of(it.value, 0, {})
                    if login is not None and login.user is not None:
                        yield _name_of(scope, number), _placed(login, it)
            elif isinstance(it, facts.Display):
                if it.kind == "dict" and it.keys:
                    yield from _of_django(values, it)
            elif isinstance(it, facts.Call) and it.keywords and facts.word_of(values, it.of) in _CONNECTS:
                for key, value in it.keywords:
                    if key == "user" and (user := _constant(values, value)) is not None:
                        yield f"{facts.word_of(values, it.of)}()", _login(user, values[value])


# What is looked for above, as files list their words.
_SAYS: Final = re.compile(r"\n(?:postgres[^\n]*://|USER|user=)\n")


def _name_of(scope: facts.Scope, number: int) -> str:
    """The variable that holds the text, or that it stands in for: os.getenv("DATABASE_URL", "postgresql://...")."""
    for it in scope.values:
        if isinstance(it, facts.Call):
            if number in it.args[1:] and (said := _constant(scope.values, it.args[0])) is not None:
                return said
            for key, value in it.keywords:
                if value == number:
                    return key
            if number in it.args:
                return f"{facts.word_of(scope.values, it.of)}()"
    return next((name for name, value in scope.names if value == number), "the connection string")


def _of_django(values: tuple[facts.AnyValue, ...], it: facts.Display) -> Iterator[tuple[str, Login]]:
    """DATABASES = {"default": {"ENGINE": ..., "USER": ...}}"""
    given: dict[str, int] = {}
    for key, item in zip(it.keys, it.items, strict=False):
        if key >= 0 and (word := _constant(values, key)) is not None:
            given[word] = item
    engine = _constant(values, given["ENGINE"]) if "ENGINE" in given else None
    if engine is None or "postg" not in engine or "USER" not in given:
        return
    user = given["USER"]
    said = values[user]
    if isinstance(
        said, facts.Call
    ):  # os.environ.get("DB_USER", "postgres"), env("DB_USER", default="postgres")
        defaults = [*said.args[1:], *(value for key, value in said.keywords if key == "default")]
        user = defaults[0] if defaults else user
    name = _constant(values, user)
    if name:
        yield "DATABASES", _login(name, values[user])


def _login(user: str, at: facts.AnyValue) -> Login:
    return Login("postgresql", user, Range(at.start, at.end))


def _placed(login: Login, it: facts.Const) -> Login:
    """Where the user's name stands: behind the quotes, as far as one can tell."""
    assert isinstance(it.value, str)
    quotes = (it.end - it.start - len(it.value)) // 2
    if it.end - it.start - len(it.value) != 2 * quotes or quotes not in (1, 3):
        where = Range(it.start, it.end)
    else:
        where = Range(it.start + quotes + login.range.start, it.start + quotes + login.range.end)
    return Login(login.scheme, login.user, where, login.host, login.port, login.pooler)


def _constant(values: tuple[facts.AnyValue, ...], number: int) -> str | None:
    it = values[number]
    return it.value if isinstance(it, facts.Const) and isinstance(it.value, str) else None
