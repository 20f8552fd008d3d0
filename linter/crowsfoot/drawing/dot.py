"""A drawing to the language of Graphviz, with its crow's feet.

Source: https://graphviz.org/doc/info/lang.html and https://graphviz.org/doc/info/arrows.html
"""

from collections.abc import Iterator

from crowsfoot.drawing.boxes import Columns, columns_for
from crowsfoot.drawing.cardinality import Cardinality
from crowsfoot.drawing.groups import groups
from crowsfoot.drawing.model import Drawing, Edge, Node

_ARROWS: dict[Cardinality, str] = {
    "one": "noneteetee",
    "zero-or-one": "noneteeodot",
    "many": "crowtee",
    "zero-or-many": "crowodot",
}
_LONGEST = 500  # characters of a name


def render(drawing: Drawing, columns: Columns | None = None) -> str:
    """A digraph, its groups as clusters; an edge leads from the table that is referred to."""
    shown = columns or columns_for(drawing)
    lines = [
        "digraph relations {",
        '  graph [rankdir=LR, fontname="Helvetica", nodesep=0.3, ranksep=1.0];',
        '  node [shape=plain, fontname="Helvetica", fontsize=10];',
        "  edge [dir=both, arrowsize=0.8];",
    ]
    found = groups(drawing)
    for n, group in enumerate(found):
        inner = [_node(at, drawing.nodes[at], shown) for at in group.nodes]
        if len(found) > 1:
            label = _quoted(f"{group.title} ({len(group.nodes)})")
            lines += [
                f"  subgraph cluster_{n} {{",
                f"    label={label};",
                *(f"  {it}" for it in inner),
                "  }",
            ]
        else:
            lines += inner
    lines += (_edge(it) for it in drawing.edges)
    return "\n".join([*lines, "}"]) + "\n"


def _node(n: int, node: Node, columns: Columns) -> str:
    rows = "".join(_rows(node, columns))
    label = (
        '<table border="0" cellborder="1" cellspacing="0" cellpadding="4">'
        f'<tr><td bgcolor="#e3e9f2"><b>{_html(node.label)}</b></td></tr>{rows}</table>'
    )
    return f"  t{n} [label=<{label}>, tooltip={_quoted(node.name)}];"


def _rows(node: Node, columns: Columns) -> Iterator[str]:
    for field in node.fields:
        if columns == "none" or (columns == "keys" and not (field.primary or field.foreign)):
            continue
        marks = [*["PK"] * field.primary, *["FK"] * bool(field.foreign)]
        name = f"<b>{_html(field.name)}</b>" if field.primary else _html(field.name)
        said = " ".join((name, _html(field.type) + "?" * field.nullable, *marks))
        yield f'<tr><td align="left">{said}</td></tr>'


def _edge(edge: Edge) -> str:
    style = "" if edge.enforced else ", style=dashed"
    return (
        f"  t{edge.target} -> t{edge.source} [arrowtail={_ARROWS[edge.far]}, arrowhead={_ARROWS[edge.near]}, "
        f"tooltip={_quoted(', '.join(edge.columns))}{style}];"
    )


def _html(text: str) -> str:
    """Text in a label like HTML; a table may have no empty cell."""
    return "".join(_ENTITIES.get(it, it) for it in _cut(text)) or " "


def _quoted(text: str) -> str:
    # Source: https://graphviz.org/docs/attr-types/escString/
    escaped = _cut(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{escaped}"'


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "[": "&#91;", "]": "&#93;"}
