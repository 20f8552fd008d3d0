"""A drawing to a page that stands by itself, and to a part of another page.

The picture is in the page as it is drawn; the script finds, zooms and moves. Text of the project is in it as
escaped markup and as JSON, never as code. The page allows itself its own style and script, by their digests,
and nothing else: no network, no handler in an attribute.
"""

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template
from typing import Any

import msgspec

from crowsfoot.drawing.boxes import Columns
from crowsfoot.drawing.cardinality import Cardinality
from crowsfoot.drawing.colours import by_page
from crowsfoot.drawing.model import Drawing, Edge, Field, Node
from crowsfoot.drawing.neighbours import Around, neighbourhoods
from crowsfoot.drawing.paths import end
from crowsfoot.drawing.scene import Scene, scene
from crowsfoot.drawing.svg import part_of, parts, symbols

_MOST_PLACES = 30  # that ask one table; the page says how many more there are
_LONGEST = 2_000  # characters of a name in a list

_WHOLE = """\
:root { color-scheme: light dark }
:root[data-theme="light"] { color-scheme: light }
:root[data-theme="dark"] { color-scheme: dark }
body { margin: 0 }
@media print { :root, :root[data-theme] { color-scheme: light } }
main > .relation-graph { --rg-height: 100vh; --rg-height: 100dvh }
"""


class Embedded(msgspec.Struct, frozen=True):
    """A graph as a part of a page: CSS, HTML, and JavaScript to be run once the HTML is there."""

    style: str
    markup: str
    script: str


def render(drawing: Drawing, columns: Columns | None = None) -> str:
    """The page. Raises MissingLibraryError."""
    it = embed(drawing, columns, whole=True)
    style = it.style + _WHOLE
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(it.script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Relation graph · {drawing}</title>\n"
        f'<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n<body>\n'
        f"<main>{it.markup}</main>\n<script>{it.script}</script>\n</body>\n</html>\n"
    )


def embed(drawing: Drawing, columns: Columns | None = None, *, whole: bool = False) -> Embedded:
    """The graph as a part of a page; whole, where it is all of it. Raises MissingLibraryError."""
    laid = scene(drawing, columns)
    return Embedded(
        style=by_page() + part_of("drawing.css") + part_of("page.css"),
        markup=_markup(laid, whole=whole),
        script=part_of("page.js"),
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _markup(scene: Scene, *, whole: bool) -> str:
    drawing = scene.drawing
    findings = sum(len(it.findings) for it in drawing.nodes)

    def glyph(cardinality: Cardinality) -> str:
        return end((44.0, 10.0), (-1.0, 0.0), cardinality)

    # No foreign key says that there is at least one row: "one or more" is never drawn, and not explained.
    return Template(part_of("page.html")).substitute(
        whole=" data-whole" if whole else "",
        not_whole=_unless(whole),
        whole_only=_unless(not whole),
        not_empty=_unless(not drawing.nodes),
        no_findings=_unless(findings),
        no_heat=_unless(any(it.asked for it in drawing.nodes)),
        no_far=_unless(scene.far),
        no_loose=_unless(any(not it.enforced for it in drawing.edges)),
        about=drawing,
        findings=findings,
        width=round(scene.width),
        height=round(scene.height),
        one=glyph("one"),
        zero_or_one=glyph("zero-or-one"),
        zero_or_many=glyph("zero-or-many"),
        symbols=symbols(),
        drawing=parts(scene, range(len(drawing.edges))),
        data=_json(_data(scene)),
    )


def _unless(shown: object) -> str:
    return "" if shown else " hidden"


def _data(scene: Scene) -> dict[str, Any]:
    """What the script needs to know; the names are short, since most stand there once per table."""
    drawing = scene.drawing
    return {
        "size": [scene.width, scene.height],
        "title": _round(scene.title),
        "databases": drawing.databases,
        "boxes": [
            [_round(x), _round(y), it.width, it.height]
            for it, (x, y) in zip(scene.boxes, scene.corners, strict=True)
        ],
        "groups": [
            [it.group.title[:60], _round(it.x), _round(it.y), _round(it.width), _round(it.height)]
            for it in scene.frames
        ],
        "nodes": [_node(it) for it in drawing.nodes],
        "edges": [_edge(it) for it in drawing.edges],
        "around": [_around(it) for it in neighbourhoods(scene)],
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        **({"i": node.id[:_LONGEST]} if node.id != node.label else {}),
        "l": node.label[:_LONGEST],
        "n": node.name[:_LONGEST],
        "k": node.kind,
        "s": node.schema,
        "b": node.database,
        "p": str(node.place),
        "c": [[it.name[:_LONGEST], it.type + "?" * it.nullable, _marks(it)] for it in node.fields],
        "f": [
            [it.severity.name.lower(), it.rule, it.message[:_LONGEST], str(it.place)] for it in node.findings
        ],
        "q": [[it.said[:_LONGEST], str(it.place), it.repeated] for it in node.asked[:_MOST_PLACES]],
        "a": node.queries,
    }


def _marks(field: Field) -> list[str]:
    return [*["PK"] * field.primary, *["FK"] * bool(field.foreign), *["UQ"] * field.unique]


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "s": edge.source,
        "t": edge.target,
        "c": ", ".join(edge.columns)[:_LONGEST],
        "r": ", ".join(edge.target_columns)[:_LONGEST],
        "near": edge.near,
        "far": edge.far,
        "d": edge.on_delete,
        "e": edge.enforced,
    }


def _around(it: Around) -> dict[str, Any]:
    return {
        "n": it.nodes,
        "at": [[_round(x), _round(y)] for x, y in it.corners],
        "e": it.edges,
        "d": it.paths,
        "size": [_round(it.width), _round(it.height)],
        "high": it.height_of,
        "more": it.left_out,
    }


def _round(value: float) -> float:
    return round(value, 1)


def _json(data: Any) -> str:
    """JSON that no parser of HTML takes for markup."""
    text = msgspec.json.encode(data).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
