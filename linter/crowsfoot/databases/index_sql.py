"""An index that is to be -> the SQL that makes it, in migration files as the tool in force runs them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, count
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from crowsfoot.databases.index_use import Part, part
from crowsfoot.databases.providers import PARTIAL_INDEXES
from crowsfoot.databases.sql_names import named, plain
from crowsfoot.link.project import Index, Table
from crowsfoot.source import Range

if TYPE_CHECKING:
    from crowsfoot.databases.safe_ddl import Script
    from crowsfoot.databases.tools import Engine
    from crowsfoot.facts.sql import CreateIndex, DropObject
    from crowsfoot.link.history import History


class Proposal(msgspec.Struct, frozen=True):
    """An index that the table should have; columns by the database's name.

    null: the columns that its predicate wants to be null. function: what stands before its other keys, as
    ("lower", "email"). replaces: the index that goes when it is there.
    """

    table: Table
    keys: tuple[Part, ...]
    null: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    replaces: Index | None = None
    function: tuple[str, str] | None = None


def nulls_written(key: Part, provider: str) -> Literal["first", "last"] | None:
    """Where NULL comes, if that is not where the database puts it by itself."""
    usual = part(key.column, provider, descending=key.descending).nulls_first
    return None if key.nulls_first is usual else "first" if key.nulls_first else "last"


def index_name(proposal: Proposal) -> str:
    """A name as PostgreSQL, and Prisma, would give it, that no other index of the table has.

    Source: ChooseIndexName() of PostgreSQL; https://www.prisma.io/docs/orm/prisma-schema/data-model/database-mapping
    """
    end = "_idx"
    named = "_".join([proposal.table.name, *columns_named(proposal)])
    return unused_name(
        lambda number: cut(named, LONGEST_NAME - len(f"{end}{number}")) + f"{end}{number}", proposal
    )


def columns_named(proposal: Proposal) -> list[str]:
    """What a name of the index says of its keys."""
    first = ["_".join(proposal.function)] if proposal.function is not None else []
    return [*first, *(it.column or "" for it in proposal.keys)]


def unused_name(make: Callable[[str], str], proposal: Proposal) -> str:
    """The first name that no other index of the table has, made without a number or with one."""
    taken = {it.name for it in proposal.table.indexes} | {default_name(it) for it in proposal.table.indexes}
    return next(name for it in chain([""], map(str, count(1))) if (name := make(it)) not in taken)


def default_name(index: Index) -> str | None:
    """The name of the index in the database; None where that is not known."""
    if index.name is not None or index.primary or index.table.library is not None:
        return index.name
    named = "_".join([index.table.name, *(it.name for it in index.columns)])
    end = "_key" if index.unique else "_idx"
    return cut(named, LONGEST_NAME - len(end)) + end


def cut(name: str, bytes: int) -> str:
    """What is left of the name in so many bytes."""
    return name.encode()[:bytes].decode(errors="ignore")


def brief(proposal: Proposal) -> str:
    """The statement as a message says it: without a name, and with quotes only where they must be."""
    return _create(proposal, None, plainly=True)


def sql(proposal: Proposal) -> str:
    """The migration files that make the index, as one text with a comment over each.

    On PostgreSQL rows are read and written in the meantime; the index that it replaces goes afterwards.
    """
    from crowsfoot.databases.safe_ddl import Advice

    return f"{Advice(scripts(proposal))}\n"


def scripts(proposal: Proposal) -> tuple[Script, ...]:
    """The same, file by file."""
    from crowsfoot.databases.safe_ddl import Script

    table, name = proposal.table, index_name(proposal)
    old = default_name(proposal.replaces) if proposal.replaces is not None else None
    if table.database.provider == "postgresql":
        made = _safe(_creation(proposal, name), table.database.history)
        return (*made, *(removal(table, old) if old is not None else ()))
    statements = [_create(proposal, name)]
    if old is not None:
        statements.append(_drop(table, old))
    return (Script(tuple(statements), f"make {name}"),)


def removal(table: Table, name: str) -> tuple[Script, ...]:
    """The migration files that drop the index of that name, while others read and write."""
    from crowsfoot.databases.safe_ddl import Script

    if table.database.provider == "postgresql":
        return _safe(_removal(table, name), table.database.history)
    return (Script((_drop(table, name),), f"drop {name}"),)


def predicate(proposal: Proposal, *, plainly: bool = False) -> str:
    """What stands behind WHERE; "" where nothing does, or where the database has no such indexes."""
    if proposal.table.database.provider not in PARTIAL_INDEXES:
        return ""
    return " AND ".join(f"{_quoted(it, proposal.table, plainly)} IS NULL" for it in proposal.null)


# --- text --------------------------------------------------------------------------------------------------


def _create(proposal: Proposal, name: str | None, *, plainly: bool = False) -> str:
    table, provider = proposal.table, proposal.table.database.provider
    keys = [_key(it, table, plainly) for it in proposal.keys]
    if proposal.function is not None:
        function, column = proposal.function
        keys.insert(0, f"({function}({_quoted(column, table, plainly)}))")
    words = ["CREATE INDEX"]
    if name is not None:
        words.append(_quoted(name, table))
    words.append(f"ON {_name(table, plainly)} ({', '.join(keys)})")
    if proposal.include and provider in _INCLUDES:
        words.append(f"INCLUDE ({', '.join(_quoted(it, table, plainly) for it in proposal.include)})")
    if where := predicate(proposal, plainly=plainly):
        words.append(f"WHERE {where}")
    return " ".join(words)


def _drop(table: Table, name: str) -> str:
    on = f" ON {_name(table)}" if table.database.provider in ("mysql", "sqlserver") else ""
    return f"DROP INDEX {_quoted(name, table)}{on}"


def _key(it: Part, table: Table, plainly: bool) -> str:
    words = [_quoted(it.column or "", table, plainly)]
    if it.descending:
        words.append("DESC")
    nulls = nulls_written(it, table.database.provider)
    if nulls is not None and table.database.provider in _PLACES_NULLS:
        words.append(f"NULLS {nulls.upper()}")
    return " ".join(words)


def _name(table: Table, plainly: bool = False) -> str:
    name = _quoted(table.name, table, plainly)
    schema = None if plainly and table.schema == "public" else table.schema
    return f"{_quoted(schema, table, plainly)}.{name}" if schema else name


def _quoted(name: str, table: Table, plainly: bool = False) -> str:
    return plain(name) if plainly else named(name, table.database.provider)


# --- PostgreSQL --------------------------------------------------------------------------------------------


def _safe(change: CreateIndex | DropObject, history: History | None) -> tuple[Script, ...]:
    """The files that make the change while others read and write, as the tool of the history wants them."""
    from crowsfoot.databases.safe_ddl import Script, safe_ddl
    from crowsfoot.databases.safe_ddl_text import index_sql, qualified
    from crowsfoot.databases.transactions import transport_of
    from crowsfoot.facts.sql import CreateIndex

    if history is not None:
        engine: Engine = "js" if any(it.transport == "adapter" for it in history.migrations) else "classic"
        transport = transport_of(history.tool, history.dialect, None, history.prisma, engine)
        advice = safe_ddl(change, history.final, history.postgres, transport, history.tool)
        if advice is not None:
            return advice.scripts
    if isinstance(change, CreateIndex):
        return (Script((index_sql(change, concurrently=True),), f"make {change.name}"),)
    return (Script((f"DROP INDEX CONCURRENTLY {qualified(change.name)}",), f"drop {change.name}"),)


def _creation(proposal: Proposal, name: str) -> CreateIndex:
    from crowsfoot.facts.sql import CreateIndex, Expression, IndexKey, ObjectName

    table, where = proposal.table, predicate(proposal)
    keys = [
        IndexKey(_NOWHERE, it.column, None, it.descending, nulls_written(it, "postgresql"))
        for it in proposal.keys
    ]
    if proposal.function is not None:
        function, column = proposal.function
        text = f"{function}({_quoted(column, table)})"
        keys.insert(0, IndexKey(_NOWHERE, None, Expression(_NOWHERE, text)))
    return CreateIndex(
        _NOWHERE,
        table=ObjectName(table.name, _NOWHERE, table.schema),
        keys=tuple(keys),
        name=name,
        include=proposal.include,
        predicate=Expression(_NOWHERE, where) if where else None,
    )


def _removal(table: Table, name: str) -> DropObject:
    from crowsfoot.facts.sql import DropObject, ObjectName

    return DropObject(_NOWHERE, kind="index", name=ObjectName(name, _NOWHERE, table.schema))


_NOWHERE: Final = Range(0, 0)
LONGEST_NAME: Final = 63  # bytes of a name in PostgreSQL; MySQL takes 64 characters

# Source: https://www.postgresql.org/docs/current/sql-createindex.html
# Source: https://www.cockroachlabs.com/docs/stable/create-index
# Source: https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql
_INCLUDES: Final = frozenset({"postgresql", "cockroachdb", "sqlserver"})
_PLACES_NULLS: Final = frozenset({"postgresql"})
