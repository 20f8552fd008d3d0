"""A project to a picture of its tables and foreign keys, in crow's foot notation.

    drawing = draw(session.project, session.report, session.sources)
    text = render("html", drawing)              # or svg, mermaid, dot, json
    graph = embed(drawing)                      # a part of a page: graph.style, graph.markup, graph.script

embed(drawing: Drawing, columns: Columns | None = None) -> Embedded: a page puts the style into a <style>
element, the markup where the picture is to be, and the script into a <script> element at its end, once each.
The picture follows the color-scheme of the page, and its height is the CSS variable --rg-height. It needs
the library that lays out, like svg and html, and raises MissingLibraryError where it is not installed.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from crowsfoot.drawing.boxes import Columns
from crowsfoot.drawing.layout import MissingLibraryError
from crowsfoot.drawing.model import Drawing, UnknownTableError, around, draw
from crowsfoot.drawing.page import Embedded, embed

__all__ = [
    "FORMATS",
    "Columns",
    "Drawing",
    "Embedded",
    "MissingLibraryError",
    "UnknownTableError",
    "around",
    "draw",
    "embed",
    "render",
]

# Each format has a module with render(drawing, columns) -> str.
FORMATS: Final[Mapping[str, str]] = {
    "html": "page",
    "svg": "svg",
    "mermaid": "mermaid",
    "dot": "dot",
    "json": "node_link",
}


def render(format: str, drawing: Drawing, columns: Columns | None = None) -> str:
    """The drawing in one of FORMATS; html and svg raise MissingLibraryError."""
    text: str = import_module(f"{__name__}.{FORMATS[format]}").render(drawing, columns)
    return text
