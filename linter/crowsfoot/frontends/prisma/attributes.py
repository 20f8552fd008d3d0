"""Texts of attributes and values to what they say, many at a time."""

from collections.abc import Iterable
from typing import Final

import msgspec

from crowsfoot.frontends.prisma.syntax import Broken, Parsed, Value

# A call of the parser costs more than a short text, so texts are parsed many at a time. An error
# ends its batch, and what stood behind it is parsed again: bounded batches keep that linear.
_BATCH: Final = 256


def parse(texts: Iterable[str]) -> dict[str, Parsed | Broken]:
    """What each text says; a text is not blank, and holds no line break."""
    pending = list(dict.fromkeys(texts))
    found: dict[str, Parsed | Broken] = {}
    if not pending:
        return found
    # Imported late, as lark costs more than most of our own work.
    from crowsfoot.frontends.prisma import parser

    done = 0
    while done < len(pending):
        batch = pending[done : done + _BATCH]
        lines, broken = parser.parse("".join([f"\n{text}" for text in batch]))
        base = 1
        for text, line in zip(batch, lines, strict=False):
            found[text] = Parsed(base, [], line) if isinstance(line, Value) else Parsed(base, line, None)
            base += len(text) + 1
        done += len(lines)
        if broken is not None:
            found[pending[done]] = msgspec.structs.replace(broken, at=broken.at - base)
            done += 1
    return found
