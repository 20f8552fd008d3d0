"""A statement that alters an InnoDB table, and the catalog before it -> how the server will do it.

For MySQL and MariaDB. What MariaDB does was measured on 10.11.18: each action alone and many together, with
ALGORITHM and LOCK written out, until the server took one. What MySQL does is what its manual says.
Sources: https://dev.mysql.com/doc/refman/5.7/en/innodb-online-ddl-operations.html,
https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html,
https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html,
https://mariadb.com/kb/en/innodb-online-ddl-operations-with-the-instant-alter-algorithm/
"""

from collections.abc import Callable
from typing import Final, Literal

from msgspec.structs import replace

from crowsfoot.databases import online_ddl_columns as columns
from crowsfoot.databases.online_ddl_model import (
    ALGORITHMS,
    LOCKS,
    Action,
    Algorithm,
    Cost,
    Lock,
    Server,
    Work,
)
from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterTable,
    Change,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropObject,
    ObjectName,
    RedefineColumn,
    RenameObject,
    Statement,
)
from crowsfoot.link.catalog.model import Catalog, Table

__all__ = ["Algorithm", "Cost", "Lock", "Server", "online_ddl"]


def online_ddl(
    statement: Statement,
    before: Catalog,
    server: Literal["mysql", "mariadb"],
    version: tuple[int, ...],
    *,
    foreign_key_checks: bool = True,
) -> Cost | None:
    """What the statement costs the table that it alters, at best: the server takes the best by itself.

    version is (8, 0, 36) or (10, 11). None where it alters no table, or one of which too little is known.
    foreign_key_checks is the variable of that name: where it is off, a foreign key is taken on trust.
    """
    runs_on = Server(server == "mariadb", version)
    work: list[Work] = []
    table: Table | None = None
    for change in statement.does:
        handler = _HANDLERS.get(type(change))
        name = _table_of(change)
        if handler is None or name is None:
            return None
        table = before.table(name)
        if table is None:
            return None
        found = handler(Action(change, table, before, runs_on, foreign_key_checks))
        if found is None:
            return None
        work += found
    if not work or table is None:
        return None
    return _asked(statement, _together(work, runs_on))


def _table_of(change: Change) -> ObjectName | None:
    name = getattr(change, "table", None)
    if name is None and isinstance(change, RenameObject) and change.kind == "table":
        name = change.name
    return name if isinstance(name, ObjectName) else None


def _together(work: list[Work], server: Server) -> Cost:
    """The cost of several actions in one statement: the weakest decides, and some go badly together."""
    if any(it.adds_primary for it in work):  # so the rows need no hidden key meanwhile
        work = [
            replace(it, algorithm="INPLACE", lock="NONE")
            if it.drops_primary and it.algorithm == "COPY"
            else it
            for it in work
        ]
    if len(work) > 1:  # a new name on top of it takes no lock of its own
        work = [it for it in work if it.lock != "EXCLUSIVE"] or work[:1]
    weakest = max(work, key=lambda it: (ALGORITHMS.index(it.algorithm), LOCKS.index(it.lock), it.rebuilds))
    algorithm, why = weakest.algorithm, weakest.why
    rebuilds = any(it.rebuilds for it in work)
    reshapes = next((it for it in work if it.reshapes), None)
    if reshapes is not None and not rebuilds and weakest is not reshapes:
        if server.mariadb and any(it.builds for it in work):
            # Measured: an index that is built where columns come or go needs the rows as they will be.
            algorithm, rebuilds = "INPLACE", True
            why = f"{reshapes.why} and {why} in one statement"
        elif not server.mariadb and algorithm == "INPLACE":
            # INSTANT is refused where another action does not support it, so the rows are written anew.
            rebuilds = True
            why = f"{reshapes.why}, which is instant only on its own, and {why}"
    lock = max((it.lock for it in work), key=LOCKS.index)
    return Cost(algorithm, lock, why, weakest.range, rebuilds)


def _asked(statement: Statement, cost: Cost) -> Cost:
    """The cost under the ALGORITHM and LOCK that are written."""
    cost = _with_algorithm(cost, statement.algorithm)
    lock = next((it for it in LOCKS if it == statement.lock), None)
    if lock is None:
        return cost
    refused = cost.refused or LOCKS.index(lock) < LOCKS.index(cost.lock)
    return replace(cost, lock=max(lock, cost.lock, key=LOCKS.index), refused=refused)


def _with_algorithm(cost: Cost, written: str | None) -> Cost:
    if written not in ALGORITHMS:
        return cost
    if written == "COPY" and cost.algorithm != "COPY":
        lock = max(cost.lock, "SHARED", key=LOCKS.index)
        return Cost("COPY", lock, "ALGORITHM=COPY is written", cost.range, True)
    return replace(cost, refused=ALGORITHMS.index(written) < ALGORITHMS.index(cost.algorithm))


# --- indexes and keys --------------------------------------------------------------------------------------


def _create_index(it: Action) -> list[Work]:
    change: CreateIndex = it.change
    if change.method == "fulltext":
        first = not any(index.method == "fulltext" for index in it.table.indexes.values())
        # InnoDB numbers rows in a hidden column for its first full text index.
        return [
            it.build(
                f"a {'first ' if first else ''}full text index is built under a lock",
                "SHARED",
                rebuilds=first,
            )
        ]
    if change.method in ("spatial", "vector"):
        return [it.build(f"a {change.method} index is built under a lock", "SHARED")]
    return [it.build("an index is built")]


