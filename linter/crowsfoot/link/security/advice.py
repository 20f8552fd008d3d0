"""What to write instead of a setting that outlives its request, in the words of each library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.prose import series

if TYPE_CHECKING:
    from crowsfoot.link.security.model import SecuredPolicy
    from crowsfoot.link.security.settings import ContextSetting

# By library: the placeholder, and the block that is a transaction.
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "sqlalchemy": (":value", "with session.begin():"),
    "asyncpg": ("$1", "async with conn.transaction():"),
    "databases": (":value", "async with database.transaction():"),
    "django": ("%s", "with transaction.atomic():"),
    "prisma": ("$1", "async with db.tx() as tx:"),
    "tortoise": ("$1", "async with in_transaction() as conn:"),
    "peewee": ("%s", "with db.atomic():"),
    "sql": ("%s", "BEGIN"),
}
_MOST: Final = 3


def block(setting: ContextSetting) -> str:
    """What opens a transaction."""
    return _WORDS.get(setting.library, ("%s", "with conn.transaction():"))[1]


def local_setting(setting: ContextSetting) -> str:
    """The statement that sets the same until the transaction ends."""
    placeholder = _WORDS.get(setting.library, ("%s", ""))[0]
    name = setting.name or "..."
    if name in ("role", "session_authorization"):
        return f"SET LOCAL {name.upper().replace('_', ' ')} {setting.value or '...'}"
    value = f"'{setting.value}'" if setting.how == "constant" and setting.value else placeholder
    return f"SELECT set_config('{name}', {value}, true)"


def tables_of(policies: Sequence[SecuredPolicy]) -> str:
    """The tables that policies guard: "invoice, customer and 4 others"."""
    names = list(dict.fromkeys(str(it.table) for it in policies))
    return few(names)


def policies_of(policies: Sequence[SecuredPolicy]) -> str:
    """`policy "own" of invoice`, or how many."""
    if len(policies) == 1:
        return f'policy "{policies[0].policy.name}" of {policies[0].table}'
    return f"policies of {tables_of(policies)}"


def few(names: Sequence[str]) -> str:
    """At most three names, and how many there are beside them."""
    more = len(names) - _MOST
    return series(names) if more <= 0 else series([*names[:_MOST], f"{more} other{'s' if more > 1 else ''}"])
