"""Dumps of PostgreSQL's statistics, CSV or JSON -> what they say of tables, indexes and statements.

Which view a file holds, its columns tell. Files come from anywhere: what is no such dump is told in a line.
Source: https://www.postgresql.org/docs/current/monitoring-stats.html
"""

from __future__ import annotations

import csv
import math
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from crowsfoot.config import UserError


class TableStats(msgspec.Struct, frozen=True):
    """A row of pg_stat_user_tables."""

    schema: str
    name: str
    rows: int
    inserts: int = 0
    updates: int = 0
    hot_updates: int = 0
    deletes: int = 0


class IndexStats(msgspec.Struct, frozen=True):
    """A row of pg_stat_user_indexes."""

    schema: str
    table: str
    name: str
    scans: int
    bytes: int | None = None


class StatementStats(msgspec.Struct, frozen=True):
    """A row of pg_stat_statements; times are milliseconds."""

    query: str
    calls: int
    mean: float
    total: float


class Statistics(msgspec.Struct, frozen=True):
    """All that the files say; since is when counting began, where they say that: a date."""

    tables: tuple[TableStats, ...] = ()
    indexes: tuple[IndexStats, ...] = ()
    statements: tuple[StatementStats, ...] = ()
    since: str | None = None


def read(files: Sequence[tuple[str, bytes]]) -> Statistics:
    """What the files say together; raises UserError for one that is no dump of the three views."""
    tables: list[TableStats] = []
    indexes: list[IndexStats] = []
    statements: list[StatementStats] = []
    since: list[str] = []
    for name, data in files:
        for number, row in enumerate(_rows(name, data), 1):
            try:
                if "indexrelname" in row:
                    indexes.append(_index(row))
                elif "n_live_tup" in row:
                    tables.append(_table(row))
                elif "query" in row and "calls" in row:
                    statements.append(_statement(row))
                else:
                    raise UserError(f"--stats: {name}: {_UNKNOWN}")
            except (KeyError, ValueError) as error:
                raise UserError(f"--stats: {name}: row {number}: {_said(error)}") from error
            if (day := _DAY.match(str(row.get("stats_reset", "")))) is not None:
                since.append(day[0])
    return Statistics(tuple(tables), tuple(indexes), tuple(statements), max(since, default=None))


def of_others(statistics: Statistics, tables: Collection[str]) -> str:
    """What to say where no table that is counted is one of those; "" where one is, or none is counted."""
    named = {it.name for it in statistics.tables} | {it.table for it in statistics.indexes}
    if not named or not named.isdisjoint(tables):
        return ""
    few = ", ".join([*(it[:60] for it in sorted(named)[:3]), *["..."] * (len(named) > 3)])
    return f"--stats: no table that is counted is one of the project: {few}"


_UNKNOWN: Final = (
    "holds none of pg_stat_user_tables (n_live_tup), pg_stat_user_indexes (indexrelname) and "
    "pg_stat_statements (query, calls); crowsfoot advise --stats-query prints what makes such files"
)
MOST_BYTES: Final = 64 * 2**20
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d(?!\d)", re.ASCII)
_LONGEST_QUERY: Final = 20_000  # characters; what is longer is of no shape that we know


def _said(error: KeyError | ValueError) -> str:
    return f"there is no column {error.args[0]}" if isinstance(error, KeyError) else str(error)


# --- rows --------------------------------------------------------------------------------------------------


def _rows(name: str, data: bytes) -> Iterator[Mapping[str, Any]]:
    """The rows of one file, by column in small letters."""
    if len(data) > MOST_BYTES:
        raise UserError(f"--stats: {name}: is larger than {MOST_BYTES // 2**20} MB")
    # What is redirected in Windows PowerShell is UTF-16, and says so at its beginning.
    wide = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"--stats: {name}: is not {'UTF-16' if wide else 'UTF-8'}") from error
    if not text.strip():
        raise UserError(f"--stats: {name}: is empty; leave it out if its query has failed")
    read = _of_json if text.lstrip()[0] in "[{" else _of_csv
    for row in read(name, text):
        yield {str(key).strip().lower(): value for key, value in row.items() if key is not None}


def _of_csv(name: str, text: str) -> Iterator[Mapping[str, Any]]:
    """Columns stand between commas, or between what some clients export: semicolons or tabs."""
    found = False
    lines = text.split("\n")
    between = max(",;\t", key=lines[0].count)
    csv.field_size_limit(MOST_BYTES)  # a statement may be long
    try:
        for row in csv.DictReader([f"{line}\n" for line in lines], delimiter=between, strict=True):
            found = True
            yield row
    except csv.Error as error:
        raise UserError(f"--stats: {name}: is no CSV: {error}") from error
    if not found and not _is_header(text):
        raise UserError(f"--stats: {name}: {_UNKNOWN}")


def _is_header(text: str) -> bool:
    """Whether it names the columns of a view that had no rows."""
    return any(it in text.lower() for it in ("n_live_tup", "indexrelname", "calls"))


def _of_json(name: str, text: str) -> Iterator[Mapping[str, Any]]:
    """An array of rows, an object with such arrays, or a row per line."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        try:
            value = [msgspec.json.decode(line) for line in text.splitlines() if line.strip()]
        except (msgspec.DecodeError, RecursionError) as error:
            raise UserError(f"--stats: {name}: is no JSON: {error}") from error
    if isinstance(value, dict) and not any(isinstance(it, list) for it in value.values()):
        value = [value]
    elif isinstance(value, dict):
        value = [row for it in value.values() if isinstance(it, list) for row in it]
    for row in value if isinstance(value, list) else [value]:
        if not isinstance(row, dict):
            raise UserError(f"--stats: {name}: its rows are no JSON objects")
        yield row


# --- views -------------------------------------------------------------------------------------------------


def _table(row: Mapping[str, Any]) -> TableStats:
    return TableStats(
        _text(row, "schemaname", "public"),
        _text(row, "relname"),
        _count(row, "n_live_tup"),
        _count(row, "n_tup_ins", 0),
        _count(row, "n_tup_upd", 0),
        _count(row, "n_tup_hot_upd", 0),
        _count(row, "n_tup_del", 0),
    )


def _index(row: Mapping[str, Any]) -> IndexStats:
    size = _count(row, "bytes", -1)
    return IndexStats(
        _text(row, "schemaname", "public"),
        _text(row, "relname"),
        _text(row, "indexrelname"),
        _count(row, "idx_scan"),
        size if size >= 0 else None,
    )


def _statement(row: Mapping[str, Any]) -> StatementStats:
    """Before PostgreSQL 13 the columns were called total_time and mean_time."""
    calls = _count(row, "calls")
    total = _number(row, "total_time" if "total_time" in row else "total_exec_time")
    return StatementStats(_text(row, "query")[:_LONGEST_QUERY], calls, total / calls if calls else 0.0, total)


def _text(row: Mapping[str, Any], column: str, default: str | None = None) -> str:
    value = row.get(column, default)
    if value is None and column not in row:
        raise KeyError(column)
    if not isinstance(value, str):
        raise ValueError(f"{column} is no text")
    return value


def _count(row: Mapping[str, Any], column: str, default: int | None = None) -> int:
    return int(_number(row, column, default))


def _number(row: Mapping[str, Any], column: str, default: float | None = None) -> float:
    value = row.get(column)
    if value is None or value == "":
        if default is None:
            raise KeyError(column) if column not in row else ValueError(f"{column} is empty")
        return default
    try:
        found = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found) or not 0 <= found < 2**63:
        raise ValueError(f"{column} is no count: {str(value)[:40]!r}")
    return found
