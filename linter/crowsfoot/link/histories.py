"""Layouts and what their files say -> histories: each migration replayed on what those before it left."""

from collections.abc import Iterable, Iterator

from msgspec.structs import force_setattr, replace

from crowsfoot.databases.sending import unknown_parts
from crowsfoot.databases.transactions import groups, transport_of
from crowsfoot.facts import sql
from crowsfoot.facts.sql import SqlFile, Statement
from crowsfoot.link.assumed import Assumed, Changes
from crowsfoot.link.catalog.doubts import touched_by_all
from crowsfoot.link.catalog.draft import doubted
from crowsfoot.link.catalog.elsewhere import back_home
from crowsfoot.link.catalog.execute import Session, run
from crowsfoot.link.catalog.model import Catalog, empty
from crowsfoot.link.files import Files
from crowsfoot.link.history import Failure, History, Migration, Step, Transaction
from crowsfoot.link.layouts import Layout
from crowsfoot.link.migration_names import comes_after
from crowsfoot.link.project import File, Problem, failed


def link_history(layout: Layout, files: Files, assumed: Assumed) -> History:
    """The history of the layout, as far as the files could be read."""
    history = History(
        path=layout.folder,
        tool=layout.tool,
        dialect=layout.dialect,
        migrations=(),
        final=empty(layout.dialect, outside=_SUPABASE if layout.tool == "supabase" else frozenset()),
        postgres=assumed.postgres,
        prisma=layout.prisma,
        lock_file=files.get(layout.lock_file) if layout.lock_file else None,
        provider=layout.provider,
        deleted=tuple(_deleted(layout, assumed.changes)),
    )
    catalog = history.final
    if not _is_whole(layout, files, assumed):
        catalog = replace(catalog, certain=False)
    migrations: list[Migration] = []
    problems: list[Problem] = []
    before_is_new = False
    start = 0
    session = None
    for number, entry in enumerate(layout.entries):
        is_new = _is_new(layout, number, assumed)
        if not (is_new and before_is_new):
            start = number
        before_is_new = is_new and assumed.narrows
        file = files.get(entry.path)
        facts = file.facts if file and isinstance(file.facts, SqlFile) else None
        migration = Migration(
            history=history,
            number=number,
            name=entry.name,
            file=file if file and facts else File(entry.path, SqlFile(layout.dialect)),
            steps=(),
            transactions=(),
            transport=transport_of(layout.tool, layout.dialect, facts, layout.prisma, layout.engine),
            deploy_start=start,
            is_new=is_new and layout.provider != "cockroachdb",
            edited=assumed.changes is not None and entry.path in assumed.changes.edited,
        )
        if facts:
            force_setattr(migration, "refused", _refusal(migration, facts))
        if layout.tool == "drizzle" and start == number:
            # It puts all that it has to run into one transaction.
            # Source: https://github.com/drizzle-team/drizzle-orm/blob/main/drizzle-orm/src/pg-core/dialect.ts
            session = Session(in_block=True, postgres=assumed.postgres)
        try:
            # What cannot be read may have done anything.
            catalog = (
                _replay(migration, facts, catalog, session, problems)
                if facts
                else replace(catalog, certain=False)
            )
        except Exception:
            problems.append(failed(entry.path, "replaying the migration"))
            catalog = replace(catalog, certain=False)
        migrations.append(migration)
    # A history and its migrations refer to each other, as do a migration and its steps.
    force_setattr(history, "migrations", tuple(migrations))
    force_setattr(history, "final", catalog)
    force_setattr(history, "problems", tuple(problems))
    return history


# What a new project of Supabase holds already.
# Source: https://supabase.com/docs/guides/platform/permissions, and the schemas of supabase/postgres
_SUPABASE = frozenset(
    (
        *("auth", "storage", "realtime", "_realtime", "extensions", "graphql", "graphql_public", "vault"),
        *("pgsodium", "pgsodium_masks", "net", "cron", "pgbouncer", "supabase_functions"),
        *("supabase_migrations", "pgmq", "pgmq_public", "_analytics"),
    )
)


# Schemas that no migration makes.
_OTHERS = _SUPABASE | {"pg_catalog", "information_schema", "sys"}


def _is_whole(layout: Layout, files: Files, assumed: Assumed) -> bool:
    """Whether the folder makes a database from nothing, and does not change one that others have made.

    Prisma builds its shadow database from nothing, whatever the migrations say. Any other is not whole if it
    speaks of tables that it never makes; a new migration that does may be mistaken.
    """
    if layout.alone or layout.tool == "prisma":
        return not layout.alone
    made: set[str] = set()
    used: set[str] = set()
    for number, entry in enumerate(layout.entries):
        file = files.get(entry.path)
        if file is not None and isinstance(facts := file.facts, SqlFile):
            is_old = assumed.narrows and not _is_new(layout, number, assumed)
            _count(facts.statements, made, used if is_old or not assumed.narrows else set())
    return used <= made


def _count(statements: Iterable[Statement], made: set[str], used: set[str]) -> None:
    """Add the tables that the statements make, and those that they take for made."""
    for statement in statements:
        for change in statement.does:
            match change:
                case sql.CreateTable():
                    made.add(change.table.name.lower())
                    used.update(it.name.lower() for it in change.inherits)
                case sql.CreateView():
                    made.add(change.view.name.lower())
                case sql.RenameObject():
                    made.add(change.new_name.lower())
                case sql.Block() | sql.CreateFunction():
                    _count(change.body, made, set())
                case sql.DropObject() | sql.AlterOther():
                    pass
                case _:
                    table = getattr(change, "table", None)
                    if (
                        isinstance(table, sql.ObjectName)
                        and not statement.if_exists
                        and table.schema not in _OTHERS
                    ):
                        used.add(table.name.lower())


