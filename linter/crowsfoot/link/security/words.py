"""Tables, functions, roles and privileges as findings say them: in prose, and as SQL to paste."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.link.catalog import model as held
from crowsfoot.link.security.exposure import Reach

_CHANGES = ("insert", "update", "delete")
# What is no name without quotes, or not everywhere: all of pg_get_keywords() but those of the category "U".
_WORDS = """
all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean
both case cast char character check coalesce collate collation column concurrently constraint create
cross current_catalog current_date current_role current_schema current_time current_timestamp
current_user dec decimal default deferrable desc distinct do else end except exists extract false
fetch float for foreign freeze from full grant greatest group grouping having ilike in initially
inner inout int integer intersect interval into is isnull join json json_array json_arrayagg
json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
lateral leading least left like limit localtime localtimestamp merge_action national natural nchar
none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
placing position precision primary real references returning right row select session_user setof
similar smallint some substring symmetric system_user table tablesample then time timestamp to
trailing treat trim true union unique user using values varchar variadic verbose when where window
with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
xmlserialize xmltable
"""
KEYWORDS = frozenset(_WORDS.split())


def listed(names: Iterable[object], most: int = 5) -> str:
    """The names, joined as in a sentence; of very many the first ones."""
    found = [str(it) for it in dict.fromkeys(names)]
    if len(found) > most:
        found = [*found[: most - 1], f"{len(found) - most + 1} more"]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def sql_name(thing: held.Table | held.Function) -> str:
    """The name in SQL, with the schema unless that is public; quoted where it has to be."""
    name = plain(thing.name)
    return name if thing.schema in ("public", "") else f"{plain(thing.schema)}.{name}"


def plain(name: str) -> str:
    """An identifier, in quotes unless it is one without them, as quote_ident() writes it."""
    bare = (
        name.isascii() and name.replace("_", "a").isalnum() and name == name.lower() and not name[0].isdigit()
    )
    return name if bare and name not in KEYWORDS else quoted(name)


def signature(function: held.Function) -> str:
    """The function as ALTER FUNCTION and REVOKE name it."""
    return f"{sql_name(function)}({', '.join(function.arguments)})"


def who(reaches: Sequence[Reach]) -> str:
    """The roles: "anon and authenticated"."""
    return listed(it.role for it in reaches)


def may(reaches: Sequence[Reach]) -> str:
    """What they may do with rows: "read", "read and change", "change"."""
    names = {it.name for it in reaches}
    words = [*(["read"] if "select" in names else []), *(["change"] if names & {*_CHANGES} else [])]
    return " and ".join(words)
