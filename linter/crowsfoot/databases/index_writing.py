"""An index that is to be -> how its table's owner writes it: in a schema, with a library, or in SQL.

What a schema or a library has no words for (where NULL comes, a predicate, an expression) is SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from crowsfoot.databases.index_edits import to_column, to_list
from crowsfoot.databases.index_sql import (
    LONGEST_NAME,
    Proposal,
    brief,
    columns_named,
    cut,
    index_name,
    nulls_written,
    predicate,
    sql,
    unused_name,
)
from crowsfoot.databases.index_use import Part, part
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.finding import Edit, Fix, Safety
from crowsfoot.link.project import Column, Database, Index, Table

__all__ = ["Proposal", "declaration", "fix", "over", "sql"]


def over(table: Table, columns: Iterable[Column], replaces: Index | None = None) -> Proposal:
    """An index over the columns, in ascending order."""
    keys = tuple(part(it.name, table.database.provider) for it in columns)
    return Proposal(table, keys, replaces=replaces)


def declaration(proposal: Proposal) -> str:
    """What a user writes to have the index, on one line: `@@index([a, b])`, `index=True to a`."""
    words = _WORDS.get(proposal.table.library or "prisma")
    said = words(proposal) if words is not None and not _only_migrations(proposal.table) else None
    return brief(proposal) if said is None else said


def fix(proposal: Proposal) -> Fix | None:
    """The edit that makes the index, where one can; else what to write, to be pasted."""
    table, old = proposal.table, proposal.replaces
    said = declaration(proposal)
    title = f"Add {said}" if old is None else f"Replace {old.declaration} by {said}"
    if said == brief(proposal):
        return Fix(title, (), Safety.MANUAL, sql(proposal))
    if table.library is not None:
        put = _put(proposal, said) if old is None else None
        if put is not None:
            return Fix(title, (put,))
        snippet = _snippet(table, said)
        return Fix(title, (), Safety.MANUAL, snippet) if snippet is not None else None
    if old is None:
        return Fix(title, table.append(said))
    edit = _rewritten(old, said)
    return Fix(title, (edit,)) if edit is not None else Fix(title, (), Safety.MANUAL, f"{said}\n")


def _put(proposal: Proposal, said: str) -> Edit | None:
    """The edit of the class, for what needs no import that it may not have."""
    table = proposal.table
    word = re.match(r"(\w+=True) to ", said)
    if word is not None:
        column = table.columns_by_name.get(proposal.keys[0].column or "")
        return to_column(table, column, word[1]) if column is not None else None
    if not _plain(proposal, descending=table.library == "django") or said.startswith(f"{table.model}."):
        return None
    of = "__table_args__" if table.library in ("sqlalchemy", "sqlmodel") else "Meta.indexes"
    return to_list(table, of, said.removesuffix(" to Meta.indexes"))


def _snippet(table: Table, said: str) -> str | None:
    """Lines of the class that hold the declaration; None where it is a word of a field.

    The migration that a library writes of it locks the table against writes, if nobody asks for another.
    Source: https://docs.djangoproject.com/en/stable/ref/contrib/postgres/operations/#concurrent-index-operations
    Source: https://alembic.sqlalchemy.org/en/latest/api/runtime.html#alembic.runtime.migration.MigrationContext.autocommit_block
    """
    if re.match(r"\w+=True to ", said):
        return None
    if said.startswith(f"{table.model}."):
        return f"{said}\n"
    hint = _CONCURRENTLY.get(table.library or "") if table.database.provider == "postgresql" else None
    head = f"{_imports(table, said)}# {hint}\n" if hint is not None else _imports(table, said)
    if table.library in ("sqlalchemy", "sqlmodel"):
        return f"{head}__table_args__ = (\n    {said},\n)\n"
    said, brackets = said.removesuffix(" to Meta.indexes"), "()" if table.library == "peewee" else "[]"
    return f"{head}class Meta:\n    indexes = {brackets[0]}\n        {said},\n    {brackets[1]}\n"


def _imports(table: Table, said: str) -> str:
    """The names that the declaration needs and that few files of models have."""
    called = re.findall(r"\b(?<!\.)([A-Z]\w*|text)\(", said)
    if table.library == "django":
        functions = [it for it in called if it not in ("Q", "F")]
        lines = [
            ("django.db.models.functions", functions),
            ("django.db.models", [it for it in called if it in ("F", "Q")]),
        ]
    elif table.library in ("sqlalchemy", "sqlmodel"):
        lines = [("sqlalchemy", called)]
    else:
        lines = [(f"{table.library}.indexes", called)]
    return "".join(
        f"from {module} import {', '.join(dict.fromkeys(names))}\n" for module, names in lines if names
    )


_ALEMBIC: Final = "in its migration: postgresql_concurrently=True, in autocommit_block()"
_CONCURRENTLY: Final = {
    "django": "in its migration: AddIndexConcurrently, with atomic = False",
    "sqlalchemy": _ALEMBIC,
    "sqlmodel": _ALEMBIC,
}


def _only_migrations(table: Table) -> bool:
    """Whether no schema and no class declares the table."""
    return table.library is None and table.append_at is None


def _plain(proposal: Proposal, *, descending: bool = False) -> bool:
    """Whether the index is no more than columns in ascending order, or in any."""
    provider = proposal.table.database.provider
    return (
        proposal.function is None
        and not predicate(proposal)
        and not proposal.include
        and all(it.column is not None and nulls_written(it, provider) is None for it in proposal.keys)
        and (descending or not any(it.descending for it in proposal.keys))
    )


def _field(table: Table, name: str | None) -> str:
    """What the user calls the column of that name."""
    column = table.columns_by_name.get(name or "")
    return column.field if column is not None else name or "?"


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f'"{it}"' for it in items)


# --- Prisma ------------------------------------------------------------------------------------------------


def _in_prisma(proposal: Proposal) -> str | None:
    """Prisma knows neither expressions nor INCLUDE nor NULLS FIRST; predicates behind a preview feature.

    Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/indexes
    """
    table, where = proposal.table, predicate(proposal)
    if proposal.function or proposal.include:
        return None
    if any(nulls_written(it, table.database.provider) for it in proposal.keys):
        return None
    if where and not _previews(table.database, "partialIndexes"):
        return None
    keys = [_field(table, it.column) + ("(sort: Desc)" if it.descending else "") for it in proposal.keys]
    raw = where.replace("\\", "\\\\").replace('"', '\\"')
    more = f', where: raw("{raw}")' if where else ""
    return f"@@index([{', '.join(keys)}]{more})"


def _previews(database: Database, feature: str) -> bool:
    blocks = [
        it for file in database.files if isinstance(file.facts, PrismaFile) for it in file.facts.generators
    ]
    settings = [it.get("previewFeatures") for it in blocks]
    return any(feature in it.value for it in settings if it is not None and isinstance(it.value, tuple))


def _rewritten(index: Index, said: str) -> Edit | None:
    """The edit that makes another index of this one; None where its declaration says more than its keys."""
    if not index.declared or index.unique or index.on_field or index.method != "btree" or index.clustered:
        return None
    if any(key.length or key.opclass or key.column is None for key in index.keys) or index.predicate:
        return None
    named = f', map: "{index.name}")' if index.name is not None else ")"
    return Edit(index.span, f"{said[:-1]}{named}")


# --- libraries ---------------------------------------------------------------------------------------------


def _in_django(proposal: Proposal) -> str:
    """Source: https://docs.djangoproject.com/en/stable/ref/models/indexes/"""
    table, provider = proposal.table, proposal.table.database.provider
    said = {it: _field(table, it.column) for it in proposal.keys}
    expressions = proposal.function is not None or any(nulls_written(it, provider) for it in proposal.keys)
    if expressions:
        words = [_ordered(said[it], it, provider) for it in proposal.keys]
        if proposal.function is not None:
            function, column = proposal.function
            words.insert(0, f'{function.capitalize()}("{_field(table, column)}")')
    else:
        words = [f"fields=[{_listed(('-' if it.descending else '') + said[it] for it in proposal.keys)}]"]
    where = predicate(proposal)
    if proposal.include:
        words.append(f"include=[{_listed(_field(table, it) for it in proposal.include)}]")
    if where:
        nulls = ", ".join(f"{_field(table, it)}__isnull=True" for it in proposal.null)
        words.append(f"condition=Q({nulls})")
    if expressions or where or proposal.include:  # then Django wants a name, of 30 characters at most
        words.append(f'name="{index_name(proposal).removesuffix("_idx")[:26]}_idx"')
    return f"models.Index({', '.join(words)})"