def _drop_object(it: Action) -> list[Work] | None:
    return [it.drop_index("an index is dropped")] if it.change.kind == "index" else None


def _add_constraint(it: Action) -> list[Work] | None:
    constraint = it.change.constraint
    if constraint.kind == "primary":
        return [
            replace(it.rebuild("the rows are put in the order of their new primary key"), adds_primary=True)
        ]
    if constraint.kind == "unique":
        return [it.build("a unique index is built")]
    if constraint.kind == "foreign":
        return _add_foreign_key(it, constraint.columns)
    if constraint.kind == "check":
        if not it.server.mariadb and it.server.version < (8, 0, 16):
            return [it.metadata("a check is read and forgotten")]
        if not constraint.enforced:
            return [it.metadata("a check that is not enforced is noted")]
        return [it.copy("every row is checked while the table is copied")]
    return None


def _add_foreign_key(it: Action, names: tuple[str, ...]) -> list[Work]:
    if it.foreign_key_checks:
        return [it.copy("every row is checked against the other table while this one is copied")]
    wanted = [name.lower() for name in names]
    if any(
        [(key or "").lower() for key in index.columns[: len(wanted)]] == wanted
        for index in it.table.indexes.values()
    ):
        return [it.metadata("a foreign key is taken on trust", instant=it.server.mariadb)]
    return [it.build("a foreign key is taken on trust, and an index is built for it")]


def _drop_constraint(it: Action) -> list[Work] | None:
    change: DropConstraint = it.change
    kind = change.kind
    if kind == "any":
        wanted = change.name.lower()
        if any(name.lower() == wanted for name in it.table.foreign_keys):
            kind = "foreign"
        elif any(name.lower() == wanted for name in it.table.checks):
            kind = "check"
        elif any(name.lower() == wanted for name in it.table.indexes):
            return [it.drop_index("an index is dropped")]
        else:
            return None
    if kind == "primary":
        return [replace(it.copy("the rows are copied into the order of a hidden key"), drops_primary=True)]
    if kind == "foreign":
        return [it.metadata("a foreign key is dropped", instant=it.server.mariadb)]
    return [it.metadata("a check is dropped")]


def _alter_constraint(it: Action) -> list[Work]:
    if it.change.enforced:
        return [it.copy("every row is checked while the table is copied")]
    return [it.metadata("a check is no longer enforced")]


# --- the table itself --------------------------------------------------------------------------------------


def _rename(it: Action) -> list[Work] | None:
    change: RenameObject = it.change
    if change.kind == "column":
        instant = it.server.mariadb or it.server.version >= (8, 0, 28)
        return [it.metadata("a column is renamed", instant=instant)]
    if change.kind == "index":
        return [it.metadata("an index is renamed", instant=it.server.mariadb)]
    if change.kind == "table":
        work = it.metadata("the table is renamed")
        return [replace(work, lock="EXCLUSIVE") if it.server.mariadb else work]
    return None


def _alter_table(it: Action) -> list[Work] | None:
    change: AlterTable = it.change
    text = (change.text or "").upper()
    if change.change == "convert charset":
        return _convert(it)
    if change.change == "engine":
        now = dict(it.table.options).get("engine", "InnoDB")
        if text not in ("INNODB", "") or now.lower() != "innodb":
            return [it.copy("the table is copied into another storage engine")]
        return [_rebuilt(it)]
    if change.change == "force":
        return [_rebuilt(it)]
    if change.change != "set options":
        return None
    word = text.removeprefix("DEFAULT ").replace("=", " ").partition(" ")[0]
    if word in ("ROW_FORMAT", "KEY_BLOCK_SIZE", "PAGE_COMPRESSED", "PAGE_COMPRESSION_LEVEL", "ENCRYPTED"):
        return [it.rebuild("the rows are written in another format")]
    if word in ("CHARACTER", "CHARSET", "COLLATE"):
        return [it.metadata("new columns get another character set", instant=it.server.mariadb)]
    if word in ("AUTO_INCREMENT", "COMMENT", "STATS_PERSISTENT", "STATS_AUTO_RECALC", "STATS_SAMPLE_PAGES"):
        return [it.metadata("an option of the table is noted", instant=it.server.mariadb)]
    return None


def _rebuilt(it: Action) -> Work:
    if it.full_text and not it.server.mariadb:
        # Source: the manual's notes on "Rebuilding with the FORCE option" and "Performing a null rebuild"
        return it.copy("the table is copied as it is, because it has a full text index")
    return it.rebuild("the table is written anew as it is")


def _convert(it: Action) -> list[Work]:
    if it.server.mariadb and columns.converts_nothing(it):
        return [it.metadata("the columns have this character set already")]
    return [it.copy("every text is converted while the table is copied")]


_HANDLERS: Final[dict[type[Change], Callable[[Action], list[Work] | None]]] = {
    AddColumn: columns.add,
    DropColumn: columns.drop,
    RedefineColumn: columns.redefine,
    AlterColumn: columns.alter,
    CreateIndex: _create_index,
    DropObject: _drop_object,
    AddConstraint: _add_constraint,
    DropConstraint: _drop_constraint,
    AlterConstraint: _alter_constraint,
    RenameObject: _rename,
    AlterTable: _alter_table,
}
