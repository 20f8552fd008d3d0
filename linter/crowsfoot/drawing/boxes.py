"""A node to the box that is drawn of it: its size, its rows, and text that fits.

No font is asked: a row is monospaced, where a character takes 0.6 of the size in every such font in use, and
a name in the head is given the room that it takes in a wide font.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from crowsfoot.drawing.model import Drawing, Field, Node
from crowsfoot.reporters.terminal import width

Columns = Literal["all", "keys", "none"]

HEAD = 30.0
ROW = 20.0
PAD = 10.0
KEY = 22.0  # what stands before the name of a column

_HEAD_SIZE = 13.0
_ROW_CHARACTER = 6.65  # 11 px
_LONGEST_HEAD = 34  # characters
_LONGEST_NAME = 26
_LONGEST_TYPE = 16
_MOST_ROWS = 24
_MOST_KEYS = 80
_HEAT = 26.0
_LINE = 15.0

# Beyond that many tables, a drawing of all columns is a wall of text.
_FEW = 30


class Row(msgspec.Struct, frozen=True):
    """A line of a box; at the right stands the type of the column, or what it refers to elsewhere."""

    name: str
    right: str
    field: Field | None  # None: the last line, which says how many columns are left out
    away: bool = False  # right is a table


class Box(msgspec.Struct, frozen=True):
    """What is drawn of a node; y of a row is y_of(its position)."""

    title: str
    rows: tuple[Row, ...]
    width: float
    height: float

    def y_of(self, row: int) -> float:
        """The middle of a row, from the top of the box."""
        return HEAD + ROW * (row + 0.5)


def columns_for(drawing: Drawing) -> Columns:
    """How much of each table is shown where nobody says it."""
    return "all" if len(drawing.nodes) <= _FEW else "keys"


def box(node: Node, columns: Columns, away: Sequence[str] = (), lines: int = 0) -> Box:
    """The box of the node, high enough for so many lines to arrive at one of its sides.

    away holds, for each of its fields, the table elsewhere that it refers to, or "".
    """
    needed = _LINE * lines + PAD
    shown = _shown(node, columns, round((needed - HEAD) / ROW) - 1)
    rows = [
        Row(
            clipped(field.name, _LONGEST_NAME),
            clipped(f"→ {to}" if to else field.type + "?" * field.nullable, _LONGEST_TYPE),
            field,
            bool(to),
        )
        for field, to in zip(node.fields, away or [""] * len(node.fields), strict=True)
        if field in shown
    ]
    if columns != "none" and len(rows) < len(node.fields):
        more = len(node.fields) - len(rows)
        rows.append(Row(f"{more} more" if rows else f"{more} column{'s' * (more != 1)}", "", None))
    title = clipped(node.label, _LONGEST_HEAD)
    head = 2 * PAD + _head_width(title) + findings_room(node) + _HEAT * bool(node.asked)
    widest = max((_ROW_CHARACTER * (width(it.name) + width(it.right) + 2) for it in rows), default=0.0)
    wide = max(head, KEY + widest + PAD, 110.0)
    height = HEAD + ROW * len(rows) + (6.0 if rows else 0.0)
    return with_room(Box(title, tuple(rows), round(wide), height), lines)


def _shown(node: Node, columns: Columns, room: int) -> list[Field]:
    """The columns that are shown: keys, where lines begin, and of the others what fits in room."""
    if columns == "none":
        return []
    keys = [it for it in node.fields if it.primary or it.foreign][:_MOST_KEYS]
    others = [it for it in node.fields if not (it.primary or it.foreign)]
    most = _MOST_ROWS if columns == "all" else min(room, _MOST_ROWS)
    return [*keys, *others[: max(most - len(keys), 0)]]


def findings_room(node: Node) -> float:
    """What the sign and the number of findings take in the head."""
    return 22.0 + 7 * len(count_of(node)) if node.findings else 0.0


def count_of(node: Node) -> str:
    return str(len(node.findings)) if len(node.findings) < 100 else "99+"


def with_room(box: Box, lines: int) -> Box:
    """The box, high enough for so many lines to arrive at one of its sides, and what stands at their ends."""
    return replace(box, height=max(box.height, _LINE * lines + PAD))


def _head_width(text: str) -> float:
    """What the text takes at most, by the widest of common fonts (DejaVu Sans Bold), in parts of its size."""
    return _HEAD_SIZE * sum(
        width(it) * 0.6 + 0.1 if not it.isascii() else _WIDTHS.get(it, 0.84 if it.isupper() else 0.72)
        for it in text
    )


_WIDTHS = {
    **dict.fromkeys("ijlI.,:;'|!() ", 0.4),
    **dict.fromkeys("frtJ_-sz", 0.6),
    **dict.fromkeys("mMwW@%", 1.06),
}


def clipped(text: str, longest: int) -> str:
    """The text, cut to so many columns of characters."""
    if width(text) <= longest:
        return text
    kept = text[: longest - 1]
    while width(kept) > longest - 1:
        kept = kept[:-1]
    return kept + "…"
