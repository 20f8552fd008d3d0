"""prisma.lark to the parse tables of prisma.tables.json, and these to a parser.

To make the tables takes a third of the time that a large schema takes to be read, so they are made
beforehand: `make tables` writes the file anew. They count only for the very grammar and the very lark that
they were made of; otherwise lark makes them again.
"""

import json
from pkgutil import get_data
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

GRAMMAR = "prisma.lark"
TABLES = "prisma.tables.json"

_OPTIONS: Any = {"parser": "lalr", "maybe_placeholders": False}


def parser(lexer: type[Any], transformer: object) -> Lark:
    """The parser of prisma.lark with that lexer, calling transformer for every rule that it recognises."""
    grammar = _text(GRAMMAR)
    stored = json.loads(_text(TABLES), object_pairs_hook=_with_numbers)
    if stored["lark"] != lark.__version__ or stored["grammar"] != grammar:
        return Lark(grammar, lexer=lexer, transformer=transformer, **_OPTIONS)
    data = stored["data"]
    # A class cannot be stored; these are the two places where lark looks for it.
    data["options"]["lexer"] = data["parser"]["lexer_conf"]["lexer_type"] = lexer
    load: Any = Lark._load_from_dict  # what lark's own stand-alone parsers start with
    made: Lark = load(data, stored["memo"], transformer=transformer)
    return made


def tables(lexer: type[Any]) -> str:
    """What prisma.tables.json has to hold."""
    grammar = _text(GRAMMAR)
    data, memo = Lark(grammar, lexer=lexer, **_OPTIONS).memo_serialize([TerminalDef, Rule])
    data["options"]["lexer"] = data["parser"]["lexer_conf"]["lexer_type"] = None
    stored = {"lark": lark.__version__, "grammar": grammar, "data": data, "memo": memo}
    return json.dumps(stored, separators=(",", ":")) + "\n"


def _text(name: str) -> str:
    data = get_data(__package__ or "", name)
    assert data is not None, f"{name} is a file of this package"
    return data.decode()


def _with_numbers(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    # JSON has no other keys than strings; lark's states and tokens are numbers.
    return {int(key) if key.isdigit() else key: value for key, value in pairs}
