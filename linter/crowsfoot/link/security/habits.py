"""Files of a program -> what they say of its engines, pools and transactions: Habits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.link.security.conversations import Habits


def says_habits(file: facts.CodeFile) -> bool:
    """Whether the file may say anything of it, as far as its words tell."""
    return _SAYS.search(file.words) is not None


def habits_of(files: Iterable[facts.CodeFile]) -> Habits:
    """What those files say of engines and of Django's connections, wherever they do."""
    engines = without_pool = autocommit = pools = opened = 0
    keeps = atomic = commits = False
    for file in files:
        for scope in file.scopes:
            values = scope.values
            for it in values:
                # Exact types, which are told apart faster: these are all values of the program.
                if type(it) is facts.Call:
                    name = facts.word_of(values, it.of)
                    keywords = dict(it.keywords) if it.keywords else _NO_KEYWORDS
                    if name in (
                        "create_engine",
                        "create_async_engine",
                        "async_engine_from_config",
                        "engine_from_config",
                    ):
                        engines += 1
                        without_pool += _names(values, keywords.get("poolclass"), "NullPool")
                        autocommit += _names(values, keywords.get("isolation_level"), "AUTOCOMMIT")
                    pools += name.endswith(("ConnectionPool", "create_pool", "PooledDB"))
                    opened += name == "connect" and _is_driver(values, it)
                    commits = commits or name in ("commit", "begin")
                    if "conn_max_age" in keywords:
                        keeps = keeps or not _is_zero(values, keywords["conn_max_age"])
                elif type(it) is facts.Display and it.kind == "dict" and it.keys:
                    for key, item in zip(it.keys, it.items, strict=False):
                        word = values[key] if key >= 0 else None
                        text = word.value if isinstance(word, facts.Const) else None
                        if text == "CONN_MAX_AGE" or text == "pool":
                            keeps = keeps or not _is_zero(values, item)
                        elif text == "ATOMIC_REQUESTS":
                            atomic = atomic or not _is_zero(values, item)
    return Habits(
        sqlalchemy_pools=not engines or without_pool < engines,
        sqlalchemy_autocommit=bool(engines) and autocommit == engines,
        sqlalchemy_commits=commits,
        pools=True if pools and not opened else False if opened and not pools else None,
        django_keeps=keeps,
        django_atomic=atomic,
    )


# What is looked for above, as files list their words.
_SAYS: Final = re.compile(
    r"\n(?:create_engine|create_async_engine|async_engine_from_config|engine_from_config|connect|commit|begin"
    r"|conn_max_age=|CONN_MAX_AGE|pool|ATOMIC_REQUESTS|\w*(?:ConnectionPool|create_pool|PooledDB))\n"
)
_NO_KEYWORDS: Final[dict[str, int]] = {}


def _is_driver(values: tuple[facts.AnyValue, ...], call: facts.Call) -> bool:
    of = values[call.of]
    base = values[of.of] if isinstance(of, facts.Attribute) else of
    word = (
        base.module if isinstance(base, facts.Import) else base.name if isinstance(base, facts.Name) else ""
    )
    return word.partition(".")[0] in ("psycopg", "psycopg2", "asyncpg", "aiopg", "pg8000")


def _names(values: tuple[facts.AnyValue, ...], number: int | None, word: str) -> bool:
    it = values[number] if number is not None else None
    if isinstance(it, facts.Attribute | facts.Name | facts.Import):
        return it.name == word
    return isinstance(it, facts.Const) and it.value == word


def _is_zero(values: tuple[facts.AnyValue, ...], number: int) -> bool:
    it = values[number]
    return isinstance(it, facts.Const) and (it.value == 0 or it.value is False)
