"""A drawing to an erDiagram of Mermaid.

Source: https://mermaid.js.org/syntax/entityRelationshipDiagram.html
"""

import re
from collections.abc import Iterator, Sequence

from crowsfoot.drawing.boxes import Columns, columns_for
from crowsfoot.drawing.cardinality import Cardinality
from crowsfoot.drawing.model import Drawing, Edge, Field, Node

# As they stand at the left of a line, and at its right.
_LEFT: dict[Cardinality, str] = {"one": "||", "zero-or-one": "|o", "many": "}|", "zero-or-many": "}o"}
_RIGHT: dict[Cardinality, str] = {"one": "||", "zero-or-one": "o|", "many": "|{", "zero-or-many": "o{"}

_LONGEST = 200  # characters of a name; Mermaid gives up on a diagram of more than 50,000


def render(drawing: Drawing, columns: Columns | None = None) -> str:
    """The diagram. A table whose name is no word of Mermaid's is called t0, t1, ... and shown by its name."""
    shown = columns or columns_for(drawing)
    names = list(_names(drawing))
    lines = ["erDiagram"]
    for node, name in zip(drawing.nodes, names, strict=True):
        lines += _entity(name, node, shown)
    lines += (_relation(it, names) for it in drawing.edges)
    return "\n".join(lines) + "\n"


def _names(drawing: Drawing) -> Iterator[str]:
    taken: set[str] = set()
    for n, node in enumerate(drawing.nodes):
        word = node.label.casefold()
        plain = _PLAIN.fullmatch(node.label) is not None and not _WORDS.fullmatch(word) and word not in taken
        yield node.label if plain else f"t{n}"
        taken.add(word)


def _entity(name: str, node: Node, columns: Columns) -> Iterator[str]:
    fields = [
        it for it in node.fields if columns == "all" or (columns == "keys" and (it.primary or it.foreign))
    ]
    shown = name if name == node.label else f'{name}["{_quoted(node.label)}"]'
    yield f"  {shown}" + " {" * bool(fields)
    for field in fields:
        yield f"    {_word(field.type)} {_word(field.name)}{_keys(field)}"
    if fields:
        yield "  }"


def _keys(field: Field) -> str:
    keys = ["PK"] * field.primary + ["FK"] * bool(field.foreign) + ["UK"] * field.unique
    nullable = ' "nullable"' if field.nullable else ""
    return (f" {', '.join(keys)}" if keys else "") + nullable


def _relation(edge: Edge, names: Sequence[str]) -> str:
    line = "--" if edge.enforced else ".."
    label = _quoted(", ".join(edge.columns))
    ends = f"{_LEFT[edge.far]}{line}{_RIGHT[edge.near]}"
    return f'  {names[edge.target]} {ends} {names[edge.source]} : "{label}"'


def _word(text: str) -> str:
    """A type or name of a column: a letter first, then letters, digits, "-", "_", "[]" and "()"."""
    word = re.sub(r"[^A-Za-z0-9_\[\]()-]+", "_", text)[:_LONGEST]
    if not re.match("[A-Za-z_]", word):
        return f"_{word}"
    return f"{word}_" if word in ("PK", "FK", "UK") else word


def _quoted(text: str) -> str:
    """Text between quotes: what would end it, or be read as markup, becomes an entity, as "#quot;"."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(_ENTITIES.get(it, it) for it in cut)


# What a line begins with, and what stands for the ends of a relation, in any case. Tried with Mermaid 11.17.
_WORDS = re.compile(
    "accdescr|acctitle|class|classdef|click|default|direction|end|erdiagram|linkstyle|many|more|one|only"
    "|optionally|or|style|subgraph|title|to|u|zero|tb|bt|lr|rl"
)
_PLAIN = re.compile("(?!t[0-9]+$)[A-Za-z_][A-Za-z0-9_]{0,99}", re.IGNORECASE)

# Source: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
_ENTITIES = {
    '"': "#quot;",
    "#": "#35;",
    ";": "#59;",
    "<": "#lt;",
    ">": "#gt;",
    "&": "#amp;",
    "%": "#37;",
    "\\": "#92;",
    "`": "#96;",
}