def _ordered(field: str, key: Part, provider: str) -> str:
    nulls = nulls_written(key, provider)
    placed = f"nulls_{nulls}=True" if nulls is not None else ""
    return f'F("{field}").{"desc" if key.descending else "asc"}({placed})'


def _in_sqlalchemy(proposal: Proposal) -> str:
    """Source: https://docs.sqlalchemy.org/en/20/core/constraints.html#indexes"""
    table, provider = proposal.table, proposal.table.database.provider
    if len(proposal.keys) == 1 and _plain(proposal):
        return f"index=True to {_field(table, proposal.keys[0].column)}"
    words = [_text_of(it, provider) for it in proposal.keys]
    if proposal.function is not None:
        words.insert(0, 'text("{}({})")'.format(*proposal.function))
    name = "_".join(["ix", table.name, *columns_named(proposal)])
    # A longer name is an error, whatever the database would make of it.
    free = unused_name(lambda number: cut(name, LONGEST_NAME - len(number)) + number, proposal)
    words.insert(0, f'"{free}"')
    dialect = {"sqlserver": "mssql", "unknown": "postgresql"}.get(provider, provider)
    if proposal.include:
        words.append(f"{dialect}_include=[{_listed(proposal.include)}]")
    if predicate(proposal):
        where = " AND ".join(f"{it} IS NULL" for it in proposal.null)
        words.append(f'{dialect}_where=text("{where}")')
    return f"Index({', '.join(words)})"