def _is_new(layout: Layout, number: int, assumed: Assumed) -> bool:
    entry = layout.entries[number]
    if assumed.changes is not None:
        return entry.path in assumed.changes.new
    return assumed.after is None or comes_after(layout.tool, entry.name, assumed.after)


def _deleted(layout: Layout, changes: Changes | None) -> Iterator[str]:
    """The names of the migrations that were there at the revision, and are no more."""
    for path in changes.deleted if changes else ():
        folder, _, file = path.rpartition("/")
        if layout.tool == "prisma" and file == "migration.sql" and folder.rpartition("/")[0] == layout.folder:
            yield folder.rpartition("/")[2]
        elif layout.tool != "prisma" and file.endswith(".sql") and folder == layout.folder:
            yield file.removesuffix(".sql")


def _refusal(migration: Migration, facts: SqlFile) -> Failure | None:
    """Why PostgreSQL runs no statement of the file: a text that it gets whole, it parses whole.

    For PostgreSQL there is its own grammar; what is said of other dialects may be our parser's fault.
    """
    if facts.dialect != "postgresql" or migration.transport not in ("batch", "transaction"):
        return None
    broken = next((it for it in facts.problems if it.kind == "syntax"), None)
    if broken is None:
        return None
    return Failure("42601", broken.message, migration.file.span(broken.range))


def _replay(
    migration: Migration, facts: SqlFile, catalog: Catalog, session: Session | None, problems: list[Problem]
) -> Catalog:
    """Give the migration its steps; the catalog that it leaves.

    session is that of a transaction that goes on from an earlier migration; problems gets what we fail on.
    """
    steps: list[Step] = []
    transactions: list[Transaction] = []
    stopped = migration.refused is not None
    if stopped:
        # Only the first finding helps: whoever mends the file makes all of this.
        catalog = doubted(catalog, (*facts.lost, *touched_by_all(facts.statements)))
        if facts.for_psql:
            catalog = replace(catalog, certain=False)
    elif any(it.kind in ("syntax", "unsupported") for it in facts.problems):
        # A statement that was not understood may have done anything.
        catalog = replace(catalog, certain=False)
    if facts.unknown:
        catalog = _beside_unknown(facts, catalog)
    for group in groups(facts, migration.history.tool, migration.transport):
        statements = facts.statements[group.first : group.end]
        transaction = Transaction((), group.explicit, group.block)
        if stopped:
            # The tool stops at the first failure. What follows never runs.
            outcomes: list[tuple[Catalog, Catalog, Failure | None]] = [(catalog, catalog, None)] * len(
                statements
            )
        else:
            ran = run(
                catalog,
                statements if not facts.unknown else _perhaps(facts, statements),
                file=migration.file,
                migration=migration.number,
                in_block=group.block,
                postgres=migration.history.postgres,
                session=session,
            )
            outcomes = [(it.before, it.after, it.failure) for it in ran.outcomes]
            catalog = ran.catalog
            stopped = ran.failure is not None
            if stopped:
                catalog = doubted(catalog, _tables_of(facts.statements))
            problems += [
                failed(migration.file.path, f"replaying {statement.verb}", outcome.bug)
                for statement, outcome in zip(statements, ran.outcomes, strict=True)
                if outcome.bug is not None
            ]
        new = [
            Step(
                migration=migration,
                number=len(steps) + index,
                statement=statement,
                span=migration.file.span(statement.range),
                before=before,
                after=after,
                failure=failure,
                transaction=transaction,
            )
            for index, (statement, (before, after, failure)) in enumerate(
                zip(statements, outcomes, strict=True)
            )
        ]
        force_setattr(transaction, "steps", tuple(new))
        steps += new
        transactions.append(transaction)
    force_setattr(migration, "steps", tuple(steps))
    force_setattr(migration, "transactions", tuple(transactions))
    if catalog.parked:
        # Whoever runs the next file begins in the database that the tool is connected with.
        home = back_home(catalog)
        if home.database is None:
            home = doubted(home, touched_by_all(facts.statements))
        return home
    return catalog


def _tables_of(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        for change in statement.does:
            if isinstance(change, sql.CreateTable):
                yield change.table.name


def _beside_unknown(facts: SqlFile, catalog: Catalog) -> Catalog:
    """The catalog for a file with words in it that stand for what nobody knows.

    Such a schema is there, and who knows what is in it. What is called so may have any name.
    """
    words = {it.text for it in facts.unknown}
    catalog = replace(catalog, outside=catalog.outside | words)
    for statement, unknown in unknown_parts(facts, facts.statements):
        if unknown and any(word in name for name in touched_by_all([statement]) for word in unknown):
            return replace(catalog, certain=False)
    return catalog


def _perhaps(facts: SqlFile, statements: Iterable[Statement]) -> list[Statement]:
    """The statements, those conditional in which something is not known: nothing is said of them."""
    return [
        replace(statement, conditional=True) if unknown else statement
        for statement, unknown in unknown_parts(facts, statements)
    ]
