"""What the modules about columns share."""

from __future__ import annotations

from typing import NoReturn

from msgspec.structs import replace

from crowsfoot.link.catalog.draft import Draft, edited
from crowsfoot.link.catalog.model import Column, Table
from crowsfoot.source import Range


def put_column(draft: Draft, table: Table, column: Column) -> None:
    draft.put(replace(table, columns=edited(table.columns, column.name, column)))


def refuse_key(draft: Draft, table: Table, column: str, verb: str, range: Range) -> NoReturn:
    draft.refuse(
        "42P16",
        f'cannot {verb} column "{column}" because it is part of the partition key of relation "{table.name}"',
        range,
        column,
        table.name,
    )
