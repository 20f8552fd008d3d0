"""USE, and names that say their database -> the catalog of the database that is meant.

Each database has a catalog of its own, so that what is done in another one leaves ours alone. While another
one is used, ours waits in it, under the name "".
"""

from __future__ import annotations

from msgspec.structs import replace
from rpds import HashTrieMap

from crowsfoot.facts.sql import ObjectName, SetVariable, Statement
from crowsfoot.link.catalog.doubts import touched
from crowsfoot.link.catalog.draft import Draft, doubted
from crowsfoot.link.catalog.model import Catalog, empty

_HOME = ""
_NONE: HashTrieMap[str, Catalog] = HashTrieMap()
# What every server has, and no project keeps its tables in.
_SYSTEM = frozenset(
    ("master", "model", "msdb", "tempdb", "mysql", "sys", "information_schema", "performance_schema")
)


def use(draft: Draft, change: SetVariable) -> None:
    """From here on names without one are those of another database.

    The first that is used while ours is empty is ours.
    """
    database = (change.value or "").lower()
    catalog = draft.catalog
    if not database or database == catalog.database:
        return
    home = back_home(catalog)
    others = home.parked
    ours = database not in _SYSTEM and not home.tables and database not in others
    if ours or database == home.database:
        draft.catalog = replace(home, database=database)
        return
    there = others.get(database)
    if there is None:
        there = replace(empty(catalog.dialect), certain=False, database=database)
    waiting = others.discard(database).insert(_HOME, replace(home, parked=_NONE))
    draft.catalog = replace(there, parked=waiting)


def back_home(catalog: Catalog) -> Catalog:
    """The catalog of our database, which any other waits in from now on."""
    home = catalog.parked.get(_HOME)
    if home is None:
        return catalog
    assert catalog.database is not None
    waiting = catalog.parked.discard(_HOME).insert(catalog.database, replace(catalog, parked=_NONE))
    return replace(home, parked=waiting)


def doubt_elsewhere(before: Catalog, after: Catalog, statement: Statement) -> Catalog:
    """The catalog after the statement; where the name of our database is not known, any other may be it."""
    if before.database is None and any(_says_database(it) for it in _names(statement)):
        return doubted(after, touched(statement))
    return after


def _says_database(name: ObjectName) -> bool:
    return name.schema is not None and "." in name.schema


def _names(statement: Statement) -> list[ObjectName]:
    found = [getattr(it, field, None) for it in statement.does for field in ("table", "name", "view")]
    return [it for it in found if isinstance(it, ObjectName)]
