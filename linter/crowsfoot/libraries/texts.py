"""A constant text into which values are put -> the parts that it is then made of, as an f-string has them."""

import re
from typing import Final

from crowsfoot.libraries.objects import UNKNOWN, Args, Built, Constant, Many, Object, Table

_PERCENT: Final = re.compile(r"%%|%(?:\((\w+)\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[a-zA-Z]")
_OF_NUMBERS: Final = "diufeg"  # what raises for everything else
_BRACES: Final = re.compile(r"(?<!\{)\{(\w*)[^{}]*\}(?!\})")


def put_together(parts: tuple[Object, ...]) -> Object:
    """What str.join would make of the parts."""
    return Built("builtins.str", Args(parts))


def whole(it: Object | None, depth: int = 0) -> str | None:
    """The text that it is, or that constant parts make: f"{table}.id"; None where a part is not known."""
    if isinstance(it, Constant):
        return it.value if isinstance(it.value, str) else None
    if not isinstance(it, Built) or it.name != "builtins.str" or it.args.keywords or depth > _DEEPEST:
        return None
    parts = [whole(part, depth + 1) for part in it.args.positional]
    return "".join(part for part in parts if part is not None) if parts and None not in parts else None


_DEEPEST: Final = 8


def percent(operands: tuple[Object, ...]) -> Object:
    """`"... %s" % value`, where the first operand is a text."""
    text, value = operands[0], operands[-1]
    if not isinstance(text, Constant) or not isinstance(text.value, str):
        return put_together(operands)
    if isinstance(value, Many) and value.items is not None:
        return _filled(_PERCENT, text.value, Args(value.items))
    if isinstance(value, Table):
        return _filled(_PERCENT, text.value, Args(keywords=value.named))
    return _filled(_PERCENT, text.value, Args((value,)))


def formatted(text: str, args: Args) -> Object:
    """`"... {}".format(value)`"""
    return _filled(_BRACES, text, args)


def _filled(holes: re.Pattern[str], text: str, args: Args) -> Object:
    parts: list[Object] = []
    end, taken = 0, 0
    for hole in holes.finditer(text):
        parts.append(Constant(text[end : hole.start()]))
        end, name = hole.end(), hole[1]
        if hole[0] == "%%":
            parts.append(Constant("%"))
            continue
        if not name:
            part = args.get(taken) or UNKNOWN
            taken += 1
        else:
            part = args.get(int(name) if name.isdecimal() else None, name) or UNKNOWN
        is_number = holes is _PERCENT and hole[0][-1] in _OF_NUMBERS and not isinstance(part, Constant)
        parts.append(Built("builtins.int", Args((part,))) if is_number else part)
    parts.append(Constant(text[end:]))
    return put_together(tuple(parts))