def _text_of(key: Part, provider: str) -> str:
    nulls = nulls_written(key, provider)
    if not key.descending and nulls is None:
        return f'"{key.column}"'
    words = [
        key.column or "?",
        *(["DESC"] if key.descending else []),
        *([f"NULLS {nulls.upper()}"] if nulls else []),
    ]
    return f'text("{" ".join(words)}")'


def _in_tortoise(proposal: Proposal) -> str | None:
    """Its indexes have fields, and no direction. Source: https://tortoise.github.io/indexes.html"""
    if not _plain(proposal):
        return None
    fields = [_field(proposal.table, it.column) for it in proposal.keys]
    return f"db_index=True to {fields[0]}" if len(fields) == 1 else f"Index(fields=[{_listed(fields)}])"


def _in_peewee(proposal: Proposal) -> str | None:
    """Source: https://docs.peewee-orm.com/en/latest/peewee/models.html#indexes"""
    table = proposal.table
    fields = [_field(table, it.column) for it in proposal.keys]
    if _plain(proposal):
        if len(fields) == 1:
            return f"index=True to {fields[0]}"
        return f"(({_listed(fields)}), False) to Meta.indexes"
    if proposal.include or any(nulls_written(it, table.database.provider) for it in proposal.keys):
        return None
    words = [f"{table.model}.{it}" for it in fields]
    words = [f"{it}.desc()" if key.descending else it for it, key in zip(words, proposal.keys, strict=True)]
    if proposal.function is not None:
        function, column = proposal.function
        words.insert(0, f"fn.{function}({table.model}.{_field(table, column)})")
    where = [f"{table.model}.{_field(table, it)}.is_null()" for it in proposal.null if predicate(proposal)]
    if where:
        words.append(f"where={' & '.join(where)}")
    return f"{table.model}.add_index({', '.join(words)})"


_WORDS: Final = {
    "prisma": _in_prisma,
    "django": _in_django,
    "sqlalchemy": _in_sqlalchemy,
    "sqlmodel": _in_sqlalchemy,
    "tortoise": _in_tortoise,
    "peewee": _in_peewee,
}
