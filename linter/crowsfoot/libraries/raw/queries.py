"""The SQL that a call is given -> the Query that it sends."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from crowsfoot.libraries.calls import is_put_together, options
from crowsfoot.libraries.objects import Args, At, Built, Constant, Many, Object, OneOf, Table
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.raw.statements import Statement, read
from crowsfoot.libraries.raw.tokens import HOLE, OTHER_VERBS, ROW_VERBS, is_placeholder, tokens_of, verb_of

_OF_POSTGRESQL: Final = frozenset(("asyncpg", "psycopg", "psycopg2", "aiopg", "psycopg_pool"))
_KEYS: Final = ("id", "key", "uuid", "pk", "hash")
_WORD: Final = re.compile(r"[a-z]+")
_SECOND_WORDS: Final = {
    **dict.fromkeys(("insert", "replace", "merge", "upsert"), frozenset(("into",))),
    "update": frozenset(("set",)),
    "delete": frozenset(("from", "using")),
    "select": frozenset(("from", "where")),
    "with": frozenset(("select", "insert", "update", "delete", "as")),
    "values": frozenset(("from",)),
}
_NUMBERS: Final = frozenset(("builtins.int", "builtins.float"))
_DEEPEST: Final = 20  # strings that are put together of strings


class Sql(Object, frozen=True):
    """What psycopg's sql.SQL() makes: its placeholders stand for names and values that are quoted."""

    text: str

    def attribute(self, name: str, at: At) -> Object:
        return _Filled(self)


class _Filled(Object, frozen=True):
    """A method of it, which gives it back with something put in."""

    of: Sql

    def call(self, args: Args, at: At) -> Object:
        return self.of


def text_of(sql: Object) -> str | None:
    """The text of a statement, a HOLE for each part that is not constant; None where nothing is known."""
    for it in options(_within_text(sql)):
        if isinstance(it, Sql):
            return it.text
        parts = [*_parts(it)]
        if any(part != HOLE for part in parts):
            return "".join(parts)
    return None


def _parts(it: Object, nested: int = 0, numbers: str = HOLE) -> Iterator[str]:
    """The texts that it is made of; numbers stands for those that are numbers, whatever they are."""
    if isinstance(it, Constant) and isinstance(it.value, str | int | float):
        yield str(it.value)
    elif isinstance(it, Built) and is_put_together(it) and nested < _DEEPEST:
        for part in it.args.positional:
            yield from _parts(part, nested + 1, numbers)
    elif isinstance(it, OneOf):
        yield from _parts(it.options[0], nested + 1, numbers)
    elif isinstance(it, Sql):
        yield it.text
    else:
        yield numbers if isinstance(it, Built) and it.name in _NUMBERS else HOLE


def is_interpolated(sql: Object) -> bool:
    """Its text is made of parts that are no constants, and no numbers: `int(key)`, "%d"."""
    return any(is_put_together(it) and HOLE in _parts(it, numbers="0") for it in options(_within_text(sql)))


def _within_text(sql: Object) -> Object:
    """What SQLAlchemy's text() is given where nothing imports it: in the code of a page."""
    if isinstance(sql, Built) and sql.name == "builtins.text" and sql.args.positional:
        return sql.args.positional[0]
    return sql


def is_statement(sql: Object) -> bool:
    """It reads as SQL does, whatever it is given to."""
    text = text_of(sql)
    if text is None:
        return False
    verb = verb_of(text)
    if verb in ROW_VERBS:
        if "set_config(" in text:  # of the session
            return True
        # "update", "select" and "delete" are words of English as well.
        return not _SECOND_WORDS[verb].isdisjoint(_WORD.findall(text.lower()))
    return verb in OTHER_VERBS and " " in text.strip()


def has_parameters(sql: Object, args: Args) -> bool:
    """The call is given a list or dict next to it, and the statement has placeholders for what that holds."""
    given = any(isinstance(it, Many | Table) for it in args.all if it is not sql)
    return given and has_placeholders(sql)


def has_placeholders(sql: Object) -> bool:
    text = text_of(sql)
    return text is not None and any(is_placeholder(it) for it in tokens_of(text).items)


def query_of(sql: Object, api: str, library: str, likely: bool = True) -> Query:
    """What a call sends that is given the statement; one that nobody knows is no defect to send per row."""
    text = text_of(sql)
    interpolated = is_interpolated(sql)
    if text is None:
        return Query(library, api, "execute", likely=False, interpolated=interpolated)
    said = read(text)
    if not said.reads_rows:
        return Query(library, api, "execute", sql=text, likely=likely, interpolated=interpolated)
    if is_per_table(said):
        return Query(library, api, "execute", sql=text, likely=False, interpolated=interpolated)
    return Query(
        library,
        api,
        said.operation,
        table=said.table,
        order=said.order,
        nulls=said.nulls,
        limit=said.limit,
        target=said.target,
        target_where=said.target_where,
        many=said.operation == "select" and said.limit != 1,
        instead=_instead(said, library, text),
        likely=likely and not said.table_unknown,
        sql=text,
        interpolated=interpolated,
        **msgspec.structs.asdict(said.where),
    )


def is_per_table(said: Statement) -> bool:
    """Whether it is sent once per table, most likely: `SELECT count(*) FROM {table}`."""
    keys = (it.rpartition(".")[2].endswith(_KEYS) for it in said.given)
    return said.table_unknown and not any(keys)


def _instead(said: Statement, library: str, text: str) -> str:
    """One statement for all rows, as far as the text tells."""
    # Of several, the others most often are the same in each pass: a tenant, a workspace.
    column = next((it for it in said.given if it.endswith(_KEYS)), said.given[-1] if said.given else "")
    return instead_by((column,) if column else (), said, library, text)


def instead_by(columns: tuple[str, ...], said: Statement, library: str, text: str, only: bool = False) -> str:
    """One statement for all rows, which give something else for each of those columns.

    only: they give the same for all else, what is written included.
    """
    if said.verb in ("insert", "replace", "merge", "upsert"):
        return "execute_values()" if library == "psycopg2" else "executemany()"
    where = ""
    if columns:
        compared = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
        of_postgresql = library in _OF_POSTGRESQL or "$1" in text
        listed = "= ANY(...)" if of_postgresql and len(columns) == 1 else "IN (...)"
        where = f" WHERE {compared} {listed}"
    if said.operation == "update":
        return f"one UPDATE{where}" if only else _ONE_BY_ONE.get(library, "executemany()")
    if said.operation == "delete":
        return f"one DELETE{where}"
    if said.operation == "count" and columns:
        return f"one SELECT ... GROUP BY {', '.join(columns)}"
    if not said.parameters:
        return "one SELECT before the loop"
    return f"one SELECT{where}"


# Drivers whose executemany() is a loop, but for INSERT and REPLACE.
# Source: https://pymysql.readthedocs.io/en/latest/modules/cursors.html
_ONE_BY_ONE: Final = {
    "psycopg2": "execute_batch()",
    **dict.fromkeys(
        ("pymysql", "MySQLdb", "mysql", "aiomysql", "asyncmy"), "one UPDATE with a CASE of each row"
    ),
}
